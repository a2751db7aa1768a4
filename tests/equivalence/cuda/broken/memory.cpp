// Broken forms of for_each, copy, fill and iota on Backend<Cuda>: the kit rejects each.
#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>

#include "isonomy/backend/compose/override.hpp"
#include "isonomy/conformance/cases/memory.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "rejected.hpp"
#include "support/catch.hpp"

namespace isonomy::test {

/// The operations of Backend<Cuda>, with a mistake in them.
struct BrokenMemory {};
enum class MemoryBreak {
  none,
  last_warp_is_lost,
  last_warp_runs_twice,
  stride_is_ignored,
  wait_is_left_out,
  zero_is_cleared,
  gaps_are_written,
  each_block_begins_anew,
  counts_in_double
};

template <class F>
struct BeginAt {
  F f;
  index_t first;
  ISONOMY_HD void operator()(index_t i) const { f(first + i); }
};
template <class T>
struct CountPerBlock {
  VectorView<T, DeviceSpace> out;
  T first;
  ISONOMY_HD void operator()(index_t i) const { out(i) = static_cast<T>(first + static_cast<T>(i % 256)); }
};
template <class T>
struct CountInDouble {
  VectorView<T, DeviceSpace> out;
  T first;
  ISONOMY_HD void operator()(index_t i) const {
    out(i) = static_cast<T>(static_cast<double>(first) + static_cast<double>(i));
  }
};

}  // namespace isonomy::test

template <>
struct isonomy::Backend<isonomy::test::BrokenMemory> {
  using tag = test::BrokenMemory;
  using space = DeviceSpace;
  using context = device::Context;
  using Honest = Backend<Cuda>;
  using Break = test::MemoryBreak;

  static constexpr const char* name() { return "BrokenMemory"; }
  static bool available() noexcept { return true; }

  template <class F>
  static void for_each(context& ctx, index_t n, const F& f) {
    const index_t whole = n / 32 * 32;
    Honest::for_each(ctx, test::mistake<Break> == Break::last_warp_is_lost ? whole : n, f);
    if (test::mistake<Break> == Break::last_warp_runs_twice)
      Honest::for_each(ctx, n - whole, test::BeginAt<F>{f, whole});
  }
  template <class T>
  static void copy(context& ctx, VectorView<const T, space> source, VectorView<T, space> out) {
    if (test::mistake<Break> == Break::stride_is_ignored && source.stride > 1) source.stride = 1;
    if (test::mistake<Break> == Break::wait_is_left_out && source.stride == 1 && out.stride == 1 && out.size > 0)
      return copy_unawaited(ctx, out.data, source.data, sizeof(T) * static_cast<std::size_t>(out.size));
    Honest::copy<T>(ctx, source, out);
  }
  template <class T>
  static void copy(context& ctx, MatrixView<const T, space> source, MatrixView<T, space> out) {
    Honest::copy<T>(ctx, source, out);
  }
  template <class T>
  static void fill(context& ctx, VectorView<T, space> out, T value) {
    if (test::mistake<Break> == Break::zero_is_cleared && value == 0) value = T{0};
    if (test::mistake<Break> == Break::gaps_are_written && out.size > 0)
      out = VectorView<T, space>(out.data, (out.size - 1) * out.stride + 1);
    Honest::fill<T>(ctx, out, value);
  }
  template <class T>
  static void iota(context& ctx, VectorView<T, space> out, T first) {
    switch (test::mistake<Break>) {
    case Break::each_block_begins_anew: return Honest::for_each(ctx, out.size, test::CountPerBlock<T>{out, first});
    case Break::counts_in_double: return Honest::for_each(ctx, out.size, test::CountInDouble<T>{out, first});
    default: Honest::iota<T>(ctx, out, first);
    }
  }

 private:
  /// By way of a room that another stream fills; what reads it does not wait for that.
  static void copy_unawaited(context& ctx, void* to, const void* from, std::size_t bytes) {
    const device::Room<unsigned char> room(ctx, static_cast<index_t>(bytes), "copy");
    cudaStream_t other = nullptr;
    cudaEvent_t source_is_there = nullptr;
    device::require(cudaStreamCreateWithFlags(&other, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
    device::require(cudaEventCreateWithFlags(&source_is_there, cudaEventDisableTiming), "cudaEventCreateWithFlags");
    device::require(cudaEventRecord(source_is_there, ctx.stream()), "cudaEventRecord");
    device::require(cudaStreamWaitEvent(other, source_is_there, 0), "cudaStreamWaitEvent");
    device::require(cudaMemcpyAsync(room.data(), from, bytes, cudaMemcpyDeviceToDevice, other), "cudaMemcpyAsync");
    device::require(cudaMemcpyAsync(to, room.data(), bytes, cudaMemcpyDeviceToDevice, ctx.stream()), "cudaMemcpyAsync");
    device::require(cudaStreamSynchronize(ctx.stream()), "cudaStreamSynchronize");
    device::require(cudaStreamSynchronize(other), "cudaStreamSynchronize");
    device::require(cudaEventDestroy(source_is_there), "cudaEventDestroy");
    device::require(cudaStreamDestroy(other), "cudaStreamDestroy");
  }
};

namespace isonomy::test {
namespace {

using WithBrokenMemory = Override<Cuda, BrokenMemory, op::for_each, op::copy, op::fill, op::iota>;

TEST_CASE("broken loops, copies and fills on Cuda are rejected", "[cuda]") {
  using enum MemoryBreak;
  rejects<op::for_each, WithBrokenMemory, op::Anything>({last_warp_is_lost, last_warp_runs_twice});
  rejects<op::copy, WithBrokenMemory>({stride_is_ignored, wait_is_left_out});
  rejects<op::fill, WithBrokenMemory>({zero_is_cleared, gaps_are_written});
  rejects<op::iota, WithBrokenMemory, std::int64_t>({each_block_begins_anew, counts_in_double});
}

}  // namespace
}  // namespace isonomy::test
