// Fits of mixtures on Backend<Cpu>, for tests: instantiated once a program (mixture_fits.cpp), not in every file.
#pragma once

#include <vector>

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/minimise/minos.hpp"
#include "isonomy/estimators/mixture/multivariate/em.hpp"
#include "isonomy/estimators/mixture/multivariate/kmeans.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "isonomy/estimators/mixture/normal/start.hpp"
#include "support/compiled/mixture.hpp"

namespace isonomy::mixture {

extern template FitResult fit(Context<Cpu>&, const NormalModel&, VectorView<double>, const std::vector<double>&,
                              const MinimizeOptions&);
extern template std::vector<double> automatic_start(Context<Cpu>&, const NormalModel&, VectorView<double>);
extern template EmResult em(Context<Cpu>&, NormalMixture, MatrixView<double>, const EmOptions&);
extern template EmResult em(Context<Cpu>&, int, Covariance, MatrixView<double>, const EmOptions&);
extern template KMeansResult kmeans(Context<Cpu>&, int, MatrixView<double>, const KMeansOptions&);
extern template FitResult fit(Context<Cpu>&, const NormalModel&, VectorView<const double>, const std::vector<double>&,
                              const MinimizeOptions&);
extern template std::vector<double> automatic_start(Context<Cpu>&, const NormalModel&, VectorView<const double>);
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

}  // namespace isonomy::mixture
