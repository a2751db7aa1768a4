// What adapters to minimisers of other libraries share: where they start, and how their results are judged.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <utility>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/mixture/minimise/minimum.hpp"
#include "isonomy/estimators/mixture/minimise/newton_system.hpp"

namespace isonomy::adapters {

/// How far each parameter may be from its minimum, to order of magnitude: 1/sqrt|H_ii| at the start (a pass over the
/// data) where f has a Hessian, else a tenth of the parameter or, if that is less, of 1; never 0.
template <mixture::Objective F>
[[nodiscard]] std::vector<double> initial_errors(F& f, const std::vector<double>& start,
                                                 const mixture::MinimizeOptions& options) {
  std::vector<double> result;
  for (const double x : start) result.push_back(0.1 * std::max(std::abs(x), 1.0));
  if (!mixture::affords_hessian(f, start.size(), options)) return result;
  const mixture::Likelihood at = mixture::at_start(f, start, MixtureOrder::hessian);
  for (std::size_t i = 0; i < start.size(); ++i)
    if (const double h = std::abs(at.hessian[(start.size() + 1) * i]); h > 0) result[i] = 1 / std::sqrt(h);
  return result;
}

/// f with derivatives at a trial point of a minimiser that cannot step back from one without. NumericalError there.
template <mixture::Objective F>
[[nodiscard]] mixture::Likelihood at_trial(F& f, const std::vector<double>& theta, MixtureOrder order,
                                           const char* library) {
  mixture::Likelihood at = f.at(theta, order);
  if (mixture::finite(at)) return at;
  throw NumericalError(text::joined(
      {library, ": the function is not finite at a point it tried, and it has no way back from there; narrow the "
                "bounds, start closer, or use mixture::minimize, which steps back"}));
}

/// theta with the parameters on their bounds that Newton's step would take beyond them, for a gain below `gain`.
inline std::vector<double> onto_bounds(const mixture::Likelihood& at, std::vector<double> theta,
                                       const std::vector<int>& free, const std::vector<mixture::Bounds>& bounds,
                                       double gain) {
  const mixture::NewtonSystem system(at, free);
  if (!system.positive_definite()) return theta;
  const std::vector<double> step = system.step(0, theta.size());
  for (std::size_t i = 0; i < step.size(); ++i) {
    const double bound = step[i] < 0 ? bounds[i].lower : bounds[i].upper;
    const bool beyond = step[i] != 0 && std::abs(step[i]) >= std::abs(bound - theta[i]);
    if (beyond && std::abs(at.gradient[i] * (bound - theta[i])) < gain) theta[i] = bound;
  }
  return theta;
}

/// Completes `found`, which holds the parameters, iterations, passes and edm of another library, and as status its
/// verdict. Where f has a Hessian, the exact one decides instead: a minimum has an edm below that of the options and H
/// positive definite; what the minimiser claimed beyond it is no_progress. Parameters so close to a bound that the rest
/// of the way gains less than the edm of the options are put onto it. One pass over the data or two.
template <mixture::Objective F>
[[nodiscard]] mixture::Minimum judged(F& f, const mixture::MinimizeOptions& options, mixture::Minimum found) {
  using mixture::Status;
  found.fixed = mixture::fixed_parameters(f, options.fixed);
  const std::vector<mixture::Bounds> bounds = mixture::closed(f.bounds(), found.fixed, found.parameters);
  const bool exact = mixture::affords_hessian(f, found.parameters.size(), options);
  const auto evaluate = [&](const std::vector<double>& theta) {
    ++found.passes;
    return f.at(theta, exact ? MixtureOrder::hessian : MixtureOrder::gradient);
  };
  mixture::Likelihood here = evaluate(found.parameters);
  if (!mixture::finite(here)) {  // although value and gradient are
    found.status = Status::hessian_not_positive_definite;
    found.nll = here.nll;
    return found;
  }
  std::vector<int> free = mixture::moving_parameters(f, here, found.parameters, bounds);
  if (!exact) {
    if (found.valid())
      found.status = free.size() + found.fixed.size() == found.parameters.size() ? Status::converged : Status::at_bound;
    mixture::conclude(f, std::move(here), found);
    return found;
  }
  std::vector<double> end = onto_bounds(here, found.parameters, free, bounds, options.edm);
  if (end != found.parameters) {
    mixture::Likelihood there = evaluate(end);
    if (mixture::finite(there)) {
      found.parameters = std::move(end), here = std::move(there);
      free = mixture::moving_parameters(f, here, found.parameters, bounds);
    }
  }
  mixture::MinimizeOptions edm_alone = options;
  edm_alone.step = std::numeric_limits<double>::infinity();
  mixture::judge(mixture::NewtonSystem(here, free), mixture::lengths_of(f, found.parameters), edm_alone,
                 found.valid() ? Status::no_progress : found.status, found);
  mixture::conclude(f, std::move(here), found);
  return found;
}

}  // namespace isonomy::adapters
