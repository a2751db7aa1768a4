// Comparative physicochemical profiling end to end: which part-split-scale features separate two groups of sequences.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/describe.hpp"
#include "isonomy/backend/stage_timer.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/profiling/features/enumerate_splits.hpp"
#include "isonomy/estimators/profiling/options.hpp"
#include "isonomy/estimators/profiling/result.hpp"
#include "isonomy/estimators/profiling/scales/scale_table.hpp"
#include "isonomy/estimators/profiling/search/arithmetic.hpp"
#include "isonomy/estimators/profiling/search/candidates.hpp"
#include "isonomy/estimators/profiling/search/feature_catalog.hpp"
#include "isonomy/estimators/profiling/search/labels.hpp"
#include "isonomy/estimators/profiling/search/moments.hpp"
#include "isonomy/estimators/profiling/search/packed.hpp"
#include "isonomy/estimators/profiling/search/prepared_search.hpp"
#include "isonomy/estimators/profiling/search/selection.hpp"
#include "isonomy/estimators/profiling/sequences/sequence_set.hpp"
#include "isonomy/estimators/profiling/statistics/feature_values.hpp"
#include "isonomy/estimators/profiling/statistics/p_values.hpp"
#include "isonomy/estimators/profiling/statistics/rank_sums.hpp"
#include "isonomy/estimators/profiling/tables/report_features.hpp"
#include "isonomy/ops/sort/rank_average.hpp"

