// p-values of all features that passed the pre-filter, by each of the tests, with their false discovery rates.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/estimators/profiling/options.hpp"
#include "isonomy/estimators/profiling/statistics/auc.hpp"
#include "isonomy/estimators/profiling/statistics/mann_whitney.hpp"
#include "isonomy/ops/residue/statistics.hpp"
#include "isonomy/ops/special/incomplete_beta.hpp"

namespace isonomy::profiling {

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

/// p-values in the order of their features, and their false discovery rates over all of them.
struct PValues {
  std::vector<double> p;
  DiscoveryRates rates;

  [[nodiscard]] double q(std::size_t i) const { return rates(p[i]); }
};

/// The column that a test's p-values stand in.
[[nodiscard]] inline const char* p_value_column(Test test) {
  return test == Test::t_test ? "p_val_ttest_indep" : "p_val_mann_whitney";
}

[[nodiscard]] inline PValues with_discovery_rates(std::vector<double> p) {
  DiscoveryRates rates(p);
  return {std::move(p), std::move(rates)};
}

/// By the normal approximation without corrections.
[[nodiscard]] inline PValues mann_whitney_p_values(const std::vector<TwiceU>& twice_u, index_t n_test,
                                                   index_t n_reference) {
  std::vector<double> p;
  p.reserve(twice_u.size());
  for (const TwiceU u : twice_u) p.push_back(mann_whitney_p(u, n_test, n_reference));
  return with_discovery_rates(std::move(p));
}

/// By Student's t from each feature's means and spreads.
[[nodiscard]] inline PValues t_test_p_values(const std::vector<FeatureStatistics>& features, index_t n_test,
                                             index_t n_reference) {
  std::vector<double> p;
  p.reserve(features.size());
  for (const FeatureStatistics& f : features) p.push_back(t_test_p(f, n_test, n_reference));
  return with_discovery_rates(std::move(p));
}

/// By the Mann-Whitney U test as SciPy decides it.
[[nodiscard]] inline PValues scipy_p_values(const std::vector<RankSummary>& features, index_t n_test,
                                            index_t n_reference) {
  return with_discovery_rates(scipy_mann_whitney_p(features, n_test, n_reference));
}

}  // namespace isonomy::profiling
