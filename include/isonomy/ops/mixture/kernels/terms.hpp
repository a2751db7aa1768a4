// What one pass over data accumulates for a mixture of normal densities: parameters, and the layout of the sums.
// Kernels of every instruction set call these functions, which compilers inline there only where they must.
#pragma once

#include "isonomy/core/config.hpp"

namespace isonomy {

/// How many derivatives a pass prepares. Each order adds sums to those of the lower ones and leaves their bits alone.
enum class MixtureOrder { value, gradient, hessian };

/// The fixed order of every fused pass: points are cut into blocks by their global number; within a block point j is
/// added to lane j mod block_lanes, lanes are added in a tree of halves, and blocks in ascending order.
inline constexpr int block_lanes = 32;
inline constexpr index_t block_points = 8192;

/// w N(x; mean, narrow) + (1 - w) N(x; mean, wide), narrow <= wide, both weights above 0. In base 2 the log ratio of
/// the narrow to the wide density is difference + curvature (x - mean)^2 with curvature <= 0.
struct SharedMeanPair {
  double mean = 0;
  double difference = 0, curvature = 0;  ///< base 2
  /// Of a pair that is not close: difference - short and -short, short = max(difference, 0) to 20 bits: many points add
  /// `floor`, and the sum of a block's worth must not round, or all would err to the same side.
  double shift = 0, floor = 0;
  double peak = 0;            ///< log of the wide density at the mean (not close: plus short * ln 2), natural
  double wide_curvature = 0;  ///< -1/(2 wide^2)
  double scale = 1;           ///< a power of two: x is a point times it

  /// Whether the ratio is so small everywhere that the product of flush_steps factors 1 + ratio cannot overflow; then
  /// `shift` and `floor` are not needed.
  [[nodiscard, gnu::always_inline]] ISONOMY_HD bool close() const { return difference <= 15; }

  /// Sums over points, with d = x - mean and r the responsibility of the narrow density:
  /// log p | d, d^2, r, r d, r d^2 | r (1-r) d^j for j = 0 .. 4.
  [[nodiscard, gnu::always_inline]] ISONOMY_HD int outputs(MixtureOrder order) const {
    return order == MixtureOrder::value ? 1 : order == MixtureOrder::gradient ? 6 : 11;
  }
  /// Sums per lane: d^2, excess (close: exponent of the product), product | d, r, r d, r d^2 | the five of the Hessian.
  [[nodiscard, gnu::always_inline]] ISONOMY_HD int lane_sums(MixtureOrder order) const {
    return order == MixtureOrder::value ? 3 : order == MixtureOrder::gradient ? 7 : 12;
  }
  /// Further doubles per lane that a pass needs.
  [[nodiscard, gnu::always_inline]] ISONOMY_HD int lane_scratch() const { return 0; }
};

/// sum_k w_k N(x; mean_k, sigma_k) with every weight above 0, or of pieces of normal densities: log2 of each is
/// log_peak + slope d + curvature d^2, d = x - mean. The arrays have `components` elements where the pass runs.
struct NormalComponents {
  const double* log_peaks = nullptr;  ///< log2 of w_k N(mean_k; mean_k, sigma_k)
  const double* means = nullptr;
  const double* curvatures = nullptr;  ///< -log2(e) / (2 sigma_k^2)
  int components = 0;
  const double* slopes = nullptr;  ///< none: all are 0
  double scale = 1;                ///< a power of two: x is a point times it

  /// Sums over points, with d_k = x - mean_k, r_k the responsibility of component k and u = (r_k d_k^j, j = 0 .. 2,
  /// k = 0 .. components - 1, j fastest): log p | u | r_k d_k^3, r_k d_k^4 for every k, u u^T by rows of its lower
  /// triangle.
  [[nodiscard, gnu::always_inline]] ISONOMY_HD int outputs(MixtureOrder order) const {
    const int u = 3 * components;
    return order == MixtureOrder::value      ? 1
           : order == MixtureOrder::gradient ? 1 + u
                                             : 1 + u + 2 * components + u * (u + 1) / 2;
  }
  /// Sums per lane: largest exponent, exponent of the product, product | the others as in outputs.
  [[nodiscard, gnu::always_inline]] ISONOMY_HD int lane_sums(MixtureOrder order) const { return outputs(order) + 2; }
  [[nodiscard, gnu::always_inline]] ISONOMY_HD int lane_scratch() const { return 4 * components; }
};

/// How the covariances of components are restricted; scikit-learn's names.
enum class Covariance { full, tied, diagonal, spherical };

/// sum_k w_k N(x; mean_k, Sigma_k) in d dimensions, every weight above 0. With Sigma_k = L_k L_k^T and A_k =
/// sqrt(log2(e)/2) L_k^-1, log2 of a weighted density is log_peak - |A_k (x - mean_k)|^2. Arrays lie where the pass
/// runs.
struct MultivariateNormals {
  const double* log_peaks = nullptr;  ///< components; log2 of the weighted density at the mean
  const double* means = nullptr;      ///< components x dimensions
  /// A_k by rows of its lower triangle (full: for each component; tied: once), its diagonal, or its one number.
  const double* factors = nullptr;
  int components = 0, dimensions = 0;
  Covariance covariance = Covariance::full;

  [[nodiscard, gnu::always_inline]] ISONOMY_HD int triangle() const { return dimensions * (dimensions + 1) / 2; }
  /// Numbers of one component's factor, and of its second moments.
  [[nodiscard, gnu::always_inline]] ISONOMY_HD int factor_size() const {
    switch (covariance) {
    case Covariance::diagonal: return dimensions;
    case Covariance::spherical: return 1;
    default: return triangle();
    }
  }
  [[nodiscard, gnu::always_inline]] ISONOMY_HD int second_moments() const {
    return covariance == Covariance::tied ? triangle() : components * factor_size();
  }
  /// Sums over points, with d_k = x - mean_k and r_k the responsibility of component k: log p | r_k for every k, r_k
  /// d_k by component, r_k d_k d_k^T (lower triangle by rows for every k; tied: summed over k; diagonal: its diagonal;
  /// spherical: the sum of that). There are no sums for a Hessian: its order is taken as `gradient`.
  [[nodiscard, gnu::always_inline]] ISONOMY_HD int outputs(MixtureOrder order) const {
    return order == MixtureOrder::value ? 1 : 1 + components * (1 + dimensions) + second_moments();
  }
  /// Sums per lane: largest exponent, exponent of the product, product | the others as in outputs.
  [[nodiscard, gnu::always_inline]] ISONOMY_HD int lane_sums(MixtureOrder order) const { return outputs(order) + 2; }
  /// A copy of the sums; points and deviations of a tile, and its responsibilities.
  [[nodiscard, gnu::always_inline]] ISONOMY_HD int lane_scratch() const {
    return lane_sums(MixtureOrder::gradient) + tile_steps * (2 * dimensions + components);
  }

  /// Points are taken in tiles of so many steps; sums do not depend on it.
  static constexpr int tile_steps = 8;
};

}  // namespace isonomy
