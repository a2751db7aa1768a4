// Memory of Backend<Cuda>: allocation in the order of the stream, copies within the device and to the host, fill, iota.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstring>
#include <memory>
#include <vector>

#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/pieces.cuh"
#include "isonomy/cuda/status.cuh"

namespace isonomy::device {

/// Gives memory back when the stream has come so far, and takes it off the books at once.
struct Release {
  std::shared_ptr<State> state;
  std::size_t bytes = 0;

  void operator()(void* p) const noexcept {
    if (!state) return;
    int before = 0;
    static_cast<void>(cudaGetDevice(&before));
    static_cast<void>(cudaSetDevice(state->device()));
    static_cast<void>(cudaFreeAsync(p, state->stream()));
    static_cast<void>(cudaSetDevice(before));
    state->counters().released(bytes);
  }
};

template <class T>
struct CopyElement {
  VectorView<const T, DeviceSpace> source;
  VectorView<T, DeviceSpace> out;
  __device__ void operator()(index_t i) const { out(i) = source(i); }
};
template <class T>
struct CopyEntry {
  MatrixView<const T, DeviceSpace> source;
  MatrixView<T, DeviceSpace> out;
  __device__ void operator()(index_t e) const { out(e % out.rows, e / out.rows) = source(e % out.rows, e / out.rows); }
};
template <class T>
struct SetElement {
  VectorView<T, DeviceSpace> out;
  T value;
  __device__ void operator()(index_t i) const { out(i) = value; }
};
template <class T>
struct CountUp {
  VectorView<T, DeviceSpace> out;
  T first;
  __device__ void operator()(index_t i) const { out(i) = static_cast<T>(first + static_cast<T>(i)); }
};

/// Elements side by side in host memory, as bytes: they need not be constructible.
template <class T>
struct HostElements {
  index_t size;
  std::vector<unsigned char> bytes;

  explicit HostElements(index_t n) : size(n), bytes(sizeof(T) * static_cast<std::size_t>(n)) {}
  void set(index_t i, const T& value) { std::memcpy(place(i), &value, sizeof(T)); }
  void get(index_t i, T& value) const { std::memcpy(&value, place(i), sizeof(T)); }

 private:
  [[nodiscard]] unsigned char* place(index_t i) { return bytes.data() + sizeof(T) * static_cast<std::size_t>(i); }
  [[nodiscard]] const unsigned char* place(index_t i) const {
    return bytes.data() + sizeof(T) * static_cast<std::size_t>(i);
  }
};

struct Memory {
  using allocation = std::unique_ptr<void, Release>;

