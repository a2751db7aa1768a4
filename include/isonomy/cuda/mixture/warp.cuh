// A block of points on a warp: its lanes are the threads, and what their sums come to is found by shuffles.
#pragma once

#include "isonomy/core/config.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cuda/launch.cuh"
#include "isonomy/ops/mixture/kernels/block_sums.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"

namespace isonomy::device {

static_assert(warp_lanes == block_lanes, "a lane of a block of points is a thread of a warp");

/// The sum over the lanes of a warp in the tree of lanes::tree_sum, for each of them.
[[nodiscard]] __device__ inline double warp_total(const Group& g, double own) {
  for (int apart = warp_lanes / 2; apart > 0; apart /= 2) own += g.shuffle_xor(own, apart);
  return own;
}

/// Rows of lane sums that the lanes of a warp have written, each its own: what block_share reads. Every lane asks.
struct WarpRows {
  Group g;
  const double* rows;

  [[nodiscard]] __device__ double total(int row) const { return warp_total(g, rows[row * block_lanes + g.lane()]); }
  [[nodiscard]] __device__ lanes::ScaledProduct product(int row) const {
    return lanes::product_of_lanes(rows + row * block_lanes);
  }
};

/// What every lane knows, written by the first.
struct WrittenOnce {
  Group g;
  double* out;
  __device__ void operator()(int output, double value) const {
    if (g.lane() == 0) out[output] = value;
  }
};

/// Blocks of `size` points by turns, a warp each: add(first, n) writes the lane sums of n points from the first on to
/// `sums`, and out(o, b) is what they come to.
template <class Term, class Add>
__device__ void share_blocks(const Group& g, const Term& term, MixtureOrder order, index_t size, const double* sums,
                             const MatrixView<double, DeviceSpace>& out, const Add& add) {
  for (index_t b = g.block() * g.warps() + g.warp(); b < out.columns; b += g.blocks() * g.warps()) {
    const index_t first = b * block_points, left = size - first, n = left < block_points ? left : block_points;
    add(first, n);
    g.sync_warp();
    block_share(term, order, n, WarpRows{g, sums}, WrittenOnce{g, &out(0, b)});
    g.sync_warp();
  }
}

}  // namespace isonomy::device
