// The loop of Backend<Reference>: one index after the other, until the caller asks to stop.
#pragma once

#include <algorithm>

#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/reference/context.hpp"

namespace isonomy::reference {

/// Throws Cancelled once the caller has asked to stop.
inline void heed_stop(const Context& ctx, const char* operation) {
  if (ctx.control().stop.stop_requested()) throw Cancelled(operation);
}

/// f(i) for every i in [0, n), ascending. Looks every few thousand indices whether to stop.
template <class F>
void for_indices(const Context& ctx, index_t n, const char* operation, const F& f) {
  constexpr index_t between_looks = 4096;
  for (index_t begin = 0; begin < n; begin += between_looks) {
    heed_stop(ctx, operation);
    for (index_t i = begin; i < std::min(n, begin + between_looks); ++i) f(i);
  }
}

}  // namespace isonomy::reference
