// Writes what a run of the conformance kit found as JSON.
#pragma once

#include <cstdint>
#include <string>

#include "isonomy/conformance/report.hpp"
#include "isonomy/io/reports/report_json.hpp"
#include "isonomy/io/text/json.hpp"

namespace isonomy::conformance {

[[nodiscard]] constexpr const char* name(RowStatus status) {
  switch (status) {
  case RowStatus::passed: return "passed";
  case RowStatus::failed: return "failed";
  case RowStatus::declined: return "declined";
  default: return "skipped";
  }
}

namespace detail {

/// All 16 digits, since readers of JSON take large numbers for doubles.
inline std::string hexadecimal(std::uint64_t hash) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out(16, '0');
  for (std::size_t i = 16; i-- > 0; hash >>= 4) out[i] = digits[hash & 15];
  return out;
}

inline void write_operation(io::JsonWriter& json, const OperationResult& result) {
  json.open_object()
      .member("operation", result.operation)
      .member("passed", result.passed)
      .member("failed", result.failed)
      .member("declined", result.declined)
      .member("smallest", result.smallest)
      .member("largest", result.largest);
  json.key("rows").open_array();
  for (const RowResult& row : result.rows)
    json.open_object()
        .member("row", row.row)
        .member("verdict", name(row.status))
        .member("decisions", hexadecimal(row.decisions))
        .member("bits", hexadecimal(row.bits))
        .member("ratio", row.ratio)
        .close();
  json.close();
  json.key("failures").open_array();
  for (const std::string& failure : result.failures) json.value(failure);
  json.close().close();
}

}  // namespace detail

/// The report as one JSON object of the kind "conformance"; include/isonomy/README.md lists its members.
///
/// `isonomy-report-diff` compares two of them.
[[nodiscard]] inline std::string report_text(const Report& report) {
  io::JsonWriter json;
  json.open_object();
  io::write_report_kind(json, "conformance");
  json.member("backend", report.backend)
      .member("level", report.level)
      .member("seed", report.seed)
      .member("determinism", report.determinism)
      .member("conforms", report.ok());
  json.key("contexts").open_array();
  for (const std::string& context : report.contexts) json.value(context);
  json.close();
  json.key("operations").open_array();
  for (const OperationResult& result : report.operations) detail::write_operation(json, result);
  json.close().close();
  return json.text();
}

}  // namespace isonomy::conformance
