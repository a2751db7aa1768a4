// Feature values spread over the positions they cover and gathered by category: what heat maps of features show.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/profiling/features/feature.hpp"
#include "isonomy/estimators/profiling/features/parts.hpp"
#include "isonomy/estimators/profiling/result.hpp"

namespace isonomy::profiling {

/// A column of the feature table. AAanalysis: col_val.
enum class FeatureColumn { abs_auc, abs_mean_dif, mean_dif, std_test, std_ref };
/// What the rows of a position table stand for. AAanalysis: col_cat.
enum class FeatureGroup { category, subcategory, scale_name };
/// How the values of several features at one position become one. `sum` and `deviation` (over n - 1) divide each value
/// by the feature's number of positions first; `mean` does not; `count` looks at no value.
enum class Aggregate { count, mean, sum, deviation };

struct PositionTableOptions {
  FeatureGroup group = FeatureGroup::category;
  Aggregate aggregate = Aggregate::mean;
  DisplayCoordinates display{};  ///< that of the run the features come from
  bool normalize = false;        ///< scales the table so that its magnitudes sum to 100
};

/// A value for every group and column (position or part), 0 where no feature is.
struct PositionTable {
  std::vector<std::string> groups;   ///< rows, ascending by bytes
  std::vector<std::string> columns;  ///< residue numbers, or part names
  std::vector<double> values;        ///< row after row

  [[nodiscard]] double operator()(std::size_t group, std::size_t column) const {
    return values[group * columns.size() + column];
  }
};

/// The values of that column, a row each.
[[nodiscard]] inline std::vector<double> column_of(std::span<const FeatureRow> features, FeatureColumn column) {
  std::vector<double> out;
  out.reserve(features.size());
  for (const FeatureRow& f : features) switch (column) {
    case FeatureColumn::abs_auc: out.push_back(f.abs_auc); break;
    case FeatureColumn::abs_mean_dif: out.push_back(f.abs_mean_dif); break;
    case FeatureColumn::mean_dif: out.push_back(f.mean_dif); break;
    case FeatureColumn::std_test: out.push_back(f.std_test); break;
    case FeatureColumn::std_ref: out.push_back(f.std_ref); break;
    }
  return out;
}

namespace detail {

/// Count, compensated sum (Kahan) and sum of squared deviations (Welford) of values in their order.
struct CellSums {
  index_t count = 0;
  double sum = 0, lost = 0, mean = 0, squares = 0;

