// Packs rows of a matrix in groups, as the kernels of a product read them.
#pragma once

#include <algorithm>
#include <cstring>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy::cpu {

/// A square of as many rows as fill 16 bytes, transposed: to[s*width + i] = from[i*row_stride + s].
template <index_t width>
[[gnu::always_inline]] inline void pack_square(const double* from, index_t row_stride, double* to) {
  using Vector [[gnu::vector_size(16)]] = double;
  Vector a, b;
  std::memcpy(&a, from, sizeof a);
  std::memcpy(&b, from + row_stride, sizeof b);
  const Vector first = __builtin_shufflevector(a, b, 0, 2), second = __builtin_shufflevector(a, b, 1, 3);
  std::memcpy(to, &first, sizeof first);
  std::memcpy(to + width, &second, sizeof second);
}
template <index_t width>
[[gnu::always_inline]] inline void pack_square(const float* from, index_t row_stride, float* to) {
  using Vector [[gnu::vector_size(16)]] = float;
  Vector a, b, c, d;
  std::memcpy(&a, from, sizeof a);
  std::memcpy(&b, from + row_stride, sizeof b);
  std::memcpy(&c, from + 2 * row_stride, sizeof c);
  std::memcpy(&d, from + 3 * row_stride, sizeof d);
  const Vector ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  const Vector ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7), cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  const Vector out[] = {__builtin_shufflevector(ab, cd, 0, 1, 4, 5), __builtin_shufflevector(ab, cd, 2, 3, 6, 7),
                        __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5),
                        __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7)};
  for (index_t s = 0; s < 4; ++s) std::memcpy(to + s * width, &out[s], sizeof out[s]);
}

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
    constexpr index_t square = 16 / sizeof(T);
    const index_t even = k - k % together;
    for (; first < whole; ++first)
      for (index_t p = 0; p < k; p += together)
        for (index_t i = 0; i < width; i += square) {
          const T* const from = x.data + (first * width + i) * x.row_stride + p;
          T* const out = group(first) + p * width + i;
          if (first + 1 < whole)
            for (index_t row = 0; row < square; ++row) __builtin_prefetch(from + (width + row) * x.row_stride);
          if (p < even)
            for (index_t step = 0; step < together; step += square)
              pack_square<width>(from + step, x.row_stride, out + step * width);
          else
            for (index_t step = 0; step < k - p; ++step)
              for (index_t row = 0; row < square; ++row) out[step * width + row] = from[row * x.row_stride + step];
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
