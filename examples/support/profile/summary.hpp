// Prints what a run did: time, memory, backends, warnings.
#pragma once

#include <sys/resource.h>

#include <cstdint>
#include <iomanip>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "../program/program.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"

namespace examples {

using isonomy::text::joined;

/// 580140 as "580,140".
inline std::string with_commas(std::int64_t number) {
  std::string out = std::to_string(number);
  for (auto at = static_cast<std::int64_t>(out.size()) - 3; at > 0; at -= 3)
    out.insert(static_cast<std::size_t>(at), 1, ',');
  return out;
}

inline std::string fixed(double value, int digits) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(digits) << value;
  const std::string text = out.str();
  return text.find_first_not_of("-0.") == std::string::npos && text[0] == '-' ? text.substr(1) : text;  // -0.000
}

/// Three significant digits.
inline std::string short_number(double value) {
  std::ostringstream out;
  out << std::setprecision(3) << value + 0.0;  // never -0
  return out.str();
}

/// The most memory that the process has used so far, in bytes.
inline double peak_process_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
#ifdef __APPLE__
  return static_cast<double>(usage.ru_maxrss);
#else
  return static_cast<double>(usage.ru_maxrss) * 1024;
#endif
}

/// "Cuda, device 0: NVIDIA H200, compute capability 9.0, driver for CUDA 13.0 (at least 13.0)", or the host's and why.
inline std::string used_text(const isonomy::BackendUse& used) {
  std::string out = used.backend;
  if (const auto& device = used.device)
    out += joined({", device ", std::to_string(device->number), ": ", device->name, ", compute capability ",
                   device->compute_capability, ", driver for CUDA ", device->driver, " (at least ",
                   device->least_driver, ")"});
  if (used.asked == "auto")
    for (const auto& d : used.declined) out += joined("; ", d.backend, ": ", d.reason);
  return out;
}

/// Time a stage, memory, arithmetic, determinism, and which backend ran what.
inline void print_report(std::ostream& out, const isonomy::Report& report, double reading_seconds) {
  double total = 0;
  std::string stages;
  for (const auto& stage : report.stages) {
    total += stage.seconds;
    stages += joined(stages.empty() ? "" : ", ", stage.stage, " ", fixed(stage.seconds, 3));
  }
  out << "  time         " << fixed(total, 3) << " s (" << stages << "), reading " << fixed(reading_seconds, 3)
      << " s\n";
  constexpr double mega = 1e6;
  out << "  memory       " << fixed(static_cast<double>(report.bytes_peak) / mega, 1)
      << " MB of working space, at most " << fixed(peak_process_bytes() / mega, 1) << " MB in the process\n";
  out << "  arithmetic   " << report.precision << "\n  determinism  " << report.determinism << "\n  ran on       "
      << used_text(report.used) << "\n  backends    ";
  for (std::size_t k = 0; k < report.operations.size(); ++k)
    out << (k == 0 ? " " : ", ") << report.operations[k].operation << ": " << report.operations[k].backend;
  out << "\n";
}

inline void print_warnings(std::ostream& out, const std::string& program, const std::vector<std::string>& warnings,
                           const std::vector<std::string>& option_names) {
  for (const auto& warning : warnings)
    out << program << ": warning: " << printable(with_option_names(without_operation(warning), option_names)) << "\n";
}

}  // namespace examples