  void add(double x) {
    ++count;
    const double y = x - lost, t = sum + y;
    lost = t - sum - y;
    sum = t;
    const double before = mean;
    mean += (x - before) / static_cast<double>(count);
    squares += rounded_product(x - mean, x - before);
  }
  [[nodiscard]] double result(Aggregate aggregate) const {
    if (count == 0) return 0;
    switch (aggregate) {
    case Aggregate::count: return static_cast<double>(count);
    case Aggregate::mean: return sum / static_cast<double>(count);
    case Aggregate::sum: return sum;
    case Aggregate::deviation: break;
    }
    return count == 1 ? std::numeric_limits<double>::quiet_NaN() : std::sqrt(squares / static_cast<double>(count - 1));
  }
};

inline const std::string& group_of(const FeatureRow& f, FeatureGroup group) {
  return group == FeatureGroup::category      ? f.category
         : group == FeatureGroup::subcategory ? f.subcategory
                                              : f.scale_name;
}

/// The residue numbers of a feature as places from `start` on. ValueError naming the feature unless all are on display.
inline std::vector<std::size_t> places_of(const FeatureRow& f, index_t start, index_t length) {
  std::vector<std::size_t> out;
  if (f.positions.empty()) return out;
  for (const std::string_view place : text::fields(f.positions, ',')) {
    const auto position = text::whole_number(place);
    if (!position || *position < start || *position >= start + length)
      throw ValueError(text::joined("position_table: feature ", f.feature, " is at ", text::quoted(place),
                                    "; expected residue numbers of ", start, " to ", start + length - 1,
                                    "; pass the display coordinates of its run"));
    out.push_back(static_cast<std::size_t>(*position - start));
  }
  return out;
}

}  // namespace detail

/// Per group and display position the aggregate of `values`, one value a feature (AAanalysis: get_df_pos).
///
/// Every feature counts at each position it covers. The deviation of a single feature is NaN.
///
///     const PositionTable map = position_table(result.features, FeatureColumn::mean_dif);
///
/// Time and memory linear in the table and in the positions listed. ShapeError unless there is a value per feature;
/// ValueError for a position off the display.
[[nodiscard]] inline PositionTable position_table(std::span<const FeatureRow> features, std::span<const double> values,
                                                  const PositionTableOptions& options = {}) {
  const DisplayCoordinates& display = options.display;
  validate(display);
  if (values.size() != features.size())
    throw ShapeError(text::joined(
        {"position_table: ", values.size(), " values for ", features.size(), " features; expected one each"}));
  const index_t length = display.jmd_n_len + display.tmd_len + display.jmd_c_len;
  std::map<std::string, std::vector<detail::CellSums>> rows;
  for (std::size_t i = 0; i < features.size(); ++i) {
    auto& row = rows[detail::group_of(features[i], options.group)];
    row.resize(static_cast<std::size_t>(length));
    const auto places = detail::places_of(features[i], display.start, length);
    const bool shared = options.aggregate == Aggregate::sum || options.aggregate == Aggregate::deviation;
    for (const std::size_t place : places)
      row[place].add(shared ? values[i] / static_cast<double>(places.size()) : values[i]);
  }
  PositionTable table;
  for (index_t i = 0; i < length; ++i) table.columns.push_back(std::to_string(display.start + i));
  double total = 0;
  for (const auto& [group, row] : rows) {
    table.groups.push_back(group);
    for (const auto& cell : row) {
      table.values.push_back(cell.result(options.aggregate));
      if (!std::isnan(table.values.back())) total += std::abs(table.values.back());
    }
  }
  if (options.normalize)
    for (double& v : table.values) v = v / total * 100;
  return table;
}
/// The same of a column of the feature table.
[[nodiscard]] inline PositionTable position_table(std::span<const FeatureRow> features, FeatureColumn column,
                                                  const PositionTableOptions& options = {}) {
  return position_table(features, column_of(features, column), options);
}

/// The mean of a position table over the positions of each part, or their sum. ValueError if the table does not have a
/// column per position of `display`, or a part has no position there.
[[nodiscard]] inline PositionTable over_parts(const PositionTable& table, std::span<const Part> parts,
                                              const DisplayCoordinates& display = {}, bool sum = false) {
  validate(display);
  const index_t length = display.jmd_n_len + display.tmd_len + display.jmd_c_len;
  if (static_cast<index_t>(table.columns.size()) != length)
    throw ShapeError(text::joined("over_parts: a table of ", table.columns.size(), " positions and a display of ",
                                  length, "; expected as many; pass the display coordinates of the table"));
  PositionTable out{table.groups, {}, {}};
  std::vector<Range> ranges;
  for (const Part part : parts) {
    out.columns.emplace_back(part_name(part));
    ranges.push_back(part_range(part, display.jmd_n_len, display.tmd_len, display.jmd_c_len, display.ext_len));
    if (ranges.back().length == 0)
      throw ValueError(text::joined("over_parts: part ", part_name(part),
                                    " has no position on display; lengthen its part of the display or drop it"));
  }
  for (std::size_t g = 0; g < table.groups.size(); ++g)
    for (const Range& r : ranges) {
      double total = 0;
      for (index_t i = r.offset; i < r.offset + r.length; ++i) total += table(g, static_cast<std::size_t>(i));
      out.values.push_back(sum ? total : total / static_cast<double>(r.length));
    }
  return out;
}

}  // namespace isonomy::profiling
