// The end of every profiling run: from the survivors of the pre-filter and their p-values to the feature table.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/estimators/profiling/result.hpp"
#include "isonomy/estimators/profiling/search/feature_catalog.hpp"
#include "isonomy/estimators/profiling/search/redundancy.hpp"
#include "isonomy/estimators/profiling/search/selection.hpp"
#include "isonomy/estimators/profiling/statistics/auc_and_p_values.hpp"
#include "isonomy/estimators/profiling/statistics/p_values.hpp"

namespace isonomy::profiling {

namespace detail {

/// Counts the pre-filter in the funnel. NumericalError if nothing passed it.
inline void count_survivors(const Selection& selection, const ProfileOptions& options, Funnel& funnel) {
  funnel.n_within_spread = selection.within_spread;
  funnel.n_after_prefilter = static_cast<std::int64_t>(selection.survivors.size());
  if (selection.survivors.empty())
    throw NumericalError("profile: none of " + std::to_string(funnel.n_candidates) +
                         " candidates has values in every row and a test spread of at most max_std_test=" +
                         text::decimals(options.max_std_test) +
                         "; expected at least one; raise max_std_test, use longer parts, or remove rows with gaps");
}

}  // namespace detail

/// Ranks the survivors, removes redundant ones and fills in the result's table, funnel and group sizes.
/// `first_pass` and `second_pass` give FeatureStatistics of a Candidate after prepare(list); `error` bounds how far the
/// survivors' differences may lie from the first pass; laps go to `timer`.
template <class First, class Second>
void report_features(ProfileResult& result, StageTimer& timer, const FeatureCatalog& catalog,
                     const ProfileOptions& options, std::int64_t n_filter, const std::vector<Survivor>& survivors,
                     const std::vector<TwiceU>& twice_u, const PValues& tests, index_t n_test, index_t n_reference,
                     double error, First& first_pass, Second& second_pass) {
  const auto id = [&](const Candidate& f) { return catalog.id(f); };
  const std::vector<double> difference = rounded_differences(survivors, error, first_pass);
  std::vector<Ranked> ranked(survivors.size());
  for (std::size_t i = 0; i < survivors.size(); ++i)
    ranked[i] = {std::abs(adjusted_auc(twice_u[i], n_test, n_reference)), difference[i]};
  ScaleCorrelations correlation(catalog.scales());
  const std::vector<std::size_t> kept =
      reduce_redundancy(survivors, ranked, options, n_filter, catalog.redundancy(), correlation, error, first_pass, id);
  result.funnel.n_after_redundancy = result.funnel.n_final = static_cast<std::int64_t>(kept.size());
  timer.lap("redundancy");

  std::vector<Candidate> reported;
  for (const std::size_t i : kept) reported.push_back(survivors[i].feature);
  second_pass.prepare(reported);
  for (const std::size_t i : kept) {
    const Candidate f = survivors[i].feature;
    const FeatureStatistics s = second_pass(f);
    const ScaleInfo& info = catalog.info(f);
    const auto twice_rounded = [](double x) { return rounded(rounded(x, 6), 3); };
    result.features.push_back({id(f), info.category, info.subcategory, info.name, info.description,
                               twice_rounded(ranked[i].abs_auc), rounded(ranked[i].abs_mean_dif, 3),
                               twice_rounded(s.difference), twice_rounded(s.std_test), twice_rounded(s.std_reference),
                               tests.p[i], tests.q(i), catalog.shown_at(f)});
  }
  timer.lap("statistics");
  if (result.funnel.n_final < n_filter)
    result.report.warnings.push_back(std::to_string(result.funnel.n_final) + " features remain of n_filter=" +
                                     std::to_string(n_filter) + "; the rest was redundant");
  result.p_value_column = p_value_column(options.test);
  result.rows_test = n_test;
  result.rows_reference = n_reference;
}

}  // namespace isonomy::profiling
