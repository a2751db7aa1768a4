// What every estimator's report says of its run: which backend ran what, and with how much memory.
#pragma once

#include <initializer_list>
#include <string>

#include "isonomy/backend/backend.hpp"
#include "isonomy/core/report.hpp"

namespace isonomy {

/// An operation that a run called, and whether the backend has its own form of it.
struct OperationUse {
  const char* operation;
  bool own;
};

/// Adds to a report where the operations ran ("(generic)" where the library's own form did), and the memory the context
/// has counted.
template <ContextLike Ctx>
void describe_run(Ctx& ctx, std::initializer_list<OperationUse> used, Report& report) {
  for (const OperationUse& use : used)
    report.operations.push_back({use.operation, std::string(backend_of<Ctx>::name()) + (use.own ? "" : " (generic)")});
  report.bytes_staged = ctx.counters().bytes_staged;
  report.bytes_peak = ctx.counters().bytes_peak;
}

}  // namespace isonomy
