// Symmetric errors and correlations from the Hessian at a minimum.
#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include "isonomy/core/eigen.hpp"
#include "isonomy/estimators/mixture/minimum.hpp"

namespace isonomy::mixture {

/// One row and column per parameter, by rows. Parameters that the box holds have error 0 and no correlation; everything
/// is empty if the minimum is not valid, has no Hessian or one that is not positive definite: no error is better than a
/// made-up one.
struct HesseErrors {
  std::vector<double> covariance, correlation, errors;
  std::vector<double> global_correlation;  ///< largest correlation with any combination of the others

  [[nodiscard]] bool available() const { return !errors.empty(); }
};

/// C = H^-1 over the parameters inside the box; errors for an increase of the NLL by 1/2. O(size^3), no pass over data.
[[nodiscard]] inline HesseErrors hesse(const Minimum& minimum) {
  HesseErrors result;
  const std::size_t size = minimum.parameters.size();
  if (!minimum.valid() || minimum.hessian.empty()) return result;
  std::vector<std::size_t> free;
  for (std::size_t i = 0, b = 0; i < size; ++i) {
    if (b < minimum.bound.size() && static_cast<std::size_t>(minimum.bound[b]) == i)
      ++b;
    else
      free.push_back(i);
  }
  const auto n = static_cast<Eigen::Index>(free.size());
  const auto at = [&](Eigen::Index i) { return free[static_cast<std::size_t>(i)]; };
  // Scaled to a unit diagonal, so that parameters of different size lose nothing.
  Eigen::VectorXd scale(n);
  Eigen::MatrixXd h(n, n);
  for (Eigen::Index i = 0; i < n; ++i) scale(i) = 1 / std::sqrt(minimum.hessian[size * at(i) + at(i)]);
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index j = 0; j < n; ++j) h(i, j) = scale(i) * minimum.hessian[size * at(i) + at(j)] * scale(j);
  const Eigen::LLT<Eigen::MatrixXd> factor(h);
  if (n > 0 && factor.info() != Eigen::Success) return result;
  const Eigen::MatrixXd inverse = n > 0 ? Eigen::MatrixXd(factor.solve(Eigen::MatrixXd::Identity(n, n))) : h;
  result.covariance.assign(size * size, 0);
  result.correlation.assign(size * size, 0);
  result.errors.assign(size, 0);
  result.global_correlation.assign(size, 0);
  for (Eigen::Index i = 0; i < n; ++i) {
    result.errors[at(i)] = std::sqrt(inverse(i, i)) * scale(i);
    result.global_correlation[at(i)] = std::sqrt(std::max(0.0, 1 - 1 / (inverse(i, i) * h(i, i))));
    for (Eigen::Index j = 0; j < n; ++j) {
      result.covariance[size * at(i) + at(j)] = inverse(i, j) * scale(i) * scale(j);
      result.correlation[size * at(i) + at(j)] = inverse(i, j) / std::sqrt(inverse(i, i) * inverse(j, j));
    }
  }
  return result;
}

}  // namespace isonomy::mixture
