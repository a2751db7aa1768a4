// Whether two scales correlate by more than a limit, decided without rounding or by the reference's own sums.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/estimators/profiling/scales/scale_table.hpp"
#include "isonomy/estimators/profiling/statistics/correlation_limit.hpp"

namespace isonomy::profiling {

/// How the correlation of two scales is compared with a limit: as numbers that stand for decimals, or by
/// ScaleTable::correlation(), whose rounding decides where the two are equal.
enum class CorrelationRule { exact, one_pass };

namespace detail {

/// Integers in the ratios of a scale's values: decimals of at most six places without rounding, others to 2^-53 of the
/// power of two above the largest magnitude. Correlation does not depend on their unit.
[[nodiscard]] inline std::vector<std::int64_t> correlation_integers(const ScaleTable& scales, index_t d) {
  const auto values = scales.values(d);
  const auto unit = static_cast<double>(scales.denominator(d));
  double largest = 0;
  for (const double v : values) largest = std::max(largest, std::abs(v));
  int exponent = 0;
  std::frexp(largest, &exponent);
  std::vector<std::int64_t> out;
  for (const double v : values)
    out.push_back(static_cast<std::int64_t>(std::nearbyint(unit > 0 ? v * unit : std::ldexp(v, 53 - exponent))));
  return out;
}

}  // namespace detail

/// Whether the signed Pearson correlation of two scales over the letters is above `limit`, a number in [0, 1].
///
/// Under CorrelationRule::exact scales and limit stand for the decimals that they were read from, and equal is not
/// above. A constant scale correlates with none. O(letters).
[[nodiscard]] inline bool correlates_above(const ScaleTable& scales, index_t d, index_t e, double limit,
                                           CorrelationRule rule) {
  if (rule == CorrelationRule::one_pass) return scales.correlation(d, e) > limit;
  const std::vector<std::int64_t> x = detail::correlation_integers(scales, d),
                                  y = detail::correlation_integers(scales, e);
  return detail::correlates_above(x, y, limit);
}

}  // namespace isonomy::profiling
