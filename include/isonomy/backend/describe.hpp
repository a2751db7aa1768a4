// What a report says of where a computation ran and with how much memory.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>

#include "isonomy/backend/backend.hpp"
#include "isonomy/core/report.hpp"

namespace isonomy {

/// An operation that a computation rests on, and whether the backend has a form of its own for it.
struct OperationUse {
  const char* operation;
  bool own;
};

/// How exact a computation is, and what its bits do not depend on, in words.
struct Guarantee {
  std::string precision, determinism;
};

/// Fills in a report: the operations with the backend that ran them, the guarantee, and the context's memory.
template <ContextLike Ctx>
void describe(Ctx& ctx, std::initializer_list<OperationUse> operations, Guarantee guarantee, Report& report) {
  for (const OperationUse& use : operations)
    report.operations.push_back({use.operation, std::string(backend_of<Ctx>::name()) + (use.own ? "" : " (generic)")});
  report.precision = std::move(guarantee.precision);
  report.determinism = std::move(guarantee.determinism);
  report.bytes_staged = ctx.counters().bytes_staged;
  report.bytes_peak = ctx.counters().bytes_peak;
}

}  // namespace isonomy
