// Comparative profiling of numbers per residue: the same search with tensors in place of scales.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/describe.hpp"
#include "isonomy/backend/stage_timer.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/profiling/numeric/numeric_values.hpp"
#include "isonomy/estimators/profiling/result.hpp"
#include "isonomy/estimators/profiling/search/candidates.hpp"
#include "isonomy/estimators/profiling/search/feature_catalog.hpp"
#include "isonomy/estimators/profiling/search/feature_list.hpp"
#include "isonomy/estimators/profiling/search/labels.hpp"
#include "isonomy/estimators/profiling/search/selection.hpp"
#include "isonomy/estimators/profiling/statistics/column_ranks.hpp"
#include "isonomy/estimators/profiling/tables/report_features.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/sort/rank_average.hpp"

namespace isonomy::profiling {

namespace detail {

/// First-pass statistics of every candidate, looked up where the sequence pipeline would evaluate.
struct NumericFirstPass {
  std::vector<FeatureStatistics> statistics;
  std::size_t scales = 0;
  static constexpr bool order_free = false;

  void prepare(std::span<const Candidate>) const {}
  [[nodiscard]] const FeatureStatistics& operator()(const Candidate& f) const {
    return statistics[f.split * scales + f.scale];
  }
  [[nodiscard]] bool same(const Candidate& f, const Candidate& g) const { return f == g; }
  /// Never asked for more: every statistic is there.
  [[nodiscard]] GroupRows group_rows() const { return GroupRows::differ; }
};

/// Second-pass results of the survivors, which are sorted by split and scale.
struct NumericSecondPass {
  const std::vector<Survivor>& survivors;
  std::vector<FeatureStatistics> statistics{};
  std::vector<RankSummary> ranks{};

  void prepare(std::span<const Candidate>) const {}
  [[nodiscard]] const FeatureStatistics& operator()(const Candidate& f) const {
    const auto at = std::lower_bound(survivors.begin(), survivors.end(), f,
                                     [](const Survivor& s, const Candidate& g) { return s.feature < g; });
    return statistics[static_cast<std::size_t>(at - survivors.begin())];
  }
};

/// The tensors of a run with the rows in the order of the statistics, test rows first.
template <class Tag>
struct NumericRun {
  Context<Tag>& ctx;
  std::span<const NumericPart<typename Backend<Tag>::space>> parts;
  const std::vector<Split>& splits;
  SegmentRule rule;
  std::vector<index_t> order;
  index_t test_rows, dimensions;

  [[nodiscard]] index_t rows() const { return static_cast<index_t>(order.size()); }
  [[nodiscard]] index_t columns_of_part() const { return static_cast<index_t>(splits.size()) * dimensions; }
  [[nodiscard]] NumericSplits<Tag> tensor(std::size_t part) const { return {ctx, parts[part], order, splits, rule}; }
};

/// Columns of values of a part with their statistics.
template <class Tag>
struct NumericColumns {
  const NumericRun<Tag>& run;
  index_t width;
  Buffer<double, Tag> values;
  Buffer<FeatureStatistics, Tag> statistics;

  explicit NumericColumns(const NumericRun<Tag>& of)
      : run(of), width(columns_at_once(of.rows(), of.columns_of_part())),
        values(of.ctx, width * of.rows(), "profiling: numeric values"),
        statistics(of.ctx, width, "profiling: statistics") {}

