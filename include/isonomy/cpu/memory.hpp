// Host memory of Backend<Cpu>: aligned allocation, strided copy, fill and iota.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>

#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/parallel.hpp"

namespace isonomy::cpu {

inline constexpr std::size_t buffer_alignment = 256;

/// Returns memory and takes it off the books of the context that gave it.
struct Release {
  std::shared_ptr<Counters> counters;
  std::size_t bytes = 0;
  void operator()(void* p) const noexcept {
    ::operator delete (p, std::align_val_t{buffer_alignment});
    if (counters) counters->released(bytes);
  }
};

struct Memory {
  using allocation = std::unique_ptr<void, Release>;

  [[nodiscard]] static allocation allocate(Context& ctx, std::size_t bytes, const char* purpose) {
    Counters& counters = ctx.counters();
    const std::size_t limit = ctx.control().workspace_limit;
    if (counters.bytes_allocated > limit || bytes > limit - counters.bytes_allocated)
      throw OutOfMemory(purpose, bytes, limit > counters.bytes_allocated ? limit - counters.bytes_allocated : 0);
    void* p = ::operator new (bytes, std::align_val_t{buffer_alignment}, std::nothrow);
    if (p == nullptr) throw OutOfMemory(purpose, bytes, 0);
    counters.allocated(bytes);
    return allocation(p, Release{ctx.shared_counters(), bytes});
  }

  template <class T>
  static void copy(Context&, VectorView<const T> source, VectorView<T> out) {
    if (source.stride == 1 && out.stride == 1) {
      if (source.size > 0) std::memcpy(out.data, source.data, sizeof(T) * static_cast<std::size_t>(source.size));
      return;
    }
    for (index_t i = 0; i < source.size; ++i) out(i) = source(i);
  }
  template <class T>
  static void copy(Context& ctx, MatrixView<const T> source, MatrixView<T> out) {
    // Along the output's shorter stride: scattered reads are cheaper than scattered writes.
    const bool by_rows = out.column_stride < out.row_stride;
    const MatrixView<const T> from = by_rows ? transposed(source) : source;
    const MatrixView<T> to = by_rows ? transposed(out) : out;
    for (index_t j = 0; j < to.columns; ++j) copy(ctx, from.column(j), to.column(j));
  }
  template <class T>
  static void copy_from_host(Context& ctx, VectorView<const T> source, VectorView<T> out) {
    copy(ctx, source, out);
  }
  template <class T>
  static void copy_to_host(Context& ctx, VectorView<const T> source, VectorView<T> out) {
    copy(ctx, source, out);
  }
  template <class T>
  static void fill(Context&, VectorView<T> out, T value) {
    for (index_t i = 0; i < out.size; ++i) out(i) = value;
  }
  template <class T>
  static void iota(Context&, VectorView<T> out, T first) {
    for (index_t i = 0; i < out.size; ++i) out(i) = static_cast<T>(first + static_cast<T>(i));
  }
  static void synchronize(Context&) {}
};

}  // namespace isonomy::cpu
