// Context<Reference>: the control and the counters of one reference computation, on the caller's thread alone.
#pragma once

#include "isonomy/backend/plain_context.hpp"
#include "isonomy/core/control.hpp"

namespace isonomy {

/// The host, by naive loops: what the operations are defined to give, for comparison.
struct Reference {};

namespace reference {

/// There is nothing to set beside what every context has; it starts no threads.
using ContextOptions = Control;
using Context = PlainContext<Reference>;

}  // namespace reference
}  // namespace isonomy
