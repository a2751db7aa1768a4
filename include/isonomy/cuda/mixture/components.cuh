// Mixtures in few dimensions: a block of points on several warps, each with the moments of its components in registers.
#pragma once

#include <cstddef>

#include "isonomy/core/config.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cuda/launch.cuh"
#include "isonomy/cuda/mixture/moments.cuh"
#include "isonomy/cuda/mixture/warp.cuh"
#include "isonomy/ops/mixture/kernels/scalar.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"

namespace isonomy::device {

/// Tiles of eight steps go from phase to phase: the warps share out first the steps (points to shared memory), then the
/// components (exponents), the steps (responsibilities), the components (moments). The bits are those of
/// lanes::DensityLanes: every sum takes the same numbers in the same order.
template <bool moments, class Rows>
struct ComponentWarps {
  static constexpr int tile_steps = MultivariateNormals::tile_steps, tile = tile_steps * block_lanes;
  static constexpr bool weighted = requires(const Rows& x) { x.weight(index_t{}); };
  static constexpr int most_warps = 8;

  MultivariateNormals term;
  Rows x;
  index_t size;
  MatrixView<double, DeviceSpace> out;

  /// A warp a component; each keeps the moments of one.
  [[nodiscard]] static bool fits(const MultivariateNormals& term) {
    return term.dimensions <= most_register_dimensions && term.components <= most_warps;
  }
  /// Rows of a tile: coordinates, powers, and of each point its largest exponent, the sum beside it, its weight.
  [[nodiscard]] static std::size_t shared_bytes(const MultivariateNormals& term) {
    return sizeof(double) * static_cast<std::size_t>(term.dimensions + term.components + 3) * tile;
  }

  __device__ void operator()(const Group& g) const {
    for (index_t b = g.block(); b < out.columns; b += g.blocks()) add_block(g, b);
  }

 private:
  using L = lanes::Lanes;

  /// Sums of exponents and the product that is left of them, which the first warp keeps.
  struct Powers {
    double largest = 0, exponents = 0, product = 1;
  };

  [[nodiscard]] __device__ double* points(const Group& g) const { return &g.shared<double>(); }
  [[nodiscard]] __device__ double* powers(const Group& g) const { return points(g) + term.dimensions * tile; }
  [[nodiscard]] __device__ double* largest(const Group& g) const { return powers(g) + term.components * tile; }
  [[nodiscard]] __device__ double* totals(const Group& g) const { return largest(g) + tile; }
  [[nodiscard]] __device__ double* weights(const Group& g) const { return totals(g) + tile; }

  __device__ void add_block(const Group& g, index_t b) const {
    const index_t first = b * block_points, left = size - first, n = left < block_points ? left : block_points;
    Powers sums;
    ComponentMoments own;
    for (index_t begin = 0; begin < n; begin += tile) {
      for (int step = g.warp(); step < tile_steps; step += g.warps())
        load(g, first, n, begin + step * block_lanes + g.lane(), step * block_lanes + g.lane());
      g.sync();
      for (int step = 0; step < tile_steps; ++step) exponent(g, step * block_lanes + g.lane());
      g.sync();
      for (int step = g.warp(); step < tile_steps; step += g.warps())
        normalise(g, begin + step * block_lanes + g.lane() < n, step * block_lanes + g.lane());
      g.sync();
      if (begin + g.lane() < n) {  // a lane without a point takes no part in a tile
        if (g.warp() == 0) add_powers(g, sums);
        if constexpr (moments) add_moments(g, own);
      }
      g.sync();
    }
    write(g, b, sums, own);
  }

