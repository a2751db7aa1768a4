// PlainContext: the context of a backend that has nothing to set beside what every context has.
#pragma once

#include <memory>
#include <utility>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/control.hpp"

namespace isonomy {

/// Control and counters. Move-only, one per host thread, not thread-safe.
///
/// A backend's context may be this, or derive from it and add its own: threads, a device, a queue.
template <class Tag, MemorySpace Space = HostSpace>
class PlainContext {
 public:
  using tag = Tag;
  using space = Space;

  PlainContext() : PlainContext(Control{}) {}
  explicit PlainContext(Control control) : control_(std::move(control)), counters_(std::make_shared<Counters>()) {}
  PlainContext(PlainContext&&) noexcept = default;
  PlainContext& operator=(PlainContext&&) noexcept = default;

  [[nodiscard]] const Control& control() const noexcept { return control_; }
  [[nodiscard]] Control& control() noexcept { return control_; }
  [[nodiscard]] Counters& counters() noexcept { return *counters_; }
  /// Shared with every allocation, so that buffers may outlive the context.
  [[nodiscard]] const std::shared_ptr<Counters>& shared_counters() const noexcept { return counters_; }

 private:
  Control control_;
  std::shared_ptr<Counters> counters_;
};

}  // namespace isonomy
