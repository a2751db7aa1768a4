// gemm of Backend<Reference>: three loops.
#pragma once

#include <type_traits>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/loop.hpp"

namespace isonomy::reference {

/// out = alpha*A*B + beta*out by plain sums in the element type, ascending in k.
///
/// Any order of the k products, each step rounded or fused with the next, errs by at most gamma(k) (|A||B|)_ij (Higham
/// 2002, 3.5), and the steps with alpha and beta add two to k. Two orders differ by twice that at most, which is the
/// tier: this sum may be compared with any other, and has no need to be better.
template <Real T>
void add_product(const Context& ctx, const char* operation, T alpha, MatrixView<const T> a, MatrixView<const T> b,
                 T beta, MatrixView<T> out) {
  for (index_t i = 0; i < out.rows; ++i)
    for (index_t j = 0; j < out.columns; ++j) {
      heed_stop(ctx, operation);
      T sum = 0;
      for (index_t k = 0; k < a.columns; ++k) sum += a(i, k) * b(k, j);
      out(i, j) = beta == 0 ? alpha * sum : alpha * sum + beta * out(i, j);
    }
}

struct Gemm {
  template <Real T>
  static void gemm(Context& ctx, std::type_identity_t<T> alpha, MatrixView<const std::type_identity_t<T>> a,
                   MatrixView<const std::type_identity_t<T>> b, std::type_identity_t<T> beta, MatrixView<T> out) {
    add_product<T>(ctx, "gemm", alpha, a, b, beta, out);
  }
};

}  // namespace isonomy::reference
