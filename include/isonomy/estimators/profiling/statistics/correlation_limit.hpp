// Whether the correlation of two columns of integers is above a limit, decided without rounding.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "isonomy/core/config.hpp"

namespace isonomy::profiling::detail {

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

/// n times the sum of products of deviations from the means. Below 2^126 where every magnitude is at most 2^62 / n.
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

/// Whether the Pearson correlation of two columns is above `limit`, a number in [0, 1]; equal is not above, and a
/// constant column correlates with none.
[[nodiscard]] inline bool correlates_above(std::span<const std::int64_t> x, std::span<const std::int64_t> y,
                                           double limit) {
  const auto xy = joint_deviations(x, y), xx = joint_deviations(x, x), yy = joint_deviations(y, y);
  if (xy <= 0 || xx == 0 || yy == 0) return false;
  const LimitFraction fraction(limit);
  const auto wide = [](auto value) { return WideInteger(static_cast<unsigned128_t>(value)); };
  const WideInteger above = wide(xy) * wide(fraction.denominator), at = wide(fraction.numerator);
  return above * above > at * at * wide(xx) * wide(yy);
}

}  // namespace isonomy::profiling::detail
