// The running block: its threads, what they wait for, and the machine that runs it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "device.hpp"
#include "fiber.hpp"
#include "internal.hpp"

namespace emulation {

struct Thread {
  enum class State : std::uint8_t { fresh, running, at_barrier, at_warp, done };
  Fiber* fiber = nullptr;
  std::uint64_t value = 0, result = 0;  // what it gives to an operation of its warp, and what it gets
  unsigned mask = 0, source = 0;
  State state = State::fresh;
};

/// Lanes of a warp that have come to an operation under one mask.
struct Meeting {
  unsigned warp = 0, mask = 0, arrived = 0;
  thread::Operation operation{};
};

struct Block {
  unsigned number = 0, thread_count = 0, block_count = 0;
  unsigned current = 0, done = 0, waiting = 0, holding = 0,
           held = 0;     // `holding`: of those at the barrier, for whom it holds
  std::size_t next = 0;  // of `order`: threads that have not begun
  std::vector<unsigned> order, ready;
  std::vector<Thread> threads;
  std::vector<Meeting> meetings;
  void (*call)(const void*) = nullptr;
  const void* data = nullptr;
  bool failed = false;
  std::uint64_t launches = 0;
  Random random{0};
  Fibers fibers;
};
Block& running_block();

/// Leaves the running thread until it is ready again.
void wait_in(Block& b, Thread::State state);

/// Why no thread can go on.
std::string describe_deadlock(const Block& b);

/// "block 3, thread 17".
std::string place_of(unsigned block, unsigned thread);

}  // namespace emulation
