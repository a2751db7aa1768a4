// nearest_sums on the host: blocks of rows on threads.
#pragma once

#include <algorithm>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/parallel.hpp"
#include "isonomy/ops/mixture/kernels/nearest.hpp"

namespace isonomy::cpu {

struct NearestSums {
  /// out(o, b): output o over block b of the rows of x, any strides, with a weight for each or none.
  template <Real T>
  static void nearest_sums(Context& ctx, const NearestCentres& term, MatrixView<const T> x, VectorView<const T> weights,
                           MatrixView<double> out) {
    // A block may take long, so that a piece is few of them.
    const index_t grain = std::clamp<index_t>(out.columns / (index_t{16} * ctx.threads()), 1, 8);
    parallel_for(ctx, out.columns, grain, "nearest_sums", NearestBlock<T, HostSpace>{term, x, weights, out});
  }
};

}  // namespace isonomy::cpu
