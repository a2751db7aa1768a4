// Symmetric errors and correlations from the Hessian at a minimum.
#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include "isonomy/core/eigen.hpp"
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
  Eigen::VectorXd scale;
  Eigen::MatrixXd h;

  explicit FreeHessian(const Minimum& minimum) {
    const std::size_t size = minimum.parameters.size();
    for (std::size_t i = 0, b = 0; i < size; ++i) {
      if (b < minimum.bound.size() && static_cast<std::size_t>(minimum.bound[b]) == i)
        ++b;
      else
        free.push_back(i);
    }
    scale.resize(static_cast<Eigen::Index>(free.size()));
    for (Eigen::Index i = 0; i < scale.size(); ++i) scale(i) = 1 / std::sqrt(minimum.hessian[(size + 1) * at(i)]);
    h = scaled(minimum.hessian, size);
  }
  [[nodiscard]] std::size_t at(Eigen::Index i) const { return free[static_cast<std::size_t>(i)]; }
  /// The free part of a matrix of the same units as H.
  [[nodiscard]] Eigen::MatrixXd scaled(const std::vector<double>& matrix, std::size_t size) const {
    const Eigen::Index n = scale.size();
    Eigen::MatrixXd result(n, n);
    for (Eigen::Index i = 0; i < n; ++i)
      for (Eigen::Index j = 0; j < n; ++j) result(i, j) = scale(i) * matrix[size * at(i) + at(j)] * scale(j);
    return result;
  }
  /// Errors from a covariance in the scaled parameters and its inverse.
  [[nodiscard]] HesseErrors errors(const Eigen::MatrixXd& covariance, const Eigen::MatrixXd& precision,
                                   std::size_t size) const {
    HesseErrors result;
    result.covariance.assign(size * size, 0);
    result.correlation.assign(size * size, 0);
    result.errors.assign(size, 0);
    result.global_correlation.assign(size, 0);
    const Eigen::Index n = scale.size();
    for (Eigen::Index i = 0; i < n; ++i) {
      result.errors[at(i)] = std::sqrt(covariance(i, i)) * scale(i);
      result.global_correlation[at(i)] = std::sqrt(std::max(0.0, 1 - 1 / (covariance(i, i) * precision(i, i))));
      for (Eigen::Index j = 0; j < n; ++j) {
        result.covariance[size * at(i) + at(j)] = covariance(i, j) * scale(i) * scale(j);
        result.correlation[size * at(i) + at(j)] = covariance(i, j) / std::sqrt(covariance(i, i) * covariance(j, j));
      }
    }
    return result;
  }
};

/// The inverse of a symmetric matrix; empty if it is not positive definite, or not finite.
inline Eigen::MatrixXd inverse_or_empty(const Eigen::MatrixXd& a) {
  const Eigen::LLT<Eigen::MatrixXd> factor(a);
  if (!a.allFinite() || factor.info() != Eigen::Success) return {};
  Eigen::MatrixXd inverse = factor.solve(Eigen::MatrixXd::Identity(a.rows(), a.rows()));
  return inverse.allFinite() ? inverse : Eigen::MatrixXd();
}

}  // namespace detail

/// C = H^-1 over the parameters inside the box; errors for an increase of the NLL by 1/2. O(size^3), no pass over data.
[[nodiscard]] inline HesseErrors hesse(const Minimum& minimum) {
  if (!minimum.valid() || minimum.hessian.empty()) return {};
  const std::size_t size = minimum.parameters.size();
  const detail::FreeHessian free(minimum);
  if (free.free.empty()) return free.errors({}, {}, size);
  const Eigen::MatrixXd inverse = detail::inverse_or_empty(free.h);
  return inverse.size() == 0 ? HesseErrors{} : free.errors(inverse, free.h, size);
}

/// C = H^-1 B H^-1, B the sum over points of the squared weight times the products of their scores (size x size by
/// rows): errors of a weighted likelihood, whose rise by 1/2 says nothing. Parameters at a bound as for hesse; empty if
/// the minimum is not valid, or H or B is not positive definite or not finite. Source: Huber (1967); for weighted
/// events Langenbruch, Eur. Phys. J. C 82, 393 (2022).
[[nodiscard]] inline HesseErrors sandwich(const Minimum& minimum, const std::vector<double>& score_products) {
  if (!minimum.valid() || minimum.hessian.empty()) return {};
  const std::size_t size = minimum.parameters.size();
  const detail::FreeHessian free(minimum);
  if (free.free.empty()) return free.errors({}, {}, size);
  const Eigen::MatrixXd inverse = detail::inverse_or_empty(free.h), b = free.scaled(score_products, size),
                        b_inverse = detail::inverse_or_empty(b);
  if (inverse.size() == 0 || b_inverse.size() == 0) return {};
  const Eigen::MatrixXd covariance = inverse * b * inverse, precision = free.h * b_inverse * free.h;
  return covariance.allFinite() && precision.allFinite() ? free.errors(covariance, precision, size) : HesseErrors{};
}

}  // namespace isonomy::mixture
