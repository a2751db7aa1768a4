// segmented_reduce of Backend<Reference>: the tree of transform_reduce, segment by segment.
#pragma once

#include <type_traits>

#include "isonomy/core/view.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/loop.hpp"
#include "isonomy/reference/reduce/transform_reduce.hpp"

namespace isonomy::reference {

struct SegmentedReduce {
  template <class T, class R, class Op, class F>
  static void segmented_reduce(Context& ctx, VectorView<T> x, VectorView<const index_t> offsets, VectorView<R> out,
                               std::type_identity_t<R> init, const Op& op, const F& f) {
    for_indices(ctx, out.size, "segmented_reduce", [&](index_t s) {
      const index_t first = offsets(s);
      out(s) = fixed_tree(ctx, "segmented_reduce", offsets(s + 1) - first, init, op, f,
                          [&](index_t i) { return x(first + i); });
    });
  }
};

}  // namespace isonomy::reference
