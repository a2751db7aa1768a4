// Results on their way back to the host, which goes on queueing work meanwhile.
#pragma once

#include <cuda_runtime.h>

#include <array>
#include <cstddef>
#include <utility>

#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/status.cuh"

namespace isonomy::device {

/// Two places in host memory that the device copies to while the host does other things.
class ReturnPlaces {
 public:
  explicit ReturnPlaces(cudaStream_t stream) : stream_(stream) {
    for (Place& p : places_)
      require(cudaEventCreateWithFlags(&p.there, cudaEventDisableTiming), "cudaEventCreateWithFlags");
  }
  ~ReturnPlaces() {
    for (const Place& p : places_) {
      static_cast<void>(cudaEventDestroy(p.there));
      static_cast<void>(cudaFreeHost(p.memory));
    }
  }
  ReturnPlaces(const ReturnPlaces&) = delete;
  ReturnPlaces& operator=(const ReturnPlaces&) = delete;

  /// Queues a copy of so many bytes to one of the places.
  void begin(int place, const void* from, std::size_t bytes) {
    Place& to = places_.at(static_cast<std::size_t>(place));
    if (to.bytes < bytes) grow(to, bytes);
    require(cudaMemcpyAsync(to.memory, from, bytes, cudaMemcpyDeviceToHost, stream_), "cudaMemcpyAsync");
    require(cudaEventRecord(to.there, stream_), "cudaEventRecord");
  }
  /// Waits for that copy, and for nothing that was queued after it.
  [[nodiscard]] const void* end(int place) {
    const Place& from = places_.at(static_cast<std::size_t>(place));
    require(cudaEventSynchronize(from.there), "cudaEventSynchronize");
    return from.memory;
  }

 private:
  struct Place {
    void* memory = nullptr;
    std::size_t bytes = 0;
    cudaEvent_t there{};
  };

  /// A copy that nobody waited for, of a call that ended early, may still be on its way to the old memory.
  void grow(Place& place, std::size_t bytes) {
    if (place.memory != nullptr) {
      require(cudaEventSynchronize(place.there), "cudaEventSynchronize");
      require(cudaFreeHost(std::exchange(place.memory, nullptr)), "cudaFreeHost");
      place.bytes = 0;
    }
    require(cudaMallocHost(&place.memory, bytes), "cudaMallocHost");
    place.bytes = bytes;
  }

  cudaStream_t stream_;
  std::array<Place, 2> places_;
};

struct Returns {
  /// Queues a copy of x, which has unit stride, to place 0 or 1 in host memory, and does not wait.
  static void begin_return(Context& ctx, int place, VectorView<const double, DeviceSpace> x) {
    const std::size_t bytes = sizeof(double) * static_cast<std::size_t>(x.size);
    ctx.counters().bytes_moved += bytes;
    const OnDevice here(ctx.device());
    ctx.state()->part<ReturnPlaces>().begin(place, x.data, bytes);
    ctx.queued();
  }
  /// Waits for that copy alone: what is there is as long as it was, until a copy to the same place begins. Cancelled
  /// where the caller asked to stop before it was there.
  [[nodiscard]] static const double* end_return(Context& ctx, int place, const char* operation) {
    const OnDevice here(ctx.device());
    const void* const there = ctx.state()->part<ReturnPlaces>().end(place);
    ctx.heed_stop(operation);
    return static_cast<const double*>(there);
  }
};

}  // namespace isonomy::device
