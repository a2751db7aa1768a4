// Minimisation by Minuit2's Migrad and Hesse, for those who have them and want to compare. Nothing else includes it.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/adapters/foreign_minimum.hpp"
#include "isonomy/adapters/minuit2_function.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/mixture/minimise/minimum.hpp"

#include <Minuit2/FCNGradientBase.h>
#include <Minuit2/FunctionMinimum.h>
#include <Minuit2/MnHesse.h>
#include <Minuit2/MnMigrad.h>
#include <Minuit2/MnUserParameterState.h>

namespace isonomy::adapters {

/// A Minimum, and beside it what Minuit says of it: parameters that it holds have error 0.
struct MinuitMinimum : mixture::Minimum {
  bool minuit_valid = false;
  double minuit_edm = 0;
  std::vector<double> minuit_errors, minuit_covariance;  ///< of Hesse; covariance by rows
};

namespace detail {

/// Minuit resolves a parameter between two bounds by its distance to both: a bound this many errors away is none.
inline constexpr double far_away = 1e6;

}  // namespace detail

/// A local minimum of f from `start` by Migrad with the gradient of f, then Hesse, for an increase by 1/2. Versions
/// since ROOT 6.30 get the exact Hessian of f, too, where it has one: its diagonal for the first step, all of it for
/// Hesse, whose errors then are those of mixture::hesse; others take differences of gradients. Parameters of
/// options.fixed and bounds are Minuit's (bounds beyond a million initial_errors are left to the function), tolerance
/// and strategy such that the edm ends far below that of the options. The result is judged as `judged` says; iterations
/// are Minuit's calls. Errors as mixture::minimize, and NumericalError where f is not finite at a trial point. Not the
/// same bits as any other minimiser. Source: James and Roos, MINUIT (1975).
template <mixture::Objective F>
[[nodiscard]] MinuitMinimum minimize_with_minuit2(F& f, const std::vector<double>& start,
                                                  const mixture::MinimizeOptions& options = {}) {
  using mixture::Status;
  mixture::require_start(f, start);
  const double offset = mixture::at_start(f, start, MixtureOrder::gradient).nll;
  const std::vector<mixture::Bounds> bounds =
      mixture::closed(f.bounds(), mixture::fixed_parameters(f, options.fixed), start);
  const std::vector<std::string> names = f.names();
  const std::vector<double> errors = initial_errors(f, start, options);
  ROOT::Minuit2::MnUserParameterState state;
  for (std::size_t i = 0; i < start.size(); ++i) {
    const auto index = static_cast<unsigned>(i);
    const auto [lower, upper] = bounds[i];
    const double reach = detail::far_away * std::max(std::abs(start[i]), errors[i]);
    const bool below = start[i] - lower < reach, above = upper - start[i] < reach;
    state.Add(text::joined(names[i], "#", i), start[i], errors[i]);
    if (!(lower < upper))
      state.Fix(index);
    else if (below && above)
      state.SetLimits(index, lower, upper);
    else if (below)
      state.SetLowerLimit(index, lower);
    else if (above)
      state.SetUpperLimit(index, upper);
  }
  detail::MinuitFunction<F, ROOT::Minuit2::FCNGradientBase> function(
      f, offset, mixture::affords_hessian(f, start.size(), options));
  const ROOT::Minuit2::MnStrategy strategy(1);
  ROOT::Minuit2::MnMigrad migrad(function, state, strategy);
  // Migrad ends at an edm of 0.002 x tolerance x Up.
  const double tolerance = 1e-6 * options.edm / (0.002 * function.Up());
  const auto calls = static_cast<unsigned>(options.max_iterations) * static_cast<unsigned>(start.size());
  ROOT::Minuit2::FunctionMinimum minimum = migrad(calls, tolerance);
  const bool valid = minimum.IsValid(), out_of_calls = minimum.HasReachedCallLimit();  // Hesse forgets both
  const ROOT::Minuit2::MnHesse hesse(strategy);
  hesse(function, minimum);

  const ROOT::Minuit2::MnUserParameterState& end = minimum.UserState();
  mixture::Minimum found;
  found.parameters = end.Params();
  for (std::size_t i = 0; i < start.size(); ++i)
    found.parameters[i] = std::clamp(found.parameters[i], bounds[i].lower, bounds[i].upper);
  found.iterations = minimum.NFcn();
  found.passes = function.passes() + 2;
  found.edm = end.Edm();
  found.status = out_of_calls              ? Status::max_iterations
                 : end.Edm() < options.edm ? Status::converged
                                           : Status::no_progress;
  MinuitMinimum result{judged(f, options, std::move(found)), valid && minimum.IsValid(), end.Edm(), {}, {}};
  result.minuit_errors.assign(start.size(), 0);
  result.minuit_covariance.assign(start.size() * start.size(), 0);
  if (!end.HasCovariance()) return result;
  for (std::size_t i = 0; i < start.size(); ++i) {
    if (end.Parameter(static_cast<unsigned>(i)).IsFixed()) continue;
    result.minuit_errors[i] = end.Error(static_cast<unsigned>(i));
    for (std::size_t j = 0; j < start.size(); ++j)
      if (!end.Parameter(static_cast<unsigned>(j)).IsFixed())
        result.minuit_covariance[start.size() * i + j] =
            end.Covariance()(end.IntOfExt(static_cast<unsigned>(i)), end.IntOfExt(static_cast<unsigned>(j)));
  }
  return result;
}

}  // namespace isonomy::adapters
