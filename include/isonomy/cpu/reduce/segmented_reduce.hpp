// segmented_reduce of Backend<Cpu>: the tree of transform_reduce in each segment.
#pragma once

#include <algorithm>

#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/parallel.hpp"
#include "isonomy/cpu/reduce/transform_reduce.hpp"

namespace isonomy::cpu {

struct SegmentedReduce {
  /// out(s) has the bits of transform_reduce over elements offsets(s) .. offsets(s + 1) - 1; init for none.
  template <class T, class R, class Op, class F>
  static void segmented_reduce(Context& ctx, VectorView<const T> x, VectorView<const index_t> offsets,
                               VectorView<R> out, R init, const Op& op, const F& f) {
    const index_t segments = out.size;
    if (segments == 0) return;
    // Few long segments are split inside, many short ones among each other.
    if ((offsets(segments) - offsets(0)) / segments >= 16 * reduction_chunk) {
      for (index_t s = 0; s < segments; ++s)
        out(s) =
            TransformReduce::transform_reduce(ctx, x.subview(offsets(s), offsets(s + 1) - offsets(s)), init, op, f);
      return;
    }
    parallel_for(ctx, segments, 16, "segmented_reduce", [&](index_t s) {
      const index_t size = offsets(s + 1) - offsets(s);
      const FoldChunk<VectorView<const T>, R, Op, F> fold{x.subview(offsets(s), size), op, f};
      R result = init;
      for (index_t begin = 0; begin < size; begin += reduction_chunk)
        result = op(result, fold(begin, std::min(size, begin + reduction_chunk)));
      out(s) = result;
    });
  }
};

}  // namespace isonomy::cpu
