// What holds of the report of every estimator's result.
#pragma once

#include <string>

#include "isonomy/core/report.hpp"
#include "support/catch.hpp"

namespace isonomy::test {

/// Every member says something, but for warnings.
inline void check_filled(const Report& report, const std::string& estimator) {
  INFO(estimator);
  CHECK(report.estimator == estimator);
  CHECK_FALSE(report.operations.empty());
  for (const OperationBackend& used : report.operations) CHECK((!used.operation.empty() && !used.backend.empty()));
  CHECK_FALSE(report.precision.empty());
  CHECK(report.math_mode == fixed_math);
  CHECK_FALSE(report.determinism.empty());
  CHECK(report.bytes_moved == 0);
  CHECK(report.bytes_peak > 0);
  CHECK_FALSE(report.stages.empty());
  for (const StageSeconds& stage : report.stages) CHECK((!stage.stage.empty() && stage.seconds >= 0));
  CHECK_FALSE(report.decisions.empty());
  for (const Decision& d : report.decisions) CHECK((!d.decision.empty() && !d.value.empty()));
}

}  // namespace isonomy::test
