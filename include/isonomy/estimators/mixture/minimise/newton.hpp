// Minimisation with the exact Hessian: damped Newton steps within a box.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "isonomy/core/control.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/estimators/mixture/minimise/minimum.hpp"
#include "isonomy/estimators/mixture/minimise/newton_system.hpp"

namespace isonomy::mixture {
namespace detail {

/// theta + step, inside the box.
inline std::vector<double> clipped(const std::vector<double>& theta, const std::vector<double>& step,
                                   const std::vector<Bounds>& bounds) {
  std::vector<double> result;
  for (std::size_t i = 0; i < theta.size(); ++i)
    result.push_back(std::clamp(theta[i] + step[i], bounds[i].lower, bounds[i].upper));
  return result;
}

/// minimize_newton from a point where f is known: `here`.
template <Objective F>
[[nodiscard]] Minimum newton(F& f, const std::vector<double>& start, Likelihood here, const MinimizeOptions& options) {
  const std::vector<int> fixed = fixed_parameters(f, options.fixed);
  const std::vector<Bounds> bounds = closed(f.bounds(), fixed, start);
  ProgressMeter progress(control_of(f), "minimize", options.max_iterations);
  Minimum result;
  result.parameters = start;
  result.fixed = fixed;
  result.passes = 1;
  for (double damping = 0;; ++result.iterations, progress.advance()) {
    const std::vector<double>& theta = result.parameters;
    const NewtonSystem system(here, moving_parameters(f, here, theta, bounds));
    judge(system, lengths_of(f, theta), options, Status::max_iterations, result);
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
  conclude(f, std::move(here), result);
  return result;
}

}  // namespace detail

/// A local minimum of f from `start`: steps solve (H + lambda diag|H|) step = -g on the parameters that the box does
/// not hold, lambda 0 wherever H is positive definite and the model has proved right; a step that gains less than a
/// thousandth of what the model promised, or meets a value that is not finite, is not taken and lambda grows. Idle
/// parameters stay where they are.
///
/// Converged: edm and step of the options are met and H is positive definite.
///
/// ValueError if f has no Hessian, start lies outside the bounds or options.fixed names no parameter, NumericalError if
/// f is not finite at the start; Cancelled.
///
/// Each iteration is one pass over the data; O(size^3) beside it.
///
/// Source: Nocedal and Wright (2006), 4.1 and 16.7.
template <Objective F>
[[nodiscard]] Minimum minimize_newton(F& f, const std::vector<double>& start, const MinimizeOptions& options = {}) {
  if (!has_hessian(f))
    throw ValueError("minimize: Newton's method needs the Hessian, which this function lacks; use Method::lbfgs");
  require_start(f, start);
  return detail::newton(f, start, at_start(f, start, MixtureOrder::hessian), options);
}

}  // namespace isonomy::mixture
