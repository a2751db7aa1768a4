// A symmetric matrix as the eigenproblem's kernels take it: in double, in columns, with elements of magnitude below 2.
#pragma once

#include <algorithm>
#include <cmath>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/parallel.hpp"
#include "isonomy/ops/linalg/eigen/finite_triangle.hpp"

namespace isonomy::cpu {

/// Writes the lower triangle of A, divided by the power of 2 that leaves its largest element between 1 and 2, and 0
/// above it; the exponent. ValueError naming the first element, by columns, that is not finite; Cancelled between two
/// columns.
template <Real T>
[[nodiscard]] int load_scaled(Context& ctx, MatrixView<const T> a, MatrixView<double> out, const char* operation) {
  const index_t n = a.rows;
  double largest = 0;
  serial_for(ctx, n, operation, [&](index_t j) {
    isonomy::detail::require_finite_column(a, j, operation);
    for (index_t i = j; i < n; ++i) largest = std::max(largest, std::abs(static_cast<double>(a(i, j))));
  });
  const int exponent = largest > 0 ? std::ilogb(largest) : 0;
  const PowerOfTwo scale(-exponent);
  serial_for(ctx, n, operation, [&](index_t j) {
    for (index_t i = 0; i < j; ++i) out(i, j) = 0;
    for (index_t i = j; i < n; ++i) out(i, j) = scale.times(static_cast<double>(a(i, j)));
  });
  return exponent;
}

}  // namespace isonomy::cpu
