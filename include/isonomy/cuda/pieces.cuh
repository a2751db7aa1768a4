// Loops over indices as kernels, in pieces between which the caller may stop them.
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/event.cuh"
#include "isonomy/cuda/launch.cuh"
#include "isonomy/cuda/status.cuh"

namespace isonomy::device {

/// Marks in a stream that the host waits for, so that it is never far ahead of the device.
class Marks {
 public:
  static constexpr std::size_t ahead = 4;

  explicit Marks(cudaStream_t stream) : stream_(stream) {}

  /// Sets a mark and waits for the one `ahead` marks before it.
  void advance() {
    Event& event = events_[number_++ % ahead];
    event.wait();
    event.record(stream_);
  }

 private:
  cudaStream_t stream_;
  std::array<Event, ahead> events_;
  std::size_t number_ = 0;
};

/// run(first, count) for consecutive pieces of [0, n), each of `piece` indices but the last. Between pieces it heeds
/// the caller's wish to stop, and waits where the device has not begun the piece four before.
template <class Run>
void in_pieces(Context& ctx, index_t n, index_t piece, const char* operation, const Run& run) {
  for (index_t first = 0; first < n; first += piece) {
    ctx.heed_stop(operation);
    run(first, std::min(piece, n - first));
    if (n > piece) {
      const OnDevice here(ctx.device());
      ctx.state()->part<Marks>().advance();
    }
  }
}

/// f(i) for count indices from `first` on.
template <class F>
struct IndexLoop {
  F f;
  index_t first, count;

  __device__ void operator()(const Group& g) const {
    for (index_t i = g.first(); i < count; i += g.step()) f(first + i);
  }
};

/// f(i) for every i in [0, n), in no order: a thread an index, in a loop over the grid.
template <class F>
void for_indices(Context& ctx, index_t n, const char* operation, const F& f) {
  constexpr int threads = 256;
  constexpr index_t piece = index_t{1} << 22;
  in_pieces(ctx, n, piece, operation, [&](index_t first, index_t count) {
    launch(ctx, ctx.blocks_for(count, threads), threads, IndexLoop<F>{f, first, count});
  });
}

/// The same in one launch: no wish to stop leaves an output half written.
template <class F>
void for_indices_at_once(Context& ctx, index_t n, const F& f) {
  constexpr int threads = 256;
  if (n > 0) launch(ctx, ctx.blocks_for(n, threads), threads, IndexLoop<F>{f, 0, n});
}

}  // namespace isonomy::device
