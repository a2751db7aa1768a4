// What an array of another library must keep to become a view: axes, extents, strides, alignment, who may write.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <type_traits>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy::interop {

inline constexpr int most_axes = 3;

/// Extents and strides, in elements, of up to three axes: of a batch its matrices, of a matrix its rows come first.
struct Layout {
  std::array<index_t, most_axes> extents{}, strides{};
};

/// The axes of a view, as other libraries count them.
template <class View>
struct Axes {
  static_assert(never<View>, "an array becomes a VectorView, a MatrixView or a BatchView");
};
template <class T, class S>
struct Axes<VectorView<T, S>> {
  using element = T;
  using space = S;
  static constexpr int count = 1;
  static VectorView<T, S> view(T* data, const Layout& l) { return {data, l.extents[0], l.strides[0]}; }
  static Layout layout(const VectorView<T, S>& v) { return {{v.size}, {v.stride}}; }
};
template <class T, class S>
struct Axes<MatrixView<T, S>> {
  using element = T;
  using space = S;
  static constexpr int count = 2;
  static MatrixView<T, S> view(T* data, const Layout& l) {
    return {data, l.extents[0], l.extents[1], l.strides[0], l.strides[1]};
  }
  static Layout layout(const MatrixView<T, S>& a) { return {{a.rows, a.columns}, {a.row_stride, a.column_stride}}; }
};
template <class T, class S>
struct Axes<BatchView<T, S>> {
  using element = T;
  using space = S;
  static constexpr int count = 3;
  static BatchView<T, S> view(T* data, const Layout& l) {
    return {data, l.extents[0], l.extents[1], l.extents[2], l.strides[0], l.strides[1], l.strides[2]};
  }
  static Layout layout(const BatchView<T, S>& a) {
    return {{a.batches, a.rows, a.columns}, {a.batch_stride, a.row_stride, a.column_stride}};
  }
};

/// The types of elements that arrays are exchanged with: numbers of one, two, four or eight bytes, and bool.
template <class T>
concept Exchanged = std::is_arithmetic_v<T> && sizeof(T) <= 8;

/// An array as another library describes it. Strides are in elements; none: compact, the last axis the fastest.
struct Description {
  const void* data = nullptr;
  std::span<const index_t> extents;
  std::optional<std::span<const index_t>> strides;
  bool read_only = false;
};

/// What the view that is asked for asks of it.
struct Demand {
  int axes = 1;
  std::size_t bytes = 1, alignment = 1;  ///< of an element
  bool writable = false;
};

