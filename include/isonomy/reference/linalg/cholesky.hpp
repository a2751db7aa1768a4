// cholesky and cholesky_batched of Backend<Reference>: one element after the other, by rows.
#pragma once

#include <cmath>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/linalg/cholesky.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/loop.hpp"

namespace isonomy::reference {

struct Cholesky {
  /// Of a matrix that fails, the rows of the factor above the failing pivot stand in the lower triangle.
  template <Real T>
  static void cholesky_batched(Context& ctx, BatchView<T> a, VectorView<index_t> info) {
    for (index_t b = 0; b < a.batches; ++b) info(b) = factor(ctx, a[b], "cholesky_batched");
  }
  /// Where a pivot fails, the rows of the factor above it stand in the lower triangle, and the row of the pivot has
  /// what is left of it.
  template <Real T>
  static void cholesky(Context& ctx, MatrixView<T> a) {
    if (const index_t failing = factor(ctx, a, "cholesky"); failing != 0)
      isonomy::detail::not_positive_definite("cholesky", failing);
  }

 private:
  /// L in place of the lower triangle; 0, or the first pivot, from 1, that is not positive.
  ///
  /// l_ij = (a_ij - s_ij) / l_jj and l_ii = sqrt(a_ii - s_ii), s_ij = sum_k l_ik l_jk over k < j. Whatever the order of
  /// a sum, the residual stays within gamma(n + 1) |L||L^T| (Higham 2002, 10.3).
  template <Real T>
  [[nodiscard]] static index_t factor(const Context& ctx, MatrixView<T> a, const char* operation) {
    for (index_t i = 0; i < a.rows; ++i)
      for (index_t j = 0; j <= i; ++j) {
        heed_stop(ctx, operation);
        T sum = 0;
        for (index_t k = 0; k < j; ++k) sum += a(i, k) * a(j, k);
        const T rest = a(i, j) - sum;
        if (i == j && !(rest > 0)) return i + 1;
        a(i, j) = i == j ? std::sqrt(rest) : rest / a(j, j);
      }
    return 0;
  }
};

}  // namespace isonomy::reference
