// The quantiles of the standard normal distribution.
#pragma once

#include <cmath>

#include "isonomy/core/numeric.hpp"

namespace isonomy {

namespace detail {

/// A ratio of two polynomials of degree 7, coefficients from the highest power down.
struct RationalOfSeven {
  double above[8], below[8];

  [[nodiscard]] double operator()(Rounded x) const { return polynomial(above, x) / polynomial(below, x); }

 private:
  /// Written out: compilers would leave a loop of it as one, which takes twice as long.
  static Rounded polynomial(const double (&c)[8], Rounded x) {
    return ((((((c[0] * x + c[1]) * x + c[2]) * x + c[3]) * x + c[4]) * x + c[5]) * x + c[6]) * x + c[7];
  }
};

/// In 0.180625 - (p - 1/2)^2 for p within 0.425 of 1/2, and in r - 1.6 and r - 5, r = sqrt(-log p) below and above 5.
inline constexpr RationalOfSeven quantile_middle{
    {2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
     1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080},
    {5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
     5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1}};
inline constexpr RationalOfSeven quantile_tail{
    {7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258,
     3.64784832476320460504, 5.76949722146069140550, 4.63033784615654529590, 1.42343711074968357734},
    {1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
     6.89767334985100004550e-1, 1.67638483018380384940, 2.05319162663775882187, 1}};
inline constexpr RationalOfSeven quantile_far_tail{
    {2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
     2.96560571828504891230e-1, 1.78482653991729133580, 5.46378491116411436990, 6.65790464350110377720},
    {2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
     1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1}};

}  // namespace detail

/// The x below which a standard normal variable lies with probability p; infinite for 0 and 1, NaN outside. Relative
/// error about 1e-15 for p from 1e-300 to 1/2, and as much of x as p itself allows above. Source: Wichura, Applied
/// Statistics 37, 477 (1988), AS 241.
[[nodiscard]] inline double normal_quantile(double p) {
  const double from_middle = p - 0.5;
  if (std::abs(from_middle) <= 0.425)
    return from_middle * detail::quantile_middle(0.180625 - rounded_product(from_middle, from_middle));
  const double tail = from_middle < 0 ? p : 1 - p;
  if (!(tail > 0)) return tail == 0 ? std::copysign(HUGE_VAL, from_middle) : std::nan("");
  const double r = std::sqrt(-std::log(tail));
  const double size = r <= 5 ? detail::quantile_tail(r - 1.6) : detail::quantile_far_tail(r - 5);
  return std::copysign(size, from_middle);
}

}  // namespace isonomy
