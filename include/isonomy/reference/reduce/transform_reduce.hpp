// transform_reduce of Backend<Reference>: the fixed tree, chunk by chunk.
#pragma once

#include <algorithm>

#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/loop.hpp"

namespace isonomy::reference {

/// The tree over at(0) .. at(n - 1): chunks of reduction_chunk elements, each folded from its first element onwards,
/// onto init in ascending order.
template <class R, class Op, class F, class At>
[[nodiscard]] R fixed_tree(const Context& ctx, const char* operation, index_t n, R init, const Op& op, const F& f,
                           const At& at) {
  for (index_t begin = 0; begin < n; begin += reduction_chunk) {
    heed_stop(ctx, operation);
    R partial = f(at(begin));
    for (index_t i = begin + 1; i < std::min(n, begin + reduction_chunk); ++i) partial = op(partial, f(at(i)));
    init = op(init, partial);
  }
  return init;
}

struct TransformReduce {
  template <class T, class R, class Op, class F>
  static R transform_reduce(Context& ctx, VectorView<T> x, R init, const Op& op, const F& f) {
    return fixed_tree(ctx, "transform_reduce", x.size, init, op, f, [&](index_t i) { return x(i); });
  }
  /// The elements of a matrix in column-major order.
  template <class T, class R, class Op, class F>
  static R transform_reduce(Context& ctx, MatrixView<T> x, R init, const Op& op, const F& f) {
    return fixed_tree(ctx, "transform_reduce", x.rows * x.columns, init, op, f,
                      [&](index_t e) { return x(e % x.rows, e / x.rows); });
  }
};

}  // namespace isonomy::reference
