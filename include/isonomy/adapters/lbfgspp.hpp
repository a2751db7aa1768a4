// Minimisation by LBFGSpp (Debian: liblbfgspp-dev), for those who have it and want to compare. Nothing else includes
// it.
#pragma once

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <utility>
#include <vector>

#include "isonomy/adapters/foreign_minimum.hpp"
#include "isonomy/estimators/mixture/minimise/minimum.hpp"
#include "isonomy/interop/eigen.hpp"

#include <LBFGSB.h>

namespace isonomy::adapters {
namespace detail {

/// An Objective as LBFGSpp calls it: parameters in units of `scale`. Keeps the best point met.
template <mixture::Objective F>
class LbfgsppFunction {
 public:
  LbfgsppFunction(F& f, std::vector<double> scale) : f_(f), scale_(std::move(scale)) {}

  double operator()(const Eigen::VectorXd& x, Eigen::VectorXd& gradient) {
    std::vector<double> theta(scale_.size());
    const std::vector<mixture::Bounds> bounds = f_.bounds();
    for (std::size_t i = 0; i < theta.size(); ++i)
      theta[i] = std::clamp(scale_[i] * x(static_cast<Eigen::Index>(i)), bounds[i].lower, bounds[i].upper);
    throws = true;
    const mixture::Likelihood at = at_trial(f_, theta, MixtureOrder::gradient, "LBFGSpp");
    throws = false;
    ++passes;
    for (std::size_t i = 0; i < theta.size(); ++i) gradient(static_cast<Eigen::Index>(i)) = scale_[i] * at.gradient[i];
    // Within rounding of each other, points differ by their gradients.
    const double rounding = 1e-12 * std::abs(at.nll);
    if (at.nll < best_nll_ - rounding || (at.nll < best_nll_ + rounding && gradient.norm() < best_gradient_)) {
      best = std::move(theta);
      best_nll_ = at.nll, best_gradient_ = gradient.norm();
    }
    return at.nll;
  }

  std::vector<double> best;
  int passes = 0;
  bool throws = false;  ///< whether an exception under way is the function's

 private:
  F& f_;
  std::vector<double> scale_;
  double best_nll_ = std::numeric_limits<double>::infinity(), best_gradient_ = 0;
};

}  // namespace detail

/// A local minimum of f from `start` by LBFGSpp's L-BFGS-B, within the bounds of f, in units of initial_errors. It ends
/// where the largest element of the projected gradient is below `step`, or where its line search finds no more
/// decrease; the result is judged as `judged` says. Errors as mixture::minimize, and NumericalError where f is not
/// finite at a trial point. Not the same bits as any other minimiser.
template <mixture::Objective F>
[[nodiscard]] mixture::Minimum minimize_with_lbfgspp(F& f, const std::vector<double>& start,
                                                     const mixture::MinimizeOptions& options = {}) {
  using mixture::Status;
  mixture::require_start(f, start);
  static_cast<void>(mixture::at_start(f, start, MixtureOrder::gradient));
  const std::vector<mixture::Bounds> bounds =
      mixture::closed(f.bounds(), mixture::fixed_parameters(f, options.fixed), start);
  const std::vector<double> scale = initial_errors(f, start, options);
  const auto n = static_cast<Eigen::Index>(start.size());
  Eigen::VectorXd x(n), lower(n), upper(n);
  for (Eigen::Index k = 0; k < n; ++k) {
    const auto i = static_cast<std::size_t>(k);
    x(k) = start[i] / scale[i], lower(k) = bounds[i].lower / scale[i], upper(k) = bounds[i].upper / scale[i];
  }
  LBFGSpp::LBFGSBParam<double> parameters;
  parameters.m = 10;
  parameters.epsilon = options.step;
  parameters.epsilon_rel = 0;
  parameters.past = 0;  // no end while the function alone stands still
  parameters.max_linesearch = 100;
  parameters.max_iterations = std::max(options.max_iterations, 1);  // 0 would be no limit
  LBFGSpp::LBFGSBSolver<double> solver(parameters);
  detail::LbfgsppFunction<F> function(f, scale);
  mixture::Minimum found;
  try {
    double value = 0;
    found.iterations = solver.minimize(function, x, value, lower, upper);
    found.status = found.iterations < options.max_iterations ? Status::converged : Status::max_iterations;
  } catch (const std::exception&) {  // its line search found no step, or its direction does not descend
    if (function.throws) throw;
    found.status = Status::no_progress;
    found.iterations = function.passes;
  }
  found.parameters = std::move(function.best);
  found.passes = function.passes + 2;
  return judged(f, options, std::move(found));
}

}  // namespace isonomy::adapters
