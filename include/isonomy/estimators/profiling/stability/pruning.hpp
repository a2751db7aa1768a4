// Removing features by what their values say: no variance, or too much correlation with a better feature.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/profiling/result.hpp"
#include "isonomy/estimators/profiling/stability/column_correlation.hpp"
#include "isonomy/estimators/profiling/tables/feature_matrix.hpp"
#include "isonomy/ops/for_each.hpp"

namespace isonomy::profiling {

namespace detail {

/// Spreads of all columns. ValueError for no rows or values that are not finite.
template <class Ctx>
[[nodiscard]] std::vector<ColumnSpread> column_spreads(Ctx& ctx, MatrixView<const double, typename Ctx::space> x,
                                                       Buffer<ColumnSpread, typename Ctx::tag>& device,
                                                       const char* operation) {
  check::usable(x, operation, "X");
  for_each(ctx, x.columns, ColumnSpreads<typename Ctx::space>{x, device.data()});
  auto out = to_host(ctx, device);
  for (std::size_t j = 0; j < out.size(); ++j)
    if (out[j].finite == 0)
      throw ValueError(
          text::joined(operation, ": column ", j + 1,
                       " of X has a value that is NaN or infinite; expected numbers; drop the column or the row"));
  return out;
}

/// A matrix whose columns are compared, and what is known of each.
template <class Ctx>
struct ColumnsToPrune {
  MatrixView<const double, typename Ctx::space> x;
  MeanOrder means = MeanOrder::pairwise;
  bool constant_columns_count = false;  ///< whether the deviations that rounding leaves a constant column do
  Buffer<ColumnSpread, typename Ctx::tag> device;
  std::vector<ColumnSpread> spreads;

  ColumnsToPrune(Ctx& ctx, MatrixView<const double, typename Ctx::space> matrix, const char* operation)
      : x(matrix), device(ctx, x.columns, "pruning: spreads"), spreads(column_spreads(ctx, x, device, operation)) {}

