// multivariate_mixture_sums of Backend<Cuda>, with weights and without: in few dimensions a warp a component, else a
// warp a block of points.
#pragma once

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/launch.cuh"
#include "isonomy/cuda/mixture/components.cuh"
#include "isonomy/cuda/mixture/rooms.cuh"
#include "isonomy/cuda/mixture/warp.cuh"
#include "isonomy/ops/mixture/kernels/scalar.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"
#include "isonomy/ops/mixture/kernels/weighted.hpp"

namespace isonomy::device {

/// Blocks of points by turns, any number of dimensions and components: lane sums in the rooms of the warps.
template <bool moments, class Rows>
struct MultivariateWarps {
  MultivariateNormals term;
  Rows x;
  index_t size;
  MatrixView<double, DeviceSpace> out;
  WarpRooms::View rooms;

  __device__ void operator()(const Group& g) const {
    double* const sums = rooms.own(g);
    const MixtureOrder order = moments ? MixtureOrder::gradient : MixtureOrder::value;
    share_blocks(g, term, order, size, sums, out, [&](index_t first, index_t n) {
      lanes::DensityLanes<lanes::Lanes, moments, block_lanes> lane(term, sums + g.lane());
      lane.add(x, first, n, g.lane());
    });
  }
};

struct MultivariateMixtureSums {
  /// out(o, b): output o over block b of the rows of x, any strides.
  template <Real T>
  static void multivariate_mixture_sums(Context& ctx, const MultivariateNormals& term, MixtureOrder order,
                                        MatrixView<const T, DeviceSpace> x, MatrixView<double, DeviceSpace> out) {
    blocks(ctx, term, order, x, x.rows, out, "multivariate_mixture_sums");
  }
  /// As multivariate_mixture_sums, with a weight for every row, any stride.
  template <Real T>
  static void weighted_multivariate_mixture_sums(Context& ctx, const MultivariateNormals& term, MixtureOrder order,
                                                 MatrixView<const T, DeviceSpace> x,
                                                 VectorView<const T, DeviceSpace> weights,
                                                 MatrixView<double, DeviceSpace> out) {
    blocks(ctx, term, order, WeightedRows<T, DeviceSpace>{x, weights}, x.rows, out,
           "weighted_multivariate_mixture_sums");
  }

 private:
  template <class Rows>
  static void blocks(Context& ctx, const MultivariateNormals& term, MixtureOrder order, const Rows& x, index_t size,
                     MatrixView<double, DeviceSpace> out, const char* operation) {
    if (order == MixtureOrder::value)
      blocks<false>(ctx, term, x, size, out, operation);
    else
      blocks<true>(ctx, term, x, size, out, operation);
  }
  template <bool moments, class Rows>
  static void blocks(Context& ctx, const MultivariateNormals& term, const Rows& x, index_t size,
                     MatrixView<double, DeviceSpace> out, const char* operation) {
    using Components = ComponentWarps<moments, Rows>;
    if (Components::fits(term)) {
      const int threads = term.components * warp_lanes;
      return launch(ctx, ctx.blocks_for(out.columns * threads, threads), threads, Components{term, x, size, out},
                    Components::shared_bytes(term));
    }
    const MixtureOrder order = moments ? MixtureOrder::gradient : MixtureOrder::value;
    const WarpRooms rooms(ctx, index_t{term.lane_sums(order) + term.lane_scratch()} * block_lanes, out.columns,
                          operation);
    launch(ctx, rooms.blocks(), rooms.threads(), MultivariateWarps<moments, Rows>{term, x, size, out, rooms.view()},
           rooms.shared_bytes());
  }
};

}  // namespace isonomy::device
