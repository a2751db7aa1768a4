// run_operation: the rows of one operation, with only that operation's cases header included beside this one.
#pragma once

#include <utility>

#include "isonomy/backend/operations.hpp"
#include "isonomy/conformance/report.hpp"
#include "isonomy/conformance/rows.hpp"

namespace isonomy::conformance {

/// Appends the results of one operation to the report. An operation the backend does not have gives no rows and counts
/// as one that it declined.
template <class Op, class Tag>
void run_operation(Context<Tag>& ctx, Report& report) {
  static_assert(has_cases<Op>, "include the cases header of this operation (conformance/cases_*.hpp)");
  OperationResult result{Op::name};
  Rows<Tag> rows(ctx, result);
  Cases<Op>::run(rows);
  if (result.passed + result.failed + result.declined == 0) ++result.declined;
  report.operations.push_back(std::move(result));
}

}  // namespace isonomy::conformance
