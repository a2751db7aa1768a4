// What puts the work of two streams, or of a stream and the host, in order: events, and streams beside that of a
// context.
#pragma once

#include <cuda_runtime.h>

#include "isonomy/cuda/status.cuh"

namespace isonomy::device {

/// A mark in a stream. Before it is first recorded, nothing waits for it.
class Event {
 public:
  Event() { require(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming), "cudaEventCreateWithFlags"); }
  ~Event() { static_cast<void>(cudaEventDestroy(event_)); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  /// Behind all that the stream has been given. Who waits for an earlier record goes on waiting for that.
  void record(cudaStream_t stream) { require(cudaEventRecord(event_, stream), "cudaEventRecord"); }
  /// The host waits for it, and for nothing that was queued after it.
  void wait() const { require(cudaEventSynchronize(event_), "cudaEventSynchronize"); }
  /// What `stream` is given from now on begins after it; the host does not wait.
  void hold(cudaStream_t stream) const { require(cudaStreamWaitEvent(stream, event_, 0), "cudaStreamWaitEvent"); }

 private:
  cudaEvent_t event_{};
};

/// A stream of its own, which no default stream waits for. It has nothing left to do once it is destroyed.
class OwnStream {
 public:
  OwnStream() { require(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreateWithFlags"); }
  ~OwnStream() {
    static_cast<void>(cudaStreamSynchronize(stream_));
    static_cast<void>(cudaStreamDestroy(stream_));
  }
  OwnStream(const OwnStream&) = delete;
  OwnStream& operator=(const OwnStream&) = delete;

  [[nodiscard]] cudaStream_t get() const noexcept { return stream_; }

 private:
  cudaStream_t stream_{};
};

}  // namespace isonomy::device