namespace isonomy::profiling {

namespace detail {

/// Says which rows or parts leave features without a value, so that there are none of them.
inline void warn_of_missing_residues(const SequenceSet& set, Report& report) {
  if (set.rows_with_gaps() > 0)
    report.warnings.push_back(text::joined(set.rows_with_gaps(), " of ", set.size(),
                                           " rows have gaps: splits without any residue in some row give no feature"));
  std::vector<std::string> empty;
  for (const Part part : set.empty_parts()) empty.emplace_back(part_label(part));
  if (!empty.empty())
    report.warnings.push_back(text::joined("some row has no residue in ", text::listed(empty),
                                           ", of which there are no features; leave out such rows to have them"));
}

/// Every candidate's mean difference and spread from the moments, which are dropped with the workspace.
template <class Arithmetic, class Tag>
[[nodiscard]] Candidates<Tag> candidates_from_moments(Context<Tag>& ctx, const SequenceSet& set,
                                                      const PreparedSearch<Arithmetic, Tag>& search,
                                                      double max_std_test, StageTimer<Context<Tag>>& timer) {
  const Moments<Tag> sums = moments(ctx, set, search.sequences, search.first_places);
  timer.lap("joint counts");
  Candidates<Tag> all =
      candidates<Arithmetic>(ctx, search.sequences, search.first_places, search.scales, sums, max_std_test);
  timer.lap("moments");
  return all;
}

/// 2 U of every survivor; n^2 where both groups hold the same n rows.
template <class Arithmetic, class Tag>
[[nodiscard]] std::vector<TwiceU> twice_u(Context<Tag>& ctx, const PreparedSearch<Arithmetic, Tag>& search,
                                          const Selection& selection) {
  if (selection.same_rows)
    return std::vector<TwiceU>(selection.survivors.size(),
                               search.sequences.test_rows() * search.sequences.reference_rows());
  return rank_sums<Arithmetic>(ctx, search.sequences, search.second_places, search.scales, search.second_classes,
                               selection.survivors);
}

/// The p-values of all survivors by the test that was asked for.
template <class Arithmetic, class Tag>
[[nodiscard]] PValues p_values(Context<Tag>& ctx, PreparedSearch<Arithmetic, Tag>& search,
                               const std::vector<Survivor>& survivors, const std::vector<TwiceU>& twice_u, Test test) {
  const index_t n1 = search.sequences.test_rows(), n0 = search.sequences.reference_rows();
  if (test == Test::mann_whitney) return mann_whitney_p_values(twice_u, n1, n0);
  std::vector<Candidate> features;
  for (const Survivor& s : survivors) features.push_back(s.feature);
  if (test == Test::mann_whitney_scipy)
    return scipy_p_values(
        feature_rank_summaries<Arithmetic>(ctx, search.sequences, search.second_places, search.scales, features), n1,
        n0);
  search.second_pass.prepare(features);
  std::vector<FeatureStatistics> statistics;
  for (const Candidate& f : features) statistics.push_back(search.second_pass(f));
  return t_test_p_values(statistics, n1, n0);
}

/// ValueError unless these are the packed rows of a set, with the same rows in the test group.
template <class Tag>
void require_packed(const PackedSequences<Tag>& packed, std::span<const std::uint8_t> is_test, const char* operation) {
  bool same = packed.places().size() == is_test.size();
  for (std::size_t i = 0; same && i < is_test.size(); ++i) {
    const RowPlace p = packed.places()[i];
    same = (p.column < packed.group(p.group).test_rows) == (is_test[i] != 0);
  }
  if (!same)
    throw ValueError(text::joined(operation, ": the ", packed.places().size(), " packed sequences are not the ",
                                  is_test.size(),
                                  " of the set in the groups that label_test and label_ref name; pack the set again, "
                                  "with these labels"));
}

/// fit(), with the sequences packed before or, where `packed` is null, here.
template <class Arithmetic, class Tag>
[[nodiscard]] ProfileResult run_fit(Context<Tag>& ctx, const SequenceSet& set, const PackedSequences<Tag>* packed,
                                    const ScaleTable& scales, const ProfileOptions& options) {
  static constexpr const char* operation = "fit";
  validate(options);
  require_alphabet(set, scales, operation);
  const auto is_test = test_rows(set.labels(), {options.label_test, options.label_ref}, operation);
  if (packed != nullptr) require_packed(*packed, is_test, operation);

  ProfileResult result;
  StageTimer timer(ctx, result.report);
  const ClampedSplits clamped = clamp(options.split_kws, set.shortest_part());
  result.report.warnings = clamped.warnings;
  warn_of_missing_residues(set, result.report);
  const FeatureCatalog catalog(set.parts(), enumerate(clamped.options, set.shortest_part()), scales, options,
                               Passes<Arithmetic>::first_rule);
  result.funnel.n_candidates = catalog.size();
  const std::int64_t n_filter = filter_size(options, catalog.size(), result.report);
  const std::int64_t n_pre_filter = pre_filter_size(options, catalog.size(), n_filter);
  PreparedSearch<Arithmetic, Tag> search(ctx, set, scales, catalog.splits(), is_test, packed);
  timer.lap("layout");

  Candidates<Tag> all = candidates_from_moments(ctx, set, search, options.max_std_test, timer);
  const Selection selection = select(ctx, std::move(all), n_pre_filter, options.max_std_test, search.first_pass,
                                     [&](const Candidate& f) { return catalog.id_order(f); });
  count_survivors(selection, options, scales, result.funnel, operation);
  timer.lap("pre-filter");

  const std::vector<TwiceU> twice_u = detail::twice_u(ctx, search, selection);
  timer.lap("rank sums");
  const PValues tests = p_values(ctx, search, selection.survivors, twice_u, options.test);
  timer.lap("p-values");

  report_features({catalog, options, n_filter, selection, twice_u, tests, search.sequences.test_rows(),
                   search.sequences.reference_rows(), Passes<Arithmetic>::correlation},
                  search.first_pass, search.second_pass, timer, result);
  result.evaluated_row_by_row = search.first_pass.evaluated() + search.second_pass.evaluated();
  describe<Arithmetic>(ctx, result.report);
  if (options.test == Test::mann_whitney_scipy) result.report.operations.push_back(ran<op::rank_average, double>(ctx));
  return result;
}

}  // namespace detail

/// The features that separate rows labelled label_test from rows labelled label_ref, non-redundant, best first.
///
/// They have the columns of the published table (Breimann and Frishman; AAanalysis 1.1.0), with the funnel that led to
/// them and a report. `Arithmetic` is `exact` (integers, order-free) or `aaanalysis_1_1` (the reference's bits).
///
///     Context<Cpu> cpu;
///     SequenceSet proteins;
///     proteins.append(window_from_positions("P05067", sequence, 701, 723), 1);  // and many more, of labels 1 and 0
///     for (const FeatureRow& f : fit(cpu, proteins, aaontology()).features) std::cout << f.feature << '\n';
///
/// Errors: ValueError for options or labels outside their domain and for alphabets that differ, before any work;
/// NumericalError if no candidate is left; Cancelled; OutOfMemory. Inputs are never changed.
///
/// Cost: time linear in rows above some 10,000; memory O(rows * positions) plus what memory_plan() says, never rows *
/// features.
///
/// Determinism: the same result for any thread count, instruction set, chunking and backend; under `exact` for any row
/// order too.
template <class Arithmetic = exact, ContextLike Ctx>
[[nodiscard]] ProfileResult fit(Ctx& ctx, const SequenceSet& set, const ScaleTable& scales,
                                const ProfileOptions& options = {}) {
  return detail::run_fit<Arithmetic, typename Ctx::tag>(ctx, set, nullptr, scales, options);
}
/// The same over sequences that pack() has laid out before: runs with other scales or options then neither pack nor
/// upload them. `set` is the one that was packed. ValueError where its rows or groups are others.
template <class Arithmetic = exact, ContextLike Ctx>
[[nodiscard]] ProfileResult fit(Ctx& ctx, const SequenceSet& set, const PackedSequences<typename Ctx::tag>& packed,
                                const ScaleTable& scales, const ProfileOptions& options = {}) {
  return detail::run_fit<Arithmetic, typename Ctx::tag>(ctx, set, &packed, scales, options);
}

/// The rows of both groups in the context's memory, for any number of fits. Memory and time O(rows * positions).
/// ValueError for labels as in fit().
template <ContextLike Ctx>
[[nodiscard]] PackedSequences<typename Ctx::tag> pack(Ctx& ctx, const SequenceSet& set,
                                                      const ProfileOptions& options = {}) {
  validate(options);
  return {ctx, set, test_rows(set.labels(), {options.label_test, options.label_ref}, "pack")};
}

/// Sequences come as a SequenceSet; this form says so.
template <class Arithmetic = exact, ContextLike Ctx, class Sequences>
  requires(!std::same_as<Sequences, SequenceSet>)
void fit(Ctx&, const Sequences&, const ScaleTable&, const ProfileOptions& = {}) {
  static_assert(std::same_as<Sequences, SequenceSet>,
                "fit takes a SequenceSet: append each window with its label, set.append(window, label)");
}

}  // namespace isonomy::profiling
