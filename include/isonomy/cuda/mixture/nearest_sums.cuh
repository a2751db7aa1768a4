// nearest_sums of Backend<Cuda>: a block of threads a block of rows, first a thread a row, then a thread a sum.
#pragma once

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/launch.cuh"
#include "isonomy/ops/mixture/kernels/nearest.hpp"

namespace isonomy::device {

/// Blocks of rows by turns. The bits are those of NearestBlock: the thread of a sum adds rows in their order, and goes
/// from one of its cluster to the next.
template <class T>
struct NearestRows {
  static constexpr int threads = 256, rows = static_cast<int>(NearestCentres::block_rows);
  /// Of the rows of a block: the squared distance to the nearest centre, which that is, and the next row that has the
  /// same, or the number of rows.
  struct Shared {
    double distance[rows];
    int centre[rows], next[rows];
  };

  NearestCentres term;
  MatrixView<const T, DeviceSpace> x;
  VectorView<const T, DeviceSpace> weights;
  MatrixView<double, DeviceSpace> out;

  __device__ void operator()(const Group& g) const {
    Shared& s = g.shared<Shared>();
    for (index_t b = g.block(); b < out.columns; b += g.blocks()) {
      const index_t first = b * rows, left = x.rows - first;
      const int n = static_cast<int>(left < rows ? left : rows);
      for (int i = g.thread(); i < n; i += g.threads()) {
        const NearestCentres::Nearest nearest = term.nearest(x, first + i);
        s.distance[i] = nearest.distance;
        s.centre[i] = nearest.centre;
      }
      g.sync();
      for (int i = g.thread(); i < n; i += g.threads()) s.next[i] = of_cluster(s, s.centre[i], i + 1, n);
      g.sync();
      for (int o = g.thread(); o < out.rows; o += g.threads()) out(o, b) = output(s, o, first, n);
      g.sync();
    }
  }

 private:
  /// The first row from `i` on that is nearest to centre k, or n.
  [[nodiscard]] __device__ static int of_cluster(const Shared& s, int k, int i, int n) {
    while (i < n && s.centre[i] != k) ++i;
    return i;
  }

  /// Output o over n rows.
  [[nodiscard]] __device__ double output(const Shared& s, int o, index_t first, int n) const {
    const int d = term.dimensions;
    if (o == 0)
      return over_rows(first, n,
                       [&](double sum, int i, double weight) { return sum + rounded_product(weight, s.distance[i]); });
    if (o < term.first_deviation())
      return over_cluster(s, o - 1, first, n, [](double sum, int, double weight) { return sum + weight; });
    if (o < term.first_second_moment()) {
      const int k = (o - term.first_deviation()) / d, j = (o - term.first_deviation()) % d;
      return over_cluster(s, k, first, n, [&](double sum, int i, double weight) {
        return sum + rounded_product(weight, term.deviation(x, first + i, k, j));
      });
    }
    return second_moment(s, o - term.first_second_moment(), first, n);
  }
  [[nodiscard]] __device__ double second_moment(const Shared& s, int o, index_t first, int n) const {
    const int size = term.layout().factor_size(), k = o / size, at = o % size;
    if (term.covariance == Covariance::spherical)
      return over_cluster(s, k, first, n, [&](double sum, int i, double weight) {
        for (int j = 0; j < term.dimensions; ++j) sum += term.second_moment(x, first + i, weight, k, j, j);
        return sum;
      });
    int r = at, c = at;
    if (term.has_triangle())
      for (r = 0, c = at; c > r; ++r) c -= r + 1;
    if (term.covariance == Covariance::tied)
      return over_rows(first, n, [&](double sum, int i, double weight) {
        return sum + term.second_moment(x, first + i, weight, s.centre[i], r, c);
      });
    return over_cluster(s, k, first, n, [&](double sum, int i, double weight) {
      return sum + term.second_moment(x, first + i, weight, k, r, c);
    });
  }

  /// add(sum, i, weight) for the rows of a block in their order, from 0 on; and for those of one cluster.
  template <class Add>
  [[nodiscard]] __device__ double over_rows(index_t first, int n, const Add& add) const {
    double sum = 0;
    for (int i = 0; i < n; ++i) sum = add(sum, i, weight_of(weights, first + i));
    return sum;
  }
  template <class Add>
  [[nodiscard]] __device__ double over_cluster(const Shared& s, int k, index_t first, int n, const Add& add) const {
    double sum = 0;
    for (int i = of_cluster(s, k, 0, n); i < n; i = s.next[i]) sum = add(sum, i, weight_of(weights, first + i));
    return sum;
  }
};

struct NearestSums {
  /// out(o, b): output o over block b of the rows of x, any strides, with a weight for each or none.
  template <Real T>
  static void nearest_sums(Context& ctx, const NearestCentres& term, MatrixView<const T, DeviceSpace> x,
                           VectorView<const T, DeviceSpace> weights, MatrixView<double, DeviceSpace> out) {
    constexpr int threads = NearestRows<T>::threads;
    launch(ctx, ctx.blocks_for(out.columns * threads, threads), threads, NearestRows<T>{term, x, weights, out});
  }
};

}  // namespace isonomy::device
