// for_each of Backend<Cpu>: indices in pieces on the context's threads.
#pragma once

#include <algorithm>

#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/parallel.hpp"

namespace isonomy::cpu {

struct ForEach {
  /// f(i) for every i in [0, n), in no particular order and concurrently.
  template <class F>
  static void for_each(Context& ctx, index_t n, const F& f) {
    // Nothing is known about the cost of f, so there are enough pieces to balance and few enough to be cheap.
    const index_t grain = std::clamp<index_t>(n / (index_t{16} * ctx.threads()), 1, 1024);
    parallel_for(ctx, n, grain, "for_each", [&f](index_t i) { f(i); });
  }
};

}  // namespace isonomy::cpu
