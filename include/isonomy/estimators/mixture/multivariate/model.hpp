// Mixtures of normal densities in several dimensions: parameters in scikit-learn's shapes, their checks, and the form
// in which a pass over the data takes them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iomanip>
#include <numbers>
#include <sstream>
#include <string>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"

namespace isonomy::mixture {

/// sum_k w_k N(x; mean_k, Sigma_k). means: components x dimensions by rows. covariances by rows: full components x d x
/// d, tied d x d, diagonal components x d, spherical components.
struct NormalMixture {
  int dimensions = 1;
  Covariance covariance = Covariance::full;
  std::vector<double> weights, means, covariances;

  [[nodiscard]] int components() const { return static_cast<int>(weights.size()); }
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

/// The lower triangle L of a symmetric matrix by rows, A = L L^T, in place; 0, or the pivot that is not positive,
/// from 1.
inline int cholesky_by_rows(std::vector<double>& a, int d) {
  const auto at = [&](int i, int j) -> double& { return a[static_cast<std::size_t>(i * d + j)]; };
  for (int i = 0; i < d; ++i) {
    for (int j = 0; j <= i; ++j) {
      double s = at(i, j);
      for (int c = 0; c < j; ++c) s -= at(i, c) * at(j, c);
      if (i != j) {
        at(i, j) = s / at(j, j);
      } else {
        if (!(s > 0) || !std::isfinite(s)) return i + 1;
        at(i, i) = std::sqrt(s);
      }
    }
  }
  return 0;
}

/// The pivot of component k's covariance that is not positive, or the variance, from 1; 0 if all are.
inline int failing_pivot(const NormalMixture& m, std::size_t k) {
  const auto first = m.covariances.begin() + static_cast<std::ptrdiff_t>(m.covariance_index(k));
  std::vector<double> own(first, first + static_cast<std::ptrdiff_t>(m.covariance_size()));
  if (m.covariance == Covariance::full || m.covariance == Covariance::tied) return cholesky_by_rows(own, m.dimensions);
  for (std::size_t i = 0; i < own.size(); ++i)
    if (!(own[i] > 0) || !std::isfinite(own[i])) return static_cast<int>(i) + 1;
  return 0;
}

/// Turns the lower triangle L into its inverse, in place.
inline void invert_lower(std::vector<double>& a, int d) {
  const auto at = [&](int i, int j) -> double& { return a[static_cast<std::size_t>(i * d + j)]; };
  for (int j = 0; j < d; ++j) {
    at(j, j) = 1 / at(j, j);
    for (int i = j + 1; i < d; ++i) {
      double s = 0;
      for (int c = j; c < i; ++c) s -= at(i, c) * at(c, j);
      at(i, j) = s / at(i, i);
    }
  }
}

/// `value` with so many significant digits, as streams write it.
inline std::string in_digits(double value, int digits) {
  std::ostringstream text;
  text << std::setprecision(digits) << value;
  return text.str();
}

/// ShapeError unless data of so many columns fit the mixture.
inline void require_columns(const NormalMixture& m, index_t columns) {
  if (columns != m.dimensions)
    throw ShapeError("mixture: x has " + std::to_string(columns) + " columns and the mixture " +
                     std::to_string(m.dimensions) +
                     " dimensions; give one row per point, and a mixture of as many dimensions");
}

/// What MultivariateNormals reads, in host memory.
struct MultivariateTables {
  std::vector<double> log_peaks, means, factors;
};

}  // namespace detail

/// Nothing. ShapeError for arrays of the wrong size; ValueError naming the first number outside its domain: weights at
/// least 0, of sum 1 within 1e-12 each; everything finite; covariances symmetric within 1e-12 of their largest element;
/// NotPositiveDefinite with component and pivot.
inline void validate(const NormalMixture& m) {
  const auto k = m.weights.size(), d = static_cast<std::size_t>(m.dimensions);
  const auto size = [](const char* name, std::size_t got, std::size_t expected, const char* remedy) {
    if (got != expected)
      throw ShapeError(std::string("mixture: ") + name + " has " + std::to_string(got) + " elements; expected " +
                       std::to_string(expected) + "; give " + remedy);
  };
  const auto element = [](const char* name, std::size_t i) { return name + ("[" + std::to_string(i) + "]"); };
  const auto reject = [](const std::string& name, double value, const std::string& rule) {
    throw ValueError("mixture: " + name + "=" + detail::in_digits(value, 6) + "; expected " + rule);
  };
  if (k == 0 || m.dimensions < 1)
    throw ShapeError("mixture: " + std::to_string(k) + " components in " + std::to_string(m.dimensions) +
                     " dimensions; both must be at least 1; give every component a weight and a mean");
  size("means", m.means.size(), k * d, "every component a row of as many as there are dimensions");
  size("covariances", m.covariances.size(), m.covariance == Covariance::tied ? d * d : k * m.covariance_size(),
       m.covariance == Covariance::full       ? "every component a whole matrix"
       : m.covariance == Covariance::tied     ? "one whole matrix for all components"
       : m.covariance == Covariance::diagonal ? "every component a variance for each dimension"
                                              : "every component one variance");
  double sum = 0;
  for (std::size_t i = 0; i < k; ++i) {
    if (!(m.weights[i] >= 0) || !std::isfinite(m.weights[i]))
      reject(element("weights", i), m.weights[i], "a finite number of at least 0; give its share of the points");
    sum += m.weights[i];
  }
  if (const double tolerance = 1e-12 * static_cast<double>(k); !(std::abs(sum - 1) <= tolerance))
    throw ValueError("mixture: sum of weights=" + detail::in_digits(sum, 17) + "; expected 1 within " +
                     detail::in_digits(tolerance, 6) + "; divide the weights by their sum");
  for (std::size_t i = 0; i < m.means.size(); ++i)
    if (!std::isfinite(m.means[i]))
      reject(element("means", i), m.means[i], "a finite number; give a place among the points");
  const bool matrix = m.covariance == Covariance::full || m.covariance == Covariance::tied;
  if (!matrix) {
    for (std::size_t i = 0; i < m.covariances.size(); ++i)
      if (!(m.covariances[i] > 0) || !std::isfinite(m.covariances[i]))
        reject(element("covariances", i), m.covariances[i],
               "a finite variance above 0; give the square of a standard deviation");
    return;
  }
  for (std::size_t c = 0; c < m.covariances.size() / (d * d); ++c) {
    std::vector<double> a(m.covariances.begin() + static_cast<std::ptrdiff_t>(c * d * d),
                          m.covariances.begin() + static_cast<std::ptrdiff_t>((c + 1) * d * d));
    double largest = 0;
    for (const double v : a) largest = std::max(largest, std::abs(v));
    for (std::size_t i = 0; i < d; ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (!(std::abs(a[i * d + j] - a[j * d + i]) <= 1e-12 * largest))
          throw ValueError("mixture: covariance " + std::to_string(c) + ", element (" + std::to_string(i) + ", " +
                           std::to_string(j) + ")=" + detail::in_digits(a[i * d + j], 17) +
                           "; expected the same as its mirror image, " + detail::in_digits(a[j * d + i], 17) +
                           ", within " + detail::in_digits(1e-12 * largest, 6) + "; give a symmetric matrix");
    const int pivot = detail::cholesky_by_rows(a, m.dimensions);
    if (pivot != 0)
      throw NotPositiveDefinite("mixture: covariance " + std::to_string(c) + " is not positive definite (pivot " +
                                    std::to_string(pivot) + "); add to its diagonal, or merge the dimensions involved",
                                static_cast<std::int64_t>(c), pivot);
  }
}

namespace detail {

/// For a valid mixture with weights above 0: A_k = sqrt(log2(e)/2) L_k^-1, log_peak = log2(w / ((2 pi)^(d/2) |L|)).
inline MultivariateTables multivariate_tables(const NormalMixture& m) {
  const int d = m.dimensions;
  const double scale = std::sqrt(0.5 * std::numbers::log2e);
  MultivariateTables result;
  result.means = m.means;
  for (std::size_t k = 0; k < m.weights.size(); ++k) {
    double log_determinant = 0;  // of L
    const double* const c = m.covariances.data() + m.covariance_index(k);
    const bool first = k == 0 || m.covariance != Covariance::tied;
    if (m.covariance == Covariance::full || m.covariance == Covariance::tied) {
      std::vector<double> l(c, c + d * d);
      if (const int pivot = cholesky_by_rows(l, d); pivot != 0)
        throw NotPositiveDefinite("mixture: covariance " + std::to_string(k) + " is not positive definite (pivot " +
                                      std::to_string(pivot) + "); raise reg_covar",
                                  static_cast<std::int64_t>(k), pivot);
      for (int i = 0; i < d; ++i) log_determinant += std::log2(l[static_cast<std::size_t>(i * d + i)]);
      invert_lower(l, d);
      for (int i = 0; i < d && first; ++i)
        for (int j = 0; j <= i; ++j) result.factors.push_back(scale * l[static_cast<std::size_t>(i * d + j)]);
    } else {
      const bool diagonal = m.covariance == Covariance::diagonal;
      for (int i = 0; i < (diagonal ? d : 1); ++i)
        if (!(c[i] > 0) || !std::isfinite(c[i]))
          throw NotPositiveDefinite("mixture: variance " + std::to_string(i) + " of component " + std::to_string(k) +
                                        " is not positive; raise reg_covar",
                                    static_cast<std::int64_t>(k), i + 1);
      for (int i = 0; i < d; ++i) log_determinant += 0.5 * std::log2(c[diagonal ? i : 0]);
      for (int i = 0; i < (diagonal ? d : 1); ++i) result.factors.push_back(scale / std::sqrt(c[i]));
    }
    result.log_peaks.push_back(std::log2(m.weights[k]) - 0.5 * d * std::log2(2 * std::numbers::pi) - log_determinant);
  }
  return result;
}

}  // namespace detail
}  // namespace isonomy::mixture
