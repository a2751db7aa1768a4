// transform_reduce of Backend<Cpu>: one fixed tree, whatever the number of threads.
#pragma once

#include <algorithm>
#include <memory>
#include <type_traits>

#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/memory.hpp"
#include "isonomy/cpu/parallel.hpp"

namespace isonomy::cpu {

/// Folds one chunk of a vector, or of a matrix in column-major order, from its first element onwards.
template <class X, class R, class Op, class F>
struct FoldChunk {
  X x;
  const Op& op;
  const F& f;

  R operator()(index_t begin, index_t end) const {
    if constexpr (requires { x.columns; }) {
      index_t i = begin % x.rows, j = begin / x.rows;
      R p = f(x(i, j));
      for (index_t e = begin + 1; e < end; ++e) {
        if (++i == x.rows) i = 0, ++j;
        p = op(p, f(x(i, j)));
      }
      return p;
    } else {
      R p = f(x(begin));
      for (index_t i = begin + 1; i < end; ++i) p = op(p, f(x(i)));
      return p;
    }
  }
};

struct TransformReduce {
  /// The fixed tree: elements are cut into chunks of reduction_chunk, each folded from its first element onwards as
  /// p = op(p, f(x)); the result is init folded with the partials in ascending order. A matrix counts as its elements
  /// in column-major order.
  template <class T, class R, class Op, class F>
  static R transform_reduce(Context& ctx, VectorView<const T> x, R init, const Op& op, const F& f) {
    return tree(ctx, x.size, init, op, FoldChunk<VectorView<const T>, R, Op, F>{x, op, f});
  }
  template <class T, class R, class Op, class F>
  static R transform_reduce(Context& ctx, MatrixView<const T> x, R init, const Op& op, const F& f) {
    return tree(ctx, x.rows * x.columns, init, op, FoldChunk<MatrixView<const T>, R, Op, F>{x, op, f});
  }

 private:
  template <class R, class Op, class Fold>
  static R tree(Context& ctx, index_t n, R init, const Op& op, const Fold& fold) {
    static_assert(std::is_trivially_copyable_v<R>, "a reduction's result travels between devices as plain bytes");
    const index_t chunks = (n + reduction_chunk - 1) / reduction_chunk;
    if (chunks == 0) return init;
    if (chunks == 1) return op(init, fold(0, n));
    const Memory::allocation memory =
        Memory::allocate(ctx, sizeof(R) * static_cast<std::size_t>(chunks), "transform_reduce");
    R* partial = static_cast<R*>(memory.get());
    parallel_for(ctx, chunks, 4, "transform_reduce", [&](index_t c) {
      std::construct_at(partial + c, fold(c * reduction_chunk, std::min(n, (c + 1) * reduction_chunk)));
    });
    R result = init;
    for (index_t c = 0; c < chunks; ++c) result = op(result, partial[c]);
    return result;
  }
};

}  // namespace isonomy::cpu
