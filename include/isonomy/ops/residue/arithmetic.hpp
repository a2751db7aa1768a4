// The value of a scale averaged over residues, in the two arithmetics that profiling is defined in.
#pragma once

#include <cmath>
#include <cstdint>

#include "isonomy/core/numeric.hpp"
#include "isonomy/ops/residue/problem.hpp"

namespace isonomy {

__extension__ using int128_t = __int128;

namespace residue {

/// Sum of the numerators over the slots of one row: exact in any order.
[[nodiscard]] ISONOMY_HD inline std::int64_t numerator_sum(const ResidueBlock& b, index_t row,
                                                           const std::int64_t* numerators) {
  std::int64_t sum = 0;
  for (std::int32_t k = 0; k < b.split.slots; ++k) sum += numerators[b.rows(b.split.positions[k], row)];
  return sum;
}

/// numerator / denominator rounded to an integer, halves to even. denominator > 0.
[[nodiscard]] ISONOMY_HD inline std::int64_t divide_half_even(int128_t numerator, std::int64_t denominator) {
  const bool negative = numerator < 0;
  const int128_t n = negative ? -numerator : numerator;
  int128_t q, r;
  if (n <= INT64_MAX) {  // the common case: one machine division
    q = static_cast<std::int64_t>(n) / denominator;
    r = static_cast<std::int64_t>(n) % denominator;
  } else {
    q = n / denominator;
    r = n % denominator;
  }
  const int128_t twice = 2 * r;
  if (twice > denominator || (twice == denominator && (q & 1) != 0)) ++q;
  return static_cast<std::int64_t>(negative ? -q : q);
}

/// Terms that NumPy's pairwise sum adds without cutting them in halves.
inline constexpr std::int32_t most_uncut = 128;

/// The sum of get(first) .. get(first + m - 1) for m <= most_uncut: in eight lanes, fewer than eight terms in one.
template <class Get>
[[nodiscard]] ISONOMY_HD double uncut_sum(const Get& get, std::int32_t first, std::int32_t m) {
  if (m < 8) {
    double s = 0;
    for (std::int32_t i = 0; i < m; ++i) s += get(first + i);
    return s;
  }
  double lane[8];
  for (std::int32_t k = 0; k < 8; ++k) lane[k] = get(first + k);
  std::int32_t i = 8;
  for (; i + 8 <= m; i += 8)
    for (std::int32_t k = 0; k < 8; ++k) lane[k] += get(first + i + k);
  double s = ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
  for (; i < m; ++i) s += get(first + i);
  return s;
}

/// Terms in the first half of a sum of m > most_uncut terms.
[[nodiscard]] ISONOMY_HD inline std::int32_t first_half(std::int32_t m) { return m / 2 - m / 2 % 8; }
/// Terms that are left of m after `cuts` cuts, bit i of `second` telling that the second half was taken of cut i.
[[nodiscard]] ISONOMY_HD inline std::int32_t terms_after(std::int32_t m, int cuts, std::uint32_t second) {
  for (int i = 0; i < cuts; ++i) m = (second >> i & 1) != 0 ? m - first_half(m) : first_half(m);
  return m;
}

/// NumPy's pairwise sum of get(first) .. get(first + m - 1): eight lanes up to 128 terms, halves above.
///
/// Without recursion, for which devices have little room: the sums of first halves wait in an array.
template <class Get>
[[nodiscard]] ISONOMY_HD double pairwise_sum(const Get& get, std::int32_t first, std::int32_t m) {
  if (m <= most_uncut) return uncut_sum(get, first, m);
  constexpr int most_cuts = 25;  // of 2^31 terms
  double first_halves[most_cuts];
  int cuts = 0;
  std::uint32_t second = 0;
  for (;;) {
    std::int32_t terms = terms_after(m, cuts, second);
    for (; terms > most_uncut; ++cuts) {
      terms = first_half(terms);
      second &= ~(1u << cuts);
    }
    double sum = uncut_sum(get, first, terms);
    first += terms;
    for (; cuts > 0 && (second >> (cuts - 1) & 1) != 0; --cuts) sum = first_halves[cuts - 1] + sum;
    if (cuts == 0) return sum;
    first_halves[cuts - 1] = sum;
    second |= 1u << (cuts - 1);
  }
}

struct SlotValue {
  const ResidueBlock& block;
  index_t row;
  const double* values;
  ISONOMY_HD double operator()(std::int32_t k) const { return values[block.rows(block.split.positions[k], row)]; }
};

/// Decimals to which a feature value is rounded, as a power of ten.
inline constexpr std::int64_t rounding = 100000;

}  // namespace residue

/// Everything on integers: values are numerator sums over (denominator * residues), rounded half to even. Independent
/// of the order of residues and rows, of threads and backend.
struct exact {
  static constexpr const char* name = "exact";

  /// 10^5 times the feature value of one row.
  template <MemorySpace Space>
  [[nodiscard]] ISONOMY_HD static std::int64_t key(const ResidueBlock& b, index_t row, const ScaleViews<Space>& scales,
                                                   index_t d) {
    const std::int64_t sum = residue::numerator_sum(b, row, scales.numerators_of(d));
    return residue::divide_half_even(int128_t{sum} * residue::rounding, scales.denominators[d] * b.split.residues);
  }
  /// 10^5 times the value of integer sum `numerator` over `denominator * residues`; every such value is decided.
  static constexpr bool ties_need_order = false;
};

/// The floating-point steps of AAanalysis 1.1.0, in its order.
struct aaanalysis_1_1 {
  static constexpr const char* name = "aaanalysis_1_1";

  /// rint(fl(fl(PW(v)/c) * 10^5)).
  template <MemorySpace Space>
  [[nodiscard]] ISONOMY_HD static std::int64_t key(const ResidueBlock& b, index_t row, const ScaleViews<Space>& scales,
                                                   index_t d) {
    const double sum = residue::pairwise_sum(residue::SlotValue{b, row, scales.values_of(d)}, 0, b.split.slots);
    const double mean = sum / static_cast<double>(b.split.residues);
    return static_cast<std::int64_t>(round_half_even(rounded_product(mean, static_cast<double>(residue::rounding))));
  }
  /// Decimal ties (possible where 8 divides the residue count) are decided by the order of the additions.
  static constexpr bool ties_need_order = true;
};

}  // namespace isonomy
