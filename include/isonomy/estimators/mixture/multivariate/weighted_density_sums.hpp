// The sums of multivariate_mixture_sums over rows that have weights, in one pass over the data.
#pragma once

#include <algorithm>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/mixture/blocks.hpp"
#include "isonomy/ops/mixture/kernels/block_sums.hpp"
#include "isonomy/ops/mixture/kernels/scalar.hpp"
#include "isonomy/ops/mixture/kernels/weighted.hpp"

namespace isonomy::mixture::detail {

/// One block of rows, in lanes of one element.
template <bool moments, class T, MemorySpace Space>
struct WeightedDensityBlock {
  MultivariateNormals term;
  WeightedRows<T, Space> x;
  index_t size;
  MatrixView<double, Space> out, sums;

  ISONOMY_HD void operator()(index_t b) const {
    const index_t first = b * block_points, left = size - first, n = left < block_points ? left : block_points;
    lanes::MultivariateBlocks::add<moments>(term, x, first, n, &sums(0, b));
    block_outputs(term, moments ? MixtureOrder::gradient : MixtureOrder::value, n, &sums(0, b), &out(0, b));
  }
};

/// Adds the outputs that `term` declares, each row as often as its weight says, to `sums`, in the fixed order of
/// mixture_sums. One logarithm a row beside the cost of multivariate_mixture_sums on lanes of one element, which every
/// backend runs: the same bits for any thread count, instruction set and backend. Errors as multivariate_mixture_sums.
template <ContextLike Ctx, class T>
void weighted_density_sums(Ctx& ctx, const MultivariateNormals& term, MixtureOrder order,
                           const WeightedRows<T, typename Ctx::space>& x, VectorView<DoubleDouble> sums) {
  static constexpr const char* operation = "weighted_density_sums";
  using Space = typename Ctx::space;
  const index_t blocks = (x.points.rows + block_points - 1) / block_points;
  const index_t lane_rows = index_t{term.lane_sums(order) + term.lane_scratch()} * block_lanes;
  add_blocks(ctx, operation, blocks, lane_rows, sums, [&](index_t first, index_t count, MatrixView<double, Space> out) {
    const index_t start = first * block_points, size = std::min(count * block_points, x.points.rows - start);
    const WeightedRows<T, Space> rows{x.points.row_block(start, size), x.weights.subview(start, size)};
    Matrix<double, typename Ctx::tag> lane_sums(ctx, lane_rows, count, operation);
    if (order == MixtureOrder::value)
      for_each(ctx, count, WeightedDensityBlock<false, T, Space>{term, rows, size, out, lane_sums.view()});
    else
      for_each(ctx, count, WeightedDensityBlock<true, T, Space>{term, rows, size, out, lane_sums.view()});
  });
}

}  // namespace isonomy::mixture::detail
