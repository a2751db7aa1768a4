// transform of Backend<Reference>: elements one after the other.
#pragma once

#include "isonomy/core/view.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/loop.hpp"

namespace isonomy::reference {

struct Transform {
  /// out(i) = f(in(i)...).
  template <class F, class T, class... In>
  static void transform(Context& ctx, const F& f, VectorView<T> out, VectorView<In>... in) {
    for_indices(ctx, out.size, "transform", [&](index_t i) { out(i) = f(in(i)...); });
  }
};

}  // namespace isonomy::reference
