// Views of host memory as std::span; core/view.hpp has the way back, view(span).
#pragma once

#include <cstddef>
#include <span>

#include "isonomy/core/check.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy::interop {

/// The elements of a view that lie side by side, without a copy. ShapeError where its stride is not 1.
template <class T>
[[nodiscard]] std::span<T> span(VectorView<T> v) {
  check::usable(v, "span", "the view");
  check::that(v.stride == 1 || v.size <= 1, "span", "the view has stride ", v.stride,
              "; it must be 1, since a span has none; copy the elements to memory of their own");
  return {v.data, static_cast<std::size_t>(v.size)};
}

}  // namespace isonomy::interop
