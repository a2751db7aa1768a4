// gemm_batched of Backend<Reference>: one product after the other.
#pragma once

#include <type_traits>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/linalg/gemm.hpp"

namespace isonomy::reference {

struct GemmBatched {
  template <Real T>
  static void gemm_batched(Context& ctx, std::type_identity_t<T> alpha, BatchView<const std::type_identity_t<T>> a,
                           BatchView<const std::type_identity_t<T>> b, std::type_identity_t<T> beta, BatchView<T> out) {
    for (index_t s = 0; s < out.batches; ++s) add_product<T>(ctx, "gemm_batched", alpha, a[s], b[s], beta, out[s]);
  }
};

}  // namespace isonomy::reference
