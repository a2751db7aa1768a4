// Minimisation with the exact Hessian: damped Newton steps within a box.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "isonomy/core/control.hpp"
#include "isonomy/core/eigen.hpp"
#include "isonomy/estimators/mixture/minimise/minimum.hpp"

namespace isonomy::mixture {
namespace detail {

/// The free part of a Newton system, scaled to a unit diagonal: the scale of parameters then does not matter.
class NewtonSystem {
 public:
  NewtonSystem(const Likelihood& at, std::vector<int> free) : free_(std::move(free)) {
    const auto n = static_cast<Eigen::Index>(free_.size());
    const auto size = at.gradient.size();
    const auto index = [&](Eigen::Index i) { return static_cast<std::size_t>(free_[static_cast<std::size_t>(i)]); };
    scale_.resize(n), gradient_.resize(n), hessian_.resize(n, n);
    for (Eigen::Index i = 0; i < n; ++i) {
      const double d = std::abs(at.hessian[size * index(i) + index(i)]);
      scale_(i) = d > 0 ? 1 / std::sqrt(d) : 1;
    }
    for (Eigen::Index i = 0; i < n; ++i) {
      gradient_(i) = scale_(i) * at.gradient[index(i)];
      for (Eigen::Index j = 0; j < n; ++j)
        hessian_(i, j) = scale_(i) * at.hessian[size * index(i) + index(j)] * scale_(j);
    }
    if (n > 0)
      eigenvalues_ = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(hessian_, Eigen::EigenvaluesOnly).eigenvalues();
  }

  [[nodiscard]] std::size_t size() const { return free_.size(); }
  [[nodiscard]] double smallest_eigenvalue() const { return free_.empty() ? 1 : eigenvalues_(0); }
  [[nodiscard]] double condition() const {
    if (free_.empty()) return 1;
    return smallest_eigenvalue() > 0 ? eigenvalues_(eigenvalues_.size() - 1) / smallest_eigenvalue()
                                     : std::numeric_limits<double>::infinity();
  }
  /// By more than rounding: what remains positive only by accident gives no errors.
  [[nodiscard]] bool positive_definite() const {
    return free_.empty() || smallest_eigenvalue() > 1e-14 * static_cast<double>(free_.size()) * eigenvalues_.maxCoeff();
  }
  [[nodiscard]] double edm() const { return predicted(solve(0)); }

  /// The step that minimises the quadratic model plus damping |step|^2 / 2, zero outside the free parameters.
  [[nodiscard]] std::vector<double> step(double damping, std::size_t size) const {
    std::vector<double> result(size);
    const Eigen::VectorXd s = solve(damping);
    for (std::size_t i = 0; i < free_.size(); ++i)
      result[static_cast<std::size_t>(free_[i])] =
          s(static_cast<Eigen::Index>(i)) * scale_(static_cast<Eigen::Index>(i));
    return result;
  }
  /// Error of free parameter number i if the model held: sqrt of the diagonal of H^-1.
  [[nodiscard]] std::vector<double> errors(std::size_t size) const {
    std::vector<double> result(size);
    const auto n = static_cast<Eigen::Index>(free_.size());
    const Eigen::MatrixXd inverse = hessian_.llt().solve(Eigen::MatrixXd::Identity(n, n));
    for (Eigen::Index i = 0; i < n; ++i)
      result[static_cast<std::size_t>(free_[static_cast<std::size_t>(i)])] = std::sqrt(inverse(i, i)) * scale_(i);
    return result;
  }
  /// What the model says that a step in all parameters gains.
  [[nodiscard]] double predicted_gain(const std::vector<double>& step) const {
    Eigen::VectorXd s(static_cast<Eigen::Index>(free_.size()));
    for (Eigen::Index i = 0; i < s.size(); ++i)
      s(i) = step[static_cast<std::size_t>(free_[static_cast<std::size_t>(i)])] / scale_(i);
    return predicted(s);
  }

 private:
  [[nodiscard]] Eigen::VectorXd solve(double damping) const {
    const Eigen::Index n = hessian_.rows();
    return (hessian_ + damping * Eigen::MatrixXd::Identity(n, n)).llt().solve(-gradient_);
  }
  [[nodiscard]] double predicted(const Eigen::VectorXd& s) const {
    return s.size() == 0 ? 0 : -(gradient_.dot(s) + 0.5 * s.dot(hessian_ * s));
  }

