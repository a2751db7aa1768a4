// Memory of Backend<Reference>: allocation that is counted and limited, copy, fill and iota.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>

#include "isonomy/core/error.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/loop.hpp"

namespace isonomy::reference {

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

  /// So many bytes, uninitialised and aligned. OutOfMemory names `purpose`, where the machine has no more or the
  /// context's limit is reached.
  [[nodiscard]] static allocation allocate(Context& ctx, std::size_t bytes, const char* purpose) {
    Counters& counters = ctx.counters();
    const std::size_t limit = ctx.control().workspace_limit;
    const std::size_t left = limit > counters.bytes_allocated ? limit - counters.bytes_allocated : 0;
    if (bytes > left) throw OutOfMemory(purpose, bytes, left);
    void* p = ::operator new (bytes, std::align_val_t{buffer_alignment}, std::nothrow);
    if (p == nullptr) throw OutOfMemory(purpose, bytes, 0);
    counters.allocated(bytes);
    return allocation(p, Release{ctx.shared_counters(), bytes});
  }

  template <class T>
  static void copy(Context& ctx, VectorView<const std::type_identity_t<T>> source, VectorView<T> out) {
    for_indices(ctx, out.size, "copy", [&](index_t i) { out(i) = source(i); });
  }
  template <class T>
  static void copy(Context& ctx, MatrixView<const std::type_identity_t<T>> source, MatrixView<T> out) {
    for (index_t j = 0; j < out.columns; ++j) copy(ctx, source.column(j), out.column(j));
  }
  template <class T>
  static void fill(Context& ctx, VectorView<T> out, std::type_identity_t<T> value) {
    for_indices(ctx, out.size, "fill", [&](index_t i) { out(i) = value; });
  }
  template <class T>
  static void iota(Context& ctx, VectorView<T> out, std::type_identity_t<T> first) {
    for_indices(ctx, out.size, "iota", [&](index_t i) { out(i) = static_cast<T>(first + static_cast<T>(i)); });
  }

  // What brings data here and back is no operation: a request to stop does not end it.
  template <class T>
  static void copy_from_host(Context&, VectorView<const T> source, VectorView<T> out) {
    for (index_t i = 0; i < out.size; ++i) out(i) = source(i);
  }
  template <class T>
  static void copy_to_host(Context&, VectorView<const T> source, VectorView<T> out) {
    for (index_t i = 0; i < out.size; ++i) out(i) = source(i);
  }
  static void synchronize(Context&) {}
};

/// `n` uninitialised elements of workspace, counted and limited like every allocation.
template <class T>
class Array {
  static_assert(std::is_trivially_copyable_v<T>, "elements are moved as plain bytes");

 public:
  Array(Context& ctx, index_t n, const char* purpose) {
    if (n > 0) memory_ = Memory::allocate(ctx, sizeof(T) * static_cast<std::size_t>(n), purpose);
  }
  [[nodiscard]] T* data() const noexcept { return static_cast<T*>(memory_.get()); }
  [[nodiscard]] T& operator[](index_t i) const noexcept { return data()[i]; }

 private:
  Memory::allocation memory_;
};

}  // namespace isonomy::reference
