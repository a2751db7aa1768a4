// Adjusted AUC, p-values and false discovery rates of features from their rank sums.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/estimators/profiling/arithmetic.hpp"
#include "isonomy/ops/special/incomplete_beta.hpp"

namespace isonomy::profiling {

/// fl(rint(fl(y 10^k)) / 10^k), halves to even.
[[nodiscard]] inline double rounded(double y, int decimals) {
  constexpr double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10};
  const double p = powers[decimals];
  return std::rint(y * p) / p;
}

/// The Mann-Whitney statistic of the test group, doubled so that it is an integer.
using TwiceU = std::uint64_t;

/// U/(n1 n0) - 1/2 rounded to three decimals: in [-0.5, 0.5], positive where test values are larger.
[[nodiscard]] inline double adjusted_auc(TwiceU twice_u, index_t n_test, index_t n_reference) {
  const double pairs = static_cast<double>(n_test) * static_cast<double>(n_reference);
  return rounded(static_cast<double>(twice_u) * 0.5 / pairs - 0.5, 3);
}

/// Two-sided p of U by the normal approximation, without tie or continuity correction.
[[nodiscard]] inline double mann_whitney_p(TwiceU twice_u, index_t n_test, index_t n_reference) {
  const double n1 = static_cast<double>(n_test), n0 = static_cast<double>(n_reference);
  const double u = static_cast<double>(twice_u) * 0.5, mean = n1 * n0 / 2;
  const double z = (std::min(u, n1 * n0 - u) - mean) / std::sqrt(n1 * n0 * (n1 + n0 + 1) / 12);
  return std::erfc(std::abs(z) / std::sqrt(2.0));
}

/// Two-sided p of Student's t-test with pooled variance; NaN where both groups are constant and equal, or n < 3.
[[nodiscard]] inline double t_test_p(const FeatureStatistics& s, index_t n_test, index_t n_reference) {
  const double n1 = static_cast<double>(n_test), n0 = static_cast<double>(n_reference), degrees = n1 + n0 - 2;
  if (degrees <= 0) return std::numeric_limits<double>::quiet_NaN();
  const double pooled = (n1 * s.std_test * s.std_test + n0 * s.std_reference * s.std_reference) / degrees;
  return student_t_two_sided(s.difference / std::sqrt(pooled * (1 / n1 + 1 / n0)), degrees);
}

/// Benjamini-Hochberg q-values in the order of `p`: q_(k) = min(1, min_{j>=k} p_(j) m/j) with m the number of p that
/// are not NaN; NaN stays NaN. Equal p get equal q, whatever their order. O(m log m).
[[nodiscard]] inline std::vector<double> benjamini_hochberg(std::span<const double> p) {
  std::vector<std::pair<double, std::size_t>> order;
  order.reserve(p.size());
  for (std::size_t i = 0; i < p.size(); ++i)
    if (!std::isnan(p[i])) order.emplace_back(p[i], i);
  std::sort(order.begin(), order.end());
  std::vector<double> q(p.size(), std::numeric_limits<double>::quiet_NaN());
  const auto m = static_cast<double>(order.size());
  double smallest = 1;
  for (std::size_t k = order.size(); k-- > 0;) {
    smallest = std::min(smallest, order[k].first * m / static_cast<double>(k + 1));
    q[order[k].second] = smallest;
  }
  return q;
}

}  // namespace isonomy::profiling
