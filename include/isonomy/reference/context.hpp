// Context<Reference>: the control and the counters of one reference computation, on the caller's thread alone.
#pragma once

#include <memory>
#include <utility>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/control.hpp"

namespace isonomy {

/// The host, by naive loops: what the operations are defined to give, for comparison.
struct Reference {};

namespace reference {

/// There is nothing to set beside what every context has.
using ContextOptions = Control;

/// Move-only, one per host thread, not thread-safe. It starts no threads.
class Context {
 public:
  using tag = Reference;
  using space = HostSpace;

  Context() : Context(ContextOptions{}) {}
  explicit Context(ContextOptions options) : control_(std::move(options)), counters_(std::make_shared<Counters>()) {}
  Context(Context&&) = default;
  Context& operator=(Context&&) = default;

  [[nodiscard]] const Control& control() const noexcept { return control_; }
  [[nodiscard]] Control& control() noexcept { return control_; }
  [[nodiscard]] Counters& counters() noexcept { return *counters_; }
  /// Shared with every buffer, so that buffers may outlive a moved context.
  [[nodiscard]] const std::shared_ptr<Counters>& shared_counters() const noexcept { return counters_; }

 private:
  Control control_;
  std::shared_ptr<Counters> counters_;
};

}  // namespace reference
}  // namespace isonomy
