// The results of gsn as files: arrays under the reference's names, and everything that tells how they came about.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "gsn_options.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/estimators/gsn/levels/choice.hpp"
#include "isonomy/estimators/gsn/levels/options.hpp"
#include "isonomy/estimators/gsn/statistics/scale.hpp"
#include "isonomy/io/arrays/npz_writer.hpp"
#include "isonomy/io/reports/report_json.hpp"
#include "isonomy/io/text/json.hpp"
#include "isonomy/version.hpp"

namespace examples {

/// Sums over a matrix that anyone can take of another one, to compare them.
struct MatrixSums {
  double trace = 0, frobenius = 0, sum = 0, waves = 0;  ///< waves: the sum of sin(i) cos(j) m(i, j), i and j from 1

  MatrixSums(const std::vector<double>& columns, index_t n) {
    double largest = 0, squares = 0;
    for (const double x : columns) largest = std::max(largest, std::abs(x));
    const double scale = isonomy::gsn::detail::scale_for(largest);  // squares of covariances overflow and vanish
    for (index_t j = 0; j < n; ++j)
      for (index_t i = 0; i < n; ++i) {
        const double x = columns[static_cast<std::size_t>(j * n + i)];
        if (i == j) trace += x;
        squares += (x * scale) * (x * scale);
        sum += x;
        waves += std::sin(static_cast<double>(i + 1)) * std::cos(static_cast<double>(j + 1)) * x;
      }
    frobenius = std::sqrt(squares) / scale;
  }
};

/// The bytes of a .npz archive with the names and shapes of perform_gsn: mnN and mnS are 1 x units, matrices units x
/// units, and beside them the levels that were tried, `shrinklevels`, and their curves nll_N and nll_D.
inline std::string arrays_of(const GsnRun& run) {
  const index_t n = run.units;
  isonomy::io::NpzWriter out;
  const auto add = [&out](const char* name, const std::vector<double>& values) {
    out.add(name, {static_cast<index_t>(values.size())}, values);
  };
  out.add("mnN", {1, n}, run.mnN);
  out.add("mnS", {1, n}, run.mnS);
  for (const GsnArray& matrix : run.matrices) out.add(matrix.name, {n, n}, matrix.values, true);
  for (const GsnArray& spectrum : run.spectra) add(spectrum.name.c_str(), spectrum.values);
  add("ncsnr", run.ncsnr);
  out.add("shrinklevelN", run.noise.level);
  out.add("shrinklevelD", run.data.level);
  if (run.numiters) out.add_integer("numiters", *run.numiters);
  add("shrinklevels", run.noise.levels);
  add("nll_N", run.noise.nll);
  add("nll_D", run.data.nll);
  return out.take();
}

namespace detail {

inline const char* name_of(isonomy::gsn::LevelFallback fallback) {
  using isonomy::gsn::LevelFallback;
  return fallback == LevelFallback::one                   ? "one"
         : fallback == LevelFallback::pairwise_likelihood ? "pairwise_likelihood"
                                                          : "diagonal_loading";
}

template <class T>
void write_list(isonomy::io::JsonWriter& json, const char* name, const std::vector<T>& values) {
  json.key(name).open_array();
  for (const T& value : values) json.value(value);
  json.close();
}

inline void write_choice(isonomy::io::JsonWriter& json, const char* name, const isonomy::gsn::LevelChoice& choice) {
  json.key(name).open_object().member("level", choice.level).member("index", choice.index);
  json.member("margin", choice.margin).member("form", choice.form).member("rank_bound", choice.rank_bound);
  json.key("fallback");
  if (choice.fallback)
    json.value(name_of(*choice.fallback));
  else
    json.null();
  json.key("rank");
  if (choice.rank)
    json.value(*choice.rank);
  else
    json.null();
  json.member("units", choice.units).member("training", choice.training).member("validation", choice.validation);
  write_list(json, "dead_units", choice.dead_units);
  write_list(json, "levels", choice.levels);
  write_list(json, "nll", choice.nll);
  json.close();
}

}  // namespace detail

/// One JSON object: isonomy (the version), run (the notes and sizes), noise and data (levels, curves, ranks),
/// iterations, matrices (sums of each), the means and ncsnr of units, eigenvalues that were asked for, and the report.
inline std::string gsn_report_text(const GsnRun& run, const isonomy::io::ReportNotes& notes) {
  isonomy::io::JsonWriter json;
  json.open_object().member("isonomy", isonomy::version_string);
  json.key("run").open_object();
  for (const auto& [name, text] : notes) json.member(name, text);
  json.member("units", run.units).member("conditions", run.conditions).member("trials", run.trials);
  json.member("missing", run.missing).close();
  detail::write_choice(json, "noise", run.noise);
  detail::write_choice(json, "data", run.data);
  json.key("numiters");
  if (run.numiters)
    json.value(*run.numiters);
  else
    json.null();
  json.key("distance");
  if (run.distance)
    json.value(*run.distance);
  else
    json.null();
  json.key("matrices").open_array();
  for (const GsnArray& matrix : run.matrices) {
    const MatrixSums sums(matrix.values, run.units);
    json.open_object().member("name", matrix.name).member("trace", sums.trace).member("frobenius", sums.frobenius);
    json.member("sum", sums.sum).member("sin_cos_sum", sums.waves).close();
  }
  json.close();
  detail::write_list(json, "mnS", run.mnS);
  detail::write_list(json, "ncsnr", run.ncsnr);
  for (const GsnArray& spectrum : run.spectra) detail::write_list(json, spectrum.name.c_str(), spectrum.values);
  detail::write_list(json, "dead_units", run.dead_units);
  json.key("report");
  isonomy::io::write_report(json, run.report);
  json.close();
  return json.text();
}

}  // namespace examples