  /// Statistics of the first `columns` columns, into host memory.
  void describe(index_t columns, FeatureStatistics* out) {
    for_each(run.ctx, columns, NumericStatistics{values.data(), run.rows(), run.test_rows, statistics.data()});
    copy_to_host(run.ctx, statistics.view().subview(0, columns), VectorView<FeatureStatistics>(out, columns));
  }
};

/// Statistics of every candidate, in their order. ValueError for infinite values.
template <class Tag>
[[nodiscard]] NumericFirstPass numeric_first_pass(const NumericRun<Tag>& run, NumericColumns<Tag>& columns,
                                                  const char* operation) {
  const std::size_t n_splits = run.parts.size() * run.splits.size();
  NumericFirstPass pass{std::vector<FeatureStatistics>(n_splits * static_cast<std::size_t>(run.dimensions)),
                        static_cast<std::size_t>(run.dimensions)};
  ProgressMeter meter(run.ctx.control(), "profiling: numeric means", static_cast<std::int64_t>(n_splits));
  FeatureStatistics* out = pass.statistics.data();
  std::vector<NumericColumn> chosen;
  for (std::size_t p = 0; p < run.parts.size(); ++p) {
    NumericSplits<Tag> tensor = run.tensor(p);
    tensor.require_finite(operation);
    for (index_t first = 0; first < run.columns_of_part(); first += columns.width) {
      const index_t n = std::min(columns.width, run.columns_of_part() - first);
      chosen.clear();
      for (index_t j = 0; j < n; ++j)
        chosen.push_back({static_cast<std::uint32_t>((first + j) / run.dimensions),
                          static_cast<std::uint32_t>((first + j) % run.dimensions), j});
      tensor.means(chosen, false, columns.values.data());
      columns.describe(n, out);
      out += n;
      for (index_t s = first / run.dimensions; s < (first + n) / run.dimensions; ++s) meter.advance();
    }
  }
  return pass;
}

/// Every candidate with what its first-pass statistics decide.
template <class Tag>
[[nodiscard]] Candidates<Tag> numeric_candidates(Context<Tag>& ctx, const NumericFirstPass& pass, double max_std_test) {
  std::vector<double> difference;
  std::vector<Spread> spread;
  for (const FeatureStatistics& s : pass.statistics) {
    difference.push_back(std::abs(s.difference));
    spread.push_back(s.std_test <= max_std_test && s.difference == s.difference ? Spread::below : Spread::above);
  }
  Candidates<Tag> all;
  all.difference = to_device(ctx, difference, "profiling: mean differences");
  all.spread = to_device(ctx, spread, "profiling: spreads");
  all.scales = static_cast<index_t>(pass.scales);
  return all;
}

/// Statistics and ranks of the survivors' values rounded to five decimals.
template <class Tag>
[[nodiscard]] NumericSecondPass numeric_second_pass(const NumericRun<Tag>& run, NumericColumns<Tag>& columns,
                                                    const std::vector<Survivor>& survivors) {
  NumericSecondPass pass{survivors};
  pass.statistics.resize(survivors.size());
  ProgressMeter meter(run.ctx.control(), "profiling: numeric ranks", static_cast<std::int64_t>(survivors.size()));
  std::size_t next = 0;
  for (std::size_t p = 0; p < run.parts.size(); ++p) {
    const std::size_t last_split = (p + 1) * run.splits.size();
    if (next == survivors.size() || survivors[next].feature.split >= last_split) continue;
    NumericSplits<Tag> tensor = run.tensor(p);
    while (next < survivors.size() && survivors[next].feature.split < last_split) {
      std::vector<NumericColumn> chosen;
      for (std::size_t k = next; k < survivors.size() && survivors[k].feature.split < last_split &&
                                 static_cast<index_t>(chosen.size()) < columns.width;
           ++k)
        chosen.push_back({survivors[k].feature.split - static_cast<std::uint32_t>(p * run.splits.size()),
                          survivors[k].feature.scale, static_cast<index_t>(chosen.size())});
      const auto n = static_cast<index_t>(chosen.size());
      tensor.means(chosen, true, columns.values.data());
      columns.describe(n, pass.statistics.data() + next);
      const auto ranks = rank_summaries<aaanalysis_1_1>(run.ctx, columns.values, run.rows(), run.test_rows, n);
      pass.ranks.insert(pass.ranks.end(), ranks.begin(), ranks.end());
      next += chosen.size();
      meter.advance(n);
    }
  }
  return pass;
}

template <MemorySpace Space>
[[nodiscard]] std::vector<Part> names_of(std::span<const NumericPart<Space>> parts) {
  std::vector<Part> out;
  for (const auto& p : parts) out.push_back(p.part);
  return out;
}

/// The shortest residues of any part in any row.
template <MemorySpace Space>
[[nodiscard]] index_t shortest_part(std::span<const NumericPart<Space>> parts) {
  index_t shortest = parts.front().residues.front().length;
  for (const auto& p : parts)
    for (const Range& r : p.residues) shortest = std::min(shortest, r.length);
  return shortest;
}

}  // namespace detail

/// The features that separate two groups of rows by numbers per residue (embeddings, structure, annotations).
///
/// Dimension d of the tensors stands in for scale d of `scales`, which gives it its name, its category and its
/// correlations only. Values are means over the residues of a split that have one; rows in which no residue has one
/// leave the candidate without value, and it is dropped. They should lie in [0, 1] for max_std_test to mean what it
/// does for scales.
///
///     NumericWindows<Cpu> windows(cpu, proteins);  // from NumericProtein{entry, view of residues x dimensions, TMD}
///     const auto parts = windows.parts();
///     const ProfileResult result = fit_numeric(cpu, parts, labels, dimensions);
///
/// Real residues are addressed where `residues` says, so that a part padded on its left is read right (the reference
/// reads the padding). `Arithmetic` chooses the rule for segments: `exact` integer, `aaanalysis_1_1` floating; sums run
/// in row order for both.
///
/// Errors: ShapeError for tensors that do not fit labels, scales or each other; ValueError for options, labels or
/// infinite values; NumericalError if no candidate is left; Cancelled; OutOfMemory.
///
/// Cost: time O(rows * residues of the splits * dimensions); memory 60 bytes a candidate and ranked_values_at_once
/// values with their ranks, never rows * features. Determinism: same bits for any threads and backend.
template <class Arithmetic = exact, ContextLike Ctx>
[[nodiscard]] ProfileResult fit_numeric(Ctx& ctx, std::span<const NumericPart<typename Ctx::space>> parts,
                                        const std::vector<int>& labels, const ScaleTable& scales,
                                        const ProfileOptions& options = {}) {
  using Tag = typename Ctx::tag;
  static constexpr const char* operation = "fit_numeric";
  constexpr SegmentRule rule = Passes<Arithmetic>::first_rule;
  validate(options);
  const auto rows = static_cast<index_t>(labels.size());
  detail::require_tensors(parts, rows, scales.size(), operation);
  const auto is_test = test_rows(labels, {options.label_test, options.label_ref}, operation);
  const auto n1 = static_cast<index_t>(std::count(is_test.begin(), is_test.end(), std::uint8_t{1}));

  ProfileResult result;
  StageTimer timer(ctx, result.report);
  const index_t shortest = detail::shortest_part(parts);
  const ClampedSplits clamped = clamp(options.split_kws, shortest);
  result.report.warnings = clamped.warnings;
  const FeatureCatalog catalog(detail::names_of(parts), enumerate(clamped.options, shortest), scales, options, rule);
  result.funnel.n_candidates = catalog.size();
  const std::int64_t n_filter = filter_size(options, catalog.size(), result.report);
  const std::int64_t n_pre_filter = pre_filter_size(options, catalog.size(), n_filter);

  const detail::NumericRun<Tag> run{ctx, parts, catalog.splits(), rule, test_rows_first(is_test), n1, scales.size()};
  detail::NumericColumns<Tag> columns(run);
  detail::NumericFirstPass first_pass = detail::numeric_first_pass(run, columns, operation);
  timer.lap("means");

  const Selection selection =
      select(ctx, detail::numeric_candidates<Tag>(ctx, first_pass, options.max_std_test), n_pre_filter,
             options.max_std_test, first_pass, [&](const Candidate& f) { return catalog.id_order(f); });
  count_survivors(selection, options, scales, result.funnel, operation);
  timer.lap("pre-filter");

  detail::NumericSecondPass second_pass = detail::numeric_second_pass(run, columns, selection.survivors);
  timer.lap("ranks");

  std::vector<TwiceU> twice_u;
  for (const RankSummary& r : second_pass.ranks) twice_u.push_back(r.twice_u);
  const PValues tests = options.test == Test::t_test         ? t_test_p_values(second_pass.statistics, n1, rows - n1)
                        : options.test == Test::mann_whitney ? mann_whitney_p_values(twice_u, n1, rows - n1)
                                                             : scipy_p_values(second_pass.ranks, n1, rows - n1);
  timer.lap("p-values");
  report_features(
      {catalog, options, n_filter, selection, twice_u, tests, n1, rows - n1, Passes<Arithmetic>::correlation},
      first_pass, second_pass, timer, result);
  result.evaluated_row_by_row = result.funnel.n_candidates + result.funnel.n_after_prefilter;
  result.report.estimator = "profiling::fit_numeric";
  result.report.operations = {ran<op::for_each>(ctx), ran<op::rank_average, double>(ctx)};
  result.report.precision = "binary64, sums in row order";
  result.report.math_mode = fixed_math;
  result.report.determinism = "same bits for any threads, instruction set and backend";
  describe_context(ctx, result.report);
  return result;
}

/// X of chosen features, rows x features in the backend's memory, with the values fit_numeric() ranks. Rows are those
/// of the tensors. Errors as feature_matrix(), for a value that no residue has, and for tensors as fit_numeric().
template <class Arithmetic = exact, ContextLike Ctx>
[[nodiscard]] Matrix<double, typename Ctx::tag>
numeric_feature_matrix(Ctx& ctx, std::span<const NumericPart<typename Ctx::space>> parts, const ScaleTable& scales,
                       std::span<const Feature> features) {
  using Tag = typename Ctx::tag;
  static constexpr const char* operation = "numeric_feature_matrix";
  const index_t rows = parts.empty() ? 0 : parts.front().values.batches;
  detail::require_tensors(parts, rows, scales.size(), operation);
  if (features.empty()) throw ValueError("numeric_feature_matrix: no features; expected at least one; name some");
  std::vector<std::size_t> part_of;
  std::vector<std::uint32_t> scale_of;
  for (const Feature& f : features) {
    validate(f.split);
    part_of.push_back(part_of_feature(f, detail::names_of(parts), operation));
    scale_of.push_back(scale_of_feature(f, scales, operation));
    for (index_t i = 0; i < rows; ++i)
      require_length(f, parts[part_of.back()].residues[static_cast<std::size_t>(i)].length, i, operation);
  }
  std::vector<index_t> order(static_cast<std::size_t>(rows));
  for (index_t i = 0; i < rows; ++i) order[static_cast<std::size_t>(i)] = i;
  Matrix<double, Tag> x(ctx, rows, static_cast<index_t>(features.size()), "numeric_feature_matrix: X");
  for (std::size_t p = 0; p < parts.size(); ++p) {
    std::vector<detail::NumericColumn> mine;
    std::vector<Split> splits;
    for (std::size_t j = 0; j < features.size(); ++j)
      if (part_of[j] == p) {
        mine.push_back({static_cast<std::uint32_t>(splits.size()), scale_of[j], static_cast<index_t>(j)});
        splits.push_back(features[j].split);
      }
    if (mine.empty()) continue;
    detail::NumericSplits<Tag> tensor(ctx, parts[p], order, splits, Passes<Arithmetic>::first_rule);
    tensor.require_finite(operation);
    tensor.means(mine, true, x.data());
  }
  const std::vector<double> values =
      to_host<Ctx, double>(ctx, VectorView<const double, typename Ctx::space>(x.data(), x.rows() * x.columns()));
  const auto missing = std::find_if(values.begin(), values.end(), [](double v) { return v != v; });
  if (missing != values.end()) {
    const auto place = static_cast<index_t>(missing - values.begin());
    throw ValueError(text::joined("numeric_feature_matrix: feature ",
                                  feature_id(features[static_cast<std::size_t>(place / rows)]), " has no value in row ",
                                  place % rows + 1,
                                  ": none of its residues has one; remove the row or use a larger split"));
  }
  return x;
}

}  // namespace isonomy::profiling
