// Statistics of features that are given, not searched for: the feature table without selection.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/profiling/result.hpp"
#include "isonomy/estimators/profiling/search/arithmetic.hpp"
#include "isonomy/estimators/profiling/search/feature_list.hpp"
#include "isonomy/estimators/profiling/search/labels.hpp"
#include "isonomy/estimators/profiling/statistics/feature_values.hpp"
#include "isonomy/estimators/profiling/statistics/p_values.hpp"
#include "isonomy/estimators/profiling/statistics/rank_sums.hpp"

namespace isonomy::profiling {

/// Labels of the two groups, the test, and where features are shown.
struct DescribeOptions {
  int label_test = 1, label_ref = 0;
  Test test = Test::mann_whitney;
  DisplayCoordinates display{};
};

/// What describe_features() returns.
struct FeatureTable {
  std::vector<FeatureRow> features;  ///< in the order given; statistics rounded to six decimals
  std::string p_value_column = "p_val_mann_whitney";
  /// The residues each feature averages in the only row of a group, empty for groups of several rows: "LLIR" for
  /// segments, "L-I-R" for patterns, in sequence order, '-' for gaps.
  std::vector<std::string> amino_acids_test, amino_acids_reference;
};

namespace detail {

/// The residues of a feature in one row of the set, in sequence order.
inline std::string residues_of(const SequenceSet& set, const SequenceGroup& group, std::size_t place,
                               const PartSplit& split, SegmentRule rule) {
  const Layout& layout = set.layouts()[group.layout];
  const Range part = layout.parts[split.part];
  std::vector<index_t> at = indices(split.split, part.length, rule);
  std::sort(at.begin(), at.end());
  std::string out;
  for (const index_t i : at) {
    if (!out.empty() && !std::holds_alternative<Segment>(split.split)) out += '-';
    const auto position =
        place * static_cast<std::size_t>(layout.positions) + static_cast<std::size_t>(part.offset + i);
    const std::uint8_t code = group.codes[position];
    out += code == set.alphabet().gap_code() ? gap_letter : set.alphabet().letters()[code];
  }
  return out;
}

/// The residues of every feature in the only row whose flag is `wanted`; nothing unless there is exactly one.
inline std::vector<std::string> residues_of_only_row(const SequenceSet& set, const std::vector<std::uint8_t>& is_test,
                                                     std::uint8_t wanted, const FeatureList& list, SegmentRule rule) {
  if (std::count(is_test.begin(), is_test.end(), wanted) != 1) return {};
  const auto row = static_cast<std::uint32_t>(std::find(is_test.begin(), is_test.end(), wanted) - is_test.begin());
  std::vector<std::string> out;
  for (const SequenceGroup& group : set.groups()) {
    const auto at = std::find(group.rows.begin(), group.rows.end(), row);
    if (at == group.rows.end()) continue;
    for (const Candidate& f : list.candidates)
      out.push_back(
          residues_of(set, group, static_cast<std::size_t>(at - group.rows.begin()), list.splits[f.split], rule));
  }
  return out;
}

/// The second pass of every feature, repeats included.
template <class Arithmetic, class Tag>
[[nodiscard]] std::vector<FeatureStatistics>
second_pass_statistics(Context<Tag>& ctx, const PackedSequences<Tag>& packed, const SplitPlaces<Tag>& places,
                       const PackedScales<Tag>& scales, std::span<const Candidate> features) {
  return statistics_by_row<Arithmetic>(
      ctx, FeatureRequests<Tag>(ctx, packed, places, scales, packed.device_places(), features), RowValues::rounded);
}

}  // namespace detail

/// Statistics, p-values and false discovery rates of given features for two groups (AAanalysis: get_df_feat).
///
/// Unlike fit(), every statistic is of the rounded values, abs_mean_dif is |mean_dif|, the rates are over the features
/// given, and nothing is rounded to three decimals. `aaanalysis_1_1` uses the floating rule for segments here, as the
/// reference does; `exact` has one rule.
///
///     const std::vector<std::string> ids{"TMD-Segment(1,2)-QIAN880106"};
///     const FeatureTable table = describe_features(cpu, proteins, aaontology(), parse_features(ids));
///
/// Errors: ValueError as feature_matrix(), for labels as fit(), and for a split that does not fit the display.
///
/// Cost: time O(rows * residues of the splits) and ranks; never rows * features of memory. Determinism: same bits for
/// any threads and backend.
template <class Arithmetic = exact, ContextLike Ctx>
[[nodiscard]] FeatureTable describe_features(Ctx& ctx, const SequenceSet& set, const ScaleTable& scales,
                                             std::span<const Feature> features, const DescribeOptions& options = {}) {
  using Tag = typename Ctx::tag;
  static constexpr const char* operation = "describe_features";
  constexpr SegmentRule rule = Passes<Arithmetic>::first_rule;
  if (options.label_test == options.label_ref)
    throw ValueError(text::joined("describe_features: label_test and label_ref are both ", options.label_test,
                                  "; expected two different labels; name the label of each group"));
  require_alphabet(set, scales, operation);
  const auto is_test = test_rows(set.labels(), {options.label_test, options.label_ref}, operation);
  const FeatureList list(set, scales, features, operation);
  std::vector<std::string> shown;
  for (const Feature& f : features)
    shown.push_back(positions_string(shown_positions(f.part, f.split, options.display, rule)));

  const PackedSequences<Tag> packed(ctx, set, is_test);
  const SplitPlaces<Tag> places(ctx, set, packed, list.splits, rule);
  list.require_residues(set, packed, places, features, operation);
  const PackedScales<Tag> tables(ctx, scales);
  const index_t n1 = packed.test_rows(), n0 = packed.reference_rows();
  const auto statistics = detail::second_pass_statistics<Arithmetic>(ctx, packed, places, tables, list.candidates);
  std::vector<TwiceU> twice_u;
  PValues tests;
  if (options.test == Test::mann_whitney_scipy) {
    const auto ranks = feature_rank_summaries<Arithmetic>(ctx, packed, places, tables, list.candidates);
    for (const RankSummary& r : ranks) twice_u.push_back(r.twice_u);
    tests = scipy_p_values(ranks, n1, n0);
  } else {
    std::vector<Survivor> survivors;
    for (const Candidate& f : list.candidates) survivors.push_back({f, 0.0});
    const FeatureClasses classes{residue_set_numbers(packed, places, 0), tables.distinct()};
    twice_u = rank_sums<Arithmetic>(ctx, packed, places, tables, classes, survivors);
    tests = options.test == Test::t_test ? t_test_p_values(statistics, n1, n0) : mann_whitney_p_values(twice_u, n1, n0);
  }

  FeatureTable table;
  table.p_value_column = p_value_column(options.test);
  for (std::size_t i = 0; i < features.size(); ++i) {
    const ScaleInfo& info = scales.info(static_cast<index_t>(list.candidates[i].scale));
    const FeatureStatistics& s = statistics[i];
    table.features.push_back({.feature = feature_id(features[i]),
                              .category = info.category,
                              .subcategory = info.subcategory,
                              .scale_name = info.name,
                              .scale_description = info.description,
                              .abs_auc = std::abs(adjusted_auc(twice_u[i], n1, n0)),
                              .abs_mean_dif = rounded(std::abs(s.difference), 6),
                              .mean_dif = rounded(s.difference, 6),
                              .std_test = rounded(s.std_test, 6),
                              .std_ref = rounded(s.std_reference, 6),
                              .p_value = tests.p[i],
                              .p_val_fdr_bh = tests.q(i),
                              .positions = shown[i]});
  }
  table.amino_acids_test = detail::residues_of_only_row(set, is_test, 1, list, rule);
  table.amino_acids_reference = detail::residues_of_only_row(set, is_test, 0, list, rule);
  return table;
}

/// Features come parsed; this form says so.
template <class Arithmetic = exact, ContextLike Ctx, std::convertible_to<std::span<const std::string>> Ids>
void describe_features(Ctx&, const SequenceSet&, const ScaleTable&, const Ids&, const DescribeOptions& = {}) {
  static_assert(!std::convertible_to<Ids, std::span<const std::string>>,
                "describe_features takes Features, not their ids: pass parse_features(ids)");
}

}  // namespace isonomy::profiling
