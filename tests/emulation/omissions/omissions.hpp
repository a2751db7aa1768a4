// The library's kernels with one barrier left out, or with plain additions for atomic ones: what the race checker must
// find; and its host code with one wait for an event left out, of the host or of a stream. Include it before any header
// of isonomy/cuda; a program that does is linked with no unit that does not.
#pragma once

#include <cuda_runtime.h>

#include <array>
#include <exception>
#include <string>

#include "emulation/machine/control.hpp"

namespace isonomy::test {

/// Which calls of each thread do nothing, counted over all launches since `omit`; -1: none.
struct Omissions {
  int barrier = -1, warp_barrier = -1;
  bool atomics = false;  ///< plain additions
  int event = -1;        ///< which wait of the host for an event
  int hold = -1;         ///< which wait of a stream for an event
};
struct OmissionState {
  Omissions omitted;
  std::array<int, 1024> barriers{}, warp_barriers{};  // calls so far, by thread of a block
  int events = 0, holds = 0;
};
inline OmissionState omission_state;

inline void omit(const Omissions& o) { omission_state = {o, {}, {}, 0, 0}; }
/// Calls of the first thread of the block since `omit`.
[[nodiscard]] inline int barriers_met() { return omission_state.barriers[0]; }
[[nodiscard]] inline int warp_barriers_met() { return omission_state.warp_barriers[0]; }
/// Waits of the host for events since `omit`.
[[nodiscard]] inline int events_met() { return omission_state.events; }

/// Waits of streams for events since `omit`.
[[nodiscard]] inline int holds_met() { return omission_state.holds; }

// Of the test and no kernel's: the race checker does not look.
[[gnu::no_sanitize("thread"), gnu::noinline]] inline bool is_next_barrier() {
  return omission_state.barriers[threadIdx.x]++ == omission_state.omitted.barrier;
}
[[gnu::no_sanitize("thread"), gnu::noinline]] inline bool is_next_warp_barrier() {
  return omission_state.warp_barriers[threadIdx.x]++ == omission_state.omitted.warp_barrier;
}
[[gnu::no_sanitize("thread"), gnu::noinline]] inline bool atomics_are_omitted() {
  return omission_state.omitted.atomics;
}

inline void sync_threads_or_not() {
  if (!is_next_barrier()) __syncthreads();
}
inline void sync_warp_or_not(unsigned lanes) {
  if (!is_next_warp_barrier()) __syncwarp(lanes);
}
inline cudaError_t wait_for_event_or_not(cudaEvent_t event) {
  return omission_state.events++ == omission_state.omitted.event ? cudaSuccess : cudaEventSynchronize(event);
}
inline cudaError_t hold_stream_or_not(cudaStream_t stream, cudaEvent_t event, unsigned flags) {
  return omission_state.holds++ == omission_state.omitted.hold ? cudaSuccess
                                                               : cudaStreamWaitEvent(stream, event, flags);
}
template <class T>
T add_or_not_atomically(T* sum, T value) {
  if (!atomics_are_omitted()) return atomicAdd(sum, value);
  const T before = *sum;
  *sum = before + value;
  return before;
}

/// What the device says of a run with such a mistake; empty if nothing. Few orders of threads hide one: it has six.
template <class Run>
[[nodiscard]] std::string said_without(const Omissions& o, const Run& run) {
  const bool mistaken = o.barrier >= 0 || o.warp_barrier >= 0 || o.atomics;
  std::string said;
  for (int tries = mistaken ? 6 : 1; tries > 0 && said.empty(); --tries) {
    omit(o);
    try {
      run();
    } catch (const std::exception&) {
    }
    omit({});
    said = emulation::fault();
    emulation::clear_fault();
  }
  return said;
}

}  // namespace isonomy::test

#define __syncthreads isonomy::test::sync_threads_or_not
#define __syncwarp isonomy::test::sync_warp_or_not
#define atomicAdd isonomy::test::add_or_not_atomically
#define cudaEventSynchronize isonomy::test::wait_for_event_or_not
#define cudaStreamWaitEvent isonomy::test::hold_stream_or_not
