// for_each of Backend<Reference>: indices one after the other.
#pragma once

#include "isonomy/reference/context.hpp"
#include "isonomy/reference/loop.hpp"

namespace isonomy::reference {

struct ForEach {
  /// f(i) for every i in [0, n), ascending.
  template <class F>
  static void for_each(Context& ctx, index_t n, const F& f) {
    for_indices(ctx, n, "for_each", [&f](index_t i) { f(i); });
  }
};

}  // namespace isonomy::reference
