// Owning memory of a backend: Buffer and Matrix are move-only and copied only by name.
#pragma once

#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"

namespace isonomy {

namespace detail {

/// Memory for `size` elements of so many bytes; none for no elements.
template <class B, class Ctx>
[[nodiscard]] typename B::allocation allocate_elements(Ctx& ctx, index_t size, std::size_t bytes_each,
                                                       const char* purpose) {
  if (size < 0 || static_cast<std::size_t>(size) > std::numeric_limits<std::size_t>::max() / 2 / bytes_each)
    throw ShapeError(text::joined(purpose, ": a buffer of ", size, " elements cannot exist"));
  if (size == 0) return {};
  return B::allocate(ctx, bytes_each * static_cast<std::size_t>(size), purpose);
}

}  // namespace detail

/// `size` uninitialised elements, 256-byte aligned, owned; freed through the context's allocator, which must outlive
/// it.
template <class T, class Tag>
class Buffer {
  static_assert(std::is_trivially_copyable_v<T>, "a buffer holds plain data: its bytes travel between devices");

 public:
  using backend = typename detail::Complete<Backend<Tag>>::type;
  using space = typename backend::space;

  Buffer() = default;
  /// OutOfMemory names `purpose`.
  Buffer(Context<Tag>& ctx, index_t size, const char* purpose = "buffer")
      : allocation_(detail::allocate_elements<backend>(ctx, size, sizeof(T), purpose)), size_(size) {}

  [[nodiscard]] T* data() noexcept { return static_cast<T*>(allocation_.get()); }
  [[nodiscard]] const T* data() const noexcept { return static_cast<const T*>(allocation_.get()); }
  [[nodiscard]] index_t size() const noexcept { return size_; }
  [[nodiscard]] VectorView<T, space> view() noexcept { return {data(), size_}; }
  [[nodiscard]] VectorView<const T, space> view() const noexcept { return {data(), size_}; }

 private:
  typename backend::allocation allocation_{};
  index_t size_ = 0;
};

/// `rows` x `columns` elements, column-major like BLAS and Eigen.
template <class T, class Tag>
class Matrix {
 public:
  using backend = typename Buffer<T, Tag>::backend;
  using space = typename backend::space;

  Matrix() = default;
  Matrix(Context<Tag>& ctx, index_t rows, index_t columns, const char* purpose = "matrix")
      : buffer_(ctx, checked_size(rows, columns, purpose), purpose), rows_(rows), columns_(columns) {}

  [[nodiscard]] index_t rows() const noexcept { return rows_; }
  [[nodiscard]] index_t columns() const noexcept { return columns_; }
  [[nodiscard]] T* data() noexcept { return buffer_.data(); }
  [[nodiscard]] const T* data() const noexcept { return buffer_.data(); }
  [[nodiscard]] MatrixView<T, space> view() noexcept { return column_major<space>(data(), rows_, columns_); }
  [[nodiscard]] MatrixView<const T, space> view() const noexcept {
    return column_major<space>(data(), rows_, columns_);
  }

 private:
  static index_t checked_size(index_t rows, index_t columns, const char* purpose) {
    check::that(rows >= 0 && columns >= 0 && (columns == 0 || rows <= std::numeric_limits<index_t>::max() / columns),
                purpose, "a matrix of ", rows, "x", columns, " cannot exist");
    return rows * columns;
  }
  Buffer<T, Tag> buffer_;
  index_t rows_ = 0, columns_ = 0;
};

/// A device copy of host data, counted as staged where the spaces differ.
template <class Ctx, class T>
[[nodiscard]] Buffer<T, typename Ctx::tag> to_device(Ctx& ctx, VectorView<const T, HostSpace> host,
                                                     const char* purpose = "to_device") {
  Buffer<T, typename Ctx::tag> out(ctx, host.size, purpose);
  backend_of<Ctx>::copy_from_host(ctx, host, out.view());
  return out;
}
template <class Ctx, class T>
[[nodiscard]] Buffer<T, typename Ctx::tag> to_device(Ctx& ctx, const std::vector<T>& host,
                                                     const char* purpose = "to_device") {
  return to_device(ctx, VectorView<const T>(host.data(), static_cast<index_t>(host.size())), purpose);
}

/// Copies device data to host memory of the same size; waits for the work queued before it.
template <class Ctx, class T>
void copy_to_host(Ctx& ctx, VectorView<T, typename Ctx::space> device,
                  VectorView<std::remove_const_t<T>, HostSpace> host) {
  check::that(device.size == host.size, "copy_to_host", "source has ", device.size, " and target ", host.size,
              " elements; they must be equal");
  backend_of<Ctx>::copy_to_host(ctx, VectorView<const std::remove_const_t<T>, typename Ctx::space>(device), host);
}

/// A host copy of device data; waits for the work queued before it.
template <class Ctx, class T>
[[nodiscard]] std::vector<T> to_host(Ctx& ctx, VectorView<const T, typename Ctx::space> device) {
  std::vector<T> out(static_cast<std::size_t>(device.size));
  backend_of<Ctx>::copy_to_host(ctx, device, VectorView<T>(out.data(), device.size));
  return out;
}
template <class Ctx, class T>
[[nodiscard]] std::vector<T> to_host(Ctx& ctx, const Buffer<T, typename Ctx::tag>& device) {
  return to_host<Ctx, T>(ctx, device.view());
}

}  // namespace isonomy
