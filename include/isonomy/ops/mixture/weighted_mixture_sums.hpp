// weighted_mixture_sums: mixture_sums over points that have weights.
#pragma once

#include <algorithm>
#include <concepts>
#include <type_traits>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/ops/memory.hpp"
#include "isonomy/ops/mixture/blocks.hpp"
#include "isonomy/ops/mixture/kernels/weighted.hpp"

namespace isonomy {

namespace op {
/// Sums over weighted points. A member writes out(o, b): output o over the points of block b.
struct weighted_mixture_sums : Declaration {
  static constexpr const char* name = "weighted_mixture_sums";
  using elements = Reals;
  static constexpr Reach reach = Reach::pointers;
  template <class B, class T, class Term = NormalComponents>
  static constexpr bool own = requires(ContextOf<B>& c, const Weighted<Term>& term, MixtureOrder order, Input<B, T> x,
                                       MatrixOutput<B, double> out) {
    requires MixtureTerm<Weighted<Term>>;
    requires Real<T>;
    B::weighted_mixture_sums(c, term, order, x, x, out);
  };
  template <class B, class T, class Term = NormalComponents>
  static constexpr bool derived = requires {
    requires MixtureTerm<Weighted<Term>>;
    requires Real<T>;
    requires Runs<for_each, B>;
  };
  /// Points with gaps are packed first.
  template <class B, class T, class Term = NormalComponents>
  static constexpr bool needs = Runs<copy, B, T>;
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::weighted_mixture_sums(std::forward<A>(arguments)...);
  }
  template <class Ctx, class Term, class T>
  static void derive(Ctx& ctx, const Weighted<Term>& term, MixtureOrder order,
                     VectorView<const T, typename Ctx::space> x, VectorView<const T, typename Ctx::space> weights,
                     MatrixView<double, typename Ctx::space> out) {
    detail::mixture_blocks(ctx, term, order, WeightedPoints<T>{x.data, weights.data}, x.size, out);
  }
};
}  // namespace op

/// Adds the outputs that `term` declares for `order`, over points with their weights (or the squares of these), to
/// sums(0 .. outputs - 1) in host memory.
///
/// In the fixed order of mixture_sums: data that come in pieces of whole blocks have the bits of one pass. weights: as
/// many as points, of their type, any stride, not checked; a point of weight 0 adds 0 if its sums are finite.
///
/// Errors, cost, progress and determinism as mixture_sums, with one logarithm per point.
template <ContextLike Ctx, class Term, class T>
  requires Runs<op::weighted_mixture_sums, backend_of<Ctx>, std::remove_const_t<T>, Term>
void weighted_mixture_sums(Ctx& ctx, const Weighted<Term>& term, MixtureOrder order,
                           VectorView<T, typename Ctx::space> x, ConstVector<std::remove_const_t<T>, Ctx> weights,
                           VectorView<DoubleDouble> sums) {
  static constexpr const char* operation = "weighted_mixture_sums";
  using Point = std::remove_const_t<T>;
  using View = VectorView<const Point, typename Ctx::space>;
  check::usable(x, operation, "x");
  check::usable(weights, operation, "weights");
  check::equal(x.size, "x", weights.size, "weights", operation);
  detail::require_sums(term.outputs(order), sums, operation);
  const index_t blocks = (x.size + block_points - 1) / block_points;
  if (blocks == 0) return begin_operation(ctx, operation);
  constexpr bool own = runs_own_form<op::weighted_mixture_sums, backend_of<Ctx>, Point, Term>();
  const index_t rows = own ? sums.size : index_t{term.lane_sums(order) + term.lane_scratch()} * block_lanes;
  const index_t at_once = detail::blocks_at_once<Ctx>(rows);
  const auto room_for = [&](View v) {
    return Buffer<Point, typename Ctx::tag>(ctx, v.stride == 1 ? 0 : std::min(blocks, at_once) * block_points,
                                            operation);
  };
  auto packed_x = room_for(x), packed_weights = room_for(weights);
  ProgressMeter meter(ctx.control(), operation, blocks);
  add_blocks(ctx, operation, blocks, at_once, sums, [&](index_t first, index_t count, auto out) {
    const index_t start = first * block_points, size = std::min(count * block_points, x.size - start);
    const auto piece = [&](View v, auto& packed) {
      return detail::side_by_side<Ctx, Point>(ctx, v.subview(start, size), packed.view());
    };
    const View points = piece(x, packed_x), w = piece(weights, packed_weights);
    invoke<op::weighted_mixture_sums, Point, Term>(ctx, term, order, points, w, out);
    meter.advance(count);
  });
}

}  // namespace isonomy
