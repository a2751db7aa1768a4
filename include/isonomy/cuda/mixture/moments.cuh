// The moments of one component in the registers of a thread, which is a lane of a block of points.
#pragma once

#include "isonomy/core/config.hpp"
#include "isonomy/core/lanes/scalar.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"

namespace isonomy::device {

/// Dimensions for which the moments of a component fit the registers of a thread.
inline constexpr int most_register_dimensions = 8;

[[nodiscard]] __device__ inline bool has_triangle(const MultivariateNormals& term) {
  return term.covariance == Covariance::full || term.covariance == Covariance::tied;
}

/// A point less the mean of a component.
struct PointDeviation {
  double at[most_register_dimensions];

  /// Coordinates are `apart` elements from one to the next.
  __device__ PointDeviation(const double* point, int apart, const double* means, int dimensions) {
#pragma unroll
    for (int j = 0; j < most_register_dimensions; ++j)
      at[j] = j < dimensions ? lanes::Lanes::subtract(point[j * apart], means[j]) : 0;
  }

  /// log2 of the weighted density of component k.
  [[nodiscard]] __device__ double exponent(const MultivariateNormals& term, int k) const {
    using L = lanes::Lanes;
    const double* a = term.factors + (term.covariance == Covariance::tied ? 0 : k) * term.factor_size();
    const bool triangle = has_triangle(term), diagonal = term.covariance == Covariance::diagonal;
    double exponent = term.log_peaks[k];
#pragma unroll
    for (int row = 0; row < most_register_dimensions; ++row) {
      if (row >= term.dimensions) break;
      double y = 0;
      if (triangle) {
#pragma unroll
        for (int c = 0; c <= row; ++c) y = L::fma(a[row * (row + 1) / 2 + c], at[c], y);
      } else {
        y = L::fma(a[diagonal ? row : 0], at[row], y);
      }
      exponent = L::fma(L::multiply(y, -1), y, exponent);
    }
    return exponent;
  }
};

/// Sums of r, r d and r d d^T. What a covariance shares among components (tied) or among dimensions (spherical) is
/// added in an order of its own.
struct ComponentMoments {
  static constexpr int most = most_register_dimensions;

  double responsibility = 0;
  double first[most] = {};
  double second[most * (most + 1) / 2] = {};

  /// A point of responsibility r, for each of its own second moments; of a tied or spherical covariance none.
  __device__ void add(const MultivariateNormals& term, double r, const PointDeviation& d) {
    using L = lanes::Lanes;
    responsibility = L::add(responsibility, r);
#pragma unroll
    for (int i = 0; i < most; ++i) {
      if (i >= term.dimensions) break;
      first[i] = L::fma(r, d.at[i], first[i]);
    }
    if (term.covariance == Covariance::full) add_rows(term, r, d, 0, 1);
    if (term.covariance != Covariance::diagonal) return;
#pragma unroll
    for (int i = 0; i < most; ++i) {
      if (i >= term.dimensions) break;
      second[i] = L::fma(L::multiply(r, d.at[i]), d.at[i], second[i]);
    }
  }
  /// Second moments of rows first_row, first_row + step, ...
  __device__ void add_rows(const MultivariateNormals& term, double r, const PointDeviation& d, int first_row,
                           int step) {
    using L = lanes::Lanes;
#pragma unroll
    for (int i = 0; i < most; ++i) {
      if (i >= term.dimensions) break;
      if (i % step != first_row) continue;
      const double weighted = L::multiply(r, d.at[i]);
#pragma unroll
      for (int j = 0; j <= i; ++j) second[i * (i + 1) / 2 + j] = L::fma(weighted, d.at[j], second[i * (i + 1) / 2 + j]);
    }
  }
  /// The one second moment of a spherical covariance, of one coordinate.
  __device__ void add_square(double r, double d) {
    using L = lanes::Lanes;
    second[0] = L::fma(L::multiply(r, d), d, second[0]);
  }

  /// f(output, sum) for the sums of component k, but for second moments that components share.
  template <class F>
  __device__ void each(const MultivariateNormals& term, int k, const F& f) {
    const int n = term.components, d = term.dimensions;
    f(1 + k, responsibility);
#pragma unroll
    for (int i = 0; i < most; ++i) {
      if (i >= d) break;
      f(1 + n + k * d + i, first[i]);
    }
    if (term.covariance == Covariance::tied) return;
    const int size = term.factor_size();
#pragma unroll
    for (int i = 0; i < most * (most + 1) / 2; ++i) {
      if (i >= size) break;
      f(1 + n + n * d + k * size + i, second[i]);
    }
  }
  /// f(output, sum) for rows first_row, first_row + step, ... of the second moments that components share.
  template <class F>
  __device__ void each_shared(const MultivariateNormals& term, int first_row, int step, const F& f) {
    const int n = term.components, d = term.dimensions;
#pragma unroll
    for (int i = 0; i < most; ++i) {
      if (i >= d) break;
      if (i % step != first_row) continue;
#pragma unroll
      for (int j = 0; j <= i; ++j) f(1 + n + n * d + i * (i + 1) / 2 + j, second[i * (i + 1) / 2 + j]);
    }
  }
};

}  // namespace isonomy::device
