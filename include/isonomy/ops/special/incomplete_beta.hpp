// The regularised incomplete beta function and Student's t distribution built on it.
#pragma once

#include <cmath>
#include <limits>
#include <string>

#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/text.hpp"

namespace isonomy {

namespace detail {

/// Continued fraction of I_x(a, b) by the modified Lentz method (Lentz 1976; Didonato and Morris 1992, eq. 9).
inline double incomplete_beta_fraction(Rounded a, Rounded b, Rounded x) {
  constexpr double tiny = 1e-300, tolerance = 1e-16;
  const auto away_from_zero = [](double v) { return std::abs(v) < tiny ? tiny : v; };
  Rounded c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1)), f = d;
  for (int m = 1; m <= 100000; ++m) {
    const Rounded even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away_from_zero(1 + even * d);
    c = away_from_zero(1 + even / c);
    f *= d * c;
    const Rounded odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away_from_zero(1 + odd * d);
    c = away_from_zero(1 + odd / c);
    const Rounded step = d * c;
    f *= step;
    if (std::abs(step - 1) < tolerance) return f;
  }
  throw NumericalError(text::joined("incomplete_beta: no convergence for a=", std::to_string(a),
                                    ", b=", std::to_string(b), ", x=", std::to_string(x)));
}

}  // namespace detail

/// I_x(a, b) for a, b > 0 and 0 <= x <= 1; relative error about 1e-13 where the result is not denormal.
/// ValueError outside that domain; NaN for NaN.
[[nodiscard]] inline double incomplete_beta(double a, double b, double x) {
  if (std::isnan(a) || std::isnan(b) || std::isnan(x)) return std::numeric_limits<double>::quiet_NaN();
  if (!(a > 0) || !(b > 0) || x < 0 || x > 1)
    throw ValueError(text::joined("incomplete_beta: a=", std::to_string(a), ", b=", std::to_string(b),
                                  ", x=", std::to_string(x), "; expected a, b > 0 and x in [0, 1]"));
  if (x == 0 || x == 1) return x;
  const double log_front = std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + rounded_product(a, std::log(x)) +
                           rounded_product(b, std::log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return std::exp(log_front) * detail::incomplete_beta_fraction(a, b, x) / a;
  return 1 - std::exp(log_front) * detail::incomplete_beta_fraction(b, a, 1 - x) / b;
}

/// P(|T| >= |t|) for Student's t with `degrees` > 0 degrees of freedom; 0 for infinite t, NaN for NaN.
[[nodiscard]] inline double student_t_two_sided(double t, double degrees) {
  if (std::isnan(t)) return t;
  if (std::isinf(t)) return 0;
  return incomplete_beta(degrees / 2, 0.5, degrees / std::fma(t, t, degrees));
}

}  // namespace isonomy
