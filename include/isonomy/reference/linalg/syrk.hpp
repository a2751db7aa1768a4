// syrk of Backend<Reference>: the product with the transpose, every element by itself.
#pragma once

#include <type_traits>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/linalg/gemm.hpp"

namespace isonomy::reference {

struct Syrk {
  template <Real T>
  static void syrk(Context& ctx, std::type_identity_t<T> alpha, MatrixView<const std::type_identity_t<T>> a,
                   std::type_identity_t<T> beta, MatrixView<T> out) {
    add_product<T>(ctx, "syrk", alpha, transposed(a), a, beta, out);
  }
};

}  // namespace isonomy::reference
