// Reports that the library has written, read back: their kind, and members with the place of what is wrong with them.
#pragma once

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "../program/input.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/reports/report_json.hpp"
#include "isonomy/io/text/json_reader.hpp"

namespace examples {

using isonomy::io::JsonValue;
using isonomy::text::joined;

/// One file. A program's output holds the report of its run beside the result.
struct ReportFile {
  std::string path;
  std::vector<JsonValue> values;  ///< the events of a trace; of other kinds one
  std::string kind;               ///< "run", "conformance", "trace", or "result" for the output of a program

  [[nodiscard]] const JsonValue& whole() const { return values.front(); }

  [[nodiscard]] const JsonValue& report() const { return kind == "result" ? *whole().find("report") : whole(); }

  /// IoError naming the file and the line of `value`.
  [[noreturn]] void refuse(const JsonValue& value, std::string_view what, std::string_view expected) const {
    throw isonomy::IoError(path, value.line, joined(what, "; expected ", expected, "; write the report anew"));
  }

  /// The member of an object. IoError if it is missing or of another kind.
  [[nodiscard]] const JsonValue& member(const JsonValue& object, std::string_view key, JsonValue::Kind wanted) const {
    const JsonValue* found = object.find(key);
    if (found == nullptr) refuse(object, joined("'", key, "' is missing"), name(wanted));
    if (found->kind != wanted) refuse(*found, joined("'", key, "' is ", name(found->kind)), name(wanted));
    return *found;
  }
  [[nodiscard]] const std::string& text(const JsonValue& object, std::string_view key) const {
    return member(object, key, JsonValue::Kind::string).text;
  }
  /// An array of objects.
  [[nodiscard]] const JsonValue& list(const JsonValue& object, std::string_view key) const {
    const JsonValue& found = member(object, key, JsonValue::Kind::array);
    for (const JsonValue& element : found.elements)
      if (element.kind != JsonValue::Kind::object)
        refuse(element, joined("'", key, "' holds ", name(element.kind)), "objects");
    return found;
  }
  /// 16 hexadecimal digits.
  [[nodiscard]] const std::string& hash(const JsonValue& object, std::string_view key) const {
    const std::string& found = text(object, key);
    if (found.size() != 16 || found.find_first_not_of("0123456789abcdef") != std::string::npos)
      refuse(*object.find(key), joined("'", key, "' is ", isonomy::text::quoted(found)), "16 hexadecimal digits");
    return found;
  }
  /// The digits of a number, or "null".
  [[nodiscard]] std::string number_or_null(const JsonValue& object, std::string_view key) const {
    const JsonValue* found = object.find(key);
    if (found != nullptr && found->kind == JsonValue::Kind::null) return "null";
    return member(object, key, JsonValue::Kind::number).text;
  }
};

namespace detail {

/// IoError unless this is a report of a version that is known here.
inline void require_schema(const ReportFile& file, const JsonValue& report) {
  using isonomy::io::report_schema;
  using isonomy::io::report_version;
  const std::string& schema = file.text(report, "schema");
  if (schema != report_schema)
    file.refuse(*report.find("schema"), joined("'schema' is ", isonomy::text::quoted(schema)),
                joined("'", report_schema, "'"));
  const JsonValue& version = file.member(report, "version", JsonValue::Kind::number);
  int number = 0;
  const char* const end = version.text.data() + version.text.size();
  const auto [stop, error] = std::from_chars(version.text.data(), end, number);
  if (error == std::errc() && stop == end && number == report_version) return;
  throw isonomy::IoError(file.path, version.line,
                         joined("'version' is ", version.text, "; expected ", report_version,
                                "; compare it with the program of the library that wrote it"));
}

}  // namespace detail

/// The report in a file, which may be compressed by gzip. IoError for what is no JSON, no report of this library, of
/// another version, or of a kind that nothing is known about.
[[nodiscard]] inline ReportFile read_report(const std::string& path) {
  ReportFile file{path, isonomy::io::read_json_lines(open_input(path, "report")), {}};
  for (const JsonValue& value : file.values) {
    if (value.kind != JsonValue::Kind::object)
      file.refuse(value, joined("this is ", name(value.kind)), "a report, which is an object");
    const JsonValue* report = value.find("report");
    if (value.find("schema") != nullptr || report == nullptr || report->kind != JsonValue::Kind::object)
      report = &value;
    detail::require_schema(file, *report);
    const std::string& kind = file.text(*report, "kind");
    if (kind != "run" && kind != "conformance" && kind != "trace")
      file.refuse(*report->find("kind"), joined("'kind' is ", isonomy::text::quoted(kind)),
                  "'run', 'conformance' or 'trace'");
    file.kind = report == &value ? kind : "result";
    if (file.values.size() > 1 && file.kind != "trace")
      file.refuse(value, joined("a ", file.kind, " among ", file.values.size(), " values"),
                  "one report, or lines that are all of a trace");
  }
  return file;
}

}  // namespace examples
