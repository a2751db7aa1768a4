// transform of Backend<Cpu>: elements in pieces on the context's threads.
#pragma once

#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/parallel.hpp"

namespace isonomy::cpu {

struct Transform {
  /// out(i) = f(in(i)...).
  template <class F, class T, class... In>
  static void transform(Context& ctx, const F& f, VectorView<T> out, VectorView<const In>... in) {
    parallel_for(ctx, out.size, 8192, "transform", [&](index_t i) { out(i) = f(in(i)...); });
  }
};

}  // namespace isonomy::cpu
