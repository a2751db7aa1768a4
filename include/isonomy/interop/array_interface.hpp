// The array interfaces of Python, NumPy's and CUDA's, as plain fields: views of arrays in host memory, and back.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/interop/foreign_array.hpp"

namespace isonomy::array_interface {

static_assert(std::endian::native == std::endian::little, "types are written for machines of little-endian order");

/// The entries of the dictionary `__array_interface__` or `__cuda_array_interface__` that say something of memory.
///
/// It owns nothing: whoever made the array keeps it for as long as a view of it is used.
struct Fields {
  std::vector<index_t> shape;
  std::string typestr;      ///< "<f8", "|u1": byte order, kind, bytes
  std::uintptr_t data = 0;  ///< 0 for an empty array
  bool read_only = false;
  std::optional<std::vector<index_t>> strides = {};  ///< in bytes; None: compact, the last axis the fastest
  bool has_mask = false;                             ///< `mask` is there and not None
  /// Of CUDA arrays: whoever reads them waits for it. 1: the legacy default stream, 2: that of the thread, else a
  /// cudaStream_t; None: nothing to wait for.
  std::optional<std::uintptr_t> stream = {};
  int version = 3;
};

/// How a dictionary names the type T.
template <interop::Exchanged T>
[[nodiscard]] std::string type_text() {
  const char kind = std::same_as<T, bool> ? 'b' : std::is_floating_point_v<T> ? 'f' : std::is_signed_v<T> ? 'i' : 'u';
  return text::joined(sizeof(T) == 1 ? '|' : '<', kind, sizeof(T));
}

namespace detail {

[[noreturn, gnu::cold]] inline void refuse(const char* operation, std::initializer_list<text::Piece> pieces) {
  throw ValueError(text::joined(operation, ": ", text::joined(pieces)));
}

/// One letter of order, one of kind, and a number of bytes; the order says nothing where there is one byte.
inline void check_type(const char* operation, std::string_view has, std::string_view wanted) {
  const int bytes = has.size() > 2 ? text::whole_number(has.substr(2)).value_or(0) : 0;
  const bool ordered = !has.empty() && (has[0] == '<' || has[0] == '>' || (has[0] == '|' && bytes == 1));
  if (!ordered || bytes < 1)
    refuse(operation, {"typestr is ", text::quoted(has),
                       "; it must be an order of bytes, a kind and a number of bytes, as '<f8'; pass the array's own"});
  if (has[0] == '>')
    refuse(operation, {"typestr is ", text::quoted(has), ", of big-endian order; it must be little-endian, as ",
                       text::quoted(wanted), "; convert the array before it is passed"});
  if (has.substr(1) != wanted.substr(1))
    refuse(operation,
           {"typestr is ", text::quoted(has), ", and the view that is asked for is of ", text::quoted(wanted),
            "; nothing is converted; convert the array before it is passed, or ask for a view of its type"});
}

/// Strides in elements. Those of axes without a second element may be anything.
inline std::vector<index_t> in_elements(const char* operation, const Fields& f, index_t size) {
  std::vector<index_t> out;
  for (std::size_t i = 0; i < f.strides->size(); ++i) {
    const index_t bytes = (*f.strides)[i];
    if (bytes % size != 0 && (i >= f.shape.size() || f.shape[i] > 1))
      refuse(operation, {"strides have ", bytes, " bytes, which is no multiple of an element's ", size,
                         "; views count in elements; copy the array before it is passed"});
    out.push_back(bytes / size);
  }
  return out;
}

/// A view of what the fields describe, wherever that is.
template <class View>
[[nodiscard]] View checked_view(const char* operation, const Fields& f) {
  using T = std::remove_const_t<typename interop::Axes<View>::element>;
  if (f.version != 2 && f.version != 3)
    throw Unsupported(text::joined(operation, ": version is ", f.version,
                                   "; 2 and 3 can be read; ask for an array of another library's making"));
  if (f.has_mask) refuse(operation, {"mask is there; it must be None; fill in what is masked before it is passed"});
  check_type(operation, f.typestr, type_text<T>());
  std::optional<std::vector<index_t>> strides;
  if (f.strides) strides = in_elements(operation, f, sizeof(T));
  const auto* const data = reinterpret_cast<const void*>(f.data);  // NOLINT: dictionaries have addresses as numbers
  interop::Description array{data, f.shape, {}, f.read_only};
  if (strides) array.strides.emplace(*strides);
  return interop::checked_view<View>(operation, array);
}

template <class View>
[[nodiscard]] Fields fields_of(const View& view) {
  using Axes = interop::Axes<View>;
  using T = typename Axes::element;
  const interop::Layout l = Axes::layout(view);
  Fields f;
  f.shape.assign(l.extents.begin(), l.extents.begin() + Axes::count);
  f.typestr = type_text<std::remove_const_t<T>>();
  f.data = reinterpret_cast<std::uintptr_t>(view.data);
  f.read_only = std::is_const_v<T>;
  f.strides.emplace();
  for (int i = 0; i < Axes::count; ++i)
    f.strides->push_back(l.strides[static_cast<std::size_t>(i)] * static_cast<index_t>(sizeof(T)));
  return f;
}

}  // namespace detail

/// A view of an array in host memory, as `__array_interface__` describes it: `from_fields<VectorView<const
/// double>>(f)`.
///
/// The view says what is wanted: the type of elements, which must be the array's, as many axes, and const elements
/// where the array is read-only or repeats elements. ShapeError, ValueError, or Unsupported for another version.
template <class View>
[[nodiscard]] View from_fields(const Fields& fields) {
  static_assert(std::same_as<typename interop::Axes<View>::space, HostSpace>,
                "arrays of a device are viewed by isonomy/cuda/interop/array_interface.cuh, which orders streams");
  if (fields.stream)
    detail::refuse("from_fields", {"stream is ", *fields.stream,
                                   ", as arrays on a device have one; the view that is "
                                   "asked for is of host memory; ask for a device view by "
                                   "isonomy/cuda/interop/array_interface.cuh"});
  return detail::checked_view<View>("from_fields", fields);
}

/// The fields of a view of host memory, which the caller keeps for as long as they are used.
template <class View>
[[nodiscard]] Fields to_fields(const View& view) {
  static_assert(std::same_as<typename interop::Axes<View>::space, HostSpace>,
                "device views are described by isonomy/cuda/interop/array_interface.cuh, with their stream");
  return detail::fields_of(view);
}

}  // namespace isonomy::array_interface
