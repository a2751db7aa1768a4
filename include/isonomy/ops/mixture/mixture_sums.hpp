// mixture_sums: the log-likelihood of a mixture of normal densities, and the sums its derivatives are made of, in one
// pass over the data.
#pragma once

#include <algorithm>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/ops/memory.hpp"
#include "isonomy/ops/mixture/blocks.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"

namespace isonomy {

namespace op {
/// Sums over the points of one-dimensional mixtures. A member writes out(o, b): output o over the points of block b.
struct mixture_sums : Declaration {
  static constexpr const char* name = "mixture_sums";
  using elements = Reals;
  static constexpr Reach reach = Reach::pointers;
  template <class B, class T, class Term = SharedMeanPair>
  static constexpr bool own = requires(ContextOf<B>& c, const Term& term, MixtureOrder order, Input<B, T> x,
                                       MatrixOutput<B, double> out) {
    requires MixtureTerm<Term>;
    requires Real<T>;
    B::mixture_sums(c, term, order, x, out);
  };
  template <class B, class T, class Term = SharedMeanPair>
  static constexpr bool derived = requires {
    requires MixtureTerm<Term>;
    requires Real<T>;
    requires Runs<for_each, B>;
  };
  /// Points with gaps are packed first.
  template <class B, class T, class Term = SharedMeanPair>
  static constexpr bool needs = Runs<copy, B, T>;
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::mixture_sums(std::forward<A>(arguments)...);
  }
  template <class Ctx, class Term, class T>
  static void derive(Ctx& ctx, const Term& term, MixtureOrder order, VectorView<T, typename Ctx::space> x,
                     MatrixView<double, typename Ctx::space> out) {
    detail::mixture_blocks(ctx, term, order, x.data, x.size, out);
  }
};
}  // namespace op

/// Adds the outputs that `term` declares for `order`, over the points x, to sums(0 .. outputs - 1) in host memory.
///
/// Points are taken in blocks of block_points, counted from x(0): data that come in pieces have the bits of one pass if
/// every piece but the last is a multiple of block_points long and `sums` goes from call to call. A point NaN makes
/// output 0 NaN, an infinite one makes it -inf. Accumulators are double for every T.
///
/// Errors: ShapeError if sums has another size than the term's outputs; OutOfMemory; Cancelled between blocks. O(n),
/// nothing of size n is stored: a few MB of workspace and 64 (lane sums + lane scratch) doubles a thread; tens of MB
/// where so many blocks run at once that the host hardly waits. Points with stride are copied side by side first, so
/// many blocks at once: 32 MB of doubles, there 256 MB. Progress counts blocks of one pass. Waits for the result.
///
/// The same bits for every instruction set, thread count and backend, and for every order as far as orders share
/// outputs.
template <ContextLike Ctx, MixtureTerm Term, class T>
  requires Runs<op::mixture_sums, backend_of<Ctx>, std::remove_const_t<T>, Term>
void mixture_sums(Ctx& ctx, const Term& term, MixtureOrder order, VectorView<T, typename Ctx::space> x,
                  VectorView<DoubleDouble> sums) {
  static constexpr const char* operation = "mixture_sums";
  using Point = std::remove_const_t<T>;
  using Tag = typename Ctx::tag;
  check::usable(x, operation, "x");
  detail::require_sums(term.outputs(order), sums, operation);
  const index_t blocks = (x.size + block_points - 1) / block_points;
  if (blocks == 0) return begin_operation(ctx, operation);
  constexpr bool own = runs_own_form<op::mixture_sums, backend_of<Ctx>, Point, Term>();
  const index_t rows = own ? sums.size : index_t{term.lane_sums(order) + term.lane_scratch()} * block_lanes;
  const index_t at_once = detail::blocks_at_once<Ctx>(rows);
  Buffer<Point, Tag> packed(ctx, x.stride == 1 ? 0 : std::min(blocks, at_once) * block_points, operation);
  ProgressMeter meter(ctx.control(), operation, blocks);
  add_blocks(ctx, operation, blocks, at_once, sums, [&](index_t first, index_t count, auto out) {
    const index_t start = first * block_points;
    const auto points = detail::side_by_side<Ctx, Point>(
        ctx, x.subview(start, std::min(count * block_points, x.size - start)), packed.view());
    invoke<op::mixture_sums, Point, Term>(ctx, term, order, points, out);
    meter.advance(count);
  });
}

}  // namespace isonomy
