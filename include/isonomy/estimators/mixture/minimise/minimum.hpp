// What minimisations are asked for and what they return.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/small_matrix.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/mixture/minimise/objective.hpp"

namespace isonomy::mixture {

/// How a minimisation ended. `converged` and `at_bound` are minima; at_bound lists parameters that the box holds.
/// no_progress: no step lowers the function, yet it is not at a minimum: gradient and function disagree, or rounding
/// hides what is left. Two that mixtures find out: degenerate, a component has closed in on a point, where the
/// likelihood has no maximum; no_maximum, one that is cut off by a range has grown without end. A function that is not
/// finite at the start, and a caller's wish to stop, are exceptions.
enum class Status {
  converged,
  at_bound,
  max_iterations,
  hessian_not_positive_definite,
  no_progress,
  degenerate,
  no_maximum
};

[[nodiscard]] constexpr const char* name(Status s) {
  switch (s) {
  case Status::converged: return "converged";
  case Status::at_bound: return "at_bound";
  case Status::max_iterations: return "max_iterations";
  case Status::hessian_not_positive_definite: return "hessian_not_positive_definite";
  case Status::degenerate: return "degenerate";
  case Status::no_maximum: return "no_maximum";
  default: return "no_progress";
  }
}

/// automatic: Newton for a function with a Hessian and at most hessian_limit parameters, L-BFGS for every other.
enum class Method { automatic, newton, lbfgs };

struct MinimizeOptions {
  int max_iterations = 200;
  double edm = 1e-6;   ///< largest estimated distance to the minimum, in units of the NLL
  double step = 1e-8;  ///< largest step left, relative to the parameter (a mean: to the data's standard deviation) or
                       ///< its error (L-BFGS: its error alone)
  Method method = Method::automatic;
  int hessian_limit = 200;  ///< most parameters for which the Hessian is computed: a pass costs the square of them
  std::vector<std::string> fixed{};  ///< names of parameters that stay where they start: they have no error
};

/// Where a minimisation ended. Derivatives are those of the function at `parameters`. Without a Hessian (empty), edm is
/// an estimate from the gradients met on the way, smallest_eigenvalue is NaN and condition infinite.
struct Minimum {
  Status status = Status::no_progress;
  std::vector<double> parameters;
  double nll = std::numeric_limits<double>::quiet_NaN();
  double edm = std::numeric_limits<double>::infinity();  ///< g^T H^-1 g / 2 over the parameters inside the box
  double gradient_norm = std::numeric_limits<double>::infinity();
  double smallest_eigenvalue = std::numeric_limits<double>::quiet_NaN();  ///< of H scaled to a unit diagonal
  double condition = std::numeric_limits<double>::infinity();             ///< of the same matrix
  int iterations = 0, passes = 0;                                         ///< passes: evaluations over the data
  std::vector<int> bound;  ///< parameters without error: those that the box holds, the fixed ones, and the idle ones
  std::vector<int> fixed;  ///< of `bound`, those that the options fix
  std::vector<int> idle;   ///< of `bound`, those that the function does not depend on at this minimum
  std::vector<double> gradient, hessian;

