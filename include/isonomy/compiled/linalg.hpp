// Dense products and factors on Backend<Cpu>, compiled in isonomy::cpu_compiled: include this in place of their own
// headers.
#pragma once

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/linalg/cholesky.hpp"
#include "isonomy/ops/linalg/eigen/eigh.hpp"
#include "isonomy/ops/linalg/eigen/eigh_batched.hpp"
#include "isonomy/ops/linalg/eigen/eigh_subset.hpp"
#include "isonomy/ops/linalg/eigen/tridiagonalise.hpp"
#include "isonomy/ops/linalg/gemm.hpp"
#include "isonomy/ops/linalg/gemm_batched.hpp"
#include "isonomy/ops/linalg/log_diagonal_sum.hpp"
#include "isonomy/ops/linalg/qr.hpp"
#include "isonomy/ops/linalg/solve_triangular.hpp"
#include "isonomy/ops/linalg/svd.hpp"
#include "isonomy/ops/linalg/syrk.hpp"

namespace isonomy {

extern template void gemm<Context<Cpu>, float>(Context<Cpu>&, float, MatrixView<const float>, MatrixView<const float>,
                                               float, MatrixView<float>);
extern template void gemm<Context<Cpu>, double>(Context<Cpu>&, double, MatrixView<const double>,
                                                MatrixView<const double>, double, MatrixView<double>);
extern template void gemm_batched<Context<Cpu>, float>(Context<Cpu>&, float, BatchView<const float>,
                                                       BatchView<const float>, float, BatchView<float>);
extern template void gemm_batched<Context<Cpu>, double>(Context<Cpu>&, double, BatchView<const double>,
                                                        BatchView<const double>, double, BatchView<double>);
extern template void syrk<Context<Cpu>, float>(Context<Cpu>&, float, MatrixView<const float>, float, MatrixView<float>);
extern template void syrk<Context<Cpu>, double>(Context<Cpu>&, double, MatrixView<const double>, double,
                                                MatrixView<double>);
extern template void cholesky_batched<Context<Cpu>, float>(Context<Cpu>&, BatchView<float>, VectorView<index_t>);
extern template void cholesky_batched<Context<Cpu>, double>(Context<Cpu>&, BatchView<double>, VectorView<index_t>);
extern template void cholesky<Context<Cpu>, float>(Context<Cpu>&, MatrixView<float>);
extern template void cholesky<Context<Cpu>, double>(Context<Cpu>&, MatrixView<double>);
extern template void solve_triangular<Context<Cpu>, float>(Context<Cpu>&, MatrixView<const float>, MatrixView<float>,
                                                           Triangle);
extern template void solve_triangular<Context<Cpu>, double>(Context<Cpu>&, MatrixView<const double>, MatrixView<double>,
                                                            Triangle);
extern template void solve_triangular_batched<Context<Cpu>, float>(Context<Cpu>&, BatchView<const float>,
                                                                   BatchView<float>, VectorView<index_t>, Triangle);
extern template void solve_triangular_batched<Context<Cpu>, double>(Context<Cpu>&, BatchView<const double>,
                                                                    BatchView<double>, VectorView<index_t>, Triangle);
extern template void log_diagonal_sum_batched<Context<Cpu>, float>(Context<Cpu>&, BatchView<const float>,
                                                                   VectorView<const index_t>, VectorView<float>);
extern template void log_diagonal_sum_batched<Context<Cpu>, double>(Context<Cpu>&, BatchView<const double>,
                                                                    VectorView<const index_t>, VectorView<double>);
extern template void eigh<Context<Cpu>, float>(Context<Cpu>&, MatrixView<const float>, VectorView<float>,
                                               MatrixView<float>);
extern template void eigh<Context<Cpu>, double>(Context<Cpu>&, MatrixView<const double>, VectorView<double>,
                                                MatrixView<double>);
extern template void eigh_batched<Context<Cpu>, float>(Context<Cpu>&, BatchView<const float>, MatrixView<float>,
                                                       BatchView<float>, VectorView<index_t>);
extern template void eigh_batched<Context<Cpu>, double>(Context<Cpu>&, BatchView<const double>, MatrixView<double>,
                                                        BatchView<double>, VectorView<index_t>);
extern template EigenRange eigh_subset<Context<Cpu>, float>(Context<Cpu>&, MatrixView<const float>, const Spectrum&,
                                                            VectorView<float>, MatrixView<float>);
extern template EigenRange eigh_subset<Context<Cpu>, double>(Context<Cpu>&, MatrixView<const double>, const Spectrum&,
                                                             VectorView<double>, MatrixView<double>);
extern template void tridiagonalise<Context<Cpu>, float>(Context<Cpu>&, MatrixView<const float>, VectorView<float>,
                                                         VectorView<float>, MatrixView<float>, VectorView<float>);
extern template void tridiagonalise<Context<Cpu>, double>(Context<Cpu>&, MatrixView<const double>, VectorView<double>,
                                                          VectorView<double>, MatrixView<double>, VectorView<double>);
extern template void apply_reflectors<Context<Cpu>, float>(Context<Cpu>&, MatrixView<const float>,
                                                           VectorView<const float>, bool, MatrixView<float>);
extern template void apply_reflectors<Context<Cpu>, double>(Context<Cpu>&, MatrixView<const double>,
                                                            VectorView<const double>, bool, MatrixView<double>);
extern template void qr<Context<Cpu>, float>(Context<Cpu>&, MatrixView<const float>, MatrixView<float>,
                                             MatrixView<float>);
extern template void qr<Context<Cpu>, double>(Context<Cpu>&, MatrixView<const double>, MatrixView<double>,
                                              MatrixView<double>);
extern template void svd<Context<Cpu>, float>(Context<Cpu>&, MatrixView<const float>, MatrixView<float>,
                                              VectorView<float>, MatrixView<float>);
extern template void svd<Context<Cpu>, double>(Context<Cpu>&, MatrixView<const double>, MatrixView<double>,
                                               VectorView<double>, MatrixView<double>);

}  // namespace isonomy
