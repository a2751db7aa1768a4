// Components of a mixture that have closed in on less than all dimensions of the data.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "isonomy/core/small_matrix.hpp"
#include "isonomy/estimators/mixture/multivariate/model.hpp"

namespace isonomy::mixture {

/// A component is degenerate where its variance in some direction, reg_covar taken off, is no more than this part of
/// that of all data: the likelihood grows without limit there, and reg_covar alone holds the component open.
inline constexpr double smallest_relative_variance = 1e-10;

namespace detail {

/// Data of no more variance than so many reg_covar say nothing about degeneracy.
inline constexpr double least_over_reg = 1e3;

/// The least variance of a component relative to that of the data over all directions: the smallest eigenvalue of the
/// former in coordinates that make the latter the identity. Directions in which the data hardly vary are left out; 1 if
/// none is left.
inline double least_relative_variance(const SquareMatrix& component, const SquareMatrix& data,
                                      const std::vector<double>& reg) {
  std::vector<std::size_t> kept;
  for (std::size_t j = 0; j < data.size(); ++j)
    if (data(j, j) > least_over_reg * reg[j] && data(j, j) > 0) kept.push_back(j);
  const std::size_t n = kept.size();
  if (n == 0) return 1;
  SquareMatrix whole(n), own(n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const std::size_t a = kept[i], b = kept[j];
      const double scale = std::sqrt(data(a, a)) * std::sqrt(data(b, b));
      whole(i, j) = data(a, b) / scale;
      own(i, j) = (component(a, b) - (i == j ? reg[a] : 0)) / scale;
    }
  constexpr double least_correlated = 1e-5;  // below, rounding would decide
  const Eigensystem axes = eigensystem(whole);
  std::vector<std::vector<double>> white;  // along each axis, in units of the data's deviation
  for (std::size_t k = 0; k < n; ++k) {
    if (!(axes.values[k] > least_correlated)) continue;
    white.emplace_back(n);
    for (std::size_t i = 0; i < n; ++i) white.back()[i] = axes.vectors(i, k) / std::sqrt(axes.values[k]);
  }
  SquareMatrix relative(white.size());
  for (std::size_t i = 0; i < white.size(); ++i)
    for (std::size_t j = 0; j < white.size(); ++j) relative(i, j) = dot(white[i], product(own, white[j]));
  return white.empty() ? 1 : eigenvalues(relative).front();
}

/// The same for component k of any mixture; `data` is data_covariance(), `reg` what was added to variances.
inline double least_relative_variance(const NormalMixture& m, std::size_t k, const std::vector<double>& data,
                                      const std::vector<double>& reg) {
  if (m.has_matrices())
    return least_relative_variance(covariance_matrix(m, k), {static_cast<std::size_t>(m.dimensions), data}, reg);
  const double* const own = m.covariances.data() + m.covariance_index(k);
  double least = 1;
  for (std::size_t j = 0; j < data.size(); ++j)
    if (data[j] > least_over_reg * reg[j] && data[j] > 0) least = std::min(least, (own[j] - reg[j]) / data[j]);
  return least;
}

/// Numbers of the degenerate components, ascending.
inline std::vector<int> degenerate_components(const NormalMixture& m, const std::vector<double>& data,
                                              const std::vector<double>& reg) {
  std::vector<int> result;
  for (int k = 0; k < m.components(); ++k)
    if (least_relative_variance(m, static_cast<std::size_t>(k), data, reg) <= smallest_relative_variance)
      result.push_back(k);
  return result;
}

}  // namespace detail
}  // namespace isonomy::mixture
