// Comparative physicochemical profiling end to end: which part-split-scale features separate two groups of sequences.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/estimators/profiling/arithmetic.hpp"
#include "isonomy/estimators/profiling/candidates.hpp"
#include "isonomy/estimators/profiling/evaluate.hpp"
#include "isonomy/estimators/profiling/features.hpp"
#include "isonomy/estimators/profiling/moments.hpp"
#include "isonomy/estimators/profiling/options.hpp"
#include "isonomy/estimators/profiling/packed.hpp"
#include "isonomy/estimators/profiling/rank.hpp"
#include "isonomy/estimators/profiling/ranking.hpp"
#include "isonomy/estimators/profiling/result.hpp"
#include "isonomy/estimators/profiling/scales.hpp"
#include "isonomy/estimators/profiling/selection.hpp"
#include "isonomy/estimators/profiling/sequence_set.hpp"

namespace isonomy::profiling {

namespace detail {

/// A byte per row: 1 for the test group. ValueError unless every label is one of the two and both occur.
inline std::vector<std::uint8_t> test_rows(const std::vector<int>& labels, const ProfileOptions& o) {
  std::vector<std::uint8_t> is_test;
  is_test.reserve(labels.size());
  std::size_t tests = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] != o.label_test && labels[i] != o.label_ref)
      throw ValueError("profile: row " + std::to_string(i + 1) + " has the label " + std::to_string(labels[i]) +
                       "; expected " + std::to_string(o.label_test) + " (label_test) or " +
                       std::to_string(o.label_ref) + " (label_ref); drop the row or name other labels");
    is_test.push_back(labels[i] == o.label_test ? 1 : 0);
    tests += is_test.back();
  }
  if (tests == 0 || tests == labels.size())
    throw ValueError("profile: " + std::to_string(tests) + " of " + std::to_string(labels.size()) +
                     " rows are labelled " + std::to_string(o.label_test) +
                     " (label_test); expected both groups to have rows; check label_test and label_ref");
  return is_test;
}

inline std::int64_t pre_filter_size(const ProfileOptions& o, std::int64_t candidates, std::int64_t n_filter) {
  if (o.n_pre_filter) return *o.n_pre_filter;
  const double share = o.pct_pre_filter / 100.0;
  return std::max(static_cast<std::int64_t>(static_cast<double>(candidates) * share), n_filter);
}

}  // namespace detail