  /// Point i of the block to place `at` of the tile; the first mean stands for one that is not there.
  __device__ void load(const Group& g, index_t first, index_t n, index_t i, int at) const {
    double* const to = points(g) + at;
    for (int j = 0; j < term.dimensions; ++j)
      to[j * tile] = i < n ? static_cast<double>(x(first + i, j)) : term.means[j];
    if constexpr (weighted) weights(g)[at] = i < n ? x.weight(first + i) : 0;
  }
  /// The exponent of this warp's component.
  __device__ void exponent(const Group& g, int at) const {
    const int k = g.warp();
    const PointDeviation d(points(g) + at, tile, term.means + k * term.dimensions, term.dimensions);
    powers(g)[k * tile + at] = d.exponent(term, k);
  }
  /// Exponents to responsibilities.
  __device__ void normalise(const Group& g, bool there, int at) const {
    double* const own = powers(g) + at;
    double most = own[0], total = 0;
    for (int k = 1; k < term.components; ++k) most = L::maximum(most, own[k * tile]);
    for (int k = 0; k < term.components; ++k) {
      const double e = lanes::exp2<L>(L::subtract(own[k * tile], most));
      total = L::add(total, e);
      own[k * tile] = there ? e : 0;
    }
    if (!there) most = 0, total = 1;
    largest(g)[at] = most;
    totals(g)[at] = weighted ? lanes::logarithm<L>(total) : total;
    if constexpr (moments) {
      const double scale = L::divide(weighted ? weights(g)[at] : 1, total);
      for (int k = 0; k < term.components; ++k) own[k * tile] = L::multiply(own[k * tile], scale);
    }
  }
  __device__ void add_powers(const Group& g, Powers& sums) const {
    double logarithms = 0;
    for (int step = 0; step < tile_steps; ++step) {
      const int at = step * block_lanes + g.lane();
      if constexpr (weighted) {
        sums.largest = L::fma(weights(g)[at], largest(g)[at], sums.largest);
        logarithms = L::fma(weights(g)[at], totals(g)[at], logarithms);
      } else {
        sums.largest = L::add(sums.largest, largest(g)[at]);
        sums.product = L::multiply(sums.product, totals(g)[at]);
      }
    }
    if constexpr (weighted) {  // base 2, as exponents are; the product stays 1
      sums.exponents = L::fma(logarithms, 0x1.71547652b82fep+0, sums.exponents);
    } else {
      sums.exponents = L::add(sums.exponents, L::exponent(sums.product));
      sums.product = L::significand(sums.product);
    }
  }

  /// A tile of this warp's component; of the second moments that components share, this warp's rows.
  __device__ void add_moments(const Group& g, ComponentMoments& own) const {
    const int k = g.warp(), d = term.dimensions;
    for (int step = 0; step < tile_steps; ++step) {
      const int at = step * block_lanes + g.lane();
      own.add(term, powers(g)[k * tile + at], deviation(g, k, at));
    }
    if (term.covariance == Covariance::tied)
      for (int c = 0; c < term.components; ++c)
        for (int step = 0; step < tile_steps; ++step) {
          const int at = step * block_lanes + g.lane();
          own.add_rows(term, powers(g)[c * tile + at], deviation(g, c, at), g.warp(), g.warps());
        }
    if (term.covariance == Covariance::spherical)
      for (int j = 0; j < d; ++j)
        for (int step = 0; step < tile_steps; ++step) {
          const int at = step * block_lanes + g.lane();
          own.add_square(powers(g)[k * tile + at], L::subtract(points(g)[j * tile + at], term.means[k * d + j]));
        }
  }
  [[nodiscard]] __device__ PointDeviation deviation(const Group& g, int k, int at) const {
    return {points(g) + at, tile, term.means + k * term.dimensions, term.dimensions};
  }

  /// A sum of every lane of the warp to its output.
  struct WriteTotal {
    Group g;
    double* out;
    __device__ void operator()(int output, double own) const { WrittenOnce{g, out}(output, warp_total(g, own)); }
  };
  __device__ void write(const Group& g, index_t b, const Powers& sums, ComponentMoments& own) const {
    double* const to = &out(0, b);
    if (g.warp() == 0) {
      double* const rows = largest(g);
      rows[g.lane()] = sums.largest;
      rows[block_lanes + g.lane()] = sums.exponents;
      rows[2 * block_lanes + g.lane()] = sums.product;
      g.sync_warp();
      block_share(term, MixtureOrder::value, 0, WarpRows{g, rows}, WrittenOnce{g, to});
    }
    if constexpr (moments) {
      own.each(term, g.warp(), WriteTotal{g, to});
      if (term.covariance == Covariance::tied) own.each_shared(term, g.warp(), g.warps(), WriteTotal{g, to});
    }
  }
};

}  // namespace isonomy::device
