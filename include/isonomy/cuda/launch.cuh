// Kernels as functors over the threads of a block, and the one place that names what CUDA builds in.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <limits>
#include <type_traits>

#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/status.cuh"

extern __shared__ __align__(16) unsigned char isonomy_shared_memory[];

namespace isonomy::device {

inline constexpr int warp_lanes = 32;
inline constexpr unsigned all_lanes = 0xffffffffu;

/// The threads of a block, as a kernel sees them.
///
/// Every thread of a block, or of a warp for those with lanes, takes part in each call that waits or exchanges.
struct Group {
  [[nodiscard]] __device__ int thread() const { return static_cast<int>(threadIdx.x); }
  [[nodiscard]] __device__ int threads() const { return static_cast<int>(blockDim.x); }
  [[nodiscard]] __device__ int lane() const { return thread() % warp_lanes; }
  [[nodiscard]] __device__ int warp() const { return thread() / warp_lanes; }
  [[nodiscard]] __device__ int warps() const { return threads() / warp_lanes; }
  [[nodiscard]] __device__ index_t block() const { return static_cast<index_t>(blockIdx.x); }
  [[nodiscard]] __device__ index_t blocks() const { return static_cast<index_t>(gridDim.x); }
  /// This thread among those of all blocks, and how many there are: the first index and the step of a loop.
  [[nodiscard]] __device__ index_t first() const { return block() * threads() + thread(); }
  [[nodiscard]] __device__ index_t step() const { return blocks() * threads(); }

  /// Waits for the threads of the block; what they have written, all see.
  __device__ void sync() const { __syncthreads(); }
  /// The same among the lanes of a warp.
  __device__ void sync_warp(unsigned lanes = all_lanes) const { __syncwarp(lanes); }
  /// The value of another lane.
  template <class T>
  [[nodiscard]] __device__ T shuffle(T value, int lane, unsigned lanes = all_lanes) const {
    return __shfl_sync(lanes, value, lane);
  }
  template <class T>
  [[nodiscard]] __device__ T shuffle_up(T value, int by, unsigned lanes = all_lanes) const {
    return __shfl_up_sync(lanes, value, static_cast<unsigned>(by));
  }
  template <class T>
  [[nodiscard]] __device__ T shuffle_xor(T value, int bits, unsigned lanes = all_lanes) const {
    return __shfl_xor_sync(lanes, value, bits);
  }
  /// The sum of this lane's value and those of the lanes before it.
  template <class T>
  [[nodiscard]] __device__ T sum_until(T value) const {
    for (int by = 1; by < warp_lanes; by *= 2) {
      const T before = shuffle_up(value, by);
      if (lane() >= by) value += before;
    }
    return value;
  }
  /// Bit i: what lane i says.
  [[nodiscard]] __device__ unsigned ballot(bool predicate, unsigned lanes = all_lanes) const {
    return __ballot_sync(lanes, predicate ? 1 : 0);
  }
  [[nodiscard]] __device__ int count(unsigned lanes) const { return __popc(lanes); }
  /// Adds without losing what others add at the same time; gives what was there before. Integers alone: a sum of
  /// floating-point numbers would depend on the order.
  template <class T>
    requires std::is_integral_v<T> __device__ T add(T* sum, T value)
  const { return atomicAdd(sum, value); }
  template <class T>
    requires std::is_integral_v<T> __device__ T minimum(T* least, T value)
  const { return atomicMin(least, value); }
  /// The shared memory of the block.
  template <class Shared>
  [[nodiscard]] __device__ Shared& shared() const {
    return *reinterpret_cast<Shared*>(isonomy_shared_memory);
  }
};

template <class Kernel>
__global__ void entry(const __grid_constant__ Kernel kernel) {
  kernel(Group{});
}

/// Bytes of the shared memory that a kernel declares as its Shared.
template <class Kernel>
[[nodiscard]] constexpr std::size_t shared_bytes_of() {
  if constexpr (requires { typename Kernel::Shared; })
    return sizeof(typename Kernel::Shared);
  else
    return 0;
}

/// Queues `blocks` blocks of `threads` threads, each calling kernel(group). Shared memory: Kernel::Shared, or so many
/// bytes. Nothing for no blocks.
template <class Kernel>
void launch(Context& ctx, index_t blocks, int threads, const Kernel& kernel,
            std::size_t shared_bytes = shared_bytes_of<Kernel>()) {
  static_assert(std::is_trivially_copyable_v<Kernel>, "a kernel travels to the device as plain bytes");
  constexpr std::size_t without_asking = 48 * 1024;
  if (blocks == 0) return;
  if (blocks > std::numeric_limits<int>::max())
    throw Unsupported(text::joined("launch: ", blocks, " blocks; a launch has at most 2^31 - 1"));
  const OnDevice here(ctx.device());
  if (shared_bytes > without_asking)
    require(cudaFuncSetAttribute(&entry<Kernel>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                 static_cast<int>(shared_bytes)),
            "cudaFuncSetAttribute");
  Kernel copy = kernel;
  void* arguments[] = {&copy};
  require(cudaLaunchKernel(&entry<Kernel>, dim3(static_cast<unsigned>(blocks)), dim3(static_cast<unsigned>(threads)),
                           arguments, shared_bytes, ctx.stream()),
          "cudaLaunchKernel");
  ctx.queued();
}

}  // namespace isonomy::device
