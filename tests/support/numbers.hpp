// Special values, and what is asked of numbers again and again.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace isonomy::test {

constexpr double infinity = std::numeric_limits<double>::infinity(),
                 not_a_number = std::numeric_limits<double>::quiet_NaN();

inline bool all_finite(const std::vector<double>& v) {
  return std::all_of(v.begin(), v.end(), [](double x) { return std::isfinite(x); });
}

/// Distance from the exact value in units of the last place of the exact value.
inline double ulps(double value, long double exact) {
  const double size = std::abs(static_cast<double>(exact));
  const long double ulp = static_cast<long double>(std::nextafter(size, infinity)) - size;
  return static_cast<double>(std::abs((value - exact) / ulp));
}

}  // namespace isonomy::test
