// Rows and the nearest of several centres: which it is, and what a row adds to the sums around it.
#pragma once

#include "isonomy/core/config.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"

namespace isonomy {

/// How far the sums over clusters go: to those of deviations, or to second moments as a covariance needs them.
enum class ClusterMoments { first, second };

/// Centres by rows, where the pass runs, and which sums are wanted. The nearest is the one of least squared distance,
/// the first of equals.
///
/// Sums over rows, each as often as its weight says: squared distances to the nearest centre | rows nearest to k, their
/// deviations from it, and for ClusterMoments::second the second moments of these, in the layout of
/// MultivariateNormals.
struct NearestCentres {
  const double* at = nullptr;  ///< components x dimensions
  int components = 0, dimensions = 0;
  ClusterMoments moments = ClusterMoments::first;
  Covariance covariance = Covariance::spherical;

  /// Rows are taken in blocks of so many, counted from the first row of a pass; within one they are added in order.
  static constexpr index_t block_rows = 1024;

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
  template <class X>
  [[nodiscard]] ISONOMY_HD double deviation(const X& x, index_t i, int k, int j) const {
    return static_cast<double>(x(i, j)) - at[k * dimensions + j];
  }
  /// What row i of cluster k adds to the second moment of coordinates r and c.
  template <class X>
  [[nodiscard]] ISONOMY_HD double second_moment(const X& x, index_t i, double weight, int k, int r, int c) const {
    return rounded_product(rounded_product(weight, deviation(x, i, k, r)), deviation(x, i, k, c));
  }

  [[nodiscard]] ISONOMY_HD bool has_triangle() const {
    return covariance == Covariance::full || covariance == Covariance::tied;
  }
  [[nodiscard]] ISONOMY_HD MultivariateNormals layout() const {
    return {nullptr, nullptr, nullptr, components, dimensions, covariance};
  }
  /// The first output that is a sum of deviations, and of second moments.
  [[nodiscard]] ISONOMY_HD int first_deviation() const { return 1 + components; }
  [[nodiscard]] ISONOMY_HD int first_second_moment() const { return 1 + components * (1 + dimensions); }
  [[nodiscard]] ISONOMY_HD int outputs() const {
    return moments == ClusterMoments::second ? layout().outputs(MixtureOrder::gradient) : first_second_moment();
  }

 private:
  [[nodiscard]] ISONOMY_HD int clamped(int k) const { return k < components ? k : components - 1; }
  [[nodiscard]] ISONOMY_HD static double square(double x) { return rounded_product(x, x); }
};

/// The weight of row i; without weights every row counts once.
template <class T, MemorySpace Space>
[[nodiscard]] ISONOMY_HD double weight_of(const VectorView<const T, Space>& weights, index_t i) {
  return weights.size > 0 ? static_cast<double>(weights(i)) : 1;
}

/// The sums of block b of the rows of x, one row after the other: the order that every backend repeats.
template <class T, MemorySpace Space>
struct NearestBlock {
  NearestCentres term;
  MatrixView<const T, Space> x;
  VectorView<const T, Space> weights;
  MatrixView<double, Space> out;

  ISONOMY_HD void operator()(index_t b) const {
    const int n = term.components, d = term.dimensions;
    double* const sums = &out(0, b);
    for (index_t o = 0; o < out.rows; ++o) sums[o] = 0;
    constexpr index_t size = NearestCentres::block_rows;
    const index_t first = b * size, last = x.rows - first < size ? x.rows : first + size;
    for (index_t i = first; i < last; ++i) {
      const NearestCentres::Nearest nearest = term.nearest(x, i);
      const int k = nearest.centre;
      const double weight = weight_of(weights, i);
      sums[0] += rounded_product(weight, nearest.distance);
      sums[1 + k] += weight;
      for (int j = 0; j < d; ++j) sums[1 + n + k * d + j] += rounded_product(weight, term.deviation(x, i, k, j));
      if (term.moments == ClusterMoments::second) add_squares(i, k, weight, sums + term.first_second_moment());
    }
  }

 private:
  ISONOMY_HD void add_squares(index_t i, int k, double weight, double* squares) const {
    const bool triangle = term.has_triangle();
    double* q = squares + (term.covariance == Covariance::tied ? 0 : k * term.layout().factor_size());
    for (int r = 0; r < term.dimensions; ++r)
      for (int c = triangle ? 0 : r; c <= r; ++c) {
        *q += term.second_moment(x, i, weight, k, r, c);
        if (term.covariance != Covariance::spherical) ++q;
      }
  }
};

}  // namespace isonomy
