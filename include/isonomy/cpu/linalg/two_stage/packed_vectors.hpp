// Vectors packed as products take them, and blocks of reflectors applied to them in place.
#pragma once

#include <algorithm>

#include "isonomy/core/view.hpp"
#include "isonomy/cpu/linalg/packed_product.hpp"

namespace isonomy::cpu {

/// I - V*F*transposed(V) on `rows` rows from `top` on. Column j of V is 0 up to row j, where it has 1, and from row
/// j + length on; F is upper triangular. There are no more columns than rows.
struct ReflectorBlock {
  index_t top, rows, columns, length;
  const double* f;  ///< columns x columns, one column after the other
};

/// Vectors in groups of as many as a tile of products has rows, element after element of a group: the left side of a
/// product as its kernel takes it, so that a block of reflectors needs no copy of them. C = (I - V F V^T) C is
/// C^T -= ((C^T V) F^T) V^T there.
///
/// Each sum is a chain of fma: w_j = sum of c_i v_ij from 0, x_j = sum of -f_jp w_p from 0, and c_i + sum of x_j v_ij,
/// each in ascending order. Of what is 0 by the shape of V and F, as much is left out as eight columns or rows have in
/// common, whatever tiles the kernel has.
class PackedVectors {
 public:
  static constexpr index_t most = 192;  ///< vectors that have room at a time: whole groups of every kernel

  [[nodiscard]] static index_t size(const GemmKernel<double>& kernel, index_t n, index_t count) {
    return round_up(count, kernel.rows) * (n + 8);
  }
  /// Elements for blocks of that many columns.
  [[nodiscard]] static index_t room(index_t columns) {
    const index_t k = round_up(columns, 8);
    return (part + k + 2 * most) * k;
  }

  /// Of the columns of q, at most `most`; `packed` and `room` are 64-byte aligned.
  PackedVectors(const GemmKernel<double>& kernel, MatrixView<double> q, double* packed, index_t columns, double* room)
      : kernel_(kernel), q_(q), groups_((q.columns + kernel.rows - 1) / kernel.rows), packed_(packed), v_(room),
        f_(v_ + part * round_up(columns, 8)), w_(f_ + round_up(columns, 8) * round_up(columns, 8)),
        x_(w_ + most * round_up(columns, 8)) {
    for (index_t g = 0; g < groups_; ++g) {
      kernel_.pack_rows(transposed(MatrixView<const double>(vectors(g))), 0, 1, group(g));
      std::fill_n(group(g) + q.rows * kernel_.rows, 8 * kernel_.rows, 0.0);
    }
  }
  void store() const {
    for (index_t g = 0; g < groups_; ++g) {
      const MatrixView<double> out = vectors(g);
      for (index_t p = 0; p < out.rows; p += 8)
        for (index_t j = 0; j < out.columns; ++j)
          for (index_t i = p; i < std::min(out.rows, p + 8); ++i) out(i, j) = group(g)[i * kernel_.rows + j];
    }
  }

  /// v(j)[i] is the element of V in row i and column j, below its 1.
  template <class Column>
  void apply(const ReflectorBlock& block, const Column& v) {
    block_ = block, k_ = round_up(block.columns, 8);
    pack_factor();
    if (2 * round_up(block.rows, 8) <= part) {
      double* const by_rows = v_ + round_up(block.rows, 8) * k_;
      pack_columns(v, 0, block.rows, v_);
      pack_rows(v, 0, block.rows, by_rows);
      for (index_t g = 0; g < groups_; ++g) {
        multiply(0, block.rows, g);
        multiply_factor(g);
        subtract(0, block.rows, by_rows, g);
      }
      return;
    }
    for (index_t p = 0; p < block.rows; p += part) {
      const index_t end = std::min(block.rows, p + part);
      pack_columns(v, p, end, v_);
      for (index_t g = 0; g < groups_; ++g) multiply(p, end, g);
    }
    for (index_t g = 0; g < groups_; ++g) multiply_factor(g);
    for (index_t p = 0; p < block.rows; p += part) {
      const index_t end = std::min(block.rows, p + part);
      pack_rows(v, p, end, v_);
      for (index_t g = 0; g < groups_; ++g) subtract(p, end, v_, g);
    }
  }

 private:
  static constexpr index_t part = 256;  ///< rows of V that are packed at a time

