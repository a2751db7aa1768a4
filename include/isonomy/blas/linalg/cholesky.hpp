// cholesky and cholesky_batched of Backend<CpuBlas>: LAPACK's potrf, of blocks on the diagonal, of a matrix per task.
#pragma once

#include <algorithm>

#include "isonomy/blas/library.hpp"
#include "isonomy/core/concepts.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/cholesky.hpp"
#include "isonomy/cpu/parallel.hpp"
#include "isonomy/ops/linalg/cholesky.hpp"

namespace isonomy::blas {

struct Cholesky {
  /// The lower factor in place; the strict upper triangle is neither read nor written. Where a pivot is not positive,
  /// the lower triangle is half factored.
  ///
  /// Blocks of 256 columns: potrf on the diagonal, then trsm and syrk on pieces of what is below it, over the context's
  /// threads. One result, in each bit, for any thread count, on one version of OpenBLAS and one kind of processor. A
  /// matrix beyond the library's integers goes to Backend<Cpu>. No workspace.
  template <Real T>
  static void cholesky(cpu::Context& ctx, MatrixView<T> a) {
    constexpr const char* operation = "cholesky";
    constexpr index_t side = 256;
    if (a.rows == 0) return;
    if (!layout(a)) {
      cpu::Cholesky::cholesky(ctx, a);
      return;
    }
    for (index_t first = 0; first < a.rows; first += side) {
      const index_t k = std::min(side, a.rows - first), next = first + k, rest = a.rows - next;
      const MatrixView<T> diagonal = a.row_block(first, k).column_block(first, k);
      one_thread();
      if (const index_t failing = factor_of(diagonal); failing != 0)
        isonomy::detail::not_positive_definite(operation, first + failing);
      const MatrixView<T> below = a.row_block(next, rest).column_block(first, k);
      unknowns(ctx, MatrixView<const T>(diagonal), below);
      subtract_square(ctx, MatrixView<const T>(below), a.row_block(next, rest).column_block(next, rest));
    }
  }

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
      info(b) = a.rows == 0 ? 0 : factor_of(a[b]);
    });
  }

  /// The most bytes that cholesky() and cholesky_batched() take: the workspace of Backend<Cpu>, where that factors.
  template <Real T>
  [[nodiscard]] static std::size_t cholesky_workspace(const cpu::Context& ctx, index_t n) {
    return cpu::Cholesky::cholesky_workspace<T>(ctx, n);
  }
  template <Real T>
  [[nodiscard]] static std::size_t cholesky_batched_workspace(const cpu::Context& ctx, index_t batches, index_t n) {
    return cpu::Cholesky::cholesky_batched_workspace<T>(ctx, batches, n);
  }

 private:
  /// The factor in place: 0, or the first pivot, counted from 1, that is not positive. LAPACK may pass over a NaN.
  template <Real T>
  static index_t factor_of(MatrixView<T> a) {
    const VectorView<const T> diagonal(a.data, a.rows, a.row_stride + a.column_stride);
    return isonomy::detail::first_failing_pivot(diagonal, factor(a));
  }
  /// B = B*transposed(inverse(L)), for the rows below a factor L.
  template <Real T>
  static void unknowns(cpu::Context& ctx, MatrixView<const T> l, MatrixView<T> b) {
    constexpr index_t rows = 128;
    cpu::parallel_for(ctx, (b.rows + rows - 1) / rows, 1, "cholesky", [=](index_t piece) {
      one_thread();
      substitute(l, true, transposed(b.row_block(piece * rows, std::min(rows, b.rows - piece * rows))));
    });
  }
  /// The lower triangle of out -= P*transposed(P), in squares.
  template <Real T>
  static void subtract_square(cpu::Context& ctx, MatrixView<const T> p, MatrixView<T> out) {
    constexpr index_t side = 256;
    const index_t across = (out.rows + side - 1) / side;
    cpu::parallel_for(ctx, across * across, 1, "cholesky", [=](index_t task) {
      const index_t i = task / across * side, j = task % across * side;
      if (i < j) return;
      const index_t m = std::min(side, out.rows - i), n = std::min(side, out.rows - j);
      const MatrixView<const T> left = p.row_block(i, m), right = transposed(p.row_block(j, n));
      const MatrixView<T> part = out.row_block(i, m).column_block(j, n);
      one_thread();
      if (i == j)
        square(T{-1}, right, T{1}, part);
      else
        add_product(T{-1}, left, right, part);
    });
  }
};

}  // namespace isonomy::blas
