// Comparative physicochemical profiling end to end: which part-split-scale features separate two groups of sequences.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/estimators/profiling/options.hpp"
#include "isonomy/estimators/profiling/report_features.hpp"
#include "isonomy/estimators/profiling/result.hpp"
#include "isonomy/estimators/profiling/scales/scale_table.hpp"
#include "isonomy/estimators/profiling/search/arithmetic.hpp"
#include "isonomy/estimators/profiling/search/candidates.hpp"
#include "isonomy/estimators/profiling/search/evaluator.hpp"
#include "isonomy/estimators/profiling/search/feature_catalog.hpp"
#include "isonomy/estimators/profiling/search/moments.hpp"
#include "isonomy/estimators/profiling/search/packed.hpp"
#include "isonomy/estimators/profiling/search/selection.hpp"
#include "isonomy/estimators/profiling/sequences/sequence_set.hpp"
#include "isonomy/estimators/profiling/statistics/feature_values.hpp"
#include "isonomy/estimators/profiling/statistics/p_values.hpp"
#include "isonomy/estimators/profiling/statistics/rank_sums.hpp"

namespace isonomy::profiling {

/// The features that separate rows labelled label_test from rows labelled label_ref, non-redundant, best first, with
/// the columns of the published table (Breimann and Frishman; AAanalysis 1.1.0). `Arithmetic` is `exact` (integers,
/// order-free) or `aaanalysis_1_1` (the reference's bits). Time linear in rows above some 10,000; memory O(rows *
/// positions) plus what memory_plan() says, never rows * features. Same result for any thread count, instruction set,
/// chunking and backend; under `exact` for any row order too. ValueError for options or labels outside their domain and
/// for alphabets that differ, before any work; NumericalError if no candidate is left; Cancelled; OutOfMemory. Inputs
/// are never changed.
template <class Arithmetic = exact, ContextLike Ctx>
[[nodiscard]] ProfileResult fit(Ctx& ctx, const SequenceSet& set, const ScaleTable& scales,
                                const ProfileOptions& options = {}) {
  using Tag = typename Ctx::tag;
  using Plan = Passes<Arithmetic>;
  validate(options);
  detail::require_alphabet(set, scales, "profile");
  const std::vector<std::uint8_t> is_test = detail::test_rows(set.labels(), options);

  ProfileResult result;
  StageTimer timer(result.report);
  const ClampedSplits clamped = clamp(options.split_kws, set.shortest_part());
  result.report.warnings = clamped.warnings;
  if (set.rows_with_gaps() > 0)
    result.report.warnings.push_back(std::to_string(set.rows_with_gaps()) + " of " + std::to_string(set.size()) +
                                     " rows have gaps: splits without any residue in some row give no feature");
  const FeatureCatalog catalog(set.parts(), enumerate(clamped.options, set.shortest_part()), scales, options,
                               Plan::first_rule);
  const std::vector<Split>& splits = catalog.splits();
  const auto id = [&](const Candidate& f) { return catalog.id(f); };
  result.funnel.n_candidates = catalog.size();
  const std::int64_t n_filter = detail::filter_size(options, catalog.size(), result.report);
  const std::int64_t n_pre_filter = detail::pre_filter_size(options, catalog.size(), n_filter);

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
  const auto second_sets = residue_set_numbers(packed, second_places,
                                               sums_round                    ? 0
                                               : Arithmetic::ties_need_order ? 8
                                                                             : never);
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
  detail::count_survivors(selection, options, result.funnel);
  timer.lap("pre-filter");

  const std::vector<TwiceU> twice_u =
      rank_sums<Arithmetic>(ctx, packed, second_places, tables_of_scales, second_sets, distinct_scales, survivors);
  timer.lap("rank sums");

  const index_t n1 = packed.test_rows(), n0 = packed.reference_rows();
  PValues tests;
  if (options.test == Test::mann_whitney) {
    tests = mann_whitney_p_values(twice_u, n1, n0);
  } else {
    std::vector<Candidate> features;
    for (const Survivor& s : survivors) features.push_back(s.feature);
    if (options.test == Test::t_test) {
      second_pass.prepare(features);
      std::vector<FeatureStatistics> statistics;
      for (const Candidate& f : features) statistics.push_back(second_pass(f));
      tests = t_test_p_values(statistics, n1, n0);
    } else {
      tests = scipy_p_values(feature_rank_summaries<Arithmetic>(ctx, packed, second_places, tables_of_scales, features),
                             n1, n0);
    }
  }
  timer.lap("p-values");

  report_features(result, timer, catalog, options, n_filter, survivors, twice_u, tests, n1, n0, error, first_pass,
                  second_pass);
  result.evaluated_row_by_row = first_pass.evaluated() + second_pass.evaluated();
  describe<Arithmetic>(ctx, result.report);
  return result;
}

}  // namespace isonomy::profiling
