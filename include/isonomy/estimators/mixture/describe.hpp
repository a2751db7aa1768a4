// What the reports of mixtures have in common.
#pragma once

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/describe.hpp"
#include "isonomy/core/report.hpp"

namespace isonomy::mixture {

/// Fills in the report of a fit that rests on `operation` (`own`: in the backend's form).
template <ContextLike Ctx>
void describe(Ctx& ctx, const char* operation, bool own, Report& report) {
  isonomy::describe(ctx, {{operation, own}}, {"double", "same bits for any thread count, instruction set and backend"},
                    report);
}

}  // namespace isonomy::mixture
