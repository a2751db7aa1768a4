// One-dimensional minimisation along a direction of descent.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "isonomy/core/numeric.hpp"
#include "isonomy/estimators/mixture/minimise/minimum.hpp"

namespace isonomy::mixture::detail {

/// A function on a line: its value and slope `step` directions from the start, and all that is known of the place. One
/// of both is not finite where the function is not.
struct LinePoint {
  double step = 0, value = 0, slope = 0;
  std::vector<double> theta;
  Likelihood at;
  std::vector<double> gradient;  ///< in the coordinates of the direction

  [[nodiscard]] bool finite() const { return std::isfinite(value) && std::isfinite(slope); }
};

/// Values this close to each other differ by rounding alone: what compares them must look at slopes.
inline bool equal_but_for_rounding(double a, double b) { return std::abs(a - b) <= 1e-12 * std::abs(a); }

/// A step between two points: the minimum of the cubic through their values and slopes, of the parabola through their
/// slopes where values say nothing, and close to the first where the second is not finite.
inline double interpolate(const LinePoint& low, const LinePoint& high) {
  const Rounded width = high.step - low.step;
  double part = 0.1;
  if (high.finite()) {
    const Rounded a = low.slope * width, b = high.slope * width;  // slopes on the unit interval
    const Rounded d1 = a + b - 3 * Rounded(high.value - low.value);
    const double d2 = std::sqrt(std::max<double>(d1 * d1 - a * b, 0.0));
    part = equal_but_for_rounding(low.value, high.value) ? a / (a - b) : 1 - (b + d2 - d1) / (b - a + 2 * d2);
    part = std::isfinite(part) ? std::clamp(part, 0.1, 0.9) : 0.5;
  }
  return std::fma(part, width, low.step);
}

/// A step along a direction that satisfies the strong Wolfe conditions; where rounding hides the decrease, those on
/// slopes that imply it for a parabola (Hager and Zhang 2005, eq. 4.1). at(step) evaluates; a point that is not finite
/// counts as too far. The best known point if there is no such step, nothing if that is no better than the start.
/// Source: Nocedal and Wright (2006), algorithms 3.5 and 3.6: `low` is the best point so far, and once `high` is known,
/// the interval between them holds such a step.
template <class Evaluate>
[[nodiscard]] std::optional<LinePoint> line_search(const LinePoint& start, const Evaluate& at) {
  constexpr double decrease = 1e-4, curvature = 0.9, stretch = 4;
  LinePoint low = start;
  std::optional<LinePoint> high;
  double step = 1;
  for (int trial = 0; trial < 25; ++trial) {
    LinePoint p = at(step);
    const bool rounding = equal_but_for_rounding(start.value, p.value);
    const bool enough = p.finite() && (rounding ? p.slope <= (2 * decrease - 1) * start.slope
                                                : p.value <= std::fma(decrease * step, start.slope, start.value));
    if (enough && std::abs(p.slope) <= curvature * std::abs(start.slope)) return p;
    if (!enough || (!equal_but_for_rounding(low.value, p.value) && p.value > low.value)) {
      high = std::move(p);
    } else {
      if (p.slope * (high ? high->step - low.step : 1) >= 0) high = std::move(low);
      low = std::move(p);
    }
    step = high ? interpolate(low, *high) : stretch * low.step;
    if (step == low.step || (high && step == high->step)) break;
  }
  if (low.value < start.value && !equal_but_for_rounding(start.value, low.value)) return low;
  return std::nullopt;
}

}  // namespace isonomy::mixture::detail
