// A matrix as eigenproblems and singular values on a device take it: in double, in columns, with elements of magnitude
// below 2.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/memory.cuh"
#include "isonomy/cuda/pieces.cuh"
#include "isonomy/ops/linalg/eigen/finite_triangle.hpp"

namespace isonomy::device {

/// Of the rows of column j from `from` on: the largest magnitude, and the first row whose element is not finite, or -1.
template <class T>
__device__ void find_extremes(const MatrixView<const T, DeviceSpace>& a, index_t j, index_t from, double& largest,
                              index_t& not_finite) {
  double most = 0;
  index_t first = -1;
  for (index_t i = from; i < a.rows; ++i) {
    const double size = std::abs(static_cast<double>(a(i, j)));
    if (first < 0 && !(size <= 0x1.fffffffffffffp1023)) first = i;
    if (size > most) most = size;
  }
  largest = most;
  not_finite = first;
}

/// What is read of a matrix.
enum class Part { lower, all };

/// The largest magnitude in column j of the part, and the first row whose element is not finite, or -1.
template <class T>
struct ColumnExtremes {
  MatrixView<const T, DeviceSpace> a;
  double* largest;
  index_t* not_finite;
  Part part = Part::lower;

  __device__ void operator()(index_t j) const {
    find_extremes(a, j, part == Part::lower ? j : 0, largest[j], not_finite[j]);
  }
};

/// The exponent of the largest magnitude in the part, 0 for that of 0. Waits for the device.
///
/// ValueError naming the first element, by columns, that is not finite.
template <class T>
[[nodiscard]] int exponent_of(Context& ctx, MatrixView<const T, DeviceSpace> a, const char* operation,
                              Part part = Part::lower) {
  const auto columns = static_cast<std::size_t>(a.columns);
  const auto room = Memory::allocate(ctx, (sizeof(double) + sizeof(index_t)) * columns, operation);
  auto* const largest = static_cast<double*>(room.get());
  auto* const not_finite = reinterpret_cast<index_t*>(largest + a.columns);
  for_indices(ctx, a.columns, operation, ColumnExtremes<T>{a, largest, not_finite, part});
  std::vector<double> sizes(columns);
  std::vector<index_t> rows(columns);
  Memory::copy_to_host<double>(ctx, VectorView<const double, DeviceSpace>(largest, a.columns), isonomy::view(sizes));
  Memory::copy_to_host<index_t>(ctx, VectorView<const index_t, DeviceSpace>(not_finite, a.columns),
                                isonomy::view(rows));
  double most = 0;
  for (std::size_t j = 0; j < columns; ++j) {
    if (rows[j] >= 0) isonomy::detail::element_not_finite(operation, rows[j], static_cast<index_t>(j));
    most = sizes[j] > most ? sizes[j] : most;
  }
  return most > 0 ? std::ilogb(most) : 0;
}

/// The lower triangle times a power of 2; 0 above it.
template <class T>
struct LoadScaled {
  MatrixView<const T, DeviceSpace> a;
  PowerOfTwo scale;
  double* out;

  __device__ void operator()(index_t e) const {
    const index_t i = e % a.rows, j = e / a.rows;
    out[e] = i < j ? 0 : scale.times(static_cast<double>(a(i, j)));
  }
};

}  // namespace isonomy::device
