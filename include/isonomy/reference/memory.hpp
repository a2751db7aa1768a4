// Memory of Backend<Reference>: copy, fill and iota in host memory, and workspace.
#pragma once

#include <cstddef>
#include <type_traits>

#include "isonomy/backend/host_memory.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/loop.hpp"

namespace isonomy::reference {

struct Memory : HostMemory<Context> {
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
