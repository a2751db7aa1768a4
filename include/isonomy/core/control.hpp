// What every context carries besides its device: seed, determinism, progress, cancellation, memory limit, counters.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
#include <stop_token>
#include <string>

#include "isonomy/core/error.hpp"

namespace isonomy {

/// How far results must repeat. `run_to_run`: the same bits for any thread count and repeat on one kind of device.
/// `cross_backend`: reductions follow one fixed tree on every backend. `fast`: whatever is quickest.
enum class Determinism { fast, run_to_run, cross_backend };

[[nodiscard]] constexpr const char* name(Determinism d) {
  return d == Determinism::fast ? "fast" : d == Determinism::run_to_run ? "run_to_run" : "cross_backend";
}

/// One step of a long operation: `done` of `total` units of `stage`.
struct Progress {
  const char* stage = "";
  std::int64_t done = 0, total = 0;
};

struct Control {
  std::uint64_t seed = 0;
  Determinism determinism = Determinism::run_to_run;
  /// Called at chunk boundaries, never concurrently. Exceptions it throws end the operation.
  std::function<void(const Progress&)> progress = {};
  std::stop_token stop = {};
  /// Bytes that buffers of the context and the working memory of its operations may take together; OutOfMemory names
  /// what was asked for and what was left.
  std::size_t workspace_limit = std::numeric_limits<std::size_t>::max();
};

/// What a context has done so far.
struct Counters {
  std::size_t bytes_allocated = 0;  ///< now held by buffers of this context
  std::size_t bytes_peak = 0;       ///< highest value of the former
  std::size_t bytes_moved = 0;      ///< copied between memory spaces
  std::int64_t kernels = 0;         ///< operations run

  void allocated(std::size_t bytes) { reached(held().fetch_add(bytes, std::memory_order_relaxed) + bytes); }
  /// So many bytes were held at one time.
  void reached(std::size_t held_now) {
    const std::atomic_ref<std::size_t> peak(bytes_peak);  // tasks of one loop may allocate at once
    std::size_t most = peak.load(std::memory_order_relaxed);
    while (held_now > most && !peak.compare_exchange_weak(most, held_now, std::memory_order_relaxed)) {
    }
  }
  /// From any thread, also while the context is at work: who was handed a buffer gives it back whenever and wherever.
  void released(std::size_t bytes) { held().fetch_sub(bytes, std::memory_order_relaxed); }
  [[nodiscard]] std::atomic_ref<std::size_t> held() { return std::atomic_ref<std::size_t>(bytes_allocated); }
};

/// Bytes that are left of the limit.
[[nodiscard]] inline std::size_t room_left(const Control& control, Counters& counters) {
  const std::size_t limit = control.workspace_limit, held = counters.held().load(std::memory_order_relaxed);
  return limit > held ? limit - held : 0;
}

/// OutOfMemory unless `bytes` more stay within the limit: what an allocation asks before it takes them.
inline void require_room(const Control& control, Counters& counters, std::size_t bytes, const char* purpose) {
  if (const std::size_t left = room_left(control, counters); bytes > left) throw OutOfMemory(purpose, bytes, left);
}

/// As require_room, and counts them: tasks that allocate at once stay within the limit together. `released` takes it
/// back.
inline void take_room(const Control& control, Counters& counters, std::size_t bytes, const char* purpose) {
  std::size_t held = counters.held().load(std::memory_order_relaxed);
  do {
    const std::size_t limit = control.workspace_limit, left = limit > held ? limit - held : 0;
    if (bytes > left) throw OutOfMemory(purpose, bytes, left);
  } while (!counters.held().compare_exchange_weak(held, held + bytes, std::memory_order_relaxed));
  counters.reached(held + bytes);
}

/// Counts finished units of one stage from any number of threads, reports them one at a time, and ends the stage
/// with Cancelled once the caller's stop token asks for it.
class ProgressMeter {
 public:
  ProgressMeter(const Control& control, const char* stage, std::int64_t total)
      : control_(control), stage_(stage), total_(total) {
    report();
  }
  ProgressMeter(const ProgressMeter&) = delete;
  ProgressMeter& operator=(const ProgressMeter&) = delete;

  void advance(std::int64_t units = 1) {
    if (control_.stop.stop_requested()) throw Cancelled(stage_);
    done_.fetch_add(units, std::memory_order_relaxed);
    report();
  }

 private:
  void report() {
    if (!control_.progress) return;
    const std::unique_lock<std::mutex> lock(mutex_,
                                            std::try_to_lock);  // a busy reporter will be overtaken, not queued for
    if (!lock.owns_lock()) return;
    control_.progress({stage_, done_.load(std::memory_order_relaxed), total_});
  }

  const Control& control_;
  const char* stage_;
  std::int64_t total_;
  std::atomic<std::int64_t> done_{0};
  std::mutex mutex_;
};

}  // namespace isonomy
