// What is held out, and the levels that are tried: deterministic choices that every GSN implementation shares.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/text.hpp"

namespace isonomy::gsn {

/// The numbers 0 to n-1 in the order of n uniform numbers, of equal ones the lower first.
///
/// The uniform numbers are the first n of 53 bits that a Mersenne twister with seed 42 gives; every call begins anew.
/// ValueError for n < 0. Source: numpy.random.RandomState(42) and MATLAB's rng(42, 'twister'), as cvnlab/GSN uses them.
[[nodiscard]] inline std::vector<index_t> permutation(index_t n) {
  if (n < 0) throw ValueError(text::joined("permutation: n=", n, "; expected at least 0; give the number of items"));
  std::mt19937 generator(42);
  std::vector<double> uniform(static_cast<std::size_t>(n));
  for (double& u : uniform) {
    const auto high = static_cast<std::uint32_t>(generator() >> 5), low = static_cast<std::uint32_t>(generator() >> 6);
    u = static_cast<double>((std::uint64_t{high} << 26) + low) * 0x1p-53;
  }
  std::vector<index_t> order(uniform.size());
  std::iota(order.begin(), order.end(), index_t{0});
  std::stable_sort(order.begin(), order.end(), [&](index_t i, index_t j) {
    return uniform[static_cast<std::size_t>(i)] < uniform[static_cast<std::size_t>(j)];
  });
  return order;
}

/// Which of several items train, and which validate, both in the order of the permutation.
struct Split {
  std::vector<index_t> training, validation;
};

/// The first round(n / leave_out) items of the permutation validate, halves rounded to even; the others train.
///
/// ValueError unless n >= 0 and leave_out >= 2.
[[nodiscard]] inline Split split(index_t n, index_t leave_out = 5) {
  if (leave_out < 2)
    throw ValueError(text::joined("split: leave_out=", leave_out, "; expected at least 2; 5 holds out a fifth"));
  const std::vector<index_t> order = permutation(n);
  const auto held_out =
      static_cast<std::ptrdiff_t>(round_half_even(static_cast<double>(n) / static_cast<double>(leave_out)));
  return {{order.begin() + held_out, order.end()}, {order.begin(), order.begin() + held_out}};
}

/// Splits of which every item validates in one: part f of `parts` equal ones of the order that `first` has its items
/// in, those that validate before the others; so the first is `first` itself where split() made it. Parts without an
/// item are left out. ValueError unless parts >= 2.
[[nodiscard]] inline std::vector<Split> folds(const Split& first, index_t parts = 5) {
  if (parts < 2) throw ValueError(text::joined("folds: parts=", parts, "; expected at least 2; 5 is the default"));
  std::vector<index_t> order = first.validation;
  order.insert(order.end(), first.training.begin(), first.training.end());
  const auto end_of = [&](index_t fold) {
    const double share = static_cast<double>(order.size()) * static_cast<double>(fold);
    return order.begin() + static_cast<std::ptrdiff_t>(round_half_even(share / static_cast<double>(parts)));
  };
  std::vector<Split> all;
  for (index_t fold = 0; fold < parts; ++fold) {
    const auto begin = end_of(fold), end = end_of(fold + 1);
    if (begin == end) continue;
    Split split{{order.begin(), begin}, {begin, end}};
    split.training.insert(split.training.end(), end, order.end());
    all.push_back(std::move(split));
  }
  return all;
}

namespace detail {

/// The least n of which split(n, leave_out) holds out 1, or 2, items.
[[nodiscard]] inline index_t fewest_to_hold_out(index_t held_out, index_t leave_out) {
  return held_out == 1 ? leave_out / 2 + 1 : (3 * leave_out + 1) / 2;  // halves go to even: 0 and 2
}

}  // namespace detail

/// The levels 0, 1/50, ..., 1, as multiples of the double nearest to 1/50.
[[nodiscard]] inline std::vector<double> default_levels() {
  constexpr int steps = 50;
  std::vector<double> levels;
  for (int k = 0; k <= steps; ++k) levels.push_back(k == steps ? 1.0 : k * (1.0 / steps));
  return levels;
}

/// The levels to try: those given, as they are and in their order; else the default, or 1 alone without shrinkage.
///
/// `operation` is what errors name. ValueError for an empty list, for a level that is not finite, and for one outside
/// [0, 1] unless that is allowed.
[[nodiscard]] inline std::vector<double> level_grid(const std::optional<std::vector<double>>& given, bool shrink = true,
                                                    bool allow_extrapolation = false,
                                                    const char* operation = "gsn::level_grid") {
  if (!given) return shrink ? default_levels() : std::vector<double>{1.0};
  if (given->empty())
    throw ValueError(text::joined(
        operation, ": shrinklevels is an empty list; expected one level at least; give no list for the default"));
  for (std::size_t k = 0; k < given->size(); ++k) {
    const double level = (*given)[k];
    if (!std::isfinite(level) || (!allow_extrapolation && (level < 0 || level > 1)))
      throw ValueError(
          text::joined({operation, ": shrinklevels[", k, "]=", text::decimals(level), "; expected a finite number",
                        allow_extrapolation ? "; leave it out" : " from 0 to 1; set allow_extrapolation for others"}));
  }
  return *given;
}

}  // namespace isonomy::gsn
