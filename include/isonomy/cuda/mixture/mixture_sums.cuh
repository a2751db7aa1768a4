// mixture_sums and weighted_mixture_sums of Backend<Cuda>: a warp a block of points, a thread a lane.
#pragma once

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/launch.cuh"
#include "isonomy/cuda/mixture/rooms.cuh"
#include "isonomy/cuda/mixture/warp.cuh"
#include "isonomy/ops/mixture/kernels/scalar.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"
#include "isonomy/ops/mixture/kernels/weighted.hpp"

namespace isonomy::device {

namespace terms {
using lanes::lanes_of;  // beside those in a term's own namespace, as of a user's density

template <class Term>
concept HasLanes = requires(const Term& term) {
  lanes_of<lanes::Lanes, MixtureOrder::value>(term);
};
template <MixtureOrder order, class Term>
[[nodiscard]] __device__ auto lane_of(const Term& term) {
  return lanes_of<lanes::Lanes, order>(term);
}
}  // namespace terms

/// A point on its way from memory, and how a lane takes it.
template <class T>
struct LoadedPoint {
  double point;

  __device__ explicit LoadedPoint(const T* x) : point(lanes::Lanes::load(x)) {}
  template <class Lane>
  __device__ void add_to(Lane& lane) const {
    lane.add(point);
  }
};
template <class T>
struct LoadedWeightedPoint {
  double point, weight;

  __device__ explicit LoadedWeightedPoint(const WeightedPoints<T>& x)
      : point(lanes::Lanes::load(x.points)), weight(lanes::Lanes::load(x.weights)) {}
  template <class Lane>
  __device__ void add_to(Lane& lane) const {
    lane.add(point, weight);
  }
};
template <class T>
[[nodiscard]] __device__ LoadedPoint<T> loaded(const T* x) {
  return LoadedPoint<T>(x);
}
template <class T>
[[nodiscard]] __device__ LoadedWeightedPoint<T> loaded(const WeightedPoints<T>& x) {
  return LoadedWeightedPoint<T>(x);
}

/// Blocks of points by turns. The bits are those of lanes::add_lanes: a lane takes the same steps, whose points are
/// asked for some steps before.
template <MixtureOrder order, class Term, class Points>
struct MixtureWarps {
  Term term;
  Points x;
  index_t size;
  MatrixView<double, DeviceSpace> out;
  WarpRooms::View rooms;

  __device__ void operator()(const Group& g) const {
    double* const sums = rooms.own(g);
    share_blocks(g, term, order, size, sums, out,
                 [&](index_t first, index_t n) { add_lane(x + (first + g.lane()), n, g.lane(), sums + g.lane()); });
  }

 private:
  static constexpr int ahead = 4;

  __device__ void add_lane(const Points& own, index_t n, int lane, double* sums) const {
    const index_t whole = n / block_lanes, steps = whole + (lane < n % block_lanes ? 1 : 0);
    auto group = terms::lane_of<order>(term);
    group.begin(sums);
    for (index_t step = 0; step < steps;) {
      const index_t end = step < whole ? whole : steps;
      const index_t pause = end - step < lanes::flush_steps ? end : step + lanes::flush_steps;
      for (; step + ahead <= pause; step += ahead) {
        const auto a = loaded(own + step * block_lanes), b = loaded(own + (step + 1) * block_lanes),
                   c = loaded(own + (step + 2) * block_lanes), d = loaded(own + (step + 3) * block_lanes);
        a.add_to(group);
        b.add_to(group);
        c.add_to(group);
        d.add_to(group);
      }
      for (; step < pause; ++step) loaded(own + step * block_lanes).add_to(group);
      group.flush();
    }
    group.end(sums);
  }
};

struct MixtureSums {
  /// out(o, b): output o over block b of x, which has unit stride. For terms that have lanes.
  template <terms::HasLanes Term, Real T>
  static void mixture_sums(Context& ctx, const Term& term, MixtureOrder order, VectorView<const T, DeviceSpace> x,
                           MatrixView<double, DeviceSpace> out) {
    warps(ctx, term, order, x.data, x.size, out, "mixture_sums");
  }
  /// As mixture_sums, with a weight for every point. x and weights have unit stride.
  template <class Term, Real T>
    requires terms::HasLanes<Weighted<Term>>
  static void weighted_mixture_sums(Context& ctx, const Weighted<Term>& term, MixtureOrder order,
                                    VectorView<const T, DeviceSpace> x, VectorView<const T, DeviceSpace> weights,
                                    MatrixView<double, DeviceSpace> out) {
    warps(ctx, term, order, WeightedPoints<T>{x.data, weights.data}, x.size, out, "weighted_mixture_sums");
  }

 private:
  template <class Term, class Points>
  static void warps(Context& ctx, const Term& term, MixtureOrder order, const Points& x, index_t size,
                    MatrixView<double, DeviceSpace> out, const char* operation) {
    WarpRooms rooms(ctx, index_t{term.lane_sums(order) + term.lane_scratch()} * block_lanes, out.columns, operation);
    const auto run = [&](const auto& kernel) {
      launch(ctx, rooms.blocks(), rooms.threads(), kernel, rooms.shared_bytes());
    };
    switch (order) {
    case MixtureOrder::value:
      return run(MixtureWarps<MixtureOrder::value, Term, Points>{term, x, size, out, rooms.view()});
    case MixtureOrder::gradient:
      return run(MixtureWarps<MixtureOrder::gradient, Term, Points>{term, x, size, out, rooms.view()});
    default: return run(MixtureWarps<MixtureOrder::hessian, Term, Points>{term, x, size, out, rooms.view()});
    }
  }
};

}  // namespace isonomy::device
