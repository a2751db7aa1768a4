// cholesky_batched of Backend<CpuBlas>: LAPACK's potrf, one matrix per task, one thread each.
#pragma once

#include "isonomy/blas/library.hpp"
#include "isonomy/core/concepts.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/cholesky.hpp"
#include "isonomy/cpu/parallel.hpp"
#include "isonomy/ops/linalg/cholesky.hpp"

namespace isonomy::blas {

struct CholeskyBatched {
  /// Lower factors in place; strictly upper triangles are neither read nor written. info(b) is 0, or the first pivot,
  /// counted from 1, that is not positive (NaN is not); the lower triangle of such a matrix is then half factored.
  ///
  /// One result, in each bit, for any thread count, on one version of OpenBLAS and one kind of processor. Matrices
  /// beyond the library's integers go to Backend<Cpu>.
  template <Real T>
  static void cholesky_batched(cpu::Context& ctx, BatchView<T> a, VectorView<index_t> info) {
    if (a.batches == 0) return;
    if (a.rows > 0 && (!fits(a.rows) || !layout(a[0]))) {
      cpu::Cholesky::cholesky_batched(ctx, a, info);
      return;
    }
    cpu::parallel_for(ctx, a.batches, 1, "cholesky_batched", [=](index_t b) {
      one_thread();
      const MatrixView<T> m = a[b];
      const VectorView<const T> diagonal(m.data, m.rows, m.row_stride + m.column_stride);
      info(b) = a.rows == 0 ? 0 : isonomy::detail::first_failing_pivot(diagonal, factor(m));
    });
  }
};

}  // namespace isonomy::blas
