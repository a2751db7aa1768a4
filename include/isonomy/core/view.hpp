// Non-owning strided views of vectors, matrices and batches; the memory space is part of the type.
#pragma once

#include <span>
#include <type_traits>
#include <vector>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/config.hpp"

namespace isonomy {

/// `size` elements, `stride` elements apart. Trivially copyable; a mutable view converts to a const one.
template <class T, MemorySpace Space = HostSpace>
struct VectorView {
  using value_type = std::remove_const_t<T>;
  using space = Space;

  T* data = nullptr;
  index_t size = 0;
  index_t stride = 1;

  VectorView() = default;
  ISONOMY_HD VectorView(T* first, index_t count, index_t step = 1) : data(first), size(count), stride(step) {}
  template <class U>
    requires(std::is_const_v<T>&& std::same_as<U, value_type>)
  ISONOMY_HD VectorView(const VectorView<U, Space>& v) : data(v.data), size(v.size), stride(v.stride) {}

  /// Always inline: compilers do not inline across instruction sets by themselves.
  [[gnu::always_inline]] ISONOMY_HD T& operator()(index_t i) const { return data[i * stride]; }
  ISONOMY_HD T& operator[](index_t i) const { return data[i * stride]; }
  [[nodiscard]] ISONOMY_HD VectorView subview(index_t first, index_t count) const {
    return {data + first * stride, count, stride};
  }
};

/// `rows` x `columns` elements with independent strides: row-major, column-major and transposed alike.
template <class T, MemorySpace Space = HostSpace>
struct MatrixView {
  using value_type = std::remove_const_t<T>;
  using space = Space;

  T* data = nullptr;
  index_t rows = 0, columns = 0;
  index_t row_stride = 1, column_stride = 0;

  MatrixView() = default;
  ISONOMY_HD MatrixView(T* first, index_t m, index_t n, index_t row_step, index_t column_step)
      : data(first), rows(m), columns(n), row_stride(row_step), column_stride(column_step) {}
  template <class U>
    requires(std::is_const_v<T>&& std::same_as<U, value_type>)
  ISONOMY_HD MatrixView(const MatrixView<U, Space>& v)
      : data(v.data), rows(v.rows), columns(v.columns), row_stride(v.row_stride), column_stride(v.column_stride) {}

  [[gnu::always_inline]] ISONOMY_HD T& operator()(index_t i, index_t j) const {
    return data[i * row_stride + j * column_stride];
  }
  [[nodiscard]] ISONOMY_HD VectorView<T, Space> row(index_t i) const {
    return {data + i * row_stride, columns, column_stride};
  }
  [[nodiscard]] ISONOMY_HD VectorView<T, Space> column(index_t j) const {
    return {data + j * column_stride, rows, row_stride};
  }
  /// Rows `first .. first + count - 1`.
  [[nodiscard]] ISONOMY_HD MatrixView row_block(index_t first, index_t count) const {
    return {data + first * row_stride, count, columns, row_stride, column_stride};
  }
  /// Columns `first .. first + count - 1`.
  [[nodiscard]] ISONOMY_HD MatrixView column_block(index_t first, index_t count) const {
    return {data + first * column_stride, rows, count, row_stride, column_stride};
  }
  [[nodiscard]] ISONOMY_HD VectorView<T, Space> diagonal() const {
    return {data, rows < columns ? rows : columns, row_stride + column_stride};
  }
};

/// The same elements with rows and columns exchanged; no data move.
template <class T, MemorySpace Space>
[[nodiscard]] ISONOMY_HD MatrixView<T, Space> transposed(MatrixView<T, Space> a) {
  return {a.data, a.columns, a.rows, a.column_stride, a.row_stride};
}

/// `batches` matrices of equal shape, `batch_stride` elements apart.
template <class T, MemorySpace Space = HostSpace>
struct BatchView {
  using value_type = std::remove_const_t<T>;
  using space = Space;

  T* data = nullptr;
  index_t batches = 0, rows = 0, columns = 0;
  index_t batch_stride = 0, row_stride = 1, column_stride = 0;

  BatchView() = default;
  ISONOMY_HD BatchView(T* first, index_t count, index_t m, index_t n, index_t batch_step, index_t row_step,
                       index_t column_step)
      : data(first), batches(count), rows(m), columns(n), batch_stride(batch_step), row_stride(row_step),
        column_stride(column_step) {}
  template <class U>
    requires(std::is_const_v<T>&& std::same_as<U, value_type>)
  ISONOMY_HD BatchView(const BatchView<U, Space>& v)
      : data(v.data), batches(v.batches), rows(v.rows), columns(v.columns), batch_stride(v.batch_stride),
        row_stride(v.row_stride), column_stride(v.column_stride) {}

  [[nodiscard]] ISONOMY_HD MatrixView<T, Space> operator[](index_t b) const {
    return {data + b * batch_stride, rows, columns, row_stride, column_stride};
  }
};

/// Column-major view of `rows` x `columns` contiguous elements.
template <MemorySpace Space = HostSpace, class T>
[[nodiscard]] ISONOMY_HD MatrixView<T, Space> column_major(T* data, index_t rows, index_t columns) {
  return {data, rows, columns, 1, rows};
}

/// Row-major view of `rows` x `columns` contiguous elements.
template <MemorySpace Space = HostSpace, class T>
[[nodiscard]] ISONOMY_HD MatrixView<T, Space> row_major(T* data, index_t rows, index_t columns) {
  return {data, rows, columns, columns, 1};
}

/// Host view of a span or a standard vector.
template <class T>
[[nodiscard]] VectorView<T> view(std::span<T> s) {
  return {s.data(), static_cast<index_t>(s.size())};
}
template <class T>
[[nodiscard]] VectorView<T> view(std::vector<T>& v) {
  return {v.data(), static_cast<index_t>(v.size())};
}
template <class T>
[[nodiscard]] VectorView<const T> view(const std::vector<T>& v) {
  return {v.data(), static_cast<index_t>(v.size())};
}

}  // namespace isonomy
