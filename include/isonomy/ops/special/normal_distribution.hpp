// Probabilities of the standard normal distribution.
#pragma once

#include <cmath>
#include <numbers>

#include "isonomy/core/numeric.hpp"

namespace isonomy {

inline constexpr double inverse_root_two_pi = 0x1.9884533d43651p-2;  ///< the normal density at 0

/// The density at x; relative error about 3e-16 as far out as the result is normal. The square's rounding error, which
/// exp would multiply by the square, is taken along.
[[nodiscard]] inline double normal_density(double x) {
  if (!(std::abs(x) < 39)) return std::isnan(x) ? x : 0;
  const DoubleDouble square = two_product(x, x);
  const double e = rounded_product(inverse_root_two_pi, std::exp(-0.5 * square.high));
  return std::fma(e, -0.5 * square.low, e);
}

/// P(X > x) / exp(-x^2/2) for x >= 30, relative error about 3e-16: the tail where it itself underflows. Source:
/// Abramowitz and Stegun, 26.2.12.
[[nodiscard]] inline double scaled_normal_tail(double x) {
  const Rounded inverse_square = 1 / (x * x);
  Rounded series = 1;
  for (int k = 15; k >= 1; k -= 2) series = 1 - k * inverse_square * series;
  return inverse_root_two_pi * series / x;
}

/// P(a < X < b) for a <= b, infinite ends allowed: differences of erfc on the side of the tail, so that nothing cancels
/// there. Relative error about 2^-53 (3 + t^2), t the end nearer to 0 in a tail, unless a and b nearly coincide.
[[nodiscard]] inline double normal_probability(double a, double b) {
  constexpr double r = 0.5 * std::numbers::sqrt2;
  if (a > 0) return 0.5 * (std::erfc(r * a) - std::erfc(r * b));
  if (b < 0) return 0.5 * (std::erfc(-r * b) - std::erfc(-r * a));
  return 0.5 * (std::erf(r * b) - std::erf(r * a));
}

}  // namespace isonomy
