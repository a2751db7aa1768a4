// Asymmetric errors and contours: where the profile likelihood has risen by a given amount.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/mixture/minimise/crossing.hpp"
#include "isonomy/estimators/mixture/minimise/minimum.hpp"
#include "isonomy/estimators/mixture/minimise/profile_crossing.hpp"
#include "isonomy/estimators/mixture/minimise/symmetric_errors.hpp"

namespace isonomy::mixture {

/// Asymmetric errors of one parameter: how far it moves, the others following, until the NLL has risen by 1/2. NaN
/// where there is no crossing; the status says why.
struct MinosError {
  double lower = 0, upper = 0;  ///< lower is negative
  CrossingStatus lower_status = CrossingStatus::not_found, upper_status = CrossingStatus::not_found;
  std::vector<double> new_minimum;  ///< parameters of a lower point, if one was met
  int passes = 0;
};

/// profile_crossing in both directions of parameter number `parameter`.
template <Objective F>
[[nodiscard]] MinosError minos(F& f, const Minimum& minimum, int parameter, double rise = 0.5) {
  if (parameter < 0 || parameter >= static_cast<int>(minimum.parameters.size()))
    throw ValueError(
        text::joined("minos: parameter ", parameter, " of ", minimum.parameters.size(), "; give its number, from 0"));
  MinosError result;
  const Crossing up = profile_crossing(f, minimum, {{parameter}, {1}}, rise);
  const Crossing down = profile_crossing(f, minimum, {{parameter}, {-1}}, rise);
  result.upper = up.distance, result.upper_status = up.status;
  result.lower = -down.distance, result.lower_status = down.status;
  result.passes = up.passes + down.passes;
  for (const Crossing* c : {&up, &down})
    if (c->status == CrossingStatus::new_minimum) result.new_minimum = c->parameters;
  return result;
}

/// `points` points of the contour of two parameters on which the profile likelihood is `rise` above the minimum (1/2:
/// the projections are the Minos errors; 1.148: 68.3 % coverage of both together), by angle in units of their errors.
template <Objective F>
[[nodiscard]] std::vector<Crossing> contour(F& f, const Minimum& minimum, int first, int second, int points = 32,
                                            double rise = 0.5) {
  const int size = static_cast<int>(minimum.parameters.size());
  if (first == second || std::min(first, second) < 0 || std::max(first, second) >= size)
    throw ValueError(text::joined(
        {"contour: parameters ", first, " and ", second, " of ", size, "; give two different numbers, from 0"}));
  if (points < 3)
    throw ValueError(
        text::joined("contour: points=", points, "; expected at least 3; give as many as the figure needs"));
  const HesseErrors errors = hesse(minimum);
  if (!errors.available())
    throw ValueError("contour: the minimum has no errors; they need a valid fit of a function with a Hessian");
  std::vector<Crossing> result;
  for (int i = 0; i < points; ++i) {
    const double angle = 2 * std::numbers::pi * i / points;
    const double along_first = errors.errors[static_cast<std::size_t>(first)] * std::cos(angle),
                 along_second = errors.errors[static_cast<std::size_t>(second)] * std::sin(angle);
    result.push_back(profile_crossing(f, minimum, {{first, second}, {along_first, along_second}}, rise));
  }
  return result;
}

}  // namespace isonomy::mixture
