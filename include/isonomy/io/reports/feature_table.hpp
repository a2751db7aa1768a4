// Writes feature tables with the published columns, and reads them back.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/estimators/profiling/features/feature.hpp"
#include "isonomy/estimators/profiling/result.hpp"
#include "isonomy/io/text/atomic_file.hpp"
#include "isonomy/io/text/numbers.hpp"
#include "isonomy/io/text/tsv.hpp"

namespace isonomy::io {

/// The rows of a feature table and what its p-value column is called.
struct FeatureTable {
  std::vector<profiling::FeatureRow> features;
  std::string p_value_column = "p_val_mann_whitney";
};

namespace detail {

/// The statistics of a row in the order of their columns.
inline constexpr std::array<double profiling::FeatureRow::*, 7> feature_statistics{
    &profiling::FeatureRow::abs_auc,     &profiling::FeatureRow::abs_mean_dif, &profiling::FeatureRow::mean_dif,
    &profiling::FeatureRow::std_test,    &profiling::FeatureRow::std_ref,      &profiling::FeatureRow::p_value,
    &profiling::FeatureRow::p_val_fdr_bh};

inline std::vector<std::string> statistic_columns(const std::string& p_value_column) {
  return {"abs_auc", "abs_mean_dif", "mean_dif", "std_test", "std_ref", p_value_column, "p_val_fdr_bh"};
}

/// The cell as a number or NaN, which is written "nan" or left empty.
inline double parse_statistic(std::string_view text, const CellPlace& place) {
  if (text.empty() || text == "nan" || text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  return parse_number(text, place);
}

}  // namespace detail

/// The table as text, best feature first: feature, category, subcategory, scale_name, scale_description, abs_auc,
/// abs_mean_dif, mean_dif, std_test, std_ref, p_val_mann_whitney or p_val_ttest_indep, p_val_fdr_bh, positions, and
/// selection_frequency where a row has one. Numbers are the shortest decimals that read back to the same double.
inline std::string feature_table_text(const std::vector<profiling::FeatureRow>& features,
                                      const std::string& p_value_column) {
  const bool frequencies = std::any_of(features.begin(), features.end(),
                                       [](const auto& row) { return row.selection_frequency.has_value(); });
  std::string out = "feature\tcategory\tsubcategory\tscale_name\tscale_description";
  for (const auto& column : detail::statistic_columns(p_value_column)) out += "\t" + column;
  out += "\tpositions";
  out += frequencies ? "\tselection_frequency\n" : "\n";
  for (const auto& row : features) {
    out += tsv_cell(row.feature);
    for (const auto* text : {&row.category, &row.subcategory, &row.scale_name, &row.scale_description})
      out += "\t" + tsv_cell(*text);
    for (const auto statistic : detail::feature_statistics) out += "\t" + number_text(row.*statistic);
    out += "\t" + tsv_cell(row.positions);
    constexpr double missing = std::numeric_limits<double>::quiet_NaN();
    if (frequencies) out += "\t" + number_text(row.selection_frequency.value_or(missing));
    out += "\n";
  }
  return out;
}
inline std::string feature_table_text(const profiling::ProfileResult& result) {
  return feature_table_text(result.features, result.p_value_column);
}

/// Writes the table of feature_table_text() in one step. IoError as AtomicFile; the old file is untouched then.
inline void write_feature_table(const std::string& path, const profiling::ProfileResult& result) {
  AtomicFile file(path);
  file.write(feature_table_text(result));
  file.commit();
}

/// A table written by this library or by AAanalysis 1.1.0. Columns may stand in any order and further ones are ignored;
/// scale_description and selection_frequency may be missing.
/// IoError as TsvReader, or naming the line for an id that is no feature, a number that is none, or a missing column.
inline FeatureTable read_feature_table(const std::string& path) {
  TsvReader reader(path);
  const auto& columns = reader.columns();
  FeatureTable out;
  const auto t_test = find_column(columns, "p_val_ttest_indep");
  if (t_test && !find_column(columns, out.p_value_column)) out.p_value_column = "p_val_ttest_indep";
  const auto place = [&](const std::string& name) { return require_column(path, columns, name); };
  const index_t feature = place("feature"), category = place("category"), subcategory = place("subcategory"),
                scale_name = place("scale_name"), positions = place("positions");
  const auto names = detail::statistic_columns(out.p_value_column);
  std::vector<index_t> statistics;
  for (const auto& name : names) statistics.push_back(place(name));
  const auto description = find_column(columns, "scale_description");
  const auto frequency = find_column(columns, "selection_frequency");

  while (const auto row = reader.next()) {
    const auto cell = [&](index_t column) { return row->cells[static_cast<std::size_t>(column)]; };
    profiling::FeatureRow read;
    read.feature = cell(feature);
    try {
      static_cast<void>(profiling::parse_feature(read.feature));
    } catch (const ValueError& error) {
      throw IoError(path, row->line, error.what());
    }
    read.category = cell(category);
    read.subcategory = cell(subcategory);
    read.scale_name = cell(scale_name);
    if (description) read.scale_description = cell(*description);
    for (std::size_t k = 0; k < names.size(); ++k)
      read.*detail::feature_statistics[k] = detail::parse_statistic(cell(statistics[k]), {path, row->line, names[k]});
    read.positions = cell(positions);
    static_cast<void>(parse_integers(read.positions, ',', {path, row->line, "positions"}));
    if (frequency) {
      const double share = detail::parse_statistic(cell(*frequency), {path, row->line, "selection_frequency"});
      if (!std::isnan(share)) read.selection_frequency = share;
    }
    out.features.push_back(std::move(read));
  }
  return out;
}

}  // namespace isonomy::io
