// Signal and noise on Backend<Cpu>, compiled in isonomy::cpu_compiled: include this in place of gsn's own headers.
#pragma once

#include "isonomy/compiled/linalg.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/gsn/biconvex/biconvex.hpp"
#include "isonomy/estimators/gsn/fit.hpp"
#include "isonomy/estimators/gsn/shrunken_covariance.hpp"
#include "isonomy/estimators/gsn/simulation/simulate_data.hpp"

namespace isonomy::gsn {

extern template GsnResult<Cpu> fit<automatic>(Context<Cpu>&, const DataView<double>&, const GsnOptions&);
extern template GsnResult<Cpu> fit<automatic>(Context<Cpu>&, const DataView<float>&, const GsnOptions&);
extern template GsnResult<Cpu> fit<tridiagonal>(Context<Cpu>&, const DataView<double>&, const GsnOptions&);
extern template GsnResult<Cpu> fit<low_rank>(Context<Cpu>&, const DataView<double>&, const GsnOptions&);
extern template GsnResult<Cpu> fit<batched_cholesky>(Context<Cpu>&, const DataView<double>&, const GsnOptions&);
extern template ShrunkenCovariance<Cpu> shrunken_covariance<automatic>(Context<Cpu>&, const DataView<double>&,
                                                                       const ShrunkenCovarianceOptions&);
extern template ShrunkenCovariance<Cpu> shrunken_covariance<tridiagonal>(Context<Cpu>&, const DataView<double>&,
                                                                         const ShrunkenCovarianceOptions&);
extern template ShrunkenCovariance<Cpu> shrunken_covariance<low_rank>(Context<Cpu>&, const DataView<double>&,
                                                                      const ShrunkenCovarianceOptions&);
extern template ShrunkenCovariance<Cpu> shrunken_covariance<batched_cholesky>(Context<Cpu>&, const DataView<double>&,
                                                                              const ShrunkenCovarianceOptions&);
extern template ShrunkenCovariance<Cpu> shrunken_covariance<automatic>(Context<Cpu>&, MatrixView<const double>,
                                                                       const ShrunkenCovarianceOptions&);
extern template ShrunkenCovariance<Cpu> shrunken_covariance<tridiagonal>(Context<Cpu>&, MatrixView<const double>,
                                                                         const ShrunkenCovarianceOptions&);
extern template ShrunkenCovariance<Cpu> shrunken_covariance<low_rank>(Context<Cpu>&, MatrixView<const double>,
                                                                      const ShrunkenCovarianceOptions&);
extern template ShrunkenCovariance<Cpu> shrunken_covariance<batched_cholesky>(Context<Cpu>&, MatrixView<const double>,
                                                                              const ShrunkenCovarianceOptions&);
extern template Biconvex<Context<Cpu>> biconvex(Context<Cpu>&, const BiconvexProblem<Context<Cpu>>&,
                                                const BiconvexOptions&);
extern template Projection<Context<Cpu>> nearest_psd(Context<Cpu>&, MatrixView<double>, Ridge, Pairs, DeadUnits);
extern template Projection<Context<Cpu>> nearest_psd(Context<Cpu>&, MatrixView<double>, Ridge, Pairs);
extern template Simulation<Cpu> simulate_data(Context<Cpu>&, const SimulationOptions&);

}  // namespace isonomy::gsn
