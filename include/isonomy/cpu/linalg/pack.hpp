// Packs rows of a matrix in groups, as the kernels of a product read them.
#pragma once

#include <algorithm>
#include <cstring>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy::cpu {

/// Groups first .. last - 1 of `width` rows of x, each one step (a column) after the other, rows beyond the last 0;
/// group 0 goes to `to`, the next behind it.
///
/// Memory is read along its unit stride, some steps at a time, so that few pages are in use at once.
template <index_t width, Real T>
void pack_groups(MatrixView<const T> x, index_t first, index_t last, T* to) {
  constexpr index_t together = 8;
  const index_t k = x.columns, whole = std::min(last, x.rows / width);
  const auto group = [&](index_t g) { return to + g * width * k; };
  if (x.row_stride == 1) {
    for (index_t p = 0; p < k; p += together)
      for (index_t g = first; g < whole; ++g)
        for (index_t step = p; step < std::min(k, p + together); ++step)
          std::memcpy(group(g) + step * width, x.data + g * width + step * x.column_stride, sizeof(T) * width);
    first = std::max(first, whole);
  } else if (x.column_stride == 1) {
    const index_t even = k - k % together;
    for (; first < whole; ++first)
      for (index_t p = 0; p < k; p += together)
        for (index_t i = 0; i < width; ++i) {
          const T* const from = x.data + (first * width + i) * x.row_stride + p;
          T* const out = group(first) + p * width + i;
          if (p < even)
            for (index_t step = 0; step < together; ++step) out[step * width] = from[step];
          else
            for (index_t step = 0; step < k - p; ++step) out[step * width] = from[step];
        }
  }
  for (; first < last; ++first)
    for (index_t p = 0; p < k; ++p)
      for (index_t i = 0; i < width; ++i) {
        const index_t row = first * width + i;
        group(first)[p * width + i] = row < x.rows ? x.data[row * x.row_stride + p * x.column_stride] : T{0};
      }
}

}  // namespace isonomy::cpu
