// Backend<CpuBlas>: Backend<Cpu> with the dense products and factors of OpenBLAS; for component blas.
#pragma once

#include <tuple>

#include "isonomy/backend/backend.hpp"
#include "isonomy/blas/context.hpp"
#include "isonomy/blas/linalg/cholesky.hpp"
#include "isonomy/blas/linalg/eigh.hpp"
#include "isonomy/blas/linalg/gemm.hpp"
#include "isonomy/blas/linalg/solve_triangular.hpp"
#include "isonomy/blas/linalg/syrk.hpp"
#include "isonomy/blas/linalg/tridiagonalise.hpp"
#include "isonomy/core/concepts.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/linalg/cholesky.hpp"
#include "isonomy/ops/linalg/eigen/eigh.hpp"
#include "isonomy/ops/linalg/eigen/eigh_subset.hpp"
#include "isonomy/ops/linalg/eigen/tridiagonalise.hpp"
#include "isonomy/ops/linalg/gemm.hpp"
#include "isonomy/ops/linalg/solve_triangular.hpp"
#include "isonomy/ops/linalg/syrk.hpp"

namespace isonomy {

/// gemm, syrk, cholesky and solve_triangular, the batches of these two, eigh, eigh_subset, tridiagonalise and
/// apply_reflectors by OpenBLAS and its LAPACK, all else inherited.
///
/// Their bits depend on the version of OpenBLAS and on the kind of processor, not on the thread count, repeats or what
/// ran before. OpenBLAS is told to work on one thread a call, for the whole process; work is split over the context's
/// threads here. Whoever sets openblas_set_num_threads to more while an operation runs may change its bits.
template <>
struct Backend<CpuBlas>
    : Backend<Cpu>, blas::Gemm, blas::Syrk, blas::Cholesky, blas::SolveTriangular, blas::Eigh, blas::Tridiagonalise {
  using tag = CpuBlas;
  using context = blas::Context;

  using blas::Cholesky::cholesky;
  using blas::Cholesky::cholesky_batched;
  using blas::Cholesky::cholesky_batched_workspace;
  using blas::Cholesky::cholesky_workspace;
  using blas::Eigh::eigh;
  using blas::Eigh::eigh_subset;
  using blas::Eigh::eigh_workspace;
  using blas::Gemm::gemm;
  using blas::Gemm::gemm_workspace;
  using blas::SolveTriangular::solve_triangular;
  using blas::SolveTriangular::solve_triangular_batched;
  using blas::SolveTriangular::solve_triangular_batched_workspace;
  using blas::Syrk::syrk;
  using blas::Tridiagonalise::apply_reflectors;
  using blas::Tridiagonalise::tridiagonalise;

  /// What is not inherited.
  using by_openblas =
      std::tuple<op::gemm, op::syrk, op::cholesky_batched, op::cholesky, op::solve_triangular,
                 op::solve_triangular_batched, op::eigh, op::eigh_subset, op::tridiagonalise, op::apply_reflectors>;

  static constexpr const char* name() { return "CpuBlas"; }
};

}  // namespace isonomy