namespace detail {

[[noreturn, gnu::cold]] inline void bad_shape(const char* operation, std::initializer_list<text::Piece> pieces) {
  throw ShapeError(text::joined(operation, ": the array ", text::joined(pieces)));
}

/// a * b, or `most` + 1 where that is less; all at least 0.
[[nodiscard]] constexpr index_t product_up_to(index_t most, index_t a, index_t b) {
  return b != 0 && a > most / b ? most + 1 : a * b;
}

/// The extents, and strides as if nothing lay between the elements; no more elements than memory has room for.
[[nodiscard]] inline Layout compact(const char* operation, const Description& array, const Demand& demand) {
  const std::size_t axes = array.extents.size(), wanted = static_cast<std::size_t>(demand.axes);
  const bool single = axes == 0 && wanted == 1;  // one number without an axis is a vector of one element
  if (axes != wanted && !single)
    bad_shape(operation, {"has ", axes, " axes, and the view that is asked for has ", wanted,
                          "; they must be as many; reshape the array, or ask for another view"});
  Layout l;
  l.extents[0] = 1;
  std::ranges::copy(array.extents, l.extents.begin());
  const index_t most = std::numeric_limits<index_t>::max() / static_cast<index_t>(demand.bytes) - 1;
  index_t elements = 1;
  for (std::size_t i = wanted; i-- > 0;) {
    if (l.extents[i] < 0)
      bad_shape(operation, {"has extent ", l.extents[i], " on axis ", i, "; extents must be at least 0; pass others"});
    l.strides[i] = elements;
    elements = product_up_to(most, elements, std::max<index_t>(l.extents[i], 1));
  }
  if (elements > most)
    bad_shape(operation, {"has extents ", text::listed(array.extents), ", more elements of ", demand.bytes,
                          " bytes than memory can have; check that extents are passed"});
  return l;
}

/// Puts the array's own strides in place of compact ones where they matter, on axes of more than one element; those of
/// the others, which may be anything, become as long as the array reaches.
inline void take_strides(const char* operation, std::span<const index_t> strides, const Demand& demand, Layout& l) {
  const index_t most = std::numeric_limits<index_t>::max() / static_cast<index_t>(demand.bytes) - 1;
  index_t reach = 0;
  for (std::size_t i = 0; i < strides.size(); ++i) {
    if (l.extents[i] == 1) continue;
    if (strides[i] < 0)
      bad_shape(operation, {"has stride ", strides[i], " on axis ", i,
                            "; strides must be at least 0; copy the array before it is passed"});
    const index_t along = product_up_to(most, l.extents[i] - 1, strides[i]);
    if (along > most - reach)
      bad_shape(operation, {"has strides ", text::listed(strides),
                            ", beyond what memory can have; check that strides are passed in their unit"});
    reach += along;
    l.strides[i] = strides[i];
  }
  for (std::size_t i = 0; i < strides.size(); ++i)
    if (l.extents[i] == 1) l.strides[i] = reach + 1;
}

/// Every element that is written has an address of its own: each stride goes beyond all that the smaller ones reach.
inline void check_distinct(const char* operation, const Layout& l) {
  std::array<std::array<index_t, 2>, most_axes> steps{};
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (l.extents[i] > 1) steps[i] = {l.strides[i], l.extents[i] - 1};
  std::ranges::sort(steps);
  index_t reach = 0;
  for (const auto& [stride, count] : steps) {
    if (count > 0 && stride <= reach)
      bad_shape(operation, {"is to be written, and its strides ", text::listed(l.strides),
                            " may let elements share memory; each must be longer than what the shorter ones reach; "
                            "copy the array before it is passed, or ask for a view of const elements"});
    reach += stride * count;
  }
}

}  // namespace detail

/// The layout of the array, if it keeps all rules for such a view.
///
/// ShapeError for axes, extents and strides; ValueError for memory that is missing, not aligned or not to be written.
[[nodiscard]] inline Layout checked_layout(const char* operation, const Description& array, const Demand& demand) {
  if (demand.writable && array.read_only)
    throw ValueError(text::joined(operation, ": the array is read-only, and the view that is asked for can be written; "
                                             "ask for a view of const elements, or pass a copy"));
  Layout l = detail::compact(operation, array, demand);
  if (array.strides && array.strides->size() != array.extents.size())
    detail::bad_shape(operation, {"has ", array.extents.size(), " extents and ", array.strides->size(),
                                  " strides; they must be as many; pass both as the array has them"});
  if (std::ranges::count(std::span(l.extents).first(static_cast<std::size_t>(demand.axes)), 0) > 0) return l;
  if (array.data == nullptr)
    throw ValueError(text::joined(operation, ": the array has extents ", text::listed(array.extents),
                                  " and a null pointer; only an empty one may; pass its data"));
  if (reinterpret_cast<std::uintptr_t>(array.data) % demand.alignment != 0)
    throw ValueError(text::joined(operation, ": the first element is ",
                                  reinterpret_cast<std::uintptr_t>(array.data) % demand.alignment,
                                  " bytes beyond a multiple of ", demand.alignment,
                                  "; elements must be aligned as their type is; copy the array before it is passed"));
  if (array.strides) detail::take_strides(operation, *array.strides, demand, l);
  if (demand.writable) detail::check_distinct(operation, l);
  return l;
}

/// A view of the array, if it keeps all rules: views of const elements read, others may be written.
template <class View>
[[nodiscard]] View checked_view(const char* operation, const Description& array) {
  using T = typename Axes<View>::element;
  const Demand demand{Axes<View>::count, sizeof(T), alignof(T), !std::is_const_v<T>};
  const Layout l = checked_layout(operation, array, demand);
  return Axes<View>::view(static_cast<T*>(const_cast<void*>(array.data)), l);
}

}  // namespace isonomy::interop
