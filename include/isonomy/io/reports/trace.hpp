// Writes the events of a traced backend: JSON lines for programs, and the form that the trace viewer of Chrome reads.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "isonomy/backend/compose/trace.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/io/reports/report_json.hpp"
#include "isonomy/io/text/json.hpp"

namespace isonomy::io {

namespace detail {

/// JSON without its line breaks and indents, which stand outside of strings alone: breaks in strings are escaped.
inline std::string on_one_line(std::string_view json) {
  std::string out;
  while (!json.empty()) {
    const auto end = json.find('\n');
    out += json.substr(0, end);
    if (end == std::string_view::npos) break;
    json.remove_prefix(std::min(json.find_first_not_of(' ', end + 1), json.size()));
  }
  return out;
}

/// What both forms tell of an event beside its name and its times.
inline void write_event_details(JsonWriter& json, const TraceEvent& event) {
  json.member("backend", event.backend).key("declined").open_array();
  for (const Declined& d : event.declined)
    json.open_object().member("backend", d.backend).member("reason", d.reason).close();
  json.close()
      .member("elements", event.elements)
      .member("shape", event.shape)
      .member("bytes_arguments", event.bytes_arguments)
      .member("bytes_moved", event.bytes_moved)
      .member("depth", event.depth)
      .member("failed", event.failed);
}

}  // namespace detail

/// One event as a line of JSON of the kind "trace", with its end. Times are in seconds since the log was made.
[[nodiscard]] inline std::string trace_line(const TraceEvent& event) {
  JsonWriter json;
  json.open_object();
  write_report_kind(json, "trace");
  json.member("operation", event.operation).member("begin", event.begin).member("seconds", event.seconds);
  detail::write_event_details(json, event);
  json.close();
  return detail::on_one_line(json.text()) + "\n";
}

/// A line for each event.
[[nodiscard]] inline std::string trace_lines(const std::vector<TraceEvent>& events) {
  std::string out;
  for (const TraceEvent& event : events) out += trace_line(event);
  return out;
}

/// The events as the viewer of chrome://tracing and of Perfetto reads them: complete events, microseconds.
[[nodiscard]] inline std::string chrome_trace(const std::vector<TraceEvent>& events) {
  JsonWriter json;
  json.open_object().key("traceEvents").open_array();
  for (const TraceEvent& event : events) {
    json.open_object()
        .member("name", event.operation)
        .member("cat", event.backend)
        .member("ph", "X")
        .member("ts", event.begin * 1e6)
        .member("dur", event.seconds * 1e6)
        .member("pid", 1)
        .member("tid", 1);
    json.key("args").open_object();
    detail::write_event_details(json, event);
    json.close().close();
  }
  json.close().close();
  return json.text();
}

}  // namespace isonomy::io
