// Stacks that kernel threads run on, and the switch between them: some ten nanoseconds.
#pragma once

#include <cstddef>
#include <vector>

namespace emulation {

/// A stack, and where its thread stopped.
struct Fiber {
  unsigned char* stack = nullptr;  ///< lowest byte, above the guard page; null: the host thread's own
  void* stopped_at = nullptr;
  void* fake_stack = nullptr;  ///< of the address sanitizer
};

/// The host thread's stack and the fibers that it starts; they come back to it alone.
class Fibers {
 public:
  static constexpr std::size_t stack_bytes = std::size_t{256} * 1024;

  /// A stack that nobody uses, on which `entry` begins at the next resume.
  Fiber* start(void (*entry)());
  /// Runs a fiber from the host's stack until it suspends or ends.
  void resume(Fiber* fiber);
  /// Back to the host's stack, from the running fiber.
  void suspend();
  /// As suspend, for good: the stack is free again.
  [[noreturn]] void end();
  /// Says that a fiber never goes on.
  void abandon(Fiber* fiber) { idle_.push_back(fiber); }
  /// First of all that `entry` does.
  void arrive();
  [[nodiscard]] Fiber* running() const { return running_; }

 private:
  void leave(void** own_fake_stack);

  std::vector<Fiber*> idle_;
  Fiber home_;
  Fiber* running_ = nullptr;
  const void* home_bottom_ = nullptr;
  std::size_t home_bytes_ = 0;
};

}  // namespace emulation
