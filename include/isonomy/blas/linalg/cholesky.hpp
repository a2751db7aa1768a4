// cholesky_batched of Backend<CpuBlas>: LAPACK's potrf, one matrix per task, one thread each.
#pragma once

#include "isonomy/blas/library.hpp"
#include "isonomy/core/concepts.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/cholesky.hpp"
#include "isonomy/cpu/parallel.hpp"

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
      info(b) = a.rows == 0 ? 0 : first_failing(a[b], factor(a[b]));
    });
  }

 private:
  /// LAPACK may pass over a pivot that is NaN: the first that is not positive, at most `found` where that is not 0.
  template <Real T>
  static index_t first_failing(MatrixView<T> factored, index_t found) {
    const index_t before = found == 0 ? factored.rows : found - 1;
    for (index_t j = 0; j < before; ++j)
      if (!(factored(j, j) > 0)) return j + 1;
    return found;
  }
};

}  // namespace isonomy::blas
