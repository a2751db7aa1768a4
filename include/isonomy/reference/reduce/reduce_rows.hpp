// reduce_rows of Backend<Reference>: the tree of transform_reduce, row by row.
#pragma once

#include <type_traits>

#include "isonomy/core/view.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/loop.hpp"
#include "isonomy/reference/reduce/transform_reduce.hpp"

namespace isonomy::reference {

struct ReduceRows {
  template <class T, class R, class Op, class F>
  static void reduce_rows(Context& ctx, MatrixView<T> a, VectorView<R> out, std::type_identity_t<R> init, const Op& op,
                          const F& f) {
    for_indices(ctx, out.size, "reduce_rows", [&](index_t i) {
      out(i) = fixed_tree(ctx, "reduce_rows", a.columns, init, op, f, [&](index_t j) { return a(i, j); });
    });
  }
};

}  // namespace isonomy::reference
