// Writes a profiling run as JSON: where it came from, its options, funnel, report and features.
#pragma once

#include <string>
#include <vector>

#include "isonomy/estimators/profiling/options.hpp"
#include "isonomy/estimators/profiling/result.hpp"
#include "isonomy/io/reports/report_json.hpp"
#include "isonomy/io/text/atomic_file.hpp"
#include "isonomy/io/text/json.hpp"
#include "isonomy/version.hpp"

namespace isonomy::io {

namespace detail {

inline void write_steps(JsonWriter& json, const std::vector<int>& steps) {
  json.key("steps").open_array();
  for (const int step : steps) json.value(step);
  json.close();
}

/// Options under the names that AAanalysis gives them.
template <class More>
void write_options(JsonWriter& json, const profiling::ProfileOptions& o, const More& more) {
  json.key("options").open_object();
  json.key("split_kws").open_object();
  if (const auto& s = o.split_kws.segment)
    json.key("Segment")
        .open_object()
        .member("n_split_min", s->n_split_min)
        .member("n_split_max", s->n_split_max)
        .close();
  if (const auto& p = o.split_kws.pattern) {
    json.key("Pattern").open_object();
    write_steps(json, p->steps);
    json.member("n_min", p->n_min).member("n_max", p->n_max).member("len_max", p->len_max).close();
  }
  if (const auto& p = o.split_kws.periodic_pattern) {
    json.key("PeriodicPattern").open_object();
    write_steps(json, p->steps);
    json.close();
  }
  json.close();
  more.write_labels(json, o);
  json.member("n_filter", o.n_filter);
  json.key("n_pre_filter");
  if (o.n_pre_filter)
    json.value(*o.n_pre_filter);
  else
    json.null();
  json.member("pct_pre_filter", o.pct_pre_filter)
      .member("max_std_test", o.max_std_test)
      .member("max_overlap", o.max_overlap)
      .member("max_cor", o.max_cor)
      .member("check_cat", o.check_cat)
      .member("redundancy", o.redundancy == profiling::Redundancy::exact ? "exact" : "legacy")
      .member("parametric", o.test == profiling::Test::t_test)
      .member("vectorized", o.test != profiling::Test::mann_whitney_scipy)
      .member("start", o.display.start)
      .member("tmd_len", o.display.tmd_len)
      .member("jmd_n_len", o.display.jmd_n_len)
      .member("jmd_c_len", o.display.jmd_c_len)
      .member("ext_len", o.display.ext_len);
  more.write_options(json);
  json.close();
}

inline void write_feature(JsonWriter& json, const profiling::FeatureRow& row, const std::string& p_value_column) {
  json.open_object()
      .member("feature", row.feature)
      .member("category", row.category)
      .member("subcategory", row.subcategory)
      .member("scale_name", row.scale_name)
      .member("scale_description", row.scale_description)
      .member("abs_auc", row.abs_auc)
      .member("abs_mean_dif", row.abs_mean_dif)
      .member("mean_dif", row.mean_dif)
      .member("std_test", row.std_test)
      .member("std_ref", row.std_ref)
      .member(p_value_column, row.p_value)
      .member("p_val_fdr_bh", row.p_val_fdr_bh)
      .member("positions", row.positions);
  if (row.selection_frequency) json.member("selection_frequency", *row.selection_frequency);
  json.close();
}

}  // namespace detail

/// What stands in the report of a run beside what fit() knows: nothing. A program derives from it.
struct ProfileReportMore {
  /// The labels of the groups; by default the numbers that the rows have.
  static void write_labels(JsonWriter& json, const profiling::ProfileOptions& o) {
    json.member("label_test", o.label_test).member("label_ref", o.label_ref);
  }
  /// Further members of `options`, and of `run`.
  static void write_options(JsonWriter&) {}
  static void write_run(JsonWriter&) {}
};

/// The run as one JSON object with the members isonomy (the version), run (the notes), options, funnel, report and
/// features. Numbers read back to the same doubles; NaN is null.
template <class More = ProfileReportMore>
std::string profile_report_text(const profiling::ProfileResult& result, const profiling::ProfileOptions& options,
                                const ReportNotes& notes = {}, const More& more = {}) {
  JsonWriter json;
  json.open_object().member("isonomy", version_string);
  json.key("run").open_object();
  for (const auto& [name, text] : notes) json.member(name, text);
  json.member("rows_test", result.rows_test).member("rows_reference", result.rows_reference);
  more.write_run(json);
  json.close();
  detail::write_options(json, options, more);
  json.key("funnel")
      .open_object()
      .member("n_candidates", result.funnel.n_candidates)
      .member("n_within_spread", result.funnel.n_within_spread)
      .member("n_after_prefilter", result.funnel.n_after_prefilter)
      .member("n_after_redundancy", result.funnel.n_after_redundancy)
      .member("n_final", result.funnel.n_final)
      .member("evaluated_row_by_row", result.evaluated_row_by_row)
      .close();
  json.key("report");
  write_report(json, result.report);
  json.key("features").open_array();
  for (const auto& row : result.features) detail::write_feature(json, row, result.p_value_column);
  json.close().close();
  return json.text();
}

/// Writes profile_report_text() in one step. IoError as AtomicFile; the old file is untouched then.
inline void write_profile_report(const std::string& path, const profiling::ProfileResult& result,
                                 const profiling::ProfileOptions& options, const ReportNotes& notes = {}) {
  AtomicFile file(path);
  file.write(profile_report_text(result, options, notes));
  file.commit();
}

}  // namespace isonomy::io
