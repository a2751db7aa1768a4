// The numbers of a symmetric matrix as eigenproblems want them: finite, in the triangle that is read.
#pragma once

#include <cmath>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy::detail {

[[noreturn, gnu::cold, gnu::noinline]] inline void element_not_finite(const char* operation, index_t row,
                                                                      index_t column) {
  throw ValueError(text::joined(operation, ": A(", row, ", ", column, ") is not finite; give numbers"));
}

/// ValueError naming the first element of column j of the lower triangle that is not finite.
template <Real T>
void require_finite_column(MatrixView<const T> a, index_t j, const char* operation) {
  for (index_t i = j; i < a.rows; ++i)
    if (!std::isfinite(a(i, j))) element_not_finite(operation, i, j);
}

/// The same for all columns, one after the other.
template <Real T>
void require_finite_triangle(MatrixView<const T> a, const char* operation) {
  for (index_t j = 0; j < a.columns; ++j) require_finite_column(a, j, operation);
}

}  // namespace isonomy::detail
