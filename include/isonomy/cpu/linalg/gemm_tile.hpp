// The tile contract of gemm: what every instruction set's kernel computes, its scalar form, and how tiles are written
// out.
#pragma once

#include <cmath>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy::cpu {

/// The smallest multiple of `to` that is not below n.
[[nodiscard]] constexpr index_t round_up(index_t n, index_t to) { return (n + to - 1) / to * to; }

/// One register tile of a packed product, for one instruction set.
template <Real T>
struct GemmKernel {
  index_t rows, columns;  ///< extents of the tile
  /// acc (column-major, rows x columns, contiguous) = the chain acc = fma(a_ik, b_kj, acc) for k steps in ascending
  /// order, from 0 where `fresh`, else from the values in acc. a holds k groups of `rows` values, b k groups of
  /// `columns`; a and acc are 64-byte aligned.
  void (*accumulate)(index_t k, const T* a, const T* b, T* acc, bool fresh);
  /// Writes the leading m x n elements of acc to `out` of any strides; see finish_tile.
  void (*finish)(const T* acc, index_t m, index_t n, T alpha, T beta, T* out, index_t row_stride,
                 index_t column_stride);
  /// As accumulate, where the chain goes on from the values in `from`, or from 0 if it is null, and ends in `to`,
  /// either a part of a larger matrix whose columns are so far apart.
  void (*carry)(index_t k, const T* a, const T* b, const T* from, index_t from_apart, T* to, index_t to_apart);
  /// Pack groups of `rows` and of `columns` rows of a view; see pack_groups.
  void (*pack_rows)(MatrixView<const T> x, index_t first, index_t last, T* to);
  void (*pack_columns)(MatrixView<const T> x, index_t first, index_t last, T* to);
  index_t steps;  ///< of a product that a tile takes at a time
};

/// out = acc, or alpha*acc, or fma(alpha, acc, beta*out), by which of alpha == 1 and beta == 0 hold; out is not read
/// where beta == 0. Always inlined, so that fma becomes one instruction in kernels whose target has it.
template <index_t rows, Real T>
[[gnu::always_inline]] inline void finish_tile(const T* acc, index_t m, index_t n, T alpha, T beta, T* out,
                                               index_t row_stride, index_t column_stride) {
  for (index_t j = 0; j < n; ++j) {
    const T* from = acc + j * rows;
    T* to = out + j * column_stride;
    if (beta != 0 && row_stride == 1 && m == rows)
      for (index_t i = 0; i < rows; ++i) to[i] = std::fma(alpha, from[i], beta * to[i]);
    else if (beta != 0)
      for (index_t i = 0; i < m; ++i) to[i * row_stride] = std::fma(alpha, from[i], beta * to[i * row_stride]);
    else if (alpha != 1)
      for (index_t i = 0; i < m; ++i) to[i * row_stride] = alpha * from[i];
    else if (row_stride == 1 && m == rows)
      for (index_t i = 0; i < rows; ++i) to[i] = from[i];
    else
      for (index_t i = 0; i < m; ++i) to[i * row_stride] = from[i];
  }
}

/// The form that needs no vector unit and defines the others.
template <Real T>
struct ScalarGemm {
  static constexpr index_t rows = 4, columns = 4, steps = 384;

  static void accumulate(index_t k, const T* a, const T* b, T* acc, bool fresh) {
    carry(k, a, b, fresh ? nullptr : acc, rows, acc, rows);
  }
  static void carry(index_t k, const T* a, const T* b, const T* from, index_t from_apart, T* to, index_t to_apart) {
    T c[rows * columns];
    for (index_t e = 0; e < rows * columns; ++e) c[e] = from == nullptr ? T{0} : from[e / rows * from_apart + e % rows];
    for (index_t p = 0; p < k; ++p, a += rows, b += columns)
      for (index_t j = 0; j < columns; ++j)
        for (index_t i = 0; i < rows; ++i) c[j * rows + i] = std::fma(a[i], b[j], c[j * rows + i]);
    for (index_t e = 0; e < rows * columns; ++e) to[e / rows * to_apart + e % rows] = c[e];
  }
  static void finish(const T* acc, index_t m, index_t n, T alpha, T beta, T* out, index_t row_stride,
                     index_t column_stride) {
    finish_tile<rows>(acc, m, n, alpha, beta, out, row_stride, column_stride);
  }
};

}  // namespace isonomy::cpu
