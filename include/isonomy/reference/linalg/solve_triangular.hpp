// solve_triangular and solve_triangular_batched of Backend<Reference>: one unknown after the other, column by column.
#pragma once

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/linalg/solve_triangular.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/loop.hpp"

namespace isonomy::reference {

struct SolveTriangular {
  template <Real T>
  static void solve_triangular(Context& ctx, MatrixView<const T> l, MatrixView<T> b, Triangle triangle) {
    if (const index_t pivot = isonomy::detail::first_zero(l); pivot != 0)
      isonomy::detail::singular_triangle("solve_triangular", pivot);
    solve(ctx, l, b, triangle, "solve_triangular");
  }
  template <Real T>
  static void solve_triangular_batched(Context& ctx, BatchView<const T> l, BatchView<T> b, VectorView<index_t> info,
                                       Triangle triangle) {
    for (index_t slot = 0; slot < b.batches; ++slot) {
      info(slot) = isonomy::detail::first_zero(l[slot]);
      if (info(slot) == 0) solve(ctx, l[slot], b[slot], triangle, "solve_triangular_batched");
    }
  }

 private:
  /// x_i = (b_i - sum_k l_ik x_k) / l_ii, over k < i for a lower triangle and k > i for an upper one.
  template <Real T>
  static void solve(const Context& ctx, MatrixView<const T> l, MatrixView<T> b, Triangle triangle,
                    const char* operation) {
    const bool lower = triangle == Triangle::lower;
    for (index_t j = 0; j < b.columns; ++j)
      for (index_t step = 0; step < b.rows; ++step) {
        heed_stop(ctx, operation);
        const index_t i = lower ? step : b.rows - 1 - step;
        T sum = 0;
        for (index_t k = lower ? 0 : i + 1; k < (lower ? i : b.rows); ++k) sum += l(i, k) * b(k, j);
        b(i, j) = (b(i, j) - sum) / l(i, i);
      }
  }
};

}  // namespace isonomy::reference
