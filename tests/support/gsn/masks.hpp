// Transforms and masks of golden data sets for gsn, as the comment of tests/reference/gsn/make_golden.py defines them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/estimators/gsn/simulation/portable_data.hpp"
#include "support/gsn/trials.hpp"
#include "support/numbers.hpp"

namespace isonomy::test {

/// kind and its numbers, in the order of the definition.
struct GsnTransform {
  std::string kind;
  std::vector<double> numbers;
};

inline void apply(Trials& d, const GsnTransform& step) {
  const auto number = [&](std::size_t k) { return step.numbers.at(k); };
  const auto whole = [&](std::size_t k) { return static_cast<index_t>(step.numbers.at(k)); };
  if (step.kind == "scale") {
    d.each([&](double& x, auto...) { x *= number(0); });
  } else if (step.kind == "offset") {
    d.each([&](double& x, index_t i, auto...) { x += rounded_product(number(0), static_cast<double>(i + 1)); });
  } else if (step.kind == "constant") {
    d.each([&](double& x, index_t i, auto...) { x = i == whole(0) ? number(1) : x; });
  } else if (step.kind == "duplicate") {
    for (index_t c = 0; c < d.conditions; ++c)
      for (index_t t = 0; t < d.trials; ++t) d(whole(1), c, t) = d(whole(0), c, t);
  } else if (step.kind == "average_reference") {
    d = average_referenced(std::move(d));
  } else if (step.kind == "unit_scale") {
    d.each([&](double& x, index_t i, auto...) {
      x *= std::pow(10.0, rounded_product(number(0), static_cast<double>(i)) / static_cast<double>(d.units - 1));
    });
  } else {
    throw std::invalid_argument("unknown transform " + step.kind);
  }
}

/// kind, and those of its parameters that it has.
struct GsnMask {
  std::string kind;  ///< empty: none
  std::uint32_t seed = 0;
  index_t low = 0, condition = 0;
  bool unit = false;
  double p = 0, q = 0;
};

namespace detail {

inline void mask_trials(Trials& d, const GsnMask& mask) {
  gsn::PortableStream stream(mask.seed);
  const auto below = [&](index_t n) { return static_cast<index_t>(stream.uniform() * static_cast<double>(n)); };
  for (index_t c = 0; c < d.conditions; ++c) {
    const index_t kept = mask.low + below(d.trials - mask.low + 1);
    std::vector<double> v(static_cast<std::size_t>(d.trials));
    for (double& u : v) u = stream.uniform();
    std::vector<std::size_t> order(v.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t s, std::size_t t) { return v[s] < v[t]; });
    const index_t first = mask.unit ? below(d.units) : 0, end = mask.unit ? first + 1 : d.units;
    for (auto k = static_cast<std::size_t>(kept); k < order.size(); ++k)
      for (index_t i = first; i < end; ++i) d(i, c, static_cast<index_t>(order[k])) = not_a_number;
  }
}

inline void mask_units(Trials& d, const GsnMask& mask) {
  gsn::PortableStream stream(mask.seed);
  for (double& x : d.x) x = stream.uniform() < mask.p ? not_a_number : x;
  if (mask.kind == "units") return;
  for (index_t i = 0; i < d.units; ++i)
    for (index_t c = 0; c < d.conditions; ++c) {
      const bool gone = stream.uniform() < mask.q;
      for (index_t t = 0; t < d.trials && gone; ++t) d(i, c, t) = not_a_number;
    }
}

}  // namespace detail

inline void apply(Trials& d, const GsnMask& mask) {
  const auto drop = [&](const auto& gone) {
    d.each([&](double& x, index_t i, index_t c, index_t t) { x = gone(i, c, t) ? not_a_number : x; });
  };
  if (mask.kind == "mod4") {
    drop([&](index_t, index_t c, index_t t) { return t >= (d.trials > c % 4 ? d.trials - c % 4 : index_t{1}); });
  } else if (mask.kind == "trials") {
    detail::mask_trials(d, mask);
  } else if (mask.kind == "single") {
    drop([&](index_t, index_t c, index_t t) { return c == mask.condition && t > 0; });
  } else if (mask.kind == "units" || mask.kind == "unit_conditions") {
    detail::mask_units(d, mask);
  } else if (mask.kind == "mod17") {
    drop([](index_t i, index_t c, index_t t) { return (7 * i + 11 * c + 13 * t) % 17 == 0; });
  } else if (!mask.kind.empty()) {
    throw std::invalid_argument("unknown mask " + mask.kind);
  }
}

}  // namespace isonomy::test
