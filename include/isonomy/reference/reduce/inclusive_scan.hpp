// inclusive_scan of Backend<Reference>: one element after the other.
#pragma once

#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/loop.hpp"

namespace isonomy::reference {

struct InclusiveScan {
  template <class T, class Op>
  static void inclusive_scan(Context& ctx, VectorView<const T> x, VectorView<T> out, const Op& op) {
    T before{}, chunk{};  // the chunks before this one; this one up to here
    for_indices(ctx, x.size, "inclusive_scan", [&](index_t i) {
      const bool begins = i % reduction_chunk == 0, first = i < reduction_chunk;
      if (begins && i > 0) before = i == reduction_chunk ? chunk : op(before, chunk);
      chunk = begins ? x(i) : op(chunk, x(i));
      out(i) = first ? chunk : op(before, chunk);
    });
  }
};

}  // namespace isonomy::reference