/// The features that separate rows labelled label_test from rows labelled label_ref, non-redundant, best first, with the
/// columns of the published table (Breimann and Frishman; AAanalysis 1.1.0, spec section 3).
/// `Arithmetic` is `exact` (integers, order-free) or `aaanalysis_1_1` (the reference's bits).
/// Time linear in rows above some 10,000; memory O(rows * positions) plus what memory_plan() says, never
/// rows * features. Same result for any thread count, instruction set, chunking and backend; under `exact` for any row
/// order too.
/// ValueError for options or labels outside their domain and for alphabets that differ, before any work;
/// NumericalError if no candidate is left; Cancelled; OutOfMemory. Inputs are never changed.
template <class Arithmetic = exact, ContextLike Ctx>
[[nodiscard]] ProfileResult fit(Ctx& ctx, const SequenceSet& set, const ScaleTable& scales,
                                const ProfileOptions& options = {}) {
  using Tag = typename Ctx::tag;
  using Plan = Passes<Arithmetic>;
  validate(options);
  if (!(set.alphabet() == scales.alphabet()))
    throw ValueError("profile: sequences are encoded in " + set.alphabet().letters() + " and scales in " +
                     scales.alphabet().letters() + "; expected one alphabet; encode the sequences in that of the scales");
  const std::vector<std::uint8_t> is_test = detail::test_rows(set.labels(), options);

  ProfileResult result;
  StageTimer timer(result.report);
  const ClampedSplits clamped = clamp(options.split_kws, set.shortest_part());
  result.report.warnings = clamped.warnings;
  if (set.rows_with_gaps() > 0)
    result.report.warnings.push_back(std::to_string(set.rows_with_gaps()) + " of " + std::to_string(set.size()) +
                                     " rows have gaps: splits without any residue in some row give no feature");
  const std::vector<Split> splits = enumerate(clamped.options);
  const std::size_t n_splits = splits.size() * set.parts().size();
  std::vector<std::string> position_text;
  RedundancyTables tables;
  for (std::size_t s = 0; s < n_splits; ++s) {
    const auto shown = positions(set.parts()[s / splits.size()], splits[s % splits.size()], options.display);
    position_text.push_back(positions_string(shown));
    tables.overlap.push_back(overlap_set(shown, options.redundancy, options.display.start));
  }
  std::map<std::string, std::int32_t> category_numbers;
  for (index_t d = 0; d < scales.size(); ++d) {
    const std::string& category = scales.info(d).category;
    const auto number = static_cast<std::int32_t>(category_numbers.size());
    tables.category.push_back(category.empty() ? -1 : category_numbers.try_emplace(category, number).first->second);
  }
  const auto id = [&](const Candidate& f) {
    return feature_id(set.parts()[f.split / splits.size()], splits[f.split % splits.size()],
                      scales.info(static_cast<index_t>(f.scale)).id);
  };
  Funnel& funnel = result.funnel;
  funnel.n_candidates = static_cast<std::int64_t>(n_splits) * scales.size();
  const std::int64_t n_filter = std::min(options.n_filter, funnel.n_candidates);
  if (n_filter < options.n_filter)
    result.report.warnings.push_back("n_filter=" + std::to_string(options.n_filter) + " exceeds the " +
                                     std::to_string(funnel.n_candidates) + " candidates; all were considered");
  const std::int64_t n_pre_filter = detail::pre_filter_size(options, funnel.n_candidates, n_filter);

  const PackedSequences<Tag> packed(ctx, set, is_test);
  const PackedScales<Tag> tables_of_scales(ctx, scales);
  const SplitPlaces<Tag> first_places(ctx, set, packed, splits, Plan::first_rule);
  const SplitPlaces<Tag> second_places(ctx, set, packed, splits, Plan::second_rule);
  const auto distinct_scales = tables_of_scales.distinct();
  // Sums in the reference's order matter where they round: for scales of many digits, and at decimal ties, which need
  // eight residues.
  constexpr std::size_t never = std::numeric_limits<std::size_t>::max();
  const bool sums_round = Arithmetic::ties_need_order && !tables_of_scales.sums_without_rounding();
  Evaluator<Arithmetic, true, Tag> first_pass(ctx, packed, first_places, tables_of_scales,
                                              residue_set_numbers(packed, first_places, sums_round ? 0 : never),
                                              distinct_scales);
  const auto second_sets = residue_set_numbers(
      packed, second_places, sums_round ? 0 : Arithmetic::ties_need_order ? 8 : never);
  Evaluator<Arithmetic, false, Tag> second_pass(ctx, packed, second_places, tables_of_scales, second_sets,
                                                distinct_scales);
  timer.lap("layout");

  Candidates all;
  {
    const Moments<Tag> sums = moments(ctx, set, packed, first_places);
    timer.lap("joint counts");
    all = candidates<Arithmetic>(ctx, packed, first_places, tables_of_scales, sums, options.max_std_test);
    timer.lap("moments");
  }
  const double error = all.error;
  const Selection selection = select(std::move(all), static_cast<std::size_t>(scales.size()), n_pre_filter,
                                     options.max_std_test, first_pass, id);
  const std::vector<Survivor>& survivors = selection.survivors;
  funnel.n_within_spread = selection.within_spread;
  funnel.n_after_prefilter = static_cast<std::int64_t>(survivors.size());
  if (survivors.empty())
    throw NumericalError("profile: none of " + std::to_string(funnel.n_candidates) +
                         " candidates has values in every row and a test spread of at most max_std_test=" +
                         std::to_string(options.max_std_test) +
                         "; raise max_std_test, use longer parts, or remove rows with gaps");
  timer.lap("pre-filter");

  const std::vector<TwiceU> twice_u =
      rank_sums<Arithmetic>(ctx, packed, second_places, tables_of_scales, second_sets, distinct_scales, survivors);
  timer.lap("rank sums");

  const index_t n1 = packed.test_rows(), n0 = packed.reference_rows();
  const bool t_test = options.test == Test::t_test;
  std::vector<double> p(survivors.size());
  std::vector<std::uint32_t> by_p(survivors.size());
  std::iota(by_p.begin(), by_p.end(), 0u);
  if (t_test) {
    std::vector<Candidate> features;
    for (const Survivor& s : survivors) features.push_back(s.feature);
    second_pass.prepare(features);
    for (std::size_t i = 0; i < survivors.size(); ++i) p[i] = t_test_p(second_pass(survivors[i].feature), n1, n0);
    std::sort(by_p.begin(), by_p.end(), [&](std::uint32_t i, std::uint32_t j) { return total_less(p[i], i, p[j], j); });
    result.p_value_column = "p_val_ttest_indep";
  } else {
    const auto distance = [&](std::uint32_t i) {  // p falls with the distance of U from its mean, an integer
      const TwiceU middle = static_cast<TwiceU>(n1) * static_cast<TwiceU>(n0);
      return twice_u[i] > middle ? twice_u[i] - middle : middle - twice_u[i];
    };
    for (std::size_t i = 0; i < survivors.size(); ++i) p[i] = mann_whitney_p(twice_u[i], n1, n0);
    std::sort(by_p.begin(), by_p.end(), [&](std::uint32_t i, std::uint32_t j) {
      return distance(i) != distance(j) ? distance(i) > distance(j) : i < j;
    });
  }
  const std::vector<double> q = benjamini_hochberg(p, by_p);
  timer.lap("p-values");

  const std::vector<double> difference = rounded_differences(survivors, error, first_pass);
  std::vector<Ranked> ranked(survivors.size());
  for (std::size_t i = 0; i < survivors.size(); ++i)
    ranked[i] = {std::abs(adjusted_auc(twice_u[i], n1, n0)), difference[i]};
  ScaleCorrelations correlation(scales);
  const std::vector<std::size_t> kept =
      reduce_redundancy(survivors, ranked, options, n_filter, tables, correlation, error, first_pass, id);
  funnel.n_after_redundancy = funnel.n_final = static_cast<std::int64_t>(kept.size());
  timer.lap("redundancy");

  std::vector<Candidate> reported;
  for (const std::size_t i : kept) reported.push_back(survivors[i].feature);
  second_pass.prepare(reported);
  for (const std::size_t i : kept) {
    const Candidate f = survivors[i].feature;
    const FeatureStatistics s = second_pass(f);
    const ScaleInfo& info = scales.info(static_cast<index_t>(f.scale));
    const auto twice_rounded = [](double x) { return rounded(rounded(x, 6), 3); };
    result.features.push_back({id(f), info.category, info.subcategory, info.name, info.description,
                               twice_rounded(ranked[i].abs_auc), rounded(ranked[i].abs_mean_dif, 3),
                               twice_rounded(s.difference), twice_rounded(s.std_test), twice_rounded(s.std_reference),
                               p[i], q[i], position_text[f.split]});
  }
  timer.lap("statistics");
  if (funnel.n_final < n_filter)
    result.report.warnings.push_back(std::to_string(funnel.n_final) + " features remain of n_filter=" +
                                     std::to_string(n_filter) + "; the rest was redundant");
  result.rows_test = n1;
  result.rows_reference = n0;
  result.evaluated_row_by_row = first_pass.evaluated() + second_pass.evaluated();
  describe<Arithmetic>(ctx, result.report);
  return result;
}

}  // namespace isonomy::profiling
