// What a run of the conformance kit found, as plain data that any test framework or none can use.
#pragma once

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

namespace isonomy::conformance {

/// What became of a row.
enum class RowStatus { passed, failed, declined, skipped };

[[nodiscard]] constexpr const char* name(RowStatus status) {
  switch (status) {
  case RowStatus::passed: return "passed";
  case RowStatus::failed: return "failed";
  case RowStatus::declined: return "declined";
  case RowStatus::skipped: return "skipped";
  }
  return "";
}

/// One row, so that two runs can be compared.
struct RowResult {
  std::string row;
  RowStatus status;
  std::uint64_t decisions = 0;  ///< hash of the integers it gave
  std::uint64_t bits = 0;       ///< hash of the floating-point numbers it gave
  double ratio = 0;             ///< its largest error over the bound of that error
};

/// The rows of one operation.
struct OperationResult {
  std::string operation;
  std::int64_t passed = 0, failed = 0;
  std::int64_t declined = 0;                ///< rows the backend answered with Unsupported; allowed, but listed
  std::vector<std::string> failures = {};   ///< the first of them, in full
  std::vector<RowResult> rows = {};         ///< in the order in which they ran
  std::string smallest = {}, largest = {};  ///< extents of the least and of the most that was reached
};

/// One backend's results, an entry per operation that was run.
struct Report {
  std::string backend;
  std::vector<OperationResult> operations = {};
  std::string level = {};        ///< which rows ran
  std::uint64_t seed = 0;        ///< of the data
  std::string determinism = {};  ///< the class that was asked for

  /// Did every row pass, and was there any?
  [[nodiscard]] bool ok() const {
    return !operations.empty() && std::all_of(operations.begin(), operations.end(), [](const OperationResult& r) {
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
  for (const OperationResult& r : report.operations) {
    out << report.backend << "  " << r.operation << ": " << r.passed << " passed, " << r.failed << " failed";
    if (r.declined > 0) out << ", " << r.declined << " declined";
    out << '\n';
  }
  for (const OperationResult& r : report.operations)
    for (const std::string& f : r.failures) out << f << '\n';
  return out;
}

}  // namespace isonomy::conformance
