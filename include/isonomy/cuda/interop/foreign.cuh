// Memory and streams of other libraries: is it device memory of this context, and in which order do streams go on.
#pragma once

#include <cuda_runtime.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "isonomy/core/check.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/event.cuh"
#include "isonomy/cuda/status.cuh"

namespace isonomy::device {

/// A stream of another library; none where there is nothing to wait for.
///
/// cudaStreamLegacy and cudaStreamPerThread are what Python's protocols count as 1 and 2; their 0, a null stream, may
/// mean either and is refused.
using ForeignStream = std::optional<cudaStream_t>;

/// What `later` is given from now on begins after all that `earlier` has been given; the host does not wait.
inline void put_in_order(int device, cudaStream_t earlier, cudaStream_t later) {
  if (earlier == later) return;
  const OnDevice here(device);
  Event reached;
  reached.record(earlier);
  reached.hold(later);
}

/// ValueError for a stream that is null, or of another device than the context's.
inline void check_stream(const char* operation, const Context& ctx, ForeignStream stream) {
  if (!stream) return;
  if (*stream == nullptr)
    throw ValueError(text::joined(operation,
                                  ": the stream is 0, which may be the legacy default stream or the thread's; "
                                  "streams must be told apart; pass 1 (cudaStreamLegacy), 2 "
                                  "(cudaStreamPerThread), a stream of your own, or none"));
  const OnDevice here(ctx.device());
  int device = 0;
  require(cudaStreamGetDevice(*stream, &device), "cudaStreamGetDevice");
  if (device != ctx.device())
    throw ValueError(text::joined(operation, ": the stream is of device ", device, " and the context of device ",
                                  ctx.device(), "; they must be of one; make a context on the stream's device"));
}

/// What the context queues from now on comes after what the stream has been given: before the first use of data that
/// are made there. Nothing to do for no stream.
inline void wait_for(Context& ctx, ForeignStream producer, const char* operation = "wait_for") {
  check_stream(operation, ctx, producer);
  if (producer) put_in_order(ctx.device(), *producer, ctx.stream());
}
/// What the stream is given from now on comes after what the context has queued: before others use data that are made
/// here, and before they write again what is read here.
inline void let_wait(Context& ctx, ForeignStream consumer, const char* operation = "let_wait") {
  check_stream(operation, ctx, consumer);
  if (consumer) put_in_order(ctx.device(), ctx.stream(), *consumer);
}

/// ValueError unless the byte lies in memory that kernels of the context's device are meant to use: allocated there, or
/// managed. `which` names the byte.
inline void check_byte(const char* operation, const Context& ctx, std::uintptr_t address, const char* which,
                       bool must_be_managed) {
  char digits[16];
  const std::string_view hex(digits,
                             static_cast<std::size_t>(std::to_chars(digits, digits + 16, address, 16).ptr - digits));
  const auto refuse = [&](const std::string& is, const char* remedy) {
    throw ValueError(text::joined({operation, ": the ", which, " byte of the array, at 0x", hex, ", is ", is, remedy}));
  };
  cudaPointerAttributes at{};
  const OnDevice here(ctx.device());
  require(cudaPointerGetAttributes(&at, reinterpret_cast<const void*>(address)), "cudaPointerGetAttributes");
  if (at.type == cudaMemoryTypeUnregistered || at.type == cudaMemoryTypeHost)
    refuse(at.type == cudaMemoryTypeHost ? "pinned memory of the host" : "no device memory, but the host's or nobody's",
           "; it must be where it is said to be; pass memory of the device, or copy it by to_device");
  if (must_be_managed && at.type != cudaMemoryTypeManaged)
    refuse("not managed", "; it must be what it is said to be; export it as CUDA memory");
  if (at.type == cudaMemoryTypeDevice && at.device != ctx.device())
    refuse(text::joined("on device ", at.device, " and the context on device ", ctx.device()),
           "; they must be on one; make a context on that device, or copy the array");
}

/// The same for the first and the last byte of a view; an empty one may point anywhere.
template <class View>
void check_memory(const char* operation, const Context& ctx, const View& view, bool must_be_managed = false) {
  const check::Bytes bytes = check::bytes(view);
  if (bytes.first == bytes.last) return;
  check_byte(operation, ctx, bytes.first, "first", must_be_managed);
  check_byte(operation, ctx, bytes.last - 1, "last", must_be_managed);
}

}  // namespace isonomy::device
