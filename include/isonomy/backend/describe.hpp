// What a report says about a context: which backend ran an operation, and with how much memory.
#pragma once

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/choose.hpp"
#include "isonomy/core/report.hpp"

namespace isonomy {

/// The backend whose form of the operation runs for these element types.
///
/// Where it is the library's, the name ends in "(generic)" and the backend stands among those that declined.
template <class Op, class... T, ContextLike Ctx>
[[nodiscard]] OperationBackend ran(const Ctx& ctx) {
  return ran_on<Op, backend_of<Ctx>, T...>(ctx);
}

/// What may change about the arithmetic of an operation on this context, in words.
template <class Op, class... T, ContextLike Ctx>
[[nodiscard]] const char* math_mode(const Ctx&) {
  return math_mode_of<Op, backend_of<Ctx>, T...>();
}

/// Fills in the context's backend, the device if it has one, and the memory that its buffers took.
template <ContextLike Ctx>
void describe_context(Ctx& ctx, Report& report) {
  report.used.backend = backend_of<Ctx>::name();
  if constexpr (requires { report.used.device = ctx.describe_device(); }) report.used.device = ctx.describe_device();
  report.bytes_moved = ctx.counters().bytes_moved;
  report.bytes_peak = ctx.counters().bytes_peak;
}

}  // namespace isonomy
