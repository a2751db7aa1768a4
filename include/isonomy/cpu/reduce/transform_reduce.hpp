// Loops and reductions of Backend<Cpu>; every reduction follows one fixed tree, whatever the number of threads.
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

struct Reduce {
  /// f(i) for every i in [0, n), in no particular order and concurrently.
  template <class F>
  static void for_each(Context& ctx, index_t n, const F& f) {
    // Nothing is known about the cost of f, so there are enough pieces to balance and few enough to be cheap.
    const index_t grain = std::clamp<index_t>(n / (index_t{16} * ctx.threads()), 1, 1024);
    parallel_for(ctx, n, grain, "for_each", [&f](index_t i) { f(i); });
  }

  /// out(i) = f(in(i)...).
  template <class F, class T, class... In>
  static void transform(Context& ctx, const F& f, VectorView<T> out, VectorView<const In>... in) {
    parallel_for(ctx, out.size, 8192, "transform", [&](index_t i) { out(i) = f(in(i)...); });
  }

  /// The fixed tree: elements are cut into chunks of reduction_chunk, each folded from its first element onwards as
  /// p = op(p, f(x)); the result is init folded with the partials in ascending order. A matrix counts as its elements
  /// in column-major order.
  template <class T, class R, class Op, class F>
  static R transform_reduce(Context& ctx, VectorView<const T> x, R init, const Op& op, const F& f) {
    return tree(ctx, x.size, init, op, Walk<VectorView<const T>, R, Op, F>{x, op, f});
  }
  template <class T, class R, class Op, class F>
  static R transform_reduce(Context& ctx, MatrixView<const T> x, R init, const Op& op, const F& f) {
    return tree(ctx, x.rows * x.columns, init, op, Walk<MatrixView<const T>, R, Op, F>{x, op, f});
  }

  /// out(s) has the bits of transform_reduce over elements offsets(s) .. offsets(s + 1) - 1; init for none.
  template <class T, class R, class Op, class F>
  static void segmented_reduce(Context& ctx, VectorView<const T> x, VectorView<const index_t> offsets,
                               VectorView<R> out, R init, const Op& op, const F& f) {
    const index_t segments = out.size;
    if (segments == 0) return;
    // Few long segments are split inside, many short ones among each other.
    if ((offsets(segments) - offsets(0)) / segments >= 16 * reduction_chunk) {
      for (index_t s = 0; s < segments; ++s)
        out(s) = transform_reduce(ctx, x.subview(offsets(s), offsets(s + 1) - offsets(s)), init, op, f);
      return;
    }
    parallel_for(ctx, segments, 16, "segmented_reduce", [&](index_t s) {
      const index_t size = offsets(s + 1) - offsets(s);
      const Walk<VectorView<const T>, R, Op, F> walk{x.subview(offsets(s), size), op, f};
      R result = init;
      for (index_t begin = 0; begin < size; begin += reduction_chunk)
        result = op(result, walk(begin, std::min(size, begin + reduction_chunk)));
      out(s) = result;
    });
  }

 private:
  /// Folds one chunk of a vector or of a matrix in column-major order.
  template <class X, class R, class Op, class F>
  struct Walk {
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
