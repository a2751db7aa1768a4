// What support/compiled/mixture_fits.hpp declares.
#include "support/compiled/mixture_fits.hpp"

namespace isonomy::mixture {

template FitResult fit(Context<Cpu>&, const NormalModel&, VectorView<double>, const std::vector<double>&,
                       const MinimizeOptions&);
template std::vector<double> automatic_start(Context<Cpu>&, const NormalModel&, VectorView<double>);
template EmResult em(Context<Cpu>&, NormalMixture, MatrixView<double>, const EmOptions&);
template EmResult em(Context<Cpu>&, int, Covariance, MatrixView<double>, const EmOptions&);
template KMeansResult kmeans(Context<Cpu>&, int, MatrixView<double>, const KMeansOptions&);
template FitResult fit(Context<Cpu>&, const NormalModel&, VectorView<const double>, const std::vector<double>&,
                       const MinimizeOptions&);
template std::vector<double> automatic_start(Context<Cpu>&, const NormalModel&, VectorView<const double>);
template EmResult em(Context<Cpu>&, NormalMixture, MatrixView<const double>, const EmOptions&);
template EmResult em(Context<Cpu>&, int, Covariance, MatrixView<const double>, const EmOptions&);
template KMeansResult kmeans(Context<Cpu>&, int, MatrixView<const double>, const KMeansOptions&);
template Minimum minimize(NormalLikelihood<Context<Cpu>, double>&, const std::vector<double>&, const MinimizeOptions&);
template Minimum minimize_newton(NormalLikelihood<Context<Cpu>, double>&, const std::vector<double>&,
                                 const MinimizeOptions&);
template Minimum minimize_lbfgs(NormalLikelihood<Context<Cpu>, double>&, const std::vector<double>&,
                                const MinimizeOptions&);
template Crossing profile_crossing(NormalLikelihood<Context<Cpu>, double>&, const Minimum&, const ProfileRay&, double);
template MinosError minos(NormalLikelihood<Context<Cpu>, double>&, const Minimum&, int, double);
template std::vector<Crossing> contour(NormalLikelihood<Context<Cpu>, double>&, const Minimum&, int, int, int, double);

}  // namespace isonomy::mixture
