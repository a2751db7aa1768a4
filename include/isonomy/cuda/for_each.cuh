// for_each of Backend<Cuda>: a thread an index.
#pragma once

#include "isonomy/cuda/pieces.cuh"

namespace isonomy::device {

struct ForEach {
  /// f(i) for every i in [0, n), in no order.
  template <class F>
  static void for_each(Context& ctx, index_t n, const F& f) {
    for_indices(ctx, n, "for_each", f);
  }
};

}  // namespace isonomy::device
