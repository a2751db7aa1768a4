// nearest_sums: counts and moments of the rows nearest to each of several centres, in one pass over the data.
#pragma once

#include <type_traits>
#include <utility>

#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/mixture/blocks.hpp"
#include "isonomy/ops/mixture/kernels/nearest.hpp"

namespace isonomy {

namespace op {
/// Sums over rows by their nearest centre. A member writes out(o, b): output o over the rows of block b.
struct nearest_sums : Declaration {
  static constexpr const char* name = "nearest_sums";
  using elements = Reals;
  static constexpr Reach reach = Reach::pointers;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, const NearestCentres& term, MatrixInput<B, T> x,
                                       Input<B, T> weights, MatrixOutput<B, double> out) {
    requires Real<T>;
    B::nearest_sums(c, term, x, weights, out);
  };
  template <class B, class T>
  static constexpr bool derived = requires {
    requires Real<T>;
    requires Runs<for_each, B>;
  };
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::nearest_sums(std::forward<A>(arguments)...);
  }
  template <class Ctx, class T>
  static void derive(Ctx& ctx, const NearestCentres& term, MatrixView<const T, typename Ctx::space> x,
                     VectorView<const T, typename Ctx::space> weights, MatrixView<double, typename Ctx::space> out) {
    isonomy::for_each(ctx, out.columns, NearestBlock<T, typename Ctx::space>{term, x, weights, out});
  }
};
}  // namespace op

/// Adds the outputs that `term` declares, over the rows of x, to sums(0 .. outputs - 1) in host memory.
///
/// Rows are taken in blocks of NearestCentres::block_rows, counted from the first: data that come in pieces of whole
/// blocks have the bits of one pass. x is n x dimensions, any strides, float or double; accumulators are double.
/// weights: one for each row, of x's type, any stride, not checked; or none, so that every row counts once. A NaN in a
/// row makes its distance NaN and its cluster the first.
///
/// Errors: ShapeError, OutOfMemory, Cancelled between blocks. O(n components dimensions), with second moments O(n
/// dimensions^2) more; a few MB of workspace, nothing of size n. Waits for the result.
///
/// The same bits for every instruction set, thread count and backend.
template <ContextLike Ctx, class T>
  requires Runs<op::nearest_sums, backend_of<Ctx>, std::remove_const_t<T>>
void nearest_sums(Ctx& ctx, const NearestCentres& term, MatrixView<T, typename Ctx::space> x,
                  ConstVector<std::remove_const_t<T>, Ctx> weights, VectorView<DoubleDouble> sums) {
  static constexpr const char* operation = "nearest_sums";
  using Point = std::remove_const_t<T>;
  using Space = typename Ctx::space;
  check::usable(x, operation, "x");
  check::usable(weights, operation, "weights");
  check::that(term.components >= 1, operation, "there are ", term.components, " centres; give at least one");
  check::that(x.columns == term.dimensions, operation, "x has ", x.columns, " columns and the centres ",
              term.dimensions, " dimensions; give one row per point");
  if (weights.size > 0) check::equal(x.rows, "x", weights.size, "weights", operation);
  detail::require_sums(term.outputs(), sums, operation);
  using View = MatrixView<const Point, Space>;
  add_row_blocks(ctx, operation, View(x), NearestCentres::block_rows, sums.size, sums,
                 [&](index_t start, View rows, MatrixView<double, Space> out) {
                   const auto own = weights.size > 0 ? weights.subview(start, rows.rows) : weights;
                   invoke<op::nearest_sums, Point>(ctx, term, rows, own, out);
                 });
}

}  // namespace isonomy
