// What the reports of mixtures have in common.
#pragma once

#include <string>

#include "isonomy/backend/backend.hpp"
#include "isonomy/core/report.hpp"

namespace isonomy::mixture::detail {

/// Where `operation` ran (`own`: in the backend's form), how exactly, and with how much memory.
template <ContextLike Ctx>
void describe(Ctx& ctx, const char* operation, bool own, Report& report) {
  report.operations.push_back({operation, std::string(backend_of<Ctx>::name()) + (own ? "" : " (generic)")});
  report.precision = "double";
  report.determinism = "same bits for any thread count, instruction set and backend";
  report.bytes_staged = ctx.counters().bytes_staged;
  report.bytes_peak = ctx.counters().bytes_peak;
}

}  // namespace isonomy::mixture::detail
