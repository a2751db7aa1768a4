// Whether two scales correlate by more than a limit, decided without rounding or by the reference's own sums.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/estimators/profiling/scales/scale_table.hpp"

namespace isonomy::profiling {

/// How the correlation of two scales is compared with a limit: as numbers that stand for decimals, or by
/// ScaleTable::correlation(), whose rounding decides where the two are equal.
enum class CorrelationRule { exact, one_pass };

namespace detail {

__extension__ using unsigned128_t = unsigned __int128;
__extension__ using signed128_t = __int128;

/// An unsigned integer of up to 384 bits: products of moments are compared without rounding.
class WideInteger {
 public:
  explicit WideInteger(unsigned128_t x) {
    for (std::size_t k = 0; x != 0; ++k, x >>= 32) limbs_[k] = static_cast<std::uint32_t>(x);
  }

  [[nodiscard]] friend WideInteger operator*(const WideInteger& a, const WideInteger& b) {
    WideInteger out(0);
    for (std::size_t i = 0; i < size; ++i) {
      std::uint64_t carry = 0;
      for (std::size_t j = 0; i + j < size; ++j) {
        carry += std::uint64_t{a.limbs_[i]} * b.limbs_[j] + out.limbs_[i + j];
        out.limbs_[i + j] = static_cast<std::uint32_t>(carry);
        carry >>= 32;
      }
    }
    return out;
  }
  [[nodiscard]] friend bool operator>(const WideInteger& a, const WideInteger& b) {
    return std::lexicographical_compare(b.limbs_.rbegin(), b.limbs_.rend(), a.limbs_.rbegin(), a.limbs_.rend());
  }

 private:
  static constexpr std::size_t size = 12;
  std::array<std::uint32_t, size> limbs_{};  // lowest first
};

/// A limit in [0, 1] as a fraction: a decimal of at most six places is that decimal, others are multiples of 2^-60.
struct LimitFraction {
  std::uint64_t numerator = 0, denominator = 1;

  explicit LimitFraction(double limit) {
    for (std::uint64_t k = 1; k <= 1'000'000; k *= 10) {
      const double m = std::nearbyint(limit * static_cast<double>(k));
      if (m / static_cast<double>(k) != limit) continue;
      numerator = static_cast<std::uint64_t>(m);
      denominator = k;
      return;
    }
    denominator = std::uint64_t{1} << 60;
    numerator = static_cast<std::uint64_t>(std::nearbyint(std::ldexp(limit, 60)));
  }
};

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

/// n times the sum of products of deviations from the means. Below 2^117 for 30 values up to 2^53.
[[nodiscard]] inline signed128_t joint_deviations(std::span<const std::int64_t> x, std::span<const std::int64_t> y) {
  signed128_t xy = 0;
  std::int64_t sum_x = 0, sum_y = 0;
  for (std::size_t a = 0; a < x.size(); ++a) {
    xy += signed128_t{x[a]} * y[a];
    sum_x += x[a];
    sum_y += y[a];
  }
  return static_cast<signed128_t>(x.size()) * xy - signed128_t{sum_x} * sum_y;
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
  const auto xy = detail::joint_deviations(x, y), xx = detail::joint_deviations(x, x),
             yy = detail::joint_deviations(y, y);
  if (xy <= 0 || xx == 0 || yy == 0) return false;
  const detail::LimitFraction fraction(limit);
  const auto wide = [](auto value) { return detail::WideInteger(static_cast<detail::unsigned128_t>(value)); };
  const detail::WideInteger above = wide(xy) * wide(fraction.denominator), at = wide(fraction.numerator);
  return above * above > at * at * wide(xx) * wide(yy);
}

}  // namespace isonomy::profiling
