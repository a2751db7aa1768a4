// The bytes that a program holds of operator new: what they say of a call that its context's counters do not.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "isonomy/core/control.hpp"

namespace isonomy::conformance {

/// Counts bytes of the heap, from any thread: now held, and at most since the last restart.
class HeapBytes {
 public:
  void taken(std::size_t bytes) noexcept {
    const std::size_t now = held_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    std::size_t most = most_.load(std::memory_order_relaxed);
    while (now > most && !most_.compare_exchange_weak(most, now, std::memory_order_relaxed)) {
    }
  }
  void given_back(std::size_t bytes) noexcept { held_.fetch_sub(bytes, std::memory_order_relaxed); }

  [[nodiscard]] std::size_t held() const noexcept { return held_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t most() const noexcept { return most_.load(std::memory_order_relaxed); }
  void restart() noexcept { most_.store(held(), std::memory_order_relaxed); }

  /// The counter that the operators of conformance/count_heap.hpp keep.
  [[nodiscard]] static HeapBytes& of_program() noexcept {
    static constinit HeapBytes all;
    return all;
  }

 private:
  std::atomic<std::size_t> held_{0}, most_{0};
};

/// What the operations of one row take from the heap and their context does not count.
///
/// Operands come from the kit, in between: the time from begin() to end() is looked at if an operation ran in it.
class UncountedBytes {
 public:
  UncountedBytes(HeapBytes* heap, Counters& counters) : heap_(heap), counters_(counters) {}
  UncountedBytes(const UncountedBytes&) = delete;
  UncountedBytes& operator=(const UncountedBytes&) = delete;
  ~UncountedBytes() { end(); }

  void begin() {
    if (heap_ == nullptr) return;
    looking_ = true;
    kernels_ = counters_.kernels;
    counted_ = counters_.bytes_allocated;
    peak_ = counters_.bytes_peak;
    counters_.bytes_peak = counted_;
    heap_->restart();
    held_ = heap_->held();
  }
  void end() {
    if (!looking_) return;
    looking_ = false;
    const std::size_t counted = counters_.bytes_peak - counted_, taken = heap_->most() - std::min(held_, heap_->most());
    if (counters_.kernels > kernels_ && taken > counted) most_ = std::max(most_, taken - counted);
    counters_.bytes_peak = std::max(counters_.bytes_peak, peak_);
  }
  [[nodiscard]] std::size_t most() const { return most_; }

 private:
  HeapBytes* heap_;
  Counters& counters_;
  bool looking_ = false;
  std::int64_t kernels_ = 0;
  std::size_t counted_ = 0, peak_ = 0, held_ = 0, most_ = 0;
};

}  // namespace isonomy::conformance
