// Host memory that the device reads and writes by itself, while the host does other things.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <utility>

#include "isonomy/core/error.hpp"
#include "isonomy/cuda/event.cuh"
#include "isonomy/cuda/status.cuh"

namespace isonomy::device {

/// A place in such memory, and a mark behind the last copy that uses it.
class PinnedPlace {
 public:
  PinnedPlace() = default;
  ~PinnedPlace() { static_cast<void>(cudaFreeHost(memory_)); }
  PinnedPlace(const PinnedPlace&) = delete;
  PinnedPlace& operator=(const PinnedPlace&) = delete;

  [[nodiscard]] void* data() const { return memory_; }
  /// Room for so many bytes. A copy may still be on its way to or from the old memory, which then waits for it.
  /// OutOfMemory names `purpose`.
  void reserve(std::size_t bytes, const char* purpose) {
    if (bytes <= bytes_) return;
    if (memory_ != nullptr) {
      wait();
      require(cudaFreeHost(std::exchange(memory_, nullptr)), "cudaFreeHost");
      bytes_ = 0;
    }
    const cudaError_t error = cudaMallocHost(&memory_, bytes);
    if (error == cudaErrorMemoryAllocation) {
      static_cast<void>(cudaGetLastError());
      throw OutOfMemory(purpose, bytes, 0);
    }
    require(error, "cudaMallocHost");
    bytes_ = bytes;
  }
  /// The stream has come to the end of what uses the place.
  void mark(cudaStream_t stream) { used_.record(stream); }
  /// Waits for the mark, and for nothing that was queued after it.
  void wait() const { used_.wait(); }
  /// What `stream` is given from now on begins after the mark.
  void hold(cudaStream_t stream) const { used_.hold(stream); }

 private:
  void* memory_ = nullptr;
  std::size_t bytes_ = 0;
  Event used_;
};

}  // namespace isonomy::device
