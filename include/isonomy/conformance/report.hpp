// What a run of the conformance kit found, as plain data that any test framework or none can use.
#pragma once

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

namespace isonomy::conformance {

enum class RowStatus { passed, failed, declined, skipped };

/// What came of one row.
struct RowResult {
  std::string row;
  RowStatus status = RowStatus::skipped;
  std::uint64_t decisions = 0, bits = 0;  ///< hashes of the outputs that are integers, and of the others
  double ratio = 0;                       ///< the largest error over its bound
};

/// The rows of one operation.
struct OperationResult {
  std::string operation;
  std::int64_t passed = 0, failed = 0;
  std::int64_t declined = 0;               ///< rows the backend declined, as the plan said it would; others fail
  std::vector<std::string> failures = {};  ///< the first of them, in full
  std::vector<RowResult> rows = {};
  std::string smallest = {}, largest = {};  ///< sizes of operands that rows reached
};

/// One backend's results, an entry per operation that was run.
struct Report {
  std::string backend;
  std::vector<OperationResult> operations = {};
  std::string level = {};
  std::uint64_t seed = 0;
  std::string determinism = {};
  std::vector<std::string> contexts =
      {};  ///< further ones that gave the same bits; none: the backend names no variants

  /// Did every row pass, or was declined as the plan said; did every operation have one, and did any pass? A row that
  /// could not run is not a row that passed.
  [[nodiscard]] bool ok() const {
    return passed() > 0 && std::all_of(operations.begin(), operations.end(), [](const OperationResult& r) {
             return r.failed == 0 && r.passed + r.declined > 0;
           });
  }
  [[nodiscard]] std::int64_t failed() const {
    std::int64_t n = 0;
    for (const OperationResult& r : operations) n += r.failed;
    return n;
  }
  [[nodiscard]] std::int64_t passed() const {
    std::int64_t n = 0;
    for (const OperationResult& r : operations) n += r.passed;
    return n;
  }
};

/// One line per operation, then the failures.
inline std::ostream& operator<<(std::ostream& out, const Report& report) {
  if (report.operations.empty()) out << report.backend << "  no row ran: a plan's row must have the label of one\n";
  out << report.backend << "  " << (report.contexts.empty() ? "no variants of the context" : "also with");
  for (std::size_t i = 0; i < report.contexts.size(); ++i) out << (i == 0 ? " " : "; ") << report.contexts[i];
  out << '\n';
  for (const OperationResult& r : report.operations) {
    out << report.backend << "  " << r.operation << ": " << r.passed << " passed, " << r.failed << " failed";
    if (r.declined > 0) out << ", " << r.declined << " declined";
    if (!r.largest.empty()) out << "; operands of " << r.smallest << " to " << r.largest << " elements";
    out << '\n';
  }
  for (const OperationResult& r : report.operations)
    for (const std::string& f : r.failures) out << f << '\n';
  return out;
}

}  // namespace isonomy::conformance
