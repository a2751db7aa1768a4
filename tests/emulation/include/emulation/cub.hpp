// What the stand-ins for CUB's device-wide calls share: the two phases of a call and double buffers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <type_traits>
#include <utility>

#include "cub/version.cuh"
#include "cuda_runtime.h"

namespace cub {

/// Two buffers that a call may use both; `selector` says which holds the result.
template <class T>
struct DoubleBuffer {
  T* d_buffers[2];
  int selector = 0;
  DoubleBuffer() : d_buffers{nullptr, nullptr} {}
  DoubleBuffer(T* current, T* alternate) : d_buffers{current, alternate} {}
  T* Current() { return d_buffers[selector]; }
  T* Alternate() { return d_buffers[selector ^ 1]; }
};

}  // namespace cub

namespace emulation {

/// First phase: says how many bytes are wanted. Second: queues work, which writes all of them first, as CUB may.
template <class F>
cudaError_t cub_call(void* temporary, std::size_t& bytes, std::size_t wanted, cudaStream_t stream, F work) {
  if (temporary == nullptr) {
    bytes = wanted;
    return cudaSuccess;
  }
  if (bytes < wanted) return cudaErrorInvalidValue;
  count_vendor_call();
  return enqueue_call(stream,
                      [=, work = std::move(work)] {
                        if (!device_range(temporary, wanted, "CUB uses its temporary storage")) return;
                        std::memset(temporary, 0xEE, wanted);
                        work();
                      })
             ? cudaSuccess
             : cudaErrorInvalidResourceHandle;
}

/// Whether n elements from an iterator on may be used; iterators that are no pointers are not asked.
template <class I, class N>
bool in_device(I first, N n, const char* what) {
  if constexpr (std::is_pointer_v<I>)
    return device_range(first, static_cast<std::size_t>(n) * sizeof(*first), what);
  else
    return true;
}

/// Some bytes and some more an element, so that a caller who asks for too little is found out.
inline std::size_t cub_bytes(std::int64_t n) { return 256 + static_cast<std::size_t>(n) / 64 * 8; }

}  // namespace emulation
