// Shape, stride, overlap and narrowing checks that front doors run before any work.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>

#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy {

/// `value` as To; ValueError naming `what` where it does not fit.
template <class To, class From>
[[nodiscard]] To narrow(From value, const char* what) {
  const To result = static_cast<To>(value);
  if (static_cast<From>(result) != value || (result < To{}) != (value < From{}))
    throw ValueError(text::joined(what, ": ", value, " does not fit its type; use less data per call"));
  return result;
}

namespace check {

/// As pieces of a message: put together where it is, in no check that holds.
[[nodiscard]] inline text::MatrixExtents shape(index_t rows, index_t columns) { return {rows, columns}; }
template <class T, class S>
[[nodiscard]] text::MatrixExtents shape(const MatrixView<T, S>& a) {
  return shape(a.rows, a.columns);
}

namespace detail {

[[noreturn, gnu::cold, gnu::noinline]] inline void fail(const char* operation,
                                                        std::initializer_list<text::Piece> pieces) {
  throw ShapeError(text::joined(operation, ": ", text::joined(pieces)));
}

}  // namespace detail

/// ShapeError "operation: pieces" unless `condition`. Pieces are texts, whole numbers and shapes, put together only
/// then.
template <class... Pieces>
void that(bool condition, const char* operation, const Pieces&... pieces) {
  if (!condition) detail::fail(operation, {pieces...});
}

/// Extents and strides are not negative, and data is there when elements are.
template <class T, class S>
void usable(const VectorView<T, S>& v, const char* operation, const char* name) {
  that(v.size >= 0 && v.stride >= 0, operation, name, " has size ", v.size, " and stride ", v.stride,
       "; both must be at least 0");
  that(v.data != nullptr || v.size == 0, operation, name, " has elements but no data pointer");
}
template <class T, class S>
void usable(const MatrixView<T, S>& a, const char* operation, const char* name) {
  that(a.rows >= 0 && a.columns >= 0 && a.row_stride >= 0 && a.column_stride >= 0, operation, name, " is ", a.rows, "x",
       a.columns, " with strides ", a.row_stride, ", ", a.column_stride, "; all must be at least 0");
  that(a.data != nullptr || a.rows == 0 || a.columns == 0, operation, name, " has elements but no data pointer");
}
template <class T, class S>
void usable(const BatchView<T, S>& a, const char* operation, const char* name) {
  that(a.batches >= 0 && a.batch_stride >= 0, operation, name, " has ", a.batches, " batches and batch stride ",
       a.batch_stride, "; both must be at least 0");
  if (a.batches > 0) usable(a[0], operation, name);
}

struct Bytes {
  std::uintptr_t first, last;  // half open
};
template <class T, class S>
[[nodiscard]] Bytes bytes(const VectorView<T, S>& v) {
  const auto p = reinterpret_cast<std::uintptr_t>(v.data);
  if (v.size == 0) return {p, p};
  return {p, p + sizeof(T) * static_cast<std::uintptr_t>((v.size - 1) * v.stride + 1)};
}
template <class T, class S>
[[nodiscard]] Bytes bytes(const MatrixView<T, S>& a) {
  const auto p = reinterpret_cast<std::uintptr_t>(a.data);
  if (a.rows == 0 || a.columns == 0) return {p, p};
  return {p, p + sizeof(T) *
                     static_cast<std::uintptr_t>((a.rows - 1) * a.row_stride + (a.columns - 1) * a.column_stride + 1)};
}

template <class T, class S>
[[nodiscard]] Bytes bytes(const BatchView<T, S>& a) {
  const Bytes first =
      bytes(MatrixView<T, S>(a.data, a.batches > 0 ? a.rows : 0, a.columns, a.row_stride, a.column_stride));
  if (first.first == first.last) return first;
  return {first.first, first.last + sizeof(T) * static_cast<std::uintptr_t>((a.batches - 1) * a.batch_stride)};
}

inline void no_overlap(Bytes out, Bytes in, const char* operation, const char* out_name, const char* in_name) {
  const bool both = out.first < out.last && in.first < in.last;  // an empty view has an address but overlaps nothing
  if (both && out.first < in.last && in.first < out.last)
    throw AliasError(
        text::joined(operation, ": ", out_name, " overlaps ", in_name, "; pass separate memory for the output"));
}

/// AliasError when the byte ranges of an output and an input meet. Interleaved strided views count as
/// overlapping: telling them apart would cost more than the copy it saves.
template <class Out, class In>
void no_overlap(const Out& out, const In& in, const char* operation, const char* out_name, const char* in_name) {
  no_overlap(bytes(out), bytes(in), operation, out_name, in_name);
}

/// Where an operand lies, and what messages call it.
struct Operand {
  Bytes where;
  const char* name;

