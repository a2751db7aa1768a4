// Moments from a pass over the data: those of the components, of all data, and what is added to variances.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "isonomy/core/numeric.hpp"
#include "isonomy/estimators/mixture/multivariate/model.hpp"

namespace isonomy::mixture::detail {

/// Output o of a pass at k: sums of r, of r d_j, and of the second moments.
struct MomentView {
  const std::vector<DoubleDouble>& sums;
  std::size_t components, dimensions, factor_size;
  bool tied;

  MomentView(const NormalMixture& m, const std::vector<DoubleDouble>& sums_of_pass)
      : sums(sums_of_pass), components(m.weights.size()), dimensions(static_cast<std::size_t>(m.dimensions)),
        factor_size(m.covariance == Covariance::diagonal    ? dimensions
                    : m.covariance == Covariance::spherical ? 1
                                                            : dimensions * (dimensions + 1) / 2),
        tied(m.covariance == Covariance::tied) {}

  [[nodiscard]] double g(std::size_t k) const { return sums[1 + k].high; }
  [[nodiscard]] double s(std::size_t k, std::size_t j) const { return sums[1 + components + k * dimensions + j].high; }
  [[nodiscard]] double q(std::size_t k, std::size_t e) const {
    return sums[1 + components * (1 + dimensions) + (tied ? 0 : k * factor_size) + e].high;
  }
};

/// The mean of all data, from a pass at m.
inline std::vector<double> data_mean(const NormalMixture& m, const std::vector<DoubleDouble>& sums, double points) {
  const std::size_t d = static_cast<std::size_t>(m.dimensions);
  const MomentView at(m, sums);
  std::vector<double> mean(d);
  for (std::size_t c = 0; c < m.weights.size(); ++c)
    for (std::size_t j = 0; j < d; ++j) mean[j] += std::fma(at.g(c), m.means[c * d + j], at.s(c, j)) / points;
  return mean;
}

/// The covariance of all data, restricted as a component's, from a pass at m.
inline std::vector<double> data_covariance(const NormalMixture& m, const std::vector<DoubleDouble>& sums,
                                           double points) {
  const std::size_t k = m.weights.size(), d = static_cast<std::size_t>(m.dimensions);
  const MomentView at(m, sums);
  const std::vector<double> mean = data_mean(m, sums, points);
  std::vector<double> result(m.covariance_size());
  for (std::size_t c = 0; c < k; ++c) {
    const double* const centre = m.means.data() + c * d;
    const bool own = c == 0 || m.covariance != Covariance::tied;
    // Moments about a component's mean, moved to the mean of all data.
    const auto moved = [&](std::size_t i, std::size_t j) {
      const Rounded a = centre[i] - mean[i], b = centre[j] - mean[j];
      return (a * at.s(c, j) + b * at.s(c, i) + a * b * at.g(c)) / points;
    };
    switch (m.covariance) {
    case Covariance::diagonal:
      for (std::size_t j = 0; j < d; ++j) result[j] += at.q(c, j) / points + moved(j, j);
      break;
    case Covariance::spherical:
      result[0] += at.q(c, 0) / points / static_cast<double>(d);
      for (std::size_t j = 0; j < d; ++j) result[0] += moved(j, j) / static_cast<double>(d);
      break;
    default:
      for (std::size_t i = 0, e = 0; i < d; ++i)
        for (std::size_t j = 0; j <= i; ++j, ++e) {
          result[i * d + j] += (own ? at.q(c, e) / points : 0) + moved(i, j);
          result[j * d + i] = result[i * d + j];
        }
    }
  }
  return result;
}

/// The variances in data_covariance(); spherical: one.
inline std::vector<double> variances_of(const NormalMixture& m, const std::vector<double>& spread) {
  std::vector<double> result;
  const std::size_t step = m.has_matrices() ? static_cast<std::size_t>(m.dimensions) + 1 : 1;
  for (std::size_t e = 0; e < spread.size(); e += step) result.push_back(spread[e]);
  return result;
}

/// What is added to variances by default, as a part of those of all data.
inline constexpr double relative_reg = 1e-6;

/// What is added to the variance of each column. `reg`: the number asked for; none: relative_reg of the column's own
/// variance, or where all its numbers are equal, of their square. `spread` is data_covariance().
inline std::vector<double> regularisation(std::optional<double> reg, const NormalMixture& m,
                                          const std::vector<DoubleDouble>& sums, const std::vector<double>& spread,
                                          double points) {
  // Of a column without spread, rounding leaves a variance of this part of the squares that were subtracted.
  constexpr double rounding = 1e-14, rounding_of_mean = 1e-30;
  const std::size_t d = static_cast<std::size_t>(m.dimensions);
  if (reg) return std::vector<double>(d, *reg);
  const std::vector<double> mean = data_mean(m, sums, points), variances = variances_of(m, spread);
  const auto square = [](double x) { return rounded_product(x, x); };
  std::vector<double> result(d);
  double least = 0, size = 0;  // spherical: of all columns together
  for (std::size_t j = 0; j < d; ++j) {
    double moved = 0;
    for (std::size_t c = 0; c < m.weights.size(); ++c) moved = std::max(moved, square(m.means[c * d + j] - mean[j]));
    const bool together = m.covariance == Covariance::spherical && j > 0;
    least = (together ? least : 0) +
            (rounded_product(rounding, moved) + rounded_product(rounding_of_mean, square(mean[j])));
    size = (together ? size : 0) + square(mean[j]);
    const double variance = variances[m.covariance == Covariance::spherical ? 0 : j];
    result[j] = rounded_product(relative_reg, variance > least ? variance : size > 0 ? size : 1);
  }
  if (m.covariance == Covariance::spherical) result.assign(d, result.back());
  return result;
}

}  // namespace isonomy::mixture::detail
