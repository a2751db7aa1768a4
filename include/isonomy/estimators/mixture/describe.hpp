// What the reports of mixtures have in common.
#pragma once

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/describe.hpp"
#include "isonomy/core/report.hpp"

namespace isonomy::mixture {

/// Where the operation ran for these types, how exactly, and with how much memory.
template <class Op, class... T, ContextLike Ctx>
void describe(Ctx& ctx, Report& report) {
  report.operations.push_back(ran<Op, T...>(ctx));
  report.precision = "double";
  report.math_mode = fixed_math;
  report.determinism = "same bits for any thread count, instruction set and backend";
  describe_memory(ctx, report);
}

}  // namespace isonomy::mixture
