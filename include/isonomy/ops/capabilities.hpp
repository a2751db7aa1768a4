// The capability table: which backend has which operation for which element type, read off the declarations.
#pragma once

#include <array>
#include <cstddef>
#include <tuple>

#include "isonomy/backend/operation.hpp"
#include "isonomy/ops/all.hpp"

namespace isonomy {

struct Capability {
  const char* operation;
  const char* element;
  const char* backend;
  Support support;
};

namespace detail {

template <class Tag, class Op, class... T, class Rows>
constexpr void append_elements(Rows& rows, std::size_t& n, std::tuple<T...>*) {
  ((rows[n++] = Capability{Op::name, op::element_name<T>(), Backend<Tag>::name(), support_of<Op, Backend<Tag>, T>}),
   ...);
}
template <class Tag, class... Op, class Rows>
constexpr void append_operations(Rows& rows, std::size_t& n, std::tuple<Op...>*) {
  (append_elements<Tag, Op>(rows, n, static_cast<typename Op::elements*>(nullptr)), ...);
}
template <class... Op>
[[nodiscard]] constexpr std::size_t rows_of(std::tuple<Op...>*) {
  return (std::tuple_size_v<typename Op::elements> + ...);
}

}  // namespace detail

/// A row per backend, operation and element type; the tables of the documentation are printed from it
/// (examples/capabilities.cpp). Backend headers must have been included, otherwise their tags have no operations to
/// ask.
template <class... Tags>
[[nodiscard]] constexpr auto capability_table() {
  constexpr auto all = static_cast<op::all*>(nullptr);
  std::array<Capability, sizeof...(Tags) * detail::rows_of(all)> rows{};
  std::size_t n = 0;
  (detail::append_operations<Tags>(rows, n, all), ...);
  return rows;
}

}  // namespace isonomy
