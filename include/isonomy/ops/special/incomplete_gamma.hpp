// The regularised incomplete gamma function and the tail of the chi-squared distribution built on it.
#pragma once

#include <cmath>
#include <limits>
#include <string>

#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/text.hpp"

namespace isonomy {

namespace detail {

/// P(a, x) for x < a + 1 by its power series (Abramowitz and Stegun, 6.5.29), without the factor x^a e^-x / Gamma(a).
inline double lower_gamma_series(double a, double x) {
  Rounded term = 1 / a, sum = term;
  for (double n = a + 1; term > sum * 1e-17; ++n) sum += term *= x / n;
  return sum;
}

/// Q(a, x) for x >= a + 1 by its continued fraction (6.5.31), modified Lentz method, without the same factor.
inline double upper_gamma_fraction(double a, double x) {
  constexpr double tiny = 1e-300;
  Rounded b = x + 1 - a, c = 1 / tiny, d = 1 / b, f = d;
  for (int n = 1; n <= 100000; ++n) {
    const Rounded numerator = rounded_product(-n, n - a);
    b += 2;
    d = numerator * d + b;
    c = b + numerator / c;
    if (std::abs(d) < tiny) d = tiny;
    if (std::abs(c) < tiny) c = tiny;
    d = 1 / d;
    f *= c * d;
    if (std::abs(c * d - 1) < 1e-16) return f;
  }
  throw NumericalError(
      text::joined("incomplete_gamma: no convergence for a=", std::to_string(a), ", x=", std::to_string(x)));
}

}  // namespace detail

/// Q(a, x) = Gamma(a, x) / Gamma(a), the upper regularised incomplete gamma function, a > 0, x >= 0. Relative error
/// about 1e-13 for a below 1000, where the result is not denormal. ValueError outside that domain; NaN for NaN.
[[nodiscard]] inline double incomplete_gamma_upper(double a, double x) {
  if (std::isnan(a) || std::isnan(x)) return std::numeric_limits<double>::quiet_NaN();
  if (!(a > 0) || !(x >= 0))
    throw ValueError(text::joined(
        {"incomplete_gamma: a=", std::to_string(a), ", x=", std::to_string(x), "; expected a > 0 and x >= 0"}));
  if (x == 0) return 1;
  if (std::isinf(x)) return 0;
  const Rounded factor = std::exp(rounded_product(a, std::log(x)) - x - std::lgamma(a));
  if (x < a + 1) return 1 - factor * detail::lower_gamma_series(a, x);
  return factor * detail::upper_gamma_fraction(a, x);
}

/// P(X >= x) for a chi-squared variable of `degrees` > 0 degrees of freedom; 1 for x <= 0. ValueError, NaN as above.
[[nodiscard]] inline double chi_squared_tail(double x, double degrees) {
  return x <= 0 ? 1 : incomplete_gamma_upper(degrees / 2, x / 2);
}

}  // namespace isonomy