  template <class View>
  Operand(const View& view, const char* of_messages) : where(bytes(view)), name(of_messages) {}
};

/// AliasError when an operand meets one before it: one input first, then outputs.
inline void apart(const char* operation, std::initializer_list<Operand> operands) {
  for (const Operand& out : operands)
    for (const Operand* before = operands.begin(); before != &out; ++before)
      no_overlap(out.where, before->where, operation, out.name, before->name);
}

/// Every output element has its own address.
template <class T, class S>
void distinct(const VectorView<T, S>& v, const char* operation, const char* name) {
  that(v.size <= 1 || v.stride > 0, operation, name, " is an output with stride 0");
}
template <class T, class S>
void distinct(const MatrixView<T, S>& a, const char* operation, const char* name) {
  const bool separate = a.rows <= 1 || a.columns <= 1
                            ? (a.rows <= 1 || a.row_stride > 0) && (a.columns <= 1 || a.column_stride > 0)
                            : (a.row_stride > 0 && a.column_stride >= a.rows * a.row_stride) ||
                                  (a.column_stride > 0 && a.row_stride >= a.columns * a.column_stride);
  that(separate || a.rows == 0 || a.columns == 0, operation, name, " is an output whose strides ", a.row_stride, ", ",
       a.column_stride, " make elements share memory");
}

template <class T, class S>
void distinct(const BatchView<T, S>& a, const char* operation, const char* name) {
  if (a.batches == 0 || a.rows == 0 || a.columns == 0) return;
  distinct(a[0], operation, name);
  const index_t extent = (a.rows - 1) * a.row_stride + (a.columns - 1) * a.column_stride + 1;
  that(a.batches == 1 || a.batch_stride >= extent, operation, name, " is an output whose batch stride ", a.batch_stride,
       " is less than the ", extent, " elements a matrix spans");
}

/// Two extents that must agree: "operation: A has 3 elements and B has 4; they must be equal".
inline void equal(index_t a, const char* a_name, index_t b, const char* b_name, const char* operation) {
  that(a == b, operation, a_name, " has ", a, " elements and ", b_name, " has ", b, "; they must be equal");
}

/// Do segment borders keep their rule at s: from 0 up, not decreasing, the last at most `size`?
template <class S>
[[nodiscard]] ISONOMY_HD bool border_fits(const VectorView<const index_t, S>& borders, index_t s, index_t size) {
  const index_t least = s == 0 ? 0 : borders(s - 1);
  return borders(s) >= least && (s + 1 < borders.size || borders(s) <= size);
}
/// ValueError for the border at s, the first that does not fit: `before` is the one before it, 0 for the first.
[[noreturn, gnu::cold, gnu::noinline]] inline void bad_border(const char* operation, index_t s, index_t before,
                                                              index_t border, index_t size) {
  if (border < before)
    throw ValueError(text::joined(operation, ": offsets(", s, ") is ", border, "; ",
                                  s == 0 ? "the first must be at least 0" : "offsets must not decrease"));
  throw ValueError(text::joined(operation, ": offsets(", s, ") is ", border, " and there are ", size,
                                " elements; the last offset must not exceed them"));
}

/// Segment borders: at least one, from 0 to `size`, non-decreasing (ValueError). The values are looked at in host
/// memory only; a device backend checks them where they are.
template <class S>
void offsets(const VectorView<const index_t, S>& borders, index_t size, const char* operation) {
  usable(borders, operation, "offsets");
  that(borders.size >= 1, operation, "offsets is empty; it has one element more than there are segments");
  if constexpr (std::same_as<S, HostSpace>)
    for (index_t s = 0; s < borders.size; ++s)
      if (!border_fits(borders, s, size)) bad_border(operation, s, s == 0 ? 0 : borders(s - 1), borders(s), size);
}

}  // namespace check
}  // namespace isonomy
