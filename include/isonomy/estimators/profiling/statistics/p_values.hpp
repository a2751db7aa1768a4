// p-values of all features that passed the pre-filter, with their false discovery rates.
#pragma once

#include <utility>
#include <vector>

#include "isonomy/estimators/profiling/options.hpp"
#include "isonomy/estimators/profiling/statistics/auc_and_p_values.hpp"
#include "isonomy/estimators/profiling/statistics/mann_whitney.hpp"

namespace isonomy::profiling {

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
