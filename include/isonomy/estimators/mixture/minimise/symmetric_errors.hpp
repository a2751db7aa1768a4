// Symmetric errors and correlations from the Hessian at a minimum.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "isonomy/core/numeric.hpp"
#include "isonomy/core/small_matrix.hpp"
#include "isonomy/estimators/mixture/minimise/minimum.hpp"

namespace isonomy::mixture {

/// One row and column per parameter, by rows. Parameters that the box holds have error 0 and no correlation; everything
/// is empty if the minimum is not valid, has no Hessian or one that is not positive definite: no error is better than a
/// made-up one.
struct HesseErrors {
  std::vector<double> covariance, correlation, errors;
  std::vector<double> global_correlation;  ///< largest correlation with any combination of the others

  [[nodiscard]] bool available() const { return !errors.empty(); }
};

namespace detail {

/// The parameters inside the box, and H over them scaled to a unit diagonal, so that parameters of different size lose
/// nothing.
struct FreeHessian {
  std::vector<std::size_t> free;
  std::vector<double> scale;
  SquareMatrix h;

  explicit FreeHessian(const Minimum& minimum) {
    const std::size_t size = minimum.parameters.size();
    for (std::size_t i = 0, b = 0; i < size; ++i) {
      if (b < minimum.bound.size() && static_cast<std::size_t>(minimum.bound[b]) == i)
        ++b;
      else
        free.push_back(i);
    }
    for (const std::size_t i : free) scale.push_back(1 / std::sqrt(minimum.hessian[(size + 1) * i]));
    h = scaled(minimum.hessian, size);
  }
  /// The free part of a matrix of the same units as H.
  [[nodiscard]] SquareMatrix scaled(const std::vector<double>& matrix, std::size_t size) const {
    SquareMatrix result(free.size());
    for (std::size_t i = 0; i < free.size(); ++i)
      for (std::size_t j = 0; j < free.size(); ++j)
        result(i, j) = Rounded(scale[i]) * matrix[size * free[i] + free[j]] * scale[j];
    return result;
  }
  /// Errors from a covariance in the scaled parameters and its inverse.
  [[nodiscard]] HesseErrors errors(const SquareMatrix& covariance, const SquareMatrix& precision,
                                   std::size_t size) const {
    HesseErrors result;
    result.covariance.assign(size * size, 0);
    result.correlation.assign(size * size, 0);
    result.errors.assign(size, 0);
    result.global_correlation.assign(size, 0);
    for (std::size_t i = 0; i < free.size(); ++i) {
      const std::size_t at = free[i];
      result.errors[at] = std::sqrt(covariance(i, i)) * scale[i];
      result.global_correlation[at] = std::sqrt(std::max(0.0, 1 - 1 / (covariance(i, i) * precision(i, i))));
      for (std::size_t j = 0; j < free.size(); ++j) {
        result.covariance[size * at + free[j]] = covariance(i, j) * scale[i] * scale[j];
        result.correlation[size * at + free[j]] = covariance(i, j) / std::sqrt(covariance(i, i) * covariance(j, j));
      }
    }
    return result;
  }
};

/// The inverse of a symmetric matrix; none if it is not positive definite, or not finite.
inline std::optional<SquareMatrix> finite_inverse(const SquareMatrix& a) {
  const Cholesky factor(a);
  if (!all_finite(a.elements()) || !factor.positive_definite()) return std::nullopt;
  SquareMatrix inverse = factor.inverse();
  return all_finite(inverse.elements()) ? std::optional(std::move(inverse)) : std::nullopt;
}

inline double largest_size(const SquareMatrix& a) {
  double result = 0;
  for (const double x : a.elements()) result = std::max(result, std::abs(x));
  return result;
}

}  // namespace detail

/// C = H^-1 over the parameters inside the box; errors for an increase of the NLL by 1/2. O(size^3), no pass over data.
[[nodiscard]] inline HesseErrors hesse(const Minimum& minimum) {
  if (!minimum.valid() || minimum.hessian.empty()) return {};
  const std::size_t size = minimum.parameters.size();
  const detail::FreeHessian free(minimum);
  if (free.free.empty()) return free.errors({}, {}, size);
  const std::optional<SquareMatrix> inverse = detail::finite_inverse(free.h);
  return inverse ? free.errors(*inverse, free.h, size) : HesseErrors{};
}

/// C = H^-1 B H^-1, B the sum over points of the squared weight times the products of their scores (size x size by
/// rows): errors of a weighted likelihood, whose rise by 1/2 says nothing. Parameters at a bound as for hesse; empty if
/// the minimum is not valid, or H or B is not positive definite beyond rounding or not finite. Source: Huber (1967);
/// for weighted events Langenbruch, Eur. Phys. J. C 82, 393 (2022).
[[nodiscard]] inline HesseErrors sandwich(const Minimum& minimum, const std::vector<double>& score_products) {
  if (!minimum.valid() || minimum.hessian.empty()) return {};
  const std::size_t size = minimum.parameters.size();
  const detail::FreeHessian free(minimum);
  if (free.free.empty()) return free.errors({}, {}, size);
  const SquareMatrix b = free.scaled(score_products, size);
  const std::optional<SquareMatrix> inverse = detail::finite_inverse(free.h), b_inverse = detail::finite_inverse(b);
  if (!inverse || !b_inverse) return {};
  // No more points than parameters leave B without full rank, and what inverts it then is rounding.
  constexpr double most_condition = 1e14;
  if (detail::largest_size(b) * detail::largest_size(*b_inverse) > most_condition) return {};
  const SquareMatrix covariance = product(product(*inverse, b), *inverse),
                     precision = product(product(free.h, *b_inverse), free.h);
  const bool usable = all_finite(covariance.elements()) && all_finite(precision.elements());
  return usable ? free.errors(covariance, precision, size) : HesseErrors{};
}

}  // namespace isonomy::mixture
