// Probabilities of the standard normal distribution.
#pragma once

#include <cmath>
#include <numbers>

namespace isonomy {

/// The density at x.
[[nodiscard]] inline double normal_density(double x) {
  constexpr double inverse_root_two_pi = 0x1.9884533d43651p-2;
  return inverse_root_two_pi * std::exp(-0.5 * x * x);
}

/// P(a < X < b) for a <= b, infinite ends allowed: differences of erfc on the side of the tail, so that nothing cancels
/// there. Relative error about 1e-15 unless a and b nearly coincide.
[[nodiscard]] inline double normal_probability(double a, double b) {
  constexpr double r = 0.5 * std::numbers::sqrt2;
  if (a > 0) return 0.5 * (std::erfc(r * a) - std::erfc(r * b));
  if (b < 0) return 0.5 * (std::erfc(-r * b) - std::erfc(-r * a));
  return 0.5 * (std::erf(r * b) - std::erf(r * a));
}

}  // namespace isonomy
