// Components of a mixture that have closed in on less than all dimensions of the data.
#pragma once

#include <cstddef>
#include <vector>

#include "isonomy/core/eigen.hpp"
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
/// none is left. Both matrices d x d.
inline double least_relative_variance(const double* component, const std::vector<double>& data, int d,
                                      double reg_covar) {
  const auto at = [d](const auto& m, Eigen::Index i, Eigen::Index j) { return m[static_cast<std::size_t>(i * d + j)]; };
  std::vector<Eigen::Index> kept;
  for (Eigen::Index j = 0; j < d; ++j)
    if (at(data, j, j) > least_over_reg * reg_covar && at(data, j, j) > 0) kept.push_back(j);
  const auto n = static_cast<Eigen::Index>(kept.size());
  if (n == 0) return 1;
  Eigen::MatrixXd whole(n, n), own(n, n);
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index j = 0; j < n; ++j) {
      const Eigen::Index a = kept[static_cast<std::size_t>(i)], b = kept[static_cast<std::size_t>(j)];
      const double scale = std::sqrt(at(data, a, a)) * std::sqrt(at(data, b, b));
      whole(i, j) = at(data, a, b) / scale;
      own(i, j) = (at(component, a, b) - (i == j ? reg_covar : 0)) / scale;
    }
  constexpr double least_correlated = 1e-5;  // below, rounding would decide
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> axes(whole);
  const Eigen::Index first = (axes.eigenvalues().array() <= least_correlated).count(), left = n - first;
  if (left == 0) return 1;
  const Eigen::MatrixXd white =
      axes.eigenvectors().rightCols(left) * axes.eigenvalues().tail(left).cwiseSqrt().cwiseInverse().asDiagonal();
  const Eigen::MatrixXd relative = white.transpose() * own * white;
  return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(relative, Eigen::EigenvaluesOnly).eigenvalues()(0);
}

/// Numbers of the degenerate components, ascending; `data` is data_covariance().
inline std::vector<int> degenerate_components(const NormalMixture& m, const std::vector<double>& data,
                                              double reg_covar) {
  const bool matrix = m.covariance == Covariance::full || m.covariance == Covariance::tied;
  std::vector<int> result;
  for (int k = 0; k < m.components(); ++k) {
    const double* const own = m.covariances.data() + m.covariance_index(static_cast<std::size_t>(k));
    bool degenerate = false;
    if (matrix) degenerate = least_relative_variance(own, data, m.dimensions, reg_covar) <= smallest_relative_variance;
    for (std::size_t j = 0; j < data.size() && !matrix; ++j)
      degenerate = degenerate || (data[j] > least_over_reg * reg_covar && data[j] > 0 &&
                                  own[j] - reg_covar <= smallest_relative_variance * data[j]);
    if (degenerate) result.push_back(k);
  }
  return result;
}

}  // namespace detail
}  // namespace isonomy::mixture
