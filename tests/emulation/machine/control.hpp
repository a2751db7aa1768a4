// What a test may set on the emulated device, and what the device tells of itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace emulation {

/// What a test may set; read whenever work is queued or run.
///
/// Blocks, threads and streams take their turns in an order drawn from `seed` and the number of the launch.
struct Settings {
  std::uint64_t seed =
      0;                ///< of this process: from ISONOMY_EMULATION_SEED, else from the clock; printed when it starts
  bool shuffle = true;  ///< blocks, threads and streams in random order; else ascending
  bool lazy = true;     ///< a stream runs only when something waits for it; else at once
  bool protect = true;  ///< host code that touches device memory is killed; followed from the next work on
  int devices = 1;      ///< 0: no device, as where CUDA_VISIBLE_DEVICES is set and empty
  int driver_version = 13000;  ///< 0: no driver
  std::size_t total_memory = std::size_t{1} << 31;
};
[[nodiscard]] Settings& settings();

/// Counts since the process began or reset_statistics().
struct Statistics {
  std::uint64_t launches = 0, blocks = 0, threads = 0, switches = 0, barriers = 0, warp_operations = 0;
  std::uint64_t waits = 0;  ///< of the host for work that had not run: for a stream, an event, a copy
  std::uint64_t copies = 0, bytes_to_device = 0, bytes_to_host = 0, bytes_within_device = 0, memsets = 0;
  std::uint64_t allocations = 0, allocated_bytes = 0;  ///< of device memory
  std::uint64_t vendor_calls = 0;                      ///< that queued work: cuBLAS, cuSOLVER, cuSPARSE, CUB
  std::uint64_t checked_accesses = 0;                  ///< of kernels, in the race build
};
[[nodiscard]] Statistics statistics();
void reset_statistics();

/// Text of the first fault since clear_fault(); empty if there was none.
///
/// Faults of kernels (divergence, wrong masks, races) stop all later kernels, as on a device; others are only noted.
[[nodiscard]] std::string fault();
void clear_fault();

/// Lets the n-th allocation from now on fail, once: device memory, pinned memory, streams, events, pools and handles.
/// 0: none.
void fail_allocation(std::uint64_t n);
/// Whether the failure that fail_allocation asked for is still to come.
[[nodiscard]] bool failure_is_pending();

/// What has been allocated and not released.
struct Live {
  std::size_t device_bytes = 0, device_allocations = 0, pinned_allocations = 0;
  std::size_t resources = 0;  ///< streams, events, pools and handles
};
[[nodiscard]] Live live();

/// Runs all that is queued on all streams, without counting as a wait.
void run_everything();

/// While it lives, host code may touch device memory.
class HostAccess {
 public:
  HostAccess();
  ~HostAccess();
  HostAccess(const HostAccess&) = delete;
  HostAccess& operator=(const HostAccess&) = delete;
};

/// Whether this is the build whose kernels are checked for races.
[[nodiscard]] bool checks_races();

}  // namespace emulation