  /// Whether the magnitude r of a correlation is too close to the limit for the arithmetic that it was found in.
  [[nodiscard]] bool undecided(index_t j, index_t k, double r, double limit) const {
    const ColumnSpread &a = spreads[static_cast<std::size_t>(j)], &b = spreads[static_cast<std::size_t>(k)];
    if (a.varies == 0 || b.varies == 0) return constant_columns_count;
    const double error =
        4 * (a.deviation_error(x.rows) + b.deviation_error(x.rows)) + 0x1p-50 * static_cast<double>(x.rows + 4);
    return !(std::abs(r - limit) > error);
  }
};

/// How NumPy adds up the columns of a matrix that stands in memory so; a single column always pairwise.
template <MemorySpace Space>
[[nodiscard]] MeanOrder means_of(MatrixView<const double, Space> x) {
  return x.columns == 1 || x.row_stride < x.column_stride ? MeanOrder::pairwise : MeanOrder::by_row;
}

inline void require_share(double max_cor, const char* operation) {
  if (!(max_cor >= 0 && max_cor <= 1))
    throw ValueError(text::joined(operation, ": max_cor=", std::to_string(max_cor), "; expected 0 to 1"));
}

/// Of the columns in `order`, those that no earlier kept one correlates with by more than max_cor in magnitude.
template <class Arithmetic, class Ctx>
[[nodiscard]] std::vector<index_t> uncorrelated(Ctx& ctx, const ColumnsToPrune<Ctx>& columns,
                                                const std::vector<index_t>& order, double max_cor) {
  using Tag = typename Ctx::tag;
  const auto n = static_cast<index_t>(order.size());
  const auto device_order = to_device(ctx, order, "pruning: order");
  Buffer<double, Tag> correlation(ctx, n, "pruning: correlations");
  std::vector<double> host(order.size());
  std::vector<std::uint8_t> dropped(order.size(), 0);
  std::vector<index_t> kept;
  ProgressMeter meter(ctx.control(), "pruning: correlations", n);
  for (index_t i = 0; i < n; ++i) {
    meter.advance();
    if (dropped[static_cast<std::size_t>(i)] != 0) continue;
    const index_t better = order[static_cast<std::size_t>(i)], rest = n - i - 1;
    kept.push_back(better);
    for_each(ctx, rest,
             CorrelationsWith<typename Ctx::space>{columns.x, columns.device.data(), device_order.data(), i,
                                                   correlation.data()});
    copy_to_host(ctx, correlation.view().subview(0, rest), VectorView<double>(host.data(), rest));
    std::vector<double> values;  // of the better column, once needed
    for (auto k = static_cast<std::size_t>(i) + 1; k < order.size(); ++k) {
      if (dropped[k] != 0) continue;
      const double r = std::abs(host[k - static_cast<std::size_t>(i) - 1]);
      if (!columns.undecided(better, order[k], r, max_cor)) {
        dropped[k] = r > max_cor ? 1 : 0;
        continue;
      }
      if (values.empty()) values = column_on_host(ctx, columns.x, better);
      const std::vector<double> other = column_on_host(ctx, columns.x, order[k]);
      dropped[k] = correlates_above<Arithmetic>(values, other, max_cor, columns.means) ? 1 : 0;
    }
  }
  return kept;
}

}  // namespace detail

/// The columns of X (samples x features) that no earlier kept column correlates with by more than `max_cor` in
/// magnitude, ascending. Constant columns correlate with none. O(samples * features * kept).
/// ValueError for max_cor outside [0, 1], fewer than three samples, fewer than two columns that vary, or values that
/// are not finite. AAanalysis: NumericalFeature.filter_correlation.
///
/// Whether a correlation equals the limit is decided under `Arithmetic`: of the decimals that the values stand for, or
/// by the sums of NumPy, which go along columns that are contiguous and else from row to row.
template <class Arithmetic = exact, ContextLike Ctx>
[[nodiscard]] std::vector<index_t> filter_correlation(Ctx& ctx, ConstMatrix<double, Ctx> x, double max_cor = 0.7) {
  static constexpr const char* operation = "filter_correlation";
  detail::require_share(max_cor, operation);
  if (x.rows < 3 || x.columns < 2)
    throw ValueError(
        text::joined("filter_correlation: X is ", check::shape(x), "; expected at least 3 samples and 2 features"));
  detail::ColumnsToPrune<Ctx> columns(ctx, x, operation);
  columns.means = detail::means_of(x);
  columns.constant_columns_count = !std::same_as<Arithmetic, exact>;
  const auto varying =
      std::count_if(columns.spreads.begin(), columns.spreads.end(), [](const auto& c) { return c.varies != 0; });
  if (varying < 2)
    throw ValueError(text::joined(
        {"filter_correlation: ", varying, " of ", x.columns, " features vary; expected at least 2; add features"}));
  std::vector<index_t> order(static_cast<std::size_t>(x.columns));
  std::iota(order.begin(), order.end(), index_t{0});
  return detail::uncorrelated<Arithmetic>(ctx, columns, order, max_cor);
}

namespace detail {

/// prune_by_variance() where NumPy would add up columns in that order.
template <class Arithmetic, class Ctx>
[[nodiscard]] std::vector<index_t> columns_that_vary(Ctx& ctx, MatrixView<const double, typename Ctx::space> x,
                                                     double threshold, MeanOrder order) {
  static constexpr const char* operation = "prune_by_variance";
  if (!(threshold >= 0))
    throw ValueError(text::joined("prune_by_variance: threshold=", std::to_string(threshold), "; expected at least 0"));
  if (x.rows < 1)
    throw ValueError(text::joined("prune_by_variance: X is ", check::shape(x), "; expected at least one sample"));
  Buffer<ColumnSpread, typename Ctx::tag> device(ctx, x.columns, "pruning: spreads");
  const auto spreads = column_spreads(ctx, x, device, operation);
  const auto above = [&](index_t j, const ColumnSpread& spread) {
    if (spread.varies == 0) return false;
    const double variance = spread.squares / static_cast<double>(x.rows);
    const double error =
        variance * (4 * spread.deviation_error(x.rows) + 0x1p-50 * static_cast<double>(x.rows + 4)) + 0x1p-1000;
    if (std::abs(variance - threshold) > error) return variance > threshold;
    return varies_above<Arithmetic>(column_on_host(ctx, x, j), threshold, order);
  };
  std::vector<index_t> kept;
  for (index_t j = 0; j < x.columns; ++j)
    if (above(j, spreads[static_cast<std::size_t>(j)])) kept.push_back(j);
  if (kept.empty())
    throw ValueError(text::joined("prune_by_variance: threshold=", std::to_string(threshold), " leaves none of ",
                                  x.columns, " features; expected some to vary more; lower it"));
  return kept;
}

}  // namespace detail

/// The columns of X with a population variance above `threshold`, ascending; a constant column has exactly none.
/// ValueError for a negative threshold, no rows, values that are not finite, or if nothing is left.
/// AAanalysis: SequenceFeature.prune_by_variance.
///
/// Whether a variance equals the threshold is decided under `Arithmetic`, as in filter_correlation().
template <class Arithmetic = exact, ContextLike Ctx>
[[nodiscard]] std::vector<index_t> prune_by_variance(Ctx& ctx, ConstMatrix<double, Ctx> x, double threshold = 0) {
  return detail::columns_that_vary<Arithmetic>(ctx, x, threshold, detail::means_of(x));
}

/// The columns of X that filter_correlation() keeps when features are taken in descending abs_auc, then abs_mean_dif;
/// in that order. Column j belongs to features[j]. One feature is kept as it is.
/// ShapeError unless there is a column per feature; ValueError as filter_correlation(), except that any number of
/// columns may be constant. AAanalysis: SequenceFeature.prune_by_correlation.
template <class Arithmetic = exact, ContextLike Ctx>
[[nodiscard]] std::vector<index_t> prune_by_correlation(Ctx& ctx, ConstMatrix<double, Ctx> x,
                                                        std::span<const FeatureRow> features, double max_cor = 0.7) {
  static constexpr const char* operation = "prune_by_correlation";
  detail::require_share(max_cor, operation);
  check::equal(x.columns, "a row of X", static_cast<index_t>(features.size()), "the table", operation);
  std::vector<index_t> order(features.size());
  std::iota(order.begin(), order.end(), index_t{0});
  std::stable_sort(order.begin(), order.end(), [&](index_t i, index_t j) {
    const FeatureRow &a = features[static_cast<std::size_t>(i)], &b = features[static_cast<std::size_t>(j)];
    return a.abs_auc != b.abs_auc ? a.abs_auc > b.abs_auc : a.abs_mean_dif > b.abs_mean_dif;
  });
  if (order.size() < 2) return order;
  if (x.rows < 1)
    throw ValueError(text::joined("prune_by_correlation: X is ", check::shape(x), "; expected at least one sample"));
  return detail::uncorrelated<Arithmetic>(ctx, detail::ColumnsToPrune<Ctx>(ctx, x, operation), order, max_cor);
}

/// The rows of the feature table at these places.
[[nodiscard]] inline std::vector<FeatureRow> pick(std::span<const FeatureRow> features,
                                                  std::span<const index_t> places) {
  std::vector<FeatureRow> out;
  for (const index_t i : places) out.push_back(features[static_cast<std::size_t>(i)]);
  return out;
}

namespace detail {

template <class Arithmetic, class Ctx>
[[nodiscard]] auto matrix_of_rows(Ctx& ctx, const SequenceSet& set, const ScaleTable& scales,
                                  std::span<const FeatureRow> features) {
  std::vector<Feature> parsed;
  for (const FeatureRow& f : features) parsed.push_back(parse_feature(f.feature));
  return feature_matrix<Arithmetic>(ctx, set, scales, parsed);
}

}  // namespace detail

/// The same for a feature table whose values are computed from sequences: its rows that are kept.
///
///     const auto kept = prune_by_correlation(cpu, proteins, aaontology(), result.features, 0.5);
template <class Arithmetic = exact, ContextLike Ctx>
[[nodiscard]] std::vector<FeatureRow> prune_by_variance(Ctx& ctx, const SequenceSet& set, const ScaleTable& scales,
                                                        std::span<const FeatureRow> features, double threshold = 0) {
  const auto x = detail::matrix_of_rows<Arithmetic>(ctx, set, scales, features);
  // The reference's own matrix stands row by row.
  const auto order = features.size() == 1 ? detail::MeanOrder::pairwise : detail::MeanOrder::by_row;
  return pick(features, detail::columns_that_vary<Arithmetic>(ctx, x.view(), threshold, order));
}
template <class Arithmetic = exact, ContextLike Ctx>
[[nodiscard]] std::vector<FeatureRow> prune_by_correlation(Ctx& ctx, const SequenceSet& set, const ScaleTable& scales,
                                                           std::span<const FeatureRow> features, double max_cor = 0.7) {
  const auto x = detail::matrix_of_rows<Arithmetic>(ctx, set, scales, features);
  return pick(features, prune_by_correlation<Arithmetic>(ctx, x.view(), features, max_cor));
}

}  // namespace isonomy::profiling
