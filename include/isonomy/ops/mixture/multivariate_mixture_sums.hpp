// multivariate_mixture_sums: the log-likelihood of a mixture of normal densities in several dimensions, and the moments
// of its components, in one pass over the data.
#pragma once

#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/mixture/blocks.hpp"
#include "isonomy/ops/mixture/kernels/block_sums.hpp"
#include "isonomy/ops/mixture/kernels/scalar.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"

namespace isonomy {

namespace detail {

/// The plain form: one task per block of `size` rows, a matrix or WeightedRows.
template <bool moments, class Rows, MemorySpace Space>
struct DensityBlock {
  MultivariateNormals term;
  Rows x;
  index_t size;
  MatrixView<double, Space> out, sums;

  ISONOMY_HD void operator()(index_t b) const {
    const index_t first = b * block_points, left = size - first, n = left < block_points ? left : block_points;
    lanes::MultivariateBlocks::add<moments>(term, x, first, n, &sums(0, b));
    block_outputs(term, moments ? MixtureOrder::gradient : MixtureOrder::value, n, &sums(0, b), &out(0, b));
  }
};

/// The blocks of one call by the plain form, one a column of `out`.
template <class Ctx, class Rows>
void multivariate_blocks(Ctx& ctx, const MultivariateNormals& term, MixtureOrder order, const Rows& x, index_t size,
                         MatrixView<double, typename Ctx::space> out, const char* operation) {
  using Space = typename Ctx::space;
  Matrix<double, typename Ctx::tag> sums(ctx, (term.lane_sums(order) + term.lane_scratch()) * block_lanes, out.columns,
                                         operation);
  if (order == MixtureOrder::value)
    for_each(ctx, out.columns, DensityBlock<false, Rows, Space>{term, x, size, out, sums.view()});
  else
    for_each(ctx, out.columns, DensityBlock<true, Rows, Space>{term, x, size, out, sums.view()});
}

}  // namespace detail

namespace op {
/// Sums over the rows of mixtures in several dimensions. A member writes out(o, b): output o over the rows of block b.
struct multivariate_mixture_sums : Declaration {
  static constexpr const char* name = "multivariate_mixture_sums";
  using elements = Reals;
  static constexpr Reach reach = Reach::pointers;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, const MultivariateNormals& term, MixtureOrder order,
                                       MatrixInput<B, T> x, MatrixOutput<B, double> out) {
    requires Real<T>;
    B::multivariate_mixture_sums(c, term, order, x, out);
  };
  template <class B, class T>
  static constexpr bool derived = requires {
    requires Real<T>;
    requires Runs<for_each, B>;
  };
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::multivariate_mixture_sums(std::forward<A>(arguments)...);
  }
  template <class Ctx, class T>
  static void derive(Ctx& ctx, const MultivariateNormals& term, MixtureOrder order,
                     MatrixView<T, typename Ctx::space> x, MatrixView<double, typename Ctx::space> out) {
    detail::multivariate_blocks(ctx, term, order, x, x.rows, out, name);
  }
};
}  // namespace op

/// Adds the outputs that `term` declares for `order`, over the rows of x, to sums(0 .. outputs - 1) in host memory.
///
/// In the fixed order of mixture_sums: data that come in pieces of whole blocks have the bits of one pass. x is n x
/// dimensions, any strides (unit column stride is fastest), float or double; accumulators are double. A NaN in a row
/// makes output 0 NaN.
///
/// Errors: ShapeError, OutOfMemory, Cancelled between blocks. O(n components dimensions^2) for full and tied
/// covariances, else O(n components dimensions); a few MB of workspace and 64 (lane sums + lane scratch) doubles a
/// thread. Waits for the result.
///
/// The same bits for every instruction set, thread count and backend; output 0 for every order too.
template <ContextLike Ctx, class T>
  requires Runs<op::multivariate_mixture_sums, backend_of<Ctx>, std::remove_const_t<T>>
void multivariate_mixture_sums(Ctx& ctx, const MultivariateNormals& term, MixtureOrder order,
                               MatrixView<T, typename Ctx::space> x, VectorView<DoubleDouble> sums) {
  static constexpr const char* operation = "multivariate_mixture_sums";
  using Point = std::remove_const_t<T>;
  check::usable(x, operation, "x");
  check::that(x.columns == term.dimensions, operation, "x has ", x.columns, " columns and the term ", term.dimensions,
              " dimensions; give one row per point");
  detail::require_sums(term.outputs(order), sums, operation);
  constexpr bool own = runs_own_form<op::multivariate_mixture_sums, backend_of<Ctx>, Point>();
  const index_t lane_rows = index_t{term.lane_sums(order) + term.lane_scratch()} * block_lanes;
  using View = MatrixView<const Point, typename Ctx::space>;
  add_row_blocks(ctx, operation, View(x), block_points, own ? sums.size : lane_rows, sums,
                 [&](index_t, View rows, MatrixView<double, typename Ctx::space> out) {
                   invoke<op::multivariate_mixture_sums, Point>(ctx, term, order, rows, out);
                 });
}

}  // namespace isonomy
