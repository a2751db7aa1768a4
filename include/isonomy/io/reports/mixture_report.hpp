// Writes the fit of a mixture: its parameters as a table, and everything about it as JSON.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/mixture/minimise/minos.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "isonomy/estimators/mixture/normal/model.hpp"
#include "isonomy/estimators/mixture/normal/start.hpp"
#include "isonomy/io/reports/report_json.hpp"
#include "isonomy/io/text/json.hpp"
#include "isonomy/io/text/numbers.hpp"
#include "isonomy/version.hpp"

namespace isonomy::io {

namespace detail {

/// The i-th of the values, NaN where there is none.
inline double element_or_nan(const std::vector<double>& values, std::size_t i) {
  return i < values.size() ? values[i] : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace detail

/// A contour of two parameters, and the share of repetitions in which it covers both true values.
struct MixtureContour {
  int first = 0, second = 0;
  double coverage = 0, rise = 0;
  std::vector<mixture::Crossing> points;
};

/// One of the fits that a number of components was chosen from.
struct TriedComponents {
  int components = 1;
  std::size_t parameters = 0;
  double nll = 0, aic = 0, bic = 0;
  std::string status;
  bool usable = false, chosen = false;
};

/// A fit with what was worked out beside it.
struct MixtureFit {
  mixture::NormalModel model;
  index_t points = 0;
  std::vector<double> start;
  mixture::Starts starts;  ///< how the start was found; none tried where it was given
  mixture::MinimizeOptions options;
  mixture::FitResult result;
  std::vector<mixture::MinosError> minos;  ///< one for each parameter, or none
  std::vector<MixtureContour> contours;
  std::vector<TriedComponents> tried;  ///< none where the number of components was given

  [[nodiscard]] std::string status() const { return mixture::name(result.minimum.status); }
  /// Whether its errors mean anything.
  [[nodiscard]] bool usable() const { return result.minimum.valid() && result.hesse.available(); }
  /// Whether the fit has an error of this parameter.
  [[nodiscard]] bool has_error(std::size_t parameter) const {
    return usable() && !is_among(result.minimum.bound, parameter);
  }
  /// Whether the parameter belongs to a component without weight, so that nothing depends on it.
  [[nodiscard]] bool idle(std::size_t parameter) const {
    return is_among(result.minimum.idle, parameter) && !fixed(parameter);
  }
  /// Whether the fit was told the parameter's value.
  [[nodiscard]] bool fixed(std::size_t parameter) const { return is_among(result.minimum.fixed, parameter); }
  [[nodiscard]] bool at_bound(std::size_t parameter) const {
    return is_among(result.minimum.bound, parameter) && !idle(parameter) && !fixed(parameter);
  }
  /// The symmetric error of a parameter, its global correlation, and its correlation with another: NaN where there is
  /// none.
  [[nodiscard]] double error(std::size_t parameter) const { return if_any(result.hesse.errors, parameter, parameter); }
  [[nodiscard]] double global_correlation(std::size_t parameter) const {
    return if_any(result.hesse.global_correlation, parameter, parameter);
  }
  [[nodiscard]] double correlation(std::size_t first, std::size_t second) const {
    const std::size_t place = result.names.size() * first + second;
    return has_error(second) ? if_any(result.hesse.correlation, first, place) : if_any({}, first, place);
  }

 private:
  [[nodiscard]] static bool is_among(const std::vector<int>& places, std::size_t parameter) {
    return std::find(places.begin(), places.end(), static_cast<int>(parameter)) != places.end();
  }
  [[nodiscard]] double if_any(const std::vector<double>& values, std::size_t parameter, std::size_t place) const {
    return has_error(parameter) ? detail::element_or_nan(values, place) : std::numeric_limits<double>::quiet_NaN();
  }
};

namespace detail {

/// A square matrix as an array of its rows; empty if there is none.
inline void write_rows(JsonWriter& json, std::string_view name, const std::vector<double>& matrix, std::size_t size) {
  json.key(name).open_array();
  for (std::size_t i = 0; size * i < matrix.size(); ++i) {
    json.open_array();
    for (std::size_t j = 0; j < size; ++j) json.value(matrix[size * i + j]);
    json.close();
  }
  json.close();
}

inline void write_model(JsonWriter& json, const MixtureFit& fit) {
  const mixture::NormalModel& m = fit.model;
  json.key("model")
      .open_object()
      .member("components", m.components)
      .member("shared_mean", m.means == mixture::Sharing::shared)
      .member("shared_sigma", m.sigmas == mixture::Sharing::shared)
      .member("extended", m.weighting == mixture::Weighting::yields);
  json.key("range");
  if (m.range.whole_line())
    json.null();
  else
    json.open_array().value(m.range.lower).value(m.range.upper).close();
  json.close();
  json.key("options")
      .open_object()
      .member("max_iterations", fit.options.max_iterations)
      .member("edm", fit.options.edm)
      .member("step", fit.options.step);
  json.key("fixed").open_array();
  for (const std::string& name : fit.options.fixed) json.value(name);
  json.close().close();
}

inline void write_starts(JsonWriter& json, const mixture::Starts& starts) {
  json.key("starts");
  if (starts.tried == 0) {
    json.null();
    return;
  }
  json.open_object()
      .member("tried", starts.tried)
      .member("met_same", starts.met_same)
      .member("met_none", starts.met_none)
      .member("first", starts.first)
      .member("late", starts.late())
      .close();
}

inline void write_tried(JsonWriter& json, const std::vector<TriedComponents>& tried) {
  json.key("components_tried");
  if (tried.empty()) {
    json.null();
    return;
  }
  json.open_array();
  for (const TriedComponents& t : tried)
    json.open_object()
        .member("k", t.components)
        .member("parameters", static_cast<index_t>(t.parameters))
        .member("nll", t.nll)
        .member("aic", t.aic)
        .member("bic", t.bic)
        .member("status", t.status)
        .member("usable", t.usable)
        .member("chosen", t.chosen)
        .close();
  json.close();
}

inline void write_fit(JsonWriter& json, const MixtureFit& fit) {
  const mixture::Minimum& m = fit.result.minimum;
  json.key("fit")
      .open_object()
      .member("status", fit.status())
      .member("usable", fit.usable())
      .member("nll", m.nll)
      .member("edm", m.edm)
      .member("gradient_norm", m.gradient_norm)
      .member("smallest_eigenvalue", m.smallest_eigenvalue)
      .member("condition", m.condition)
      .member("aic", fit.result.aic)
      .member("bic", fit.result.bic)
      .member("iterations", m.iterations)
      .member("passes", m.passes)
      .member("sample_passes", fit.result.sample_passes);
  for (const auto& [name, components] :
       {std::pair{"degenerate", &fit.result.degenerate}, std::pair{"endless", &fit.result.endless}}) {
    json.key(name).open_array();
    for (const int k : *components) json.value(k + 1);
    json.close();
  }
  json.close();
}

inline void write_parameter(JsonWriter& json, const MixtureFit& fit, std::size_t i) {
  json.open_object()
      .member("name", fit.result.names[i])
      .member("start", fit.start[i])
      .member("value", fit.result.minimum.parameters[i])
      .member("error", fit.error(i))
      .member("global_correlation", fit.global_correlation(i))
      .member("at_bound", fit.at_bound(i))
      .member("without_weight", fit.idle(i))
      .member("fixed", fit.fixed(i));
  if (!fit.minos.empty()) {
    const mixture::MinosError& e = fit.minos[i];
    json.key("minos")
        .open_object()
        .member("lower", e.lower)
        .member("upper", e.upper)
        .member("lower_status", mixture::name(e.lower_status))
        .member("upper_status", mixture::name(e.upper_status))
        .member("passes", e.passes)
        .close();
  }
  json.close();
}

inline void write_contour(JsonWriter& json, const MixtureFit& fit, const MixtureContour& contour) {
  const auto first = static_cast<std::size_t>(contour.first), second = static_cast<std::size_t>(contour.second);
  json.open_object()
      .member("first", fit.result.names[first])
      .member("second", fit.result.names[second])
      .member("coverage", contour.coverage)
      .member("rise", contour.rise);
  json.key("points").open_array();
  for (const mixture::Crossing& point : contour.points)
    json.open_object()
        .member("status", mixture::name(point.status))
        .member("first", element_or_nan(point.parameters, first))
        .member("second", element_or_nan(point.parameters, second))
        .close();
  json.close().close();
}

}  // namespace detail

/// One row a parameter, tab-separated, numbers that read back to the same doubles, "nan" where there is none: name,
/// value, error, minos_lower, minos_upper, minos_lower_status, minos_upper_status (empty without profiles),
/// global_correlation, at_bound and fixed (0 or 1), and for each parameter its correlation as correlation_<name>.
[[nodiscard]] inline std::string mixture_table_text(const MixtureFit& fit) {
  const std::vector<std::string>& names = fit.result.names;
  std::string out =
      "name\tvalue\terror\tminos_lower\tminos_upper\tminos_lower_status\tminos_upper_status\tglobal_correlation\t"
      "at_bound\tfixed";
  for (const auto& name : names) out += "\tcorrelation_" + name;
  const auto add = [&out](double number) { out += "\t" + number_text(number); };
  for (std::size_t i = 0; i < names.size(); ++i) {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    const bool profiled = !fit.minos.empty();
    out += "\n" + names[i];
    add(fit.result.minimum.parameters[i]);
    add(fit.error(i));
    add(profiled ? fit.minos[i].lower : none);
    add(profiled ? fit.minos[i].upper : none);
    out += profiled ? text::joined("\t", mixture::name(fit.minos[i].lower_status), "\t",
                                   mixture::name(fit.minos[i].upper_status))
                    : "\t\t";
    add(fit.global_correlation(i));
    out += fit.at_bound(i) ? "\t1" : "\t0";
    out += fit.fixed(i) ? "\t1" : "\t0";
    for (std::size_t j = 0; j < names.size(); ++j) add(fit.correlation(i, j));
  }
  return out + "\n";
}

/// The fit as one JSON object with the members isonomy (the version), run (the notes), model, options, components_tried
/// (null where their number was given), starts (null where the start was given), fit, parameters, covariance and
/// correlation (rows; empty without errors), components, contours and report. Numbers read back to the same doubles;
/// NaN and infinity are null.
[[nodiscard]] inline std::string mixture_report_text(const MixtureFit& fit, const ReportNotes& notes = {}) {
  const std::size_t size = fit.result.names.size();
  JsonWriter json;
  json.open_object().member("isonomy", version_string);
  json.key("run").open_object();
  for (const auto& [name, text] : notes) json.member(name, text);
  json.member("points", fit.points).close();
  detail::write_model(json, fit);
  detail::write_tried(json, fit.tried);
  detail::write_starts(json, fit.starts);
  detail::write_fit(json, fit);
  json.key("parameters").open_array();
  for (std::size_t i = 0; i < size; ++i) detail::write_parameter(json, fit, i);
  json.close();
  detail::write_rows(json, "covariance", fit.result.hesse.covariance, size);
  detail::write_rows(json, "correlation", fit.result.hesse.correlation, size);
  json.key("components").open_array();
  for (const auto& c : mixture::components_of(fit.model, fit.result.minimum.parameters))
    json.open_object().member("weight", c.weight).member("mean", c.mean).member("sigma", c.sigma).close();
  json.close();
  json.key("contours").open_array();
  for (const MixtureContour& contour : fit.contours) detail::write_contour(json, fit, contour);
  json.close();
  json.key("report");
  write_report(json, fit.result.report);
  json.close();
  return json.text();
}

}  // namespace isonomy::io