  std::vector<int> free_;
  Eigen::VectorXd scale_, gradient_, eigenvalues_;
  Eigen::MatrixXd hessian_;
};

inline std::vector<double> clipped(const std::vector<double>& theta, const std::vector<double>& step,
                                   const std::vector<Bounds>& bounds) {
  std::vector<double> result;
  for (std::size_t i = 0; i < theta.size(); ++i)
    result.push_back(std::clamp(theta[i] + step[i], bounds[i].lower, bounds[i].upper));
  return result;
}

/// Writes down what the exact Hessian says of result.parameters: edm, eigenvalue, condition, and as status converged or
/// at_bound where the tests of the options are met, hessian_not_positive_definite or `otherwise` where they are not.
inline void judge(const NewtonSystem& system, const MinimizeOptions& options, Status otherwise, Minimum& result) {
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
  for (std::size_t i = 0; i < theta.size(); ++i)
    settled = settled && std::abs(left[i]) <= options.step * std::max(std::abs(theta[i]), errors[i]);
  result.status = !settled ? otherwise : system.size() == theta.size() ? Status::converged : Status::at_bound;
}

/// minimize_newton from a point where f is known: `here`.
template <Objective F>
[[nodiscard]] Minimum newton(F& f, const std::vector<double>& start, Likelihood here, const MinimizeOptions& options) {
  const std::vector<Bounds> bounds = f.bounds();
  ProgressMeter progress(control_of(f), "minimize", options.max_iterations);
  Minimum result;
  result.parameters = start;
  result.passes = 1;
  for (double damping = 0;; ++result.iterations, progress.advance()) {
    const std::vector<double>& theta = result.parameters;
    const NewtonSystem system(here, free_parameters(here, theta, bounds));
    judge(system, options, Status::max_iterations, result);
    if (result.valid() || result.iterations >= options.max_iterations) break;
    // Enough to make the damped matrix positive definite, and the step no longer than the scale of the parameters.
    if (!system.positive_definite()) damping = std::max(damping, 1e-3 - 2 * system.smallest_eigenvalue());

    bool moved = false;
    while (!moved) {
      const std::vector<double> next = clipped(theta, system.step(damping, theta.size()), bounds);
      std::vector<double> step(theta.size());
      bool changed = false;
      for (std::size_t i = 0; i < step.size(); ++i) step[i] = next[i] - theta[i], changed = changed || step[i] != 0;
      if (!changed || damping > 1e20) break;
      Likelihood there = f.at(next, MixtureOrder::hessian);
      ++result.passes;
      const double gain = nll_rise(there, here), promised = system.predicted_gain(step);
      // Near the minimum the gain drowns in the rounding of the NLL; the model is then better than the difference.
      const bool rounding = std::abs(promised) <= 1e-12 * std::abs(here.nll) && system.positive_definite();
      moved = finite(there) && (rounding || gain > 1e-3 * promised) && promised > 0;
      if (moved) {
        damping = rounding || gain > 0.75 * promised ? (damping > 1e-6 ? damping / 10 : 0)
                  : gain < 0.25 * promised           ? std::max(4 * damping, 1e-3)
                                                     : damping;
        result.parameters = next;
        here = std::move(there);
      } else {
        damping = std::max(10 * damping, 1e-3);
      }
    }
    if (!moved) {
      if (result.status == Status::max_iterations) result.status = Status::no_progress;
      break;
    }
  }
  const std::vector<int> free = free_parameters(here, result.parameters, bounds);
  conclude(std::move(here), free, result);
  return result;
}

}  // namespace detail

/// A local minimum of f from `start`: steps solve (H + lambda diag|H|) step = -g on the parameters that the box does
/// not hold, lambda 0 wherever H is positive definite and the model has proved right; a step that gains less than a
/// thousandth of what the model promised, or meets a value that is not finite, is not taken and lambda grows.
/// Converged: edm and step of the options are met and H is positive definite. ValueError if f has no Hessian or start
/// lies outside the bounds, NumericalError if f is not finite there; Cancelled. Each iteration is one pass over the
/// data; O(size^3) beside it. Source: Nocedal and Wright (2006), 4.1 and 16.7.
template <Objective F>
[[nodiscard]] Minimum minimize_newton(F& f, const std::vector<double>& start, const MinimizeOptions& options = {}) {
  if (!has_hessian(f))
    throw ValueError("minimize: Newton's method needs the Hessian, which this function lacks; use Method::lbfgs");
  detail::require_start(f, start);
  return detail::newton(f, start, detail::at_start(f, start, MixtureOrder::hessian), options);
}

}  // namespace isonomy::mixture