  [[nodiscard]] bool valid() const { return status == Status::converged || status == Status::at_bound; }
};

/// Whether f is worth its Hessian in a space of so many parameters.
template <Objective F>
[[nodiscard]] bool affords_hessian(const F& f, std::size_t parameters, const MinimizeOptions& options) {
  return has_hessian(f) && parameters <= static_cast<std::size_t>(std::max(options.hessian_limit, 0));
}

/// Places of the parameters of these names, ascending. ValueError for a name that f, an Objective or a model, does not
/// have, or that stands twice.
template <class F>
[[nodiscard]] std::vector<int> fixed_parameters(const F& f, const std::vector<std::string>& fixed) {
  const std::vector<std::string> names = f.names();
  std::vector<int> result;
  for (const std::string& name : fixed) {
    const auto place = std::find(names.begin(), names.end(), name);
    if (place == names.end())
      throw ValueError(text::joined("minimize: fixed parameter '", name, "'; expected one of ", text::listed(names, 8),
                                    "; correct the name"));
    result.push_back(static_cast<int>(place - names.begin()));
    if (std::count(result.begin(), result.end(), result.back()) > 1)
      throw ValueError(text::joined("minimize: fixed parameter ", name, " stands twice; drop one"));
  }
  std::sort(result.begin(), result.end());
  return result;
}

/// The box, closed around the fixed parameters where they stand.
[[nodiscard]] inline std::vector<Bounds> closed(std::vector<Bounds> bounds, const std::vector<int>& fixed,
                                                const std::vector<double>& theta) {
  for (const int i : fixed) {
    const double x = theta[static_cast<std::size_t>(i)];
    bounds[static_cast<std::size_t>(i)] = {x, x};
  }
  return bounds;
}

/// ShapeError unless start has one element per parameter, ValueError unless all lie within the bounds.
template <Objective F>
void require_start(const F& f, const std::vector<double>& start) {
  const std::vector<std::string> names = f.names();
  const std::vector<Bounds> bounds = f.bounds();
  if (start.size() != names.size())
    throw ShapeError(text::joined(
        {"minimize: start has ", start.size(), " elements for ", names.size(), " parameters; give one for each"}));
  for (std::size_t i = 0; i < start.size(); ++i)
    if (!(start[i] >= bounds[i].lower && start[i] <= bounds[i].upper)) {
      throw ValueError(text::joined("minimize: start ", names[i], "=", start[i], "; expected a number from ",
                                    bounds[i].lower, " to ", bounds[i].upper, "; start inside the bounds"));
    }
}

/// f at the start. NumericalError naming the point, in the data's units where f has others, if it is not finite there,
/// and before it what f says of its data.
template <Objective F>
[[nodiscard]] Likelihood at_start(F& f, const std::vector<double>& start, MixtureOrder order) {
  Likelihood here = f.at(start, order);
  if (finite(here)) return here;
  if constexpr (requires { f.require_finite_data(); }) f.require_finite_data();
  const std::vector<std::string> names = f.names();
  std::vector<double> shown = start;
  if constexpr (requires { f.to_data(start); }) shown = f.to_data(start);
  std::vector<std::string> point;
  for (std::size_t i = 0; i < shown.size(); ++i) point.push_back(text::joined(names[i], "=", shown[i]));
  throw NumericalError(text::joined(
      "minimize: the function", std::isfinite(here.nll) ? "'s derivatives are" : " is", " not finite at the start (",
      text::listed(point, 8),
      "); choose another start, look for NaN, infinities and numbers beyond 1e150 in the data, or rescale them: a "
      "spread beyond 1e-50 to 1e50 is too small or too large for derivatives"));
}

/// The parameters that are not held: those at a bound whose gradient points outwards are.
[[nodiscard]] inline std::vector<int> free_parameters(const Likelihood& at, const std::vector<double>& theta,
                                                      const std::vector<Bounds>& bounds) {
  std::vector<int> result;
  for (std::size_t i = 0; i < theta.size(); ++i) {
    const bool held =
        (theta[i] <= bounds[i].lower && at.gradient[i] >= 0) || (theta[i] >= bounds[i].upper && at.gradient[i] <= 0);
    if (!held) result.push_back(static_cast<int>(i));
  }
  return result;
}

/// Of all parameters those that f does not depend on at theta once the others than `free` are held.
template <Objective F>
[[nodiscard]] std::vector<int> idle_parameters(const F& f, const std::vector<double>& theta,
                                               const std::vector<int>& free) {
  if constexpr (requires { f.idle(theta, free); })
    return f.idle(theta, free);
  else
    return {};
}

/// The parameters that are neither held nor idle.
template <Objective F>
[[nodiscard]] std::vector<int> moving_parameters(const F& f, const Likelihood& at, const std::vector<double>& theta,
                                                 const std::vector<Bounds>& bounds) {
  std::vector<int> result = free_parameters(at, theta, bounds);
  for (const int i : idle_parameters(f, theta, result)) std::erase(result, i);
  return result;
}

/// Writes down f at result.parameters.
template <Objective F>
void conclude(const F& f, Likelihood here, Minimum& result) {
  const std::vector<Bounds> bounds = closed(f.bounds(), result.fixed, result.parameters);
  const std::vector<int> free = moving_parameters(f, here, result.parameters, bounds);
  result.idle = idle_parameters(f, result.parameters, free_parameters(here, result.parameters, bounds));
  std::vector<double> slope;
  for (const int i : free) slope.push_back(here.gradient[static_cast<std::size_t>(i)]);
  result.gradient_norm = norm(slope);
  result.bound.clear();
  for (int i = 0; i < static_cast<int>(result.parameters.size()); ++i)
    if (!std::binary_search(free.begin(), free.end(), i)) result.bound.push_back(i);
  result.nll = here.nll;
  result.gradient = std::move(here.gradient);
  result.hessian = std::move(here.hessian);
}

}  // namespace isonomy::mixture
