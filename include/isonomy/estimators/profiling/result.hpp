// What a profiling run returns: the feature table, the funnel that led to it, and a report.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "isonomy/core/report.hpp"
#include "isonomy/estimators/profiling/features/parts.hpp"
#include "isonomy/estimators/profiling/features/split.hpp"

namespace isonomy::profiling {

/// One row of the feature table, named after the published columns. Statistics are rounded to three decimals,
/// p-values are not.
struct FeatureRow {
  std::string feature, category, subcategory, scale_name, scale_description;
  double abs_auc = 0, abs_mean_dif = 0, mean_dif = 0, std_test = 0, std_ref = 0;
  double p_value = 0, p_val_fdr_bh = 0;
  std::string positions;
  std::optional<double> selection_frequency{};  ///< share of bootstrap rounds that kept the feature
};

/// How many features each step left.
struct Funnel {
  std::int64_t n_candidates = 0, n_within_spread = 0, n_after_prefilter = 0, n_after_redundancy = 0, n_final = 0;
};

struct ProfileResult {
  std::vector<FeatureRow> features;  ///< best first
  std::string p_value_column = "p_val_mann_whitney";
  Funnel funnel;
  std::int64_t rows_test = 0, rows_reference = 0;
  std::int64_t evaluated_row_by_row = 0;  ///< features that neither moments nor joint counts decide, plus the reported
  Report report;
};

}  // namespace isonomy::profiling
