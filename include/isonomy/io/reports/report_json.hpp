// What the JSON reports of all estimators have in common.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "isonomy/core/report.hpp"
#include "isonomy/io/text/json.hpp"

namespace isonomy::io {

/// What the caller wants to remember beside the result, for example files and their names.
using ReportNotes = std::vector<std::pair<std::string, std::string>>;

namespace detail {

inline void write_report(JsonWriter& json, const Report& report) {
  json.key("report").open_object();
  json.member("precision", report.precision).member("determinism", report.determinism);
  json.member("bytes_peak", report.bytes_peak).member("bytes_moved", report.bytes_moved);
  json.key("operations").open_array();
  for (const auto& used : report.operations)
    json.open_object().member("operation", used.operation).member("backend", used.backend).close();
  json.close();
  json.key("stages").open_array();
  for (const auto& stage : report.stages)
    json.open_object().member("stage", stage.stage).member("seconds", stage.seconds).close();
  json.close();
  json.key("warnings").open_array();
  for (const auto& warning : report.warnings) json.value(warning);
  json.close().close();
}

}  // namespace detail
}  // namespace isonomy::io
