// Settings, counts and faults of the emulated device.
#include "control.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "internal.hpp"

namespace emulation {
namespace {

struct State {
  Statistics counts;
  std::string fault;
  bool stopped = false;
  std::uint64_t allocations_to_failure = 0;
  long resources = 0;
};
State& state() {
  static State& s = *new State;  // outlives what is destroyed at exit
  return s;
}

std::uint64_t seed_of_process() {
  if (const char* const text = std::getenv("ISONOMY_EMULATION_SEED")) return std::strtoull(text, nullptr, 10);
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  return Random(static_cast<std::uint64_t>(now) ^ static_cast<std::uint64_t>(getpid()) << 40).draw() % 1000000;
}

/// As on a device: an empty CUDA_VISIBLE_DEVICES hides it.
int visible_devices() {
  const char* const text = std::getenv("CUDA_VISIBLE_DEVICES");
  return text != nullptr && *text == '\0' ? 0 : 1;
}

/// Says what no test has looked at and what has not been released.
void check_at_exit() {
  if (!fault().empty()) {
    std::fprintf(stderr, "emulated device: %s\n", fault().c_str());
    std::fflush(nullptr);
    _exit(23);
  }
  const Live left = live();
  if (left.device_allocations + left.pinned_allocations + left.resources == 0) return;
  std::fprintf(stderr,
               "emulated device: not released at exit: %zu device allocations (%zu bytes), %zu pinned allocations, "
               "%zu streams, events, pools and handles\n",
               left.device_allocations, left.device_bytes, left.pinned_allocations, left.resources);
  std::fflush(nullptr);
  _exit(23);
}

/// Begins with the process: prints the seed, and is the last to look.
struct Process {
  Process() {
    settings().seed = seed_of_process();
    settings().devices = visible_devices();
    std::fprintf(stderr, "emulated device: ISONOMY_EMULATION_SEED=%llu\n",
                 static_cast<unsigned long long>(settings().seed));
    if (std::atexit(&check_at_exit) != 0) std::abort();
  }
};
const Process process;

}  // namespace

std::recursive_mutex& lock() {
  static std::recursive_mutex& m = *new std::recursive_mutex;  // outlives what is destroyed at exit
  return m;
}

Settings& settings() {
  static Settings s;
  return s;
}

Statistics& counts() { return state().counts; }
Statistics statistics() {
  const Lock hold(lock());
  return state().counts;
}
void reset_statistics() {
  const Lock hold(lock());
  state().counts = {};
}

std::string fault() {
  const Lock hold(lock());
  return state().fault;
}
void clear_fault() {
  const Lock hold(lock());
  state().fault.clear();
  state().stopped = false;
}
void note_fault(const std::string& what) {
  const Lock hold(lock());
  if (state().fault.empty()) state().fault = what;
}
void stop_kernels() { state().stopped = true; }
bool kernels_stopped() { return state().stopped; }

void fail_allocation(std::uint64_t n) {
  const Lock hold(lock());
  state().allocations_to_failure = n;
}
bool failure_is_pending() {
  const Lock hold(lock());
  return state().allocations_to_failure > 0;
}
bool fails_now() {
  std::uint64_t& left = state().allocations_to_failure;
  return left > 0 && --left == 0;
}

void count_resource(int change) { state().resources += change; }
std::size_t live_resources() { return static_cast<std::size_t>(state().resources); }
void count_vendor_call() { ++state().counts.vendor_calls; }

bool checks_races() {
#if defined(ISONOMY_EMULATION_RACES)
  return true;
#else
  return false;
#endif
}

}  // namespace emulation
