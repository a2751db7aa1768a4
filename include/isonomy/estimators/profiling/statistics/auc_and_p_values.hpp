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
#include "isonomy/core/numeric.hpp"
#include "isonomy/estimators/profiling/search/arithmetic.hpp"
#include "isonomy/ops/special/incomplete_beta.hpp"

namespace isonomy::profiling {

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
  const Rounded test = s.std_test, reference = s.std_reference;
  const double pooled = (n1 * test * test + n0 * reference * reference) / degrees;
  return student_t_two_sided(s.difference / std::sqrt(pooled * (1 / n1 + 1 / n0)), degrees);
}

/// Benjamini-Hochberg q-values: q_(k) = min(1, min_{j>=k} p_(j) m/j) with m the number of p that are not NaN.
class DiscoveryRates {
 public:
  DiscoveryRates() = default;
  /// O(m log m).
  explicit DiscoveryRates(std::span<const double> p) {
    for (const double x : p)
      if (!std::isnan(x)) sorted_.push_back(x);
    std::sort(sorted_.begin(), sorted_.end());
    rates_.resize(sorted_.size());
    const auto m = static_cast<double>(sorted_.size());
    double smallest = 1;
    for (std::size_t k = sorted_.size(); k-- > 0;)
      rates_[k] = smallest = std::min(smallest, sorted_[k] * m / static_cast<double>(k + 1));
  }

  /// The q-value of one of these p; NaN stays NaN. Equal p have equal q. O(log m).
  [[nodiscard]] double operator()(double p) const {
    if (std::isnan(p)) return p;
    const auto place = std::lower_bound(sorted_.begin(), sorted_.end(), p) - sorted_.begin();
    return rates_[static_cast<std::size_t>(place)];
  }

 private:
  std::vector<double> sorted_, rates_;
};

}  // namespace isonomy::profiling
