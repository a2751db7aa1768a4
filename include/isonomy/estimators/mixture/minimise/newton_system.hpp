// The quadratic model of a function at a point: Newton's step, its promise, and what the exact Hessian says of the end.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "isonomy/core/numeric.hpp"
#include "isonomy/core/small_matrix.hpp"
#include "isonomy/estimators/mixture/minimise/minimum.hpp"

namespace isonomy::mixture {

/// The quadratic model over the parameters that the box does not hold, scaled to a unit diagonal: the scale of
/// parameters then does not matter.
class NewtonSystem {
 public:
  NewtonSystem(const Likelihood& at, std::vector<int> free)
      : free_(std::move(free)), scale_(scales(at, free_)), gradient_(free_.size()), hessian_(scaled_hessian(at)),
        eigenvalues_(eigenvalues(hessian_)), factor_(hessian_) {
    for (std::size_t i = 0; i < size(); ++i) gradient_[i] = rounded_product(scale_[i], at.gradient[place(i)]);
  }

  [[nodiscard]] std::size_t size() const { return free_.size(); }
  [[nodiscard]] double smallest_eigenvalue() const { return free_.empty() ? 1 : eigenvalues_.front(); }
  [[nodiscard]] double condition() const {
    if (free_.empty()) return 1;
    return smallest_eigenvalue() > 0 ? eigenvalues_.back() / smallest_eigenvalue()
                                     : std::numeric_limits<double>::infinity();
  }
  /// By more than rounding: what remains positive only by accident gives no errors.
  [[nodiscard]] bool positive_definite() const {
    if (free_.empty()) return true;
    return factor_.positive_definite() &&
           smallest_eigenvalue() > 1e-14 * static_cast<double>(free_.size()) * eigenvalues_.back();
  }
  /// g^T H^-1 g / 2.
  [[nodiscard]] double edm() const { return predicted(solve(0)); }

  /// The step that minimises the quadratic model plus damping |step|^2 / 2, zero outside the free parameters. The
  /// damping makes the matrix positive definite where it is not.
  [[nodiscard]] std::vector<double> step(double damping, std::size_t parameters) const {
    std::vector<double> result(parameters);
    const std::vector<double> s = solve(damping);
    for (std::size_t i = 0; i < size(); ++i) result[place(i)] = rounded_product(s[i], scale_[i]);
    return result;
  }
  /// Errors if the model held: sqrt of the diagonal of H^-1, 0 outside the free parameters.
  [[nodiscard]] std::vector<double> errors(std::size_t parameters) const {
    std::vector<double> result(parameters);
    const SquareMatrix inverse = factor_.inverse();
    for (std::size_t i = 0; i < size(); ++i) result[place(i)] = rounded_product(std::sqrt(inverse(i, i)), scale_[i]);
    return result;
  }
  /// What the model says that a step in all parameters gains.
  [[nodiscard]] double predicted_gain(const std::vector<double>& step) const {
    std::vector<double> s(size());
    for (std::size_t i = 0; i < size(); ++i) s[i] = step[place(i)] / scale_[i];
    return predicted(s);
  }

 private:
  [[nodiscard]] std::size_t place(std::size_t i) const { return static_cast<std::size_t>(free_[i]); }

  static std::vector<double> scales(const Likelihood& at, const std::vector<int>& free) {
    std::vector<double> result;
    for (const int i : free) {
      const double d = std::abs(at.hessian[(at.gradient.size() + 1) * static_cast<std::size_t>(i)]);
      result.push_back(d > 0 ? 1 / std::sqrt(d) : 1);
    }
    return result;
  }
  [[nodiscard]] SquareMatrix scaled_hessian(const Likelihood& at) const {
    SquareMatrix result(size());
    for (std::size_t i = 0; i < size(); ++i)
      for (std::size_t j = 0; j < size(); ++j)
        result(i, j) = Rounded(scale_[i]) * at.hessian[at.gradient.size() * place(i) + place(j)] * scale_[j];
    return result;
  }
  [[nodiscard]] std::vector<double> solve(double damping) const {
    const std::vector<double> downhill = scaled(-1, gradient_);
    if (damping == 0) return factor_.solve(downhill);
    SquareMatrix damped = hessian_;
    for (std::size_t i = 0; i < size(); ++i) damped(i, i) += damping;
    return Cholesky(std::move(damped)).solve(downhill);
  }
  [[nodiscard]] double predicted(const std::vector<double>& s) const {
    return -std::fma(0.5, dot(s, product(hessian_, s)), dot(gradient_, s));
  }

  std::vector<int> free_;
  std::vector<double> scale_, gradient_;
  SquareMatrix hessian_;
  std::vector<double> eigenvalues_;
  Cholesky factor_;
};

/// Writes down what the exact Hessian says of result.parameters: edm, eigenvalue, condition, and as status converged or
/// at_bound where the tests of the options are met, hessian_not_positive_definite or `otherwise` where they are not.
/// `lengths`: what steps are small beside.
inline void judge(const NewtonSystem& system, const std::vector<double>& lengths, const MinimizeOptions& options,
                  Status otherwise, Minimum& result) {
  result.smallest_eigenvalue = system.smallest_eigenvalue(), result.condition = system.condition();
  if (!system.positive_definite()) {
    result.edm = std::numeric_limits<double>::infinity();
    result.status = Status::hessian_not_positive_definite;
    return;
  }
  const std::vector<double>& theta = result.parameters;
  const std::vector<double> left = system.step(0, theta.size()), errors = system.errors(theta.size());
  result.edm = system.edm();
  bool settled = result.edm < options.edm;
  constexpr double rounding = 0x1p-51;  // no step of a parameter is shorter, whatever else it is small beside
  for (std::size_t i = 0; i < theta.size(); ++i)
    settled = settled && std::abs(left[i]) <=
                             std::max(options.step * std::max(lengths[i], errors[i]), rounding * std::abs(theta[i]));
  result.status = !settled                                              ? otherwise
                  : system.size() + result.fixed.size() == theta.size() ? Status::converged
                                                                        : Status::at_bound;
}

}  // namespace isonomy::mixture
