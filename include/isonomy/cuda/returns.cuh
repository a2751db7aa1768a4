// Results on their way back to the host, which goes on queueing work meanwhile.
#pragma once

#include <cuda_runtime.h>

#include <array>
#include <cstddef>

#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/pinned.cuh"
#include "isonomy/cuda/status.cuh"

namespace isonomy::device {

/// Two places that the device copies results to by turns.
class ReturnPlaces {
 public:
  explicit ReturnPlaces(cudaStream_t stream) : stream_(stream) {}

  /// Queues a copy of so many bytes to one of the places.
  void begin(int place, const void* from, std::size_t bytes) {
    PinnedPlace& to = places_.at(static_cast<std::size_t>(place));
    to.reserve(bytes, "results on their way to the host");
    require(cudaMemcpyAsync(to.data(), from, bytes, cudaMemcpyDeviceToHost, stream_), "cudaMemcpyAsync");
    to.mark(stream_);
  }
  /// Waits for that copy, and for nothing that was queued after it.
  [[nodiscard]] const void* end(int place) {
    const PinnedPlace& from = places_.at(static_cast<std::size_t>(place));
    from.wait();
    return from.data();
  }

 private:
  cudaStream_t stream_;
  std::array<PinnedPlace, 2> places_;
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