  [[nodiscard]] MatrixView<double> vectors(index_t g) const {
    const index_t first = g * kernel_.rows;
    return q_.column_block(first, std::min(kernel_.rows, q_.columns - first));
  }
  [[nodiscard]] double* group(index_t g) const { return packed_ + g * kernel_.rows * (q_.rows + 8); }
  [[nodiscard]] double* w(index_t g) const { return w_ + g * kernel_.rows * k_; }
  [[nodiscard]] double* x(index_t g) const { return x_ + g * kernel_.rows * k_; }

  /// Where a packed right side of so many steps has column c of its step s.
  [[nodiscard]] index_t place(index_t steps, index_t s, index_t c) const {
    return c / kernel_.columns * kernel_.columns * steps + s * kernel_.columns + c % kernel_.columns;
  }
  /// Rows of column j of V between p and end that are not 0 by its shape, without the 1.
  struct Range {
    index_t begin, end;
  };
  [[nodiscard]] Range range(index_t j, index_t p, index_t end) const {
    return {std::max(p, j + 1), std::min(end, j + block_.length)};
  }
  /// V as a right side, a row of it in each step.
  template <class Column>
  void pack_columns(const Column& v, index_t p, index_t end, double* to) const {
    const index_t steps = end - p;
    std::fill_n(to, steps * k_, 0.0);
    for (index_t j = 0; j < block_.columns; ++j) {
      const double* const column = v(j);
      double* const out = to + place(steps, 0, j);
      const index_t apart = kernel_.columns;
      if (p <= j && j < end) out[(j - p) * apart] = 1;
      const Range r = range(j, p, end);
      for (index_t i = r.begin; i < r.end; ++i) out[(i - p) * apart] = column[i];
    }
  }
  /// V^T as one, a column of V in each step.
  template <class Column>
  void pack_rows(const Column& v, index_t p, index_t end, double* to) const {
    const index_t c = kernel_.columns;
    std::fill_n(to, round_up(end - p, 8) * k_, 0.0);
    for (index_t j = 0; j < block_.columns; ++j) {
      const double* const column = v(j);
      if (p <= j && j < end) to[place(k_, j, j - p)] = 1;
      const Range r = range(j, p, end);
      for (index_t i = r.begin, next = 0; i < r.end; i = next) {
        next = std::min(r.end, p + round_up(i - p + 1, c));
        std::copy(column + i, column + next, to + place(k_, j, i - p));
      }
    }
  }
  /// -F^T as one.
  void pack_factor() const {
    std::fill_n(f_, k_ * k_, 0.0);
    for (index_t p = 0; p < block_.columns; ++p)
      for (index_t j = 0; j <= p; ++j) f_[place(k_, p, j)] = -block_.f[p * block_.columns + j];
  }

  /// Steps first .. last - 1 of eight columns of a product, whose packed right side has so many in all.
  void eight(index_t first, index_t last, const double* left, const double* right, index_t steps, const double* from,
             double* to) const {
    const index_t r = kernel_.rows;
    for (index_t c = 0; c < 8; c += kernel_.columns)
      kernel_.carry(last - first, left + first * r, right + place(steps, first, c),
                    from == nullptr ? nullptr : from + c * r, r, to + c * r, r);
  }
  void multiply(index_t p, index_t end, index_t g) const {
    const double* const c = group(g) + (block_.top + p) * kernel_.rows;
    for (index_t j = 0; j < k_; j += 8) {
      const index_t first = std::max(p, j), last = std::min(end, j + 7 + block_.length);
      double* const to = w(g) + j * kernel_.rows;
      if (first < last) eight(first - p, last - p, c, v_ + place(end - p, 0, j), end - p, p == 0 ? nullptr : to, to);
    }
  }
  void multiply_factor(index_t g) const {
    for (index_t j = 0; j < k_; j += 8)
      eight(j, block_.columns, w(g), f_ + place(k_, 0, j), k_, nullptr, x(g) + j * kernel_.rows);
  }
  void subtract(index_t p, index_t end, const double* by_rows, index_t g) const {
    for (index_t i = p; i < end; i += 8) {
      double* const c = group(g) + (block_.top + i) * kernel_.rows;
      eight(std::max<index_t>(0, i - block_.length + 1), std::min(block_.columns, i + 8), x(g),
            by_rows + place(k_, 0, i - p), k_, c, c);
    }
  }

  GemmKernel<double> kernel_;
  MatrixView<double> q_;
  index_t groups_;
  double *packed_, *v_, *f_, *w_, *x_;
  ReflectorBlock block_{};
  index_t k_ = 0;  ///< columns of the block, in eights
};

}  // namespace isonomy::cpu
