// weighted_multivariate_mixture_sums: multivariate_mixture_sums over rows that have weights.
#pragma once

#include <type_traits>

#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/mixture/blocks.hpp"
#include "isonomy/ops/mixture/kernels/weighted.hpp"
#include "isonomy/ops/mixture/multivariate_mixture_sums.hpp"

namespace isonomy {

namespace op {
/// Sums over weighted rows of mixtures in several dimensions. A member writes out(o, b): output o over the rows of
/// block b.
struct weighted_multivariate_mixture_sums : Declaration {
  static constexpr const char* name = "weighted_multivariate_mixture_sums";
  using elements = Reals;
  static constexpr Reach reach = Reach::pointers;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, const MultivariateNormals& term, MixtureOrder order,
                                       MatrixInput<B, T> x, Input<B, T> weights, MatrixOutput<B, double> out) {
    requires Real<T>;
    B::weighted_multivariate_mixture_sums(c, term, order, x, weights, out);
  };
  template <class B, class T>
  static constexpr bool derived = requires {
    requires Real<T>;
    requires Runs<for_each, B>;
  };
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::weighted_multivariate_mixture_sums(std::forward<A>(arguments)...);
  }
  template <class Ctx, class T>
  static void derive(Ctx& ctx, const MultivariateNormals& term, MixtureOrder order,
                     MatrixView<const T, typename Ctx::space> x, VectorView<const T, typename Ctx::space> weights,
                     MatrixView<double, typename Ctx::space> out) {
    const WeightedRows<T, typename Ctx::space> rows{x, weights};
    detail::multivariate_blocks(ctx, term, order, rows, x.rows, out, name);
  }
};
}  // namespace op

/// Adds the outputs that `term` declares for `order`, over the rows of x, each as often as its weight says, to sums(0
/// .. outputs - 1) in host memory.
///
/// As multivariate_mixture_sums, with one logarithm a row. weights: one for each row, of x's type, any stride, not
/// checked; a row of weight 0 adds 0 if its sums are finite.
///
/// Errors, cost and determinism as multivariate_mixture_sums.
template <ContextLike Ctx, class T>
  requires Runs<op::weighted_multivariate_mixture_sums, backend_of<Ctx>, std::remove_const_t<T>>
void weighted_multivariate_mixture_sums(Ctx& ctx, const MultivariateNormals& term, MixtureOrder order,
                                        MatrixView<T, typename Ctx::space> x,
                                        ConstVector<std::remove_const_t<T>, Ctx> weights,
                                        VectorView<DoubleDouble> sums) {
  static constexpr const char* operation = "weighted_multivariate_mixture_sums";
  using Point = std::remove_const_t<T>;
  using Space = typename Ctx::space;
  check::usable(x, operation, "x");
  check::usable(weights, operation, "weights");
  check::that(x.columns == term.dimensions, operation, "x has ", x.columns, " columns and the term ", term.dimensions,
              " dimensions; give one row per point");
  check::equal(x.rows, "x", weights.size, "weights", operation);
  detail::require_sums(term.outputs(order), sums, operation);
  constexpr bool own = runs_own_form<op::weighted_multivariate_mixture_sums, backend_of<Ctx>, Point>();
  const index_t lane_rows = index_t{term.lane_sums(order) + term.lane_scratch()} * block_lanes;
  using View = MatrixView<const Point, Space>;
  add_row_blocks(ctx, operation, View(x), block_points, own ? sums.size : lane_rows, sums,
                 [&](index_t start, View rows, MatrixView<double, Space> out) {
                   invoke<op::weighted_multivariate_mixture_sums, Point>(ctx, term, order, rows,
                                                                         weights.subview(start, rows.rows), out);
                 });
}

}  // namespace isonomy
