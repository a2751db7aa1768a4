// Writes a computation's report as JSON; include/isonomy/README.md lists the members and what readers may rely on.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "isonomy/core/report.hpp"
#include "isonomy/io/text/json.hpp"

namespace isonomy::io {

/// What the caller wants to remember beside the result, for example files and their names.
using ReportNotes = std::vector<std::pair<std::string, std::string>>;

/// What `schema` says in every report of the library.
inline constexpr const char* report_schema = "isonomy-report";
/// Raised when the meaning of a member changes; a new member alone does not raise it.
inline constexpr int report_version = 1;

/// The members with which every report begins. Kinds: "run", "conformance", "trace".
inline void write_report_kind(JsonWriter& json, const char* kind) {
  json.member("schema", report_schema).member("version", report_version).member("kind", kind);
}

namespace detail {

inline void write_declined(JsonWriter& json, const std::vector<Declined>& declined) {
  json.key("declined").open_array();
  for (const Declined& d : declined) json.open_object().member("backend", d.backend).member("reason", d.reason).close();
  json.close();
}

inline void write_used(JsonWriter& json, const BackendUse& used) {
  json.key("used").open_object().member("backend", used.backend);
  json.key("asked");
  if (used.asked.empty())
    json.null();
  else
    json.value(used.asked);
  write_declined(json, used.declined);
  json.key("device");
  if (const auto& device = used.device)
    json.open_object()
        .member("number", device->number)
        .member("name", device->name)
        .member("compute_capability", device->compute_capability)
        .member("driver", device->driver)
        .member("least_driver", device->least_driver)
        .close();
  else
    json.null();
  json.close();
}

inline void write_operations(JsonWriter& json, const std::vector<OperationBackend>& operations) {
  json.key("operations").open_array();
  for (const OperationBackend& used : operations) {
    json.open_object().member("operation", used.operation).member("backend", used.backend);
    write_declined(json, used.declined);
    json.close();
  }
  json.close();
}

/// A margin that is not known is null; where nothing else could have been chosen there is none.
inline void write_decisions(JsonWriter& json, const std::vector<Decision>& decisions) {
  json.key("decisions").open_array();
  for (const Decision& d : decisions) {
    json.open_object().member("decision", d.decision).member("value", d.value);
    if (d.margin != Decision::no_runner_up) json.member("margin", d.margin);
    json.close();
  }
  json.close();
}

}  // namespace detail

/// The report as a JSON object of the kind "run", at the place where `json` stands.
inline void write_report(JsonWriter& json, const Report& report) {
  json.open_object();
  write_report_kind(json, "run");
  json.member("estimator", report.estimator);
  detail::write_used(json, report.used);
  detail::write_operations(json, report.operations);
  json.member("determinism", report.determinism)
      .member("math_mode", report.math_mode)
      .member("precision", report.precision)
      .member("bytes_moved", report.bytes_moved)
      .member("bytes_peak", report.bytes_peak);
  json.key("stages").open_array();
  for (const StageSeconds& stage : report.stages)
    json.open_object().member("stage", stage.stage).member("seconds", stage.seconds).close();
  json.close();
  json.key("warnings").open_array();
  for (const std::string& warning : report.warnings) json.value(warning);
  json.close();
  detail::write_decisions(json, report.decisions);
  json.close();
}

/// The report alone, as one JSON text.
[[nodiscard]] inline std::string report_text(const Report& report) {
  JsonWriter json;
  write_report(json, report);
  return json.text();
}

}  // namespace isonomy::io
