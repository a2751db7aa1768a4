// Minimisation with the exact Hessian: damped Newton steps within a box.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "isonomy/core/control.hpp"
#include "isonomy/core/eigen.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/estimators/mixture/objective.hpp"

namespace isonomy::mixture {

/// How a minimisation ended. `converged` and `at_bound` are minima; at_bound lists parameters that the box holds.
enum class Status { converged, at_bound, max_iterations, hessian_not_positive_definite, not_finite };

[[nodiscard]] constexpr const char* name(Status s) {
  switch (s) {
  case Status::converged: return "converged";
  case Status::at_bound: return "at_bound";
  case Status::max_iterations: return "max_iterations";
  case Status::hessian_not_positive_definite: return "hessian_not_positive_definite";
  default: return "not_finite";
  }
}

struct MinimizeOptions {
  int max_iterations = 200;
  double edm = 1e-6;   ///< largest estimated distance to the minimum, in units of the NLL
  double step = 1e-8;  ///< largest Newton step left, relative to the parameter or its error, whichever is larger
};

/// Where a minimisation ended. Derivatives are those of the function at `parameters`.
struct Minimum {
  Status status = Status::not_finite;
  std::vector<double> parameters;
  double nll = std::numeric_limits<double>::quiet_NaN();
  double edm = std::numeric_limits<double>::infinity();  ///< g^T H^-1 g / 2 over the parameters inside the box
  double gradient_norm = std::numeric_limits<double>::infinity();
  double smallest_eigenvalue = std::numeric_limits<double>::quiet_NaN();  ///< of H scaled to a unit diagonal
  double condition = std::numeric_limits<double>::infinity();             ///< of the same matrix
  int iterations = 0, passes = 0;                                         ///< passes: evaluations over the data
  std::vector<int> bound;                                                 ///< parameters that the box holds
  std::vector<double> gradient, hessian;

