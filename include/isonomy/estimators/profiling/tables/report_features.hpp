// The end of every profiling run: from the survivors of the pre-filter and their p-values to the feature table.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "isonomy/backend/stage_timer.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/profiling/options.hpp"
#include "isonomy/estimators/profiling/result.hpp"
#include "isonomy/estimators/profiling/scales/scale_correlation.hpp"
#include "isonomy/estimators/profiling/search/feature_catalog.hpp"
#include "isonomy/estimators/profiling/search/redundancy.hpp"
#include "isonomy/estimators/profiling/search/selection.hpp"
#include "isonomy/estimators/profiling/statistics/auc.hpp"
#include "isonomy/estimators/profiling/statistics/p_values.hpp"

namespace isonomy::profiling {

/// What is to be said where scales leave 0 to 1, for which the limits of a selection are made; nothing where none does.
[[nodiscard]] inline std::string outside_usual_range(const ScaleTable& scales) {
  for (index_t d = 0; d < scales.size(); ++d) {
    const auto values = scales.values(d);
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    if (*least < 0 || *most > 1)
      return text::joined("scale ", scales.info(d).id, " goes from ", text::decimals(*least), " to ",
                          text::decimals(*most), ", and scales are expected from 0 to 1: bring them there");
  }
  return {};
}

/// Counts the pre-filter in the funnel. NumericalError if nothing passed it.
inline void count_survivors(const Selection& selection, const ProfileOptions& options, const ScaleTable& scales,
                            Funnel& funnel, const char* operation) {
  funnel.n_within_spread = selection.within_spread;
  funnel.n_after_prefilter = static_cast<std::int64_t>(selection.survivors.size());
  if (!selection.survivors.empty()) return;
  const std::string range = outside_usual_range(scales);
  throw NumericalError(
      text::joined(operation, ": none of ", funnel.n_candidates,
                   " candidates has values in every row and a test spread of at most max_std_test=",
                   text::decimals(options.max_std_test),
                   "; expected at least one; raise max_std_test, use longer parts, or remove rows with gaps",
                   range.empty() ? "" : "; ", range));
}

/// Tells the report of numbers in the table that are none.
inline void warn_of_missing_numbers(ProfileResult& result) {
  std::size_t untested = 0, infinite = 0;
  for (const FeatureRow& f : result.features) {
    untested += std::isnan(f.p_value) ? 1 : 0;
    for (const double x : {f.abs_auc, f.abs_mean_dif, f.mean_dif, f.std_test, f.std_ref})
      if (!std::isfinite(x)) {
        ++infinite;
        break;
      }
  }
  const std::size_t features = result.features.size();
  if (untested > 0)
    result.report.warnings.push_back(
        text::joined(result.p_value_column, " is NaN for ", untested, " of ", features, " features: the ",
                     result.rows_test, " and ", result.rows_reference,
                     " rows do not spread in either group, or are fewer than three; add rows, or use the Mann-Whitney "
                     "test, which needs no spread"));
  if (infinite > 0)
    result.report.warnings.push_back(text::joined(infinite, " of ", features,
                                                  " features have means or spreads beyond the range of doubles; scale "
                                                  "the values down"));
}

/// Tells the report how many features each step kept, and how close that was.
inline void note_decisions(const Selection& selection, ProfileResult& result) {
  const Funnel& funnel = result.funnel;
  result.report.decisions.push_back(
      {selection.by_variance ? "pre-filter: test variance" : "pre-filter: absolute mean difference",
       text::joined(funnel.n_after_prefilter, " of ", funnel.n_within_spread), selection.margin});
  result.report.decisions.push_back({"redundancy: overlap of positions, correlation of scales",
                                     text::joined(funnel.n_after_redundancy, " of ", funnel.n_after_prefilter),
                                     Decision::not_known});
}

/// What a run knows when its survivors are tested.
struct TestedSurvivors {
  const FeatureCatalog& catalog;
  const ProfileOptions& options;
  std::int64_t n_filter;  ///< features to keep
  const Selection& selection;
  const std::vector<TwiceU>& twice_u;  ///< one a survivor
  const PValues& tests;
  index_t n_test, n_reference;  ///< rows
  CorrelationRule correlation;  ///< how scales are compared with max_cor
};

/// Ranks the survivors, removes redundant ones and fills in the result's table, funnel and group sizes.
/// `first_pass` and `second_pass` give FeatureStatistics of a Candidate after prepare(list); laps go to `timer`.
template <class First, class Second, class Ctx>
void report_features(const TestedSurvivors& run, First& first_pass, Second& second_pass, StageTimer<Ctx>& timer,
                     ProfileResult& result) {
  const FeatureCatalog& catalog = run.catalog;
  const std::vector<Survivor>& survivors = run.selection.survivors;
  const auto id = [&](const Candidate& f) { return catalog.id_order(f); };
  const std::vector<double> difference = rounded_differences(run.selection, first_pass);
  std::vector<RankingKey> keys(survivors.size());
  for (std::size_t i = 0; i < survivors.size(); ++i)
    keys[i] = {std::abs(adjusted_auc(run.twice_u[i], run.n_test, run.n_reference)), difference[i]};
  RedundancyRule redundant(catalog.redundancy(), catalog.scales(), run.options, run.correlation);
  const std::vector<std::size_t> kept = reduce_redundancy(run.selection, keys, run.n_filter, redundant, first_pass, id);
  result.funnel.n_after_redundancy = result.funnel.n_final = static_cast<std::int64_t>(kept.size());
  timer.lap("redundancy");

  std::vector<Candidate> reported;
  for (const std::size_t i : kept) reported.push_back(survivors[i].feature);
  second_pass.prepare(reported);
  result.features = std::vector<FeatureRow>(kept.size());
  for (std::size_t k = 0; k < kept.size(); ++k) {
    const std::size_t i = kept[k];
    const Candidate f = survivors[i].feature;
    const FeatureStatistics s = second_pass(f);
    const ScaleInfo& info = catalog.info(f);
    const auto twice_rounded = [](double x) { return rounded(rounded(x, 6), 3); };
    FeatureRow& row = result.features[k];
    row.feature = catalog.id(f);
    row.category = info.category;
    row.subcategory = info.subcategory;
    row.scale_name = info.name;
    row.scale_description = info.description;
    row.abs_auc = twice_rounded(keys[i].abs_auc);
    row.abs_mean_dif = rounded(keys[i].abs_mean_dif, 3);
    row.mean_dif = twice_rounded(s.difference);
    row.std_test = twice_rounded(s.std_test);
    row.std_ref = twice_rounded(s.std_reference);
    row.p_value = run.tests.p[i];
    row.p_val_fdr_bh = run.tests.q(i);
    row.positions = catalog.shown_at(f);
  }
  timer.lap("statistics");
  if (result.funnel.n_final < run.n_filter)
    result.report.warnings.push_back(text::joined(
        {result.funnel.n_final, " features remain of n_filter=", run.n_filter, "; the rest was redundant"}));
  result.p_value_column = p_value_column(run.options.test);
  result.rows_test = run.n_test;
  result.rows_reference = run.n_reference;
  warn_of_missing_numbers(result);
  note_decisions(run.selection, result);
}

}  // namespace isonomy::profiling
