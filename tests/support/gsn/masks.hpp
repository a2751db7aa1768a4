// Transforms and masks of golden data sets for gsn, as the comment of tests/reference/gsn/make_golden.py defines them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "isonomy/core/numeric.hpp"
#include "isonomy/estimators/gsn/simulation/portable_data.hpp"
#include "support/numbers.hpp"

namespace isonomy::test {

/// Units x conditions x trials, trials fastest; NaN where nothing was measured.
struct GsnData {
  std::size_t units = 0, conditions = 0, trials = 0;
  std::vector<double> x;

  double& operator()(std::size_t i, std::size_t c, std::size_t t) { return x[(i * conditions + c) * trials + t]; }
  double operator()(std::size_t i, std::size_t c, std::size_t t) const { return x[(i * conditions + c) * trials + t]; }

  /// f(number, unit, condition, trial) of every number, in the order of memory.
  template <class F>
  void each(const F& f) {
    std::size_t at = 0;
    for (std::size_t i = 0; i < units; ++i)
      for (std::size_t c = 0; c < conditions; ++c)
        for (std::size_t t = 0; t < trials; ++t) f(x[at++], i, c, t);
  }
};

inline GsnData gsn_data(const gsn::PortableData& g) {
  return {static_cast<std::size_t>(g.units), static_cast<std::size_t>(g.conditions), static_cast<std::size_t>(g.trials),
          gsn::portable_data(g)};
}

/// kind and its numbers, in the order of the definition.
struct GsnTransform {
  std::string kind;
  std::vector<double> numbers;
};

inline void apply(GsnData& d, const GsnTransform& step) {
  const auto number = [&](std::size_t k) { return step.numbers.at(k); };
  const auto whole = [&](std::size_t k) { return static_cast<std::size_t>(step.numbers.at(k)); };
  if (step.kind == "scale") {
    d.each([&](double& x, auto...) { x *= number(0); });
  } else if (step.kind == "offset") {
    d.each([&](double& x, std::size_t i, auto...) { x += rounded_product(number(0), static_cast<double>(i + 1)); });
  } else if (step.kind == "constant") {
    d.each([&](double& x, std::size_t i, auto...) { x = i == whole(0) ? number(1) : x; });
  } else if (step.kind == "duplicate") {
    for (std::size_t c = 0; c < d.conditions; ++c)
      for (std::size_t t = 0; t < d.trials; ++t) d(whole(1), c, t) = d(whole(0), c, t);
  } else if (step.kind == "average_reference") {
    for (std::size_t c = 0; c < d.conditions; ++c)
      for (std::size_t t = 0; t < d.trials; ++t) {
        double total = d(0, c, t);
        for (std::size_t i = 1; i < d.units; ++i) total += d(i, c, t);
        const double mean = total / static_cast<double>(d.units);
        for (std::size_t i = 0; i < d.units; ++i) d(i, c, t) -= mean;
      }
  } else if (step.kind == "unit_scale") {
    d.each([&](double& x, std::size_t i, auto...) {
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
  std::size_t low = 0, condition = 0;
  bool unit = false;
  double p = 0, q = 0;
};

namespace detail {

inline void mask_trials(GsnData& d, const GsnMask& mask) {
  gsn::PortableStream stream(mask.seed);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(stream.uniform() * static_cast<double>(n)); };
  for (std::size_t c = 0; c < d.conditions; ++c) {
    const std::size_t kept = mask.low + below(d.trials - mask.low + 1);
    std::vector<double> v(d.trials);
    for (double& u : v) u = stream.uniform();
    std::vector<std::size_t> order(d.trials);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t s, std::size_t t) { return v[s] < v[t]; });
    const std::size_t first = mask.unit ? below(d.units) : 0, end = mask.unit ? first + 1 : d.units;
    for (std::size_t k = kept; k < d.trials; ++k)
      for (std::size_t i = first; i < end; ++i) d(i, c, order[k]) = not_a_number;
  }
}

inline void mask_units(GsnData& d, const GsnMask& mask) {
  gsn::PortableStream stream(mask.seed);
  for (double& x : d.x) x = stream.uniform() < mask.p ? not_a_number : x;
  if (mask.kind == "units") return;
  for (std::size_t i = 0; i < d.units; ++i)
    for (std::size_t c = 0; c < d.conditions; ++c) {
      const bool gone = stream.uniform() < mask.q;
      for (std::size_t t = 0; t < d.trials && gone; ++t) d(i, c, t) = not_a_number;
    }
}

}  // namespace detail

inline void apply(GsnData& d, const GsnMask& mask) {
  const auto drop = [&](const auto& gone) {
    d.each([&](double& x, std::size_t i, std::size_t c, std::size_t t) { x = gone(i, c, t) ? not_a_number : x; });
  };
  if (mask.kind == "mod4") {
    drop([&](std::size_t, std::size_t c, std::size_t t) {
      return t >= (d.trials > c % 4 ? d.trials - c % 4 : std::size_t{1});
    });
  } else if (mask.kind == "trials") {
    detail::mask_trials(d, mask);
  } else if (mask.kind == "single") {
    drop([&](std::size_t, std::size_t c, std::size_t t) { return c == mask.condition && t > 0; });
  } else if (mask.kind == "units" || mask.kind == "unit_conditions") {
    detail::mask_units(d, mask);
  } else if (mask.kind == "mod17") {
    drop([](std::size_t i, std::size_t c, std::size_t t) { return (7 * i + 11 * c + 13 * t) % 17 == 0; });
  } else if (!mask.kind.empty()) {
    throw std::invalid_argument("unknown mask " + mask.kind);
  }
}

}  // namespace isonomy::test
