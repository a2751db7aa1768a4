// The product of a symmetric matrix, of which one triangle is stored, with a few columns.
#pragma once

#include <algorithm>

#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/packed_product.hpp"
#include "isonomy/cpu/parallel.hpp"

namespace isonomy::cpu {

/// out = A*U for the symmetric A whose lower triangle is stored in columns, and U of at most `most_columns` columns.
///
/// Each element is the chain s = fma(a_ik, u_kj, s) for ascending k from s = 0. Rows of A are packed a part of the
/// steps at a time, as they are left of the diagonal and across beyond it, and go through all columns of U while they
/// are in cache. Takes 120 KiB of the stack.
class SymmetricProduct {
 public:
  static constexpr index_t most_columns = 96;

  [[nodiscard]] static index_t workspace(index_t n, index_t columns) { return n * round_up(columns, 8); }
  SymmetricProduct(Context& ctx, const char* operation, double* workspace)
      : ctx_(ctx), operation_(operation), kernel_(gemm_kernel<double>(ctx.instruction_set())), packed_u_(workspace) {}

  void operator()(MatrixView<const double> a, MatrixView<const double> u, MatrixView<double> out) {
    const index_t n = a.rows, groups = (u.columns + kernel_.columns - 1) / kernel_.columns;
    parallel_for(ctx_, (n + steps - 1) / steps, 1, operation_, [&](index_t s) {
      const index_t q = s * steps, k = std::min(steps, n - q);
      kernel_.pack_columns(transposed(u.row_block(q, k)), 0, groups, packed_u_ + q * groups * kernel_.columns);
    });
    parallel_for(ctx_, (n + task_rows - 1) / task_rows, 1, operation_, [&](index_t task) {
      const index_t top = task * task_rows;
      rows(a, u.columns, top, std::min(n, top + task_rows), out);
    });
  }

 private:
  static constexpr index_t task_rows = 96, steps = 256, most_rows = 24;

  void rows(MatrixView<const double> a, index_t columns, index_t top, index_t bottom, MatrixView<double> out) const {
    alignas(64) double packed[most_rows * steps];
    alignas(64) double sums[task_rows * most_columns];
    const index_t n = a.rows, across = round_up(columns, kernel_.columns), tile = kernel_.rows * kernel_.columns;
    for (index_t q = 0; q < n; q += steps) {
      const index_t k = std::min(steps, n - q);
      double* sum = sums;
      for (index_t i = top; i < bottom; i += kernel_.rows) {
        pack(a, i, q, k, packed);
        for (index_t c = 0; c < across; c += kernel_.columns, sum += tile)
          kernel_.carry(k, packed, packed_u_ + q * across + c * k, q == 0 ? nullptr : sum, kernel_.rows, sum,
                        kernel_.rows);
      }
    }
    const double* sum = sums;
    for (index_t i = top; i < bottom; i += kernel_.rows)
      for (index_t c = 0; c < across; c += kernel_.columns, sum += tile)
        kernel_.finish(sum, std::min(kernel_.rows, n - i), std::min(kernel_.columns, columns - c), 1, 0, &out(i, c), 1,
                       out.column_stride);
  }

  /// Steps q .. q + k - 1 of a tile's rows from i on.
  void pack(MatrixView<const double> a, index_t i, index_t q, index_t k, double* to) const {
    const index_t end = q + k, m = std::min(kernel_.rows, a.rows - i);
    const index_t left = std::clamp(i + 1, q, end), right = std::clamp(i + m - 1, left, end);
    if (left > q) kernel_.pack_rows(a.row_block(i, m).column_block(q, left - q), 0, 1, to);
    for (index_t p = left; p < right; ++p)
      for (index_t r = 0; r < kernel_.rows; ++r)
        to[(p - q) * kernel_.rows + r] = r >= m ? 0 : i + r >= p ? a(i + r, p) : a(p, i + r);
    if (right < end)
      kernel_.pack_rows(transposed(a.row_block(right, end - right).column_block(i, m)), 0, 1,
                        to + (right - q) * kernel_.rows);
  }

  Context& ctx_;
  const char* operation_;
  GemmKernel<double> kernel_;
  double* packed_u_;
};

}  // namespace isonomy::cpu
