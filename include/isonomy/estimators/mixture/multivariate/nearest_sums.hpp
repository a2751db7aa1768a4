// Counts and moments of the rows nearest to each of several centres, in one pass over the data.
#pragma once

#include <algorithm>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/mixture/blocks.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"

namespace isonomy::mixture {

namespace detail {

/// Centres by rows, where the pass runs. The nearest is the one of least squared distance, the first of equals.
struct Centres {
  const double* at = nullptr;
  int components = 0, dimensions = 0;

  struct Nearest {
    int centre = 0;
    double distance = 0;  ///< squared; NaN if the row has a NaN
  };
  template <class X>
  [[nodiscard]] ISONOMY_HD Nearest nearest(const X& x, index_t i) const {
    Nearest result;
    const auto closer = [&result](int k, double distance) {
      if (k == 0 || distance < result.distance) result = {k, distance};
    };
    // Four at a time, whose sums do not wait for each other; what is beyond the last repeats it.
    for (int k = 0; k < components; k += 4) {
      const int k1 = clamped(k + 1), k2 = clamped(k + 2), k3 = clamped(k + 3);
      const double *c0 = at + k * dimensions, *c1 = at + k1 * dimensions, *c2 = at + k2 * dimensions,
                   *c3 = at + k3 * dimensions;
      double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
      const auto* from = &x(i, 0);
      for (int j = 0; j < dimensions; ++j, from += x.column_stride) {
        const double v = static_cast<double>(*from);
        s0 += square(v - c0[j]);
        s1 += square(v - c1[j]);
        s2 += square(v - c2[j]);
        s3 += square(v - c3[j]);
      }
      closer(k, s0);
      if (k1 > k) closer(k1, s1);
      if (k2 > k1) closer(k2, s2);
      if (k3 > k2) closer(k3, s3);
    }
    return result;
  }
  [[nodiscard]] ISONOMY_HD int clamped(int k) const { return k < components ? k : components - 1; }
  [[nodiscard]] ISONOMY_HD static double square(double x) { return rounded_product(x, x); }
  template <class X>
  [[nodiscard]] ISONOMY_HD double deviation(const X& x, index_t i, int k, int j) const {
    return static_cast<double>(x(i, j)) - at[k * dimensions + j];
  }
};

}  // namespace detail

/// How far the moments of clusters go: to the sums of deviations, or to second moments as a covariance needs them.
enum class Moments { first, second };

namespace detail {

/// One block of rows, outputs in the layout of MultivariateNormals: squared distances to the nearest centre | rows
/// nearest to k, sums of their deviations from it, their second moments; each as often as its weight says.
template <class T, MemorySpace Space>
struct NearestBlock {
  static constexpr index_t block_rows = 1024;

  Centres centres;
  Covariance covariance;
  Moments moments;
  MatrixView<const T, Space> x;
  VectorView<const T, Space> weights;  // empty: every row counts once
  MatrixView<double, Space> out;

  ISONOMY_HD void operator()(index_t b) const {
    const int n = centres.components, d = centres.dimensions;
    double* const sums = &out(0, b);
    for (index_t o = 0; o < out.rows; ++o) sums[o] = 0;
    const index_t first = b * block_rows, last = x.rows - first < block_rows ? x.rows : first + block_rows;
    for (index_t i = first; i < last; ++i) {
      const Centres::Nearest nearest = centres.nearest(x, i);
      const int k = nearest.centre;
      const double weight = weights.size > 0 ? static_cast<double>(weights(i)) : 1;
      sums[0] += rounded_product(weight, nearest.distance);
      sums[1 + k] += weight;
      for (int j = 0; j < d; ++j) sums[1 + n + k * d + j] += rounded_product(weight, centres.deviation(x, i, k, j));
      if (moments == Moments::second) add_squares(i, k, weight, sums + 1 + n * (1 + d));
    }
  }

 private:
  ISONOMY_HD void add_squares(index_t i, int k, double weight, double* squares) const {
    const int d = centres.dimensions;
    const bool triangle = covariance == Covariance::full || covariance == Covariance::tied;
    const int size = triangle ? d * (d + 1) / 2 : covariance == Covariance::diagonal ? d : 1;
    double* q = squares + (covariance == Covariance::tied ? 0 : k * size);
    for (int r = 0; r < d; ++r)
      for (int c = triangle ? 0 : r; c <= r; ++c) {
        *q += rounded_product(rounded_product(weight, centres.deviation(x, i, k, r)), centres.deviation(x, i, k, c));
        if (covariance != Covariance::spherical) ++q;
      }
  }
};

}  // namespace detail

/// The sums of one pass, blocks in ascending order: the same bits for any thread count and instruction set. O(n K d),
/// with second moments + O(n d^2); nothing of size n is stored. weights: one for each row, or none, so that every row
/// counts once.
template <ContextLike Ctx, class T>
[[nodiscard]] std::vector<DoubleDouble>
nearest_sums(Ctx& ctx, const std::vector<double>& centres, int dimensions, MatrixView<const T, typename Ctx::space> x,
             Moments moments = Moments::first, Covariance covariance = Covariance::spherical,
             VectorView<const T, typename Ctx::space> weights = {}) {
  using Block = detail::NearestBlock<T, typename Ctx::space>;
  const auto device = to_device(ctx, centres, "centres");
  const detail::Centres term{device.data(), static_cast<int>(centres.size()) / dimensions, dimensions};
  const MultivariateNormals layout{nullptr, term.at, nullptr, term.components, dimensions, covariance};
  const int outputs =
      moments == Moments::second ? layout.outputs(MixtureOrder::gradient) : 1 + term.components * (1 + dimensions);
  std::vector<DoubleDouble> sums(static_cast<std::size_t>(outputs));
  const index_t blocks = (x.rows + Block::block_rows - 1) / Block::block_rows;
  add_blocks(ctx, "nearest_sums", blocks, isonomy::detail::blocks_at_once<Ctx>(outputs), view(sums),
             [&](index_t first, index_t count, MatrixView<double, typename Ctx::space> out) {
               const index_t start = first * Block::block_rows;
               const auto rows = x.row_block(start, std::min(count * Block::block_rows, x.rows - start));
               const auto own = weights.size > 0 ? weights.subview(start, rows.rows) : weights;
               for_each(ctx, count, Block{term, covariance, moments, rows, own, out});
             });
  return sums;
}

}  // namespace isonomy::mixture
