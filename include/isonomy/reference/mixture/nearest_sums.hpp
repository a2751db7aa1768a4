// nearest_sums on Backend<Reference>: rows in order, centres one after the other.
#pragma once

#include <algorithm>
#include <cstddef>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/mixture/kernels/nearest.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/loop.hpp"

namespace isonomy::reference {

struct NearestSums {
  /// out(o, b): output o over block b of the rows of x, any strides, with a weight for each or none.
  template <Real T>
  static void nearest_sums(Context& ctx, const NearestCentres& term, MatrixView<const T> x, VectorView<const T> weights,
                           MatrixView<double> out) {
    constexpr index_t size = NearestCentres::block_rows;
    for (index_t b = 0; b < out.columns; ++b) {
      heed_stop(ctx, "nearest_sums");
      for (index_t o = 0; o < out.rows; ++o) out(o, b) = 0;
      for (index_t i = b * size; i < std::min(x.rows, (b + 1) * size); ++i)
        add_row(term, x, i, weights.size > 0 ? static_cast<double>(weights(i)) : 1, out.column(b));
    }
  }

 private:
  template <class T>
  static double squared_distance(const NearestCentres& term, MatrixView<const T> x, index_t i, int k) {
    double sum = 0;
    for (int j = 0; j < term.dimensions; ++j) {
      const double deviation = static_cast<double>(x(i, j)) - term.at[k * term.dimensions + j];
      sum += rounded_product(deviation, deviation);
    }
    return sum;
  }
  template <class T>
  static void add_row(const NearestCentres& term, MatrixView<const T> x, index_t i, double weight,
                      VectorView<double> sums) {
    const int n = term.components, d = term.dimensions;
    int nearest = 0;
    double least = squared_distance(term, x, i, 0);
    for (int k = 1; k < n; ++k)
      if (const double distance = squared_distance(term, x, i, k); distance < least) least = distance, nearest = k;
    const auto deviation = [&](int j) { return static_cast<double>(x(i, j)) - term.at[nearest * d + j]; };
    sums(0) += rounded_product(weight, least);
    sums(1 + nearest) += weight;
    for (int j = 0; j < d; ++j) sums(1 + n + nearest * d + j) += rounded_product(weight, deviation(j));
    if (term.moments == ClusterMoments::first) return;
    const int second = 1 + n + n * d;
    for (int r = 0; r < d; ++r)
      for (int c = 0; c <= r; ++c) {
        const double moment = rounded_product(rounded_product(weight, deviation(r)), deviation(c));
        switch (term.covariance) {
        case Covariance::full: sums(second + nearest * (d * (d + 1) / 2) + r * (r + 1) / 2 + c) += moment; break;
        case Covariance::tied: sums(second + r * (r + 1) / 2 + c) += moment; break;
        case Covariance::diagonal:
          if (r == c) sums(second + nearest * d + r) += moment;
          break;
        case Covariance::spherical:
          if (r == c) sums(second + nearest) += moment;
          break;
        }
      }
  }
};

}  // namespace isonomy::reference