  /// So many bytes, uninitialised, aligned by 256. OutOfMemory names `purpose`, what was asked for and what is free.
  [[nodiscard]] static allocation allocate(Context& ctx, std::size_t bytes, const char* purpose) {
    take_room(ctx.control(), ctx.counters(), bytes, purpose);
    const OnDevice here(ctx.device());
    void* p = nullptr;
    const cudaError_t error = cudaMallocFromPoolAsync(&p, bytes, ctx.state()->pool(), ctx.stream());
    if (error != cudaSuccess) ctx.counters().released(bytes);
    if (error == cudaErrorMemoryAllocation) {
      static_cast<void>(cudaGetLastError());
      std::size_t free = 0, total = 0;
      require(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
      throw OutOfMemory(purpose, bytes, free);
    }
    require(error, "cudaMallocFromPoolAsync");
    return {p, Release{ctx.state(), bytes}};
  }

  template <class T>
  static void copy(Context& ctx, VectorView<const T, DeviceSpace> source, VectorView<T, DeviceSpace> out) {
    if (source.stride == 1 && out.stride == 1)
      return move_bytes(ctx, out.data, source.data, bytes_of<T>(out.size), cudaMemcpyDeviceToDevice);
    for_indices(ctx, out.size, "copy", CopyElement<T>{source, out});
  }
  template <class T>
  static void copy(Context& ctx, MatrixView<const T, DeviceSpace> source, MatrixView<T, DeviceSpace> out) {
    // Neighbouring threads write along the shorter stride.
    if (out.column_stride < out.row_stride) return copy<T>(ctx, transposed(source), transposed(out));
    for_indices(ctx, out.rows * out.columns, "copy", CopyEntry<T>{source, out});
  }
  template <class T>
  static void fill(Context& ctx, VectorView<T, DeviceSpace> out, T value) {
    for_indices(ctx, out.size, "fill", SetElement<T>{out, value});
  }
  template <class T>
  static void iota(Context& ctx, VectorView<T, DeviceSpace> out, T first) {
    for_indices(ctx, out.size, "iota", CountUp<T>{out, first});
  }

  // Between the spaces: the source has been read, the target written, when the call returns. No operation, so a request
  // to stop does not end it.
  template <class T>
  static void copy_from_host(Context& ctx, VectorView<const T> source, VectorView<T, DeviceSpace> out) {
    if (out.size == 0) return;
    ctx.counters().bytes_moved += bytes_of<T>(out.size);
    if (source.stride == 1) {
      send(ctx, source.data, out);
      if (is_read_by_device(ctx, source.data)) drain(ctx);
      return;
    }
    HostElements<T> packed(source.size);
    for (index_t i = 0; i < packed.size; ++i) packed.set(i, source(i));
    send(ctx, packed.bytes.data(), out);
  }
  template <class T>
  static void copy_to_host(Context& ctx, VectorView<const T, DeviceSpace> source, VectorView<T> out) {
    if (out.size == 0) return drain(ctx);
    ctx.counters().bytes_moved += bytes_of<T>(out.size);
    if (out.stride == 1) return fetch(ctx, source, out.data);
    HostElements<T> packed(out.size);
    fetch(ctx, source, packed.bytes.data());
    for (index_t i = 0; i < packed.size; ++i) packed.get(i, out(i));
  }
  static void synchronize(Context& ctx) { ctx.wait("synchronize"); }

 private:
  template <class T>
  [[nodiscard]] static std::size_t bytes_of(index_t n) {
    return sizeof(T) * static_cast<std::size_t>(n);
  }
  /// From elements side by side in host memory. Those between the elements of `out` are not the caller's, and are not
  /// written: a kernel spreads what has arrived.
  template <class T>
  static void send(Context& ctx, const void* from, VectorView<T, DeviceSpace> out) {
    if (out.stride == 1) return move_bytes(ctx, out.data, from, bytes_of<T>(out.size), cudaMemcpyHostToDevice);
    const allocation room = allocate(ctx, bytes_of<T>(out.size), "copy_from_host");
    T* const dense = static_cast<T*>(room.get());
    move_bytes(ctx, dense, from, bytes_of<T>(out.size), cudaMemcpyHostToDevice);
    spread(ctx, VectorView<const T, DeviceSpace>(dense, out.size), out);
  }
  /// To elements side by side in host memory, which are there on return.
  template <class T>
  static void fetch(Context& ctx, VectorView<const T, DeviceSpace> source, void* to) {
    allocation room;
    const T* dense = source.data;
    if (source.stride != 1) {
      room = allocate(ctx, bytes_of<T>(source.size), "copy_to_host");
      dense = static_cast<const T*>(room.get());
      spread(ctx, source, VectorView<T, DeviceSpace>(static_cast<T*>(room.get()), source.size));
    }
    move_bytes(ctx, to, dense, bytes_of<T>(source.size), cudaMemcpyDeviceToHost);
    drain(ctx);
  }
  static void move_bytes(Context& ctx, void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
    if (bytes == 0) return;
    const OnDevice here(ctx.device());
    require(cudaMemcpyAsync(to, from, bytes, kind, ctx.stream()), "cudaMemcpyAsync");
    if (kind == cudaMemcpyDeviceToDevice) ctx.queued();
  }
  template <class T>
  static void spread(Context& ctx, VectorView<const T, DeviceSpace> source, VectorView<T, DeviceSpace> out) {
    constexpr int threads = 256;
    launch(ctx, ctx.blocks_for(out.size, threads), threads, IndexLoop<CopyElement<T>>{{source, out}, 0, out.size});
  }
  /// Is it no pageable memory, so that a copy from it may still be on its way when the call that began it returns?
  [[nodiscard]] static bool is_read_by_device(Context& ctx, const void* p) {
    const OnDevice here(ctx.device());
    cudaPointerAttributes at{};
    require(cudaPointerGetAttributes(&at, p), "cudaPointerGetAttributes");
    return at.type != cudaMemoryTypeUnregistered;
  }
  /// Waits without asking whether to stop.
  static void drain(Context& ctx) {
    const OnDevice here(ctx.device());
    require(cudaStreamSynchronize(ctx.stream()), "cudaStreamSynchronize");
  }
};

/// Uninitialised elements of workspace, counted under the operation's name: what Buffer is outside of the backend.
template <class T>
class Room {
 public:
  Room(Context& ctx, index_t size, const char* operation)
      : memory_(Memory::allocate(ctx, sizeof(T) * static_cast<std::size_t>(size), operation)) {}
  [[nodiscard]] T* data() const { return static_cast<T*>(memory_.get()); }

 private:
  Memory::allocation memory_;
};

}  // namespace isonomy::device
