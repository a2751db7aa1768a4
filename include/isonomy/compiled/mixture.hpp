// Fits of mixtures on Backend<Cpu>, compiled in isonomy::cpu_compiled: include this in place of mixture's own headers.
#pragma once

#include <vector>

#include "isonomy/compiled/mixture_sums.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/minimise/minos.hpp"
#include "isonomy/estimators/mixture/multivariate/em.hpp"
#include "isonomy/estimators/mixture/multivariate/kmeans.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "isonomy/estimators/mixture/normal/start.hpp"
#include "isonomy/estimators/mixture/user_density/simultaneous.hpp"

namespace isonomy::mixture {

extern template FitResult fit(Context<Cpu>&, const NormalModel&, VectorView<double>, const std::vector<double>&,
                              const MinimizeOptions&);
extern template std::vector<double> automatic_start(Context<Cpu>&, const NormalModel&, VectorView<double>);
extern template Starts find_start(Context<Cpu>&, const NormalModel&, VectorView<double>, const StartOptions&);
extern template FitResult fit(Context<Cpu>&, const NormalModel&, VectorView<const double>, const std::vector<double>&,
                              const MinimizeOptions&);
extern template std::vector<double> automatic_start(Context<Cpu>&, const NormalModel&, VectorView<const double>);
extern template Starts find_start(Context<Cpu>&, const NormalModel&, VectorView<const double>, const StartOptions&);
extern template FitResult fit(Context<Cpu>&, const NormalModel&, VectorView<float>, const std::vector<double>&,
                              const MinimizeOptions&);
extern template std::vector<double> automatic_start(Context<Cpu>&, const NormalModel&, VectorView<float>);
extern template Starts find_start(Context<Cpu>&, const NormalModel&, VectorView<float>, const StartOptions&);
extern template FitResult fit(Context<Cpu>&, const NormalModel&, VectorView<const float>, const std::vector<double>&,
                              const MinimizeOptions&);
extern template std::vector<double> automatic_start(Context<Cpu>&, const NormalModel&, VectorView<const float>);
extern template Starts find_start(Context<Cpu>&, const NormalModel&, VectorView<const float>, const StartOptions&);
extern template EmResult em(Context<Cpu>&, NormalMixture, MatrixView<double>, const EmOptions&);
extern template EmResult em(Context<Cpu>&, int, Covariance, MatrixView<double>, const EmOptions&);
extern template KMeansResult kmeans(Context<Cpu>&, int, MatrixView<double>, const KMeansOptions&);
extern template EmResult em(Context<Cpu>&, NormalMixture, MatrixView<const double>, const EmOptions&);
extern template EmResult em(Context<Cpu>&, int, Covariance, MatrixView<const double>, const EmOptions&);
extern template KMeansResult kmeans(Context<Cpu>&, int, MatrixView<const double>, const KMeansOptions&);
extern template Minimum minimize(NormalLikelihood<Context<Cpu>, double>&, const std::vector<double>&,
                                 const MinimizeOptions&);
extern template Minimum minimize_newton(NormalLikelihood<Context<Cpu>, double>&, const std::vector<double>&,
                                        const MinimizeOptions&);
extern template Minimum minimize_lbfgs(NormalLikelihood<Context<Cpu>, double>&, const std::vector<double>&,
                                       const MinimizeOptions&);
extern template Crossing profile_crossing(NormalLikelihood<Context<Cpu>, double>&, const Minimum&, const ProfileRay&,
                                          double);
extern template MinosError minos(NormalLikelihood<Context<Cpu>, double>&, const Minimum&, int, double);
extern template std::vector<Crossing> contour(NormalLikelihood<Context<Cpu>, double>&, const Minimum&, int, int, int,
                                              double);
extern template Minimum minimize(Simultaneous&, const std::vector<double>&, const MinimizeOptions&);
extern template Minimum minimize_newton(Simultaneous&, const std::vector<double>&, const MinimizeOptions&);
extern template Minimum minimize_lbfgs(Simultaneous&, const std::vector<double>&, const MinimizeOptions&);
extern template Crossing profile_crossing(Simultaneous&, const Minimum&, const ProfileRay&, double);
extern template MinosError minos(Simultaneous&, const Minimum&, int, double);
extern template std::vector<Crossing> contour(Simultaneous&, const Minimum&, int, int, int, double);

}  // namespace isonomy::mixture
