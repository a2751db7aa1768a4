// Mixtures of normal densities in several dimensions: parameters in scikit-learn's shapes, their checks, and the form
// in which a pass over the data takes them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/small_matrix.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"

namespace isonomy::mixture {

/// sum_k w_k N(x; mean_k, Sigma_k). means: components x dimensions by rows. covariances by rows: full components x d x
/// d, tied d x d, diagonal components x d, spherical components.
struct NormalMixture {
  int dimensions = 1;
  Covariance covariance = Covariance::full;
  std::vector<double> weights, means, covariances;

  [[nodiscard]] int components() const { return static_cast<int>(weights.size()); }
  /// Whether covariances are whole matrices.
  [[nodiscard]] bool has_matrices() const { return covariance == Covariance::full || covariance == Covariance::tied; }
  /// Numbers of one component's covariance.
  [[nodiscard]] std::size_t covariance_size() const {
    const auto d = static_cast<std::size_t>(dimensions);
    switch (covariance) {
    case Covariance::diagonal: return d;
    case Covariance::spherical: return 1;
    default: return d * d;
    }
  }
  /// Where component k's covariance begins.
  [[nodiscard]] std::size_t covariance_index(std::size_t k) const {
    return covariance == Covariance::tied ? 0 : k * covariance_size();
  }
  /// Free parameters: (K-1) + K d + {K d(d+1)/2 | d(d+1)/2 | K d | K}.
  [[nodiscard]] index_t free_parameters() const {
    const index_t k = components(), d = dimensions, triangle = d * (d + 1) / 2;
    const index_t shape = covariance == Covariance::full       ? k * triangle
                          : covariance == Covariance::tied     ? triangle
                          : covariance == Covariance::diagonal ? k * d
                                                               : k;
    return k - 1 + k * d + shape;
  }
};

namespace detail {

/// Component k's covariance as a matrix; only for full and tied ones.
inline SquareMatrix covariance_matrix(const NormalMixture& m, std::size_t k) {
  const auto first = m.covariances.begin() + static_cast<std::ptrdiff_t>(m.covariance_index(k));
  return {static_cast<std::size_t>(m.dimensions), {first, first + static_cast<std::ptrdiff_t>(m.covariance_size())}};
}

/// The pivot of component k's covariance that is not positive, or the variance, from 1; 0 if all are.
inline int failing_pivot(const NormalMixture& m, std::size_t k) {
  if (m.has_matrices()) return Cholesky(covariance_matrix(m, k)).failing_pivot();
  for (std::size_t i = 0; i < m.covariance_size(); ++i)
    if (const double v = m.covariances[m.covariance_index(k) + i]; !(v > 0) || !std::isfinite(v))
      return static_cast<int>(i) + 1;
  return 0;
}

/// ShapeError unless data of so many columns fit the mixture.
inline void require_columns(const NormalMixture& m, index_t columns) {
  if (columns != m.dimensions)
    throw ShapeError(text::joined("mixture: x has ", columns, " columns and the mixture ", m.dimensions,
                                  " dimensions; give one row per point, and a mixture of as many dimensions"));
}

/// What MultivariateNormals reads, in host memory.
struct MultivariateTables {
  std::vector<double> log_peaks, means, factors;
};

}  // namespace detail

namespace detail {

/// ShapeError for arrays of the wrong size.
inline void require_shapes(const NormalMixture& m) {
  const auto k = m.weights.size(), d = static_cast<std::size_t>(m.dimensions);
  const auto size = [](const char* name, std::size_t got, std::size_t expected, const char* remedy) {
    if (got != expected)
      throw ShapeError(
          text::joined("mixture: ", name, " has ", got, " elements; expected ", expected, "; give ", remedy));
  };
  if (k == 0 || m.dimensions < 1)
    throw ShapeError(text::joined("mixture: ", k, " components in ", m.dimensions,
                                  " dimensions; both must be at least 1; give every component a weight and a mean"));
  size("means", m.means.size(), k * d, "every component a row of as many as there are dimensions");
  size("covariances", m.covariances.size(), m.covariance == Covariance::tied ? d * d : k * m.covariance_size(),
       m.covariance == Covariance::full       ? "every component a whole matrix"
       : m.covariance == Covariance::tied     ? "one whole matrix for all components"
       : m.covariance == Covariance::diagonal ? "every component a variance for each dimension"
                                              : "every component one variance");
}

/// ValueError unless covariance number c is symmetric, NotPositiveDefinite unless it is positive definite.
inline void require_covariance(const NormalMixture& m, std::size_t c) {
  const SquareMatrix a = covariance_matrix(m, c);
  double largest = 0;
  for (const double v : a.elements()) largest = std::max(largest, std::abs(v));
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (!(std::abs(a(i, j) - a(j, i)) <= 1e-12 * largest))
        throw ValueError(text::joined("mixture: covariance ", c, ", element (", i, ", ", j,
                                      ")=", text::decimals(a(i, j), 17), "; expected the same as its mirror image, ",
                                      text::decimals(a(j, i), 17), ", within ", 1e-12 * largest,
                                      "; give a symmetric matrix"));
  const int pivot = Cholesky(a).failing_pivot();
  if (pivot != 0)
    throw NotPositiveDefinite(text::joined("mixture: covariance ", c, " is not positive definite (pivot ", pivot,
                                           "); add to its diagonal, or merge the dimensions involved"),
                              static_cast<std::int64_t>(c), pivot);
}

}  // namespace detail

/// Nothing. ShapeError for arrays of the wrong size; ValueError naming the first number outside its domain: weights at
/// least 0, of sum 1 within 1e-12 each; everything finite; covariances symmetric within 1e-12 of their largest element;
/// NotPositiveDefinite with component and pivot.
inline void validate(const NormalMixture& m) {
  detail::require_shapes(m);
  const auto require = [](bool ok, const char* name, std::size_t i, double value, const char* rule) {
    if (!ok) throw ValueError(text::joined("mixture: ", name, "[", i, "]=", value, "; expected ", rule));
  };
  double sum = 0;
  for (std::size_t i = 0; i < m.weights.size(); ++i) {
    require(m.weights[i] >= 0 && std::isfinite(m.weights[i]), "weights", i, m.weights[i],
            "a finite number of at least 0; give its share of the points");
    sum += m.weights[i];
  }
  if (const double tolerance = 1e-12 * m.components(); !(std::abs(sum - 1) <= tolerance))
    throw ValueError(text::joined("mixture: sum of weights=", text::decimals(sum, 17), "; expected 1 within ",
                                  tolerance, "; divide the weights by their sum"));
  for (std::size_t i = 0; i < m.means.size(); ++i)
    require(std::isfinite(m.means[i]), "means", i, m.means[i], "a finite number; give a place among the points");
  if (m.has_matrices()) {
    const std::size_t matrices = m.covariance == Covariance::tied ? 1 : m.weights.size();
    for (std::size_t c = 0; c < matrices; ++c) detail::require_covariance(m, c);
    return;
  }
  for (std::size_t i = 0; i < m.covariances.size(); ++i)
    require(m.covariances[i] > 0 && std::isfinite(m.covariances[i]), "covariances", i, m.covariances[i],
            "a finite variance above 0; give the square of a standard deviation");
}

namespace detail {

/// Component k's variance in column j.
inline double variance_of(const NormalMixture& m, std::size_t k, std::size_t j) {
  const std::size_t step = m.has_matrices() ? static_cast<std::size_t>(m.dimensions) + 1 : 1;
  return m.covariances[m.covariance_index(k) + (m.covariance == Covariance::spherical ? 0 : j * step)];
}

/// Units of the columns, as exponents of two: at or below the largest deviation of a component. In them likelihoods are
/// of ordinary size, and of a column that was multiplied by a power of two they are the same.
inline std::vector<int> units_of(const NormalMixture& m) {
  std::vector<int> result;
  for (std::size_t j = 0; j < static_cast<std::size_t>(m.dimensions); ++j) {
    double largest = 0;
    for (std::size_t k = 0; k < m.weights.size(); ++k) largest = std::max(largest, variance_of(m, k, j));
    result.push_back(std::ilogb(std::sqrt(largest)));
  }
  return result;
}

/// sum_i log p(x_i) of n points from what a pass found in `units`.
inline DoubleDouble in_data_units(DoubleDouble sum, double n, const std::vector<int>& units) {
  double exponents = 0;
  for (const int e : units) exponents += e;
  return std::isfinite(sum.high) ? sum - log_of_powers(n, exponents) : sum;
}

/// For a valid mixture with weights above 0: A_k = sqrt(log2(e)/2) L_k^-1, and log_peak = log2(w / ((2 pi)^(d/2) |L|)),
/// in which L is in `units`.
inline MultivariateTables multivariate_tables(const NormalMixture& m, const std::vector<int>& units) {
  constexpr double log2_two_pi = 0x1.536439a4c6efcp+1;
  const double scale = std::sqrt(0.5 * std::numbers::log2e);
  const auto d = static_cast<std::size_t>(m.dimensions);
  MultivariateTables result;
  result.means = m.means;
  for (std::size_t k = 0; k < m.weights.size(); ++k) {
    double log_determinant = 0;  // of L
    if (m.has_matrices()) {
      const Cholesky factor(covariance_matrix(m, k));
      if (!factor.positive_definite())
        throw NotPositiveDefinite(text::joined("mixture: covariance ", k, " is not positive definite (pivot ",
                                               factor.failing_pivot(), "); raise reg_covar"),
                                  static_cast<std::int64_t>(k), factor.failing_pivot());
      for (std::size_t i = 0; i < d; ++i) log_determinant += std::log2(std::ldexp(factor.lower()(i, i), -units[i]));
      const SquareMatrix inverse = factor.inverse_lower();
      const bool first = k == 0 || m.covariance == Covariance::full;
      for (std::size_t i = 0; i < d && first; ++i)
        for (std::size_t j = 0; j <= i; ++j) result.factors.push_back(rounded_product(scale, inverse(i, j)));
    } else {
      if (const int variance = failing_pivot(m, k); variance != 0)
        throw NotPositiveDefinite(
            text::joined("mixture: variance ", variance - 1, " of component ", k, " is not positive; raise reg_covar"),
            static_cast<std::int64_t>(k), variance);
      const double* const variances = m.covariances.data() + m.covariance_index(k);
      const std::size_t count = m.covariance_size();
      for (std::size_t i = 0; i < d; ++i)
        log_determinant += 0.5 * std::log2(std::ldexp(variances[count == d ? i : 0], -2 * units[i]));
      for (std::size_t i = 0; i < count; ++i) result.factors.push_back(scale / std::sqrt(variances[i]));
    }
    result.log_peaks.push_back(std::log2(m.weights[k]) - rounded_product(0.5 * m.dimensions, log2_two_pi) -
                               log_determinant);
  }
  return result;
}

}  // namespace detail
}  // namespace isonomy::mixture