  [[nodiscard]] bool valid() const { return status == Status::converged || status == Status::at_bound; }
};

namespace detail {

inline bool finite(const Likelihood& l) {
  const auto all = [](const std::vector<double>& v) {
    return std::all_of(v.begin(), v.end(), [](double x) { return std::isfinite(x); });
  };
  return std::isfinite(l.nll) && all(l.gradient) && all(l.hessian);
}

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

/// The parameters that are not held: those at a bound whose gradient points outwards are.
inline std::vector<int> free_parameters(const Likelihood& at, const std::vector<double>& theta,
                                        const std::vector<Bounds>& bounds) {
  std::vector<int> result;
  for (std::size_t i = 0; i < theta.size(); ++i) {
    const bool held =
        (theta[i] <= bounds[i].lower && at.gradient[i] >= 0) || (theta[i] >= bounds[i].upper && at.gradient[i] <= 0);
    if (!held) result.push_back(static_cast<int>(i));
  }
  return result;
}

inline std::vector<double> clipped(const std::vector<double>& theta, const std::vector<double>& step,
                                   const std::vector<Bounds>& bounds) {
  std::vector<double> result;
  for (std::size_t i = 0; i < theta.size(); ++i)
    result.push_back(std::clamp(theta[i] + step[i], bounds[i].lower, bounds[i].upper));
  return result;
}

}  // namespace detail

/// A local minimum of f from `start`: steps solve (H + lambda diag|H|) step = -g on the parameters that the box does
/// not hold, lambda 0 wherever H is positive definite and the model has proved right; a step that gains less than a
/// thousandth of what the model promised, or meets a value that is not finite, is not taken and lambda grows.
/// Converged: edm and step of the options are met and H is positive definite. ValueError if start lies outside the
/// bounds, NumericalError if f is not finite there. Cancelled as f. Each iteration is one pass over the data; O(size^3)
/// beside it. Source: Nocedal and Wright (2006), 4.1 and 16.7.
template <Objective F>
[[nodiscard]] Minimum minimize(F& f, const std::vector<double>& start, const MinimizeOptions& options = {}) {
  const std::vector<std::string> names = f.names();
  const std::vector<Bounds> bounds = f.bounds();
  if (start.size() != names.size())
    throw ShapeError("minimize: start has " + std::to_string(start.size()) + " elements for " +
                     std::to_string(names.size()) + " parameters");
  for (std::size_t i = 0; i < start.size(); ++i)
    if (!(start[i] >= bounds[i].lower && start[i] <= bounds[i].upper)) {
      std::ostringstream text;
      text << "minimize: start " << names[i] << "=" << start[i] << "; expected a number from " << bounds[i].lower
           << " to " << bounds[i].upper;
      throw ValueError(text.str());
    }

  Minimum result;
  result.parameters = start;
  Likelihood here = f.at(start, MixtureOrder::hessian);
  result.passes = 1;
  if (!detail::finite(here))
    throw NumericalError("minimize: the function is not finite at the start; choose another start, look for NaN, "
                         "infinities and numbers beyond 1e150 in the data, or rescale them: a spread beyond 1e-50 to "
                         "1e50 is too small or too large for derivatives");
  double damping = 0;
  for (result.status = Status::max_iterations; result.iterations < options.max_iterations; ++result.iterations) {
    const std::vector<double>& theta = result.parameters;
    const std::vector<int> free = detail::free_parameters(here, theta, bounds);
    const detail::NewtonSystem system(here, free);
    result.smallest_eigenvalue = system.smallest_eigenvalue(), result.condition = system.condition();
    if (system.positive_definite()) {
      result.edm = system.edm();
      const std::vector<double> left = system.step(0, theta.size()), errors = system.errors(theta.size());
      bool settled = result.edm < options.edm;
      for (std::size_t i = 0; i < theta.size(); ++i)
        settled = settled && std::abs(left[i]) <= options.step * std::max(std::abs(theta[i]), errors[i]);
      if (settled) {
        result.status = free.size() == theta.size() ? Status::converged : Status::at_bound;
        break;
      }
    } else {
      result.edm = std::numeric_limits<double>::infinity();
      // Enough to make the damped matrix positive definite, and the step no longer than the scale of the parameters.
      damping = std::max(damping, 1e-3 - 2 * system.smallest_eigenvalue());
    }

    bool moved = false;
    while (!moved) {
      const std::vector<double> next = detail::clipped(theta, system.step(damping, theta.size()), bounds);
      std::vector<double> step(theta.size());
      bool changed = false;
      for (std::size_t i = 0; i < step.size(); ++i) step[i] = next[i] - theta[i], changed = changed || step[i] != 0;
      if (!changed || damping > 1e20) break;
      Likelihood there = f.at(next, MixtureOrder::hessian);
      ++result.passes;
      const double gain = here.nll - there.nll, promised = system.predicted_gain(step);
      // Near the minimum the gain drowns in the rounding of the NLL; the model is then better than the difference.
      const bool rounding = std::abs(promised) <= 1e-12 * std::abs(here.nll) && system.positive_definite();
      moved = detail::finite(there) && (rounding || gain > 1e-3 * promised) && promised > 0;
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
      result.status = system.positive_definite() ? Status::max_iterations : Status::hessian_not_positive_definite;
      break;
    }
  }
  const std::vector<int> free = detail::free_parameters(here, result.parameters, bounds);
  double norm = 0;
  for (const int i : free) norm += std::pow(here.gradient[static_cast<std::size_t>(i)], 2);
  result.gradient_norm = std::sqrt(norm);
  for (int i = 0; i < static_cast<int>(result.parameters.size()); ++i)
    if (!std::binary_search(free.begin(), free.end(), i)) result.bound.push_back(i);
  if (result.status == Status::max_iterations && !detail::NewtonSystem(here, free).positive_definite())
    result.status = Status::hessian_not_positive_definite;
  result.nll = here.nll;
  result.gradient = std::move(here.gradient);
  result.hessian = std::move(here.hessian);
  return result;
}

}  // namespace isonomy::mixture
