// The symmetric update of a blocked reduction: A -= V*transposed(W) + W*transposed(V) in the lower triangle.
#pragma once

#include <algorithm>

#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/packed_product.hpp"
#include "isonomy/cpu/parallel.hpp"

namespace isonomy::cpu {

/// Subtracts P*transposed(R) from the lower triangle of a symmetric matrix, R being P with its columns exchanged in
/// pairs: with P = (v_0, w_0, v_1, w_1, ...) that is the sum of v_c w_c^T + w_c v_c^T.
///
/// a_ij = a_ij - s_ij, s_ij the chain s = fma(p_ic, r_jc, s) from 0 in ascending c. Elements right of the diagonal, in
/// tiles that it crosses, change too: nobody reads them.
class RankUpdate {
 public:
  [[nodiscard]] static index_t workspace(const GemmKernel<double>& kernel, index_t n, index_t columns) {
    return (round_up(n, kernel.rows) + round_up(n, kernel.columns)) * columns;
  }
  RankUpdate(Context& ctx, const char* operation, double* workspace, index_t n, index_t columns)
      : ctx_(ctx), operation_(operation), kernel_(gemm_kernel<double>(ctx.instruction_set())), left_(workspace),
        right_(workspace + round_up(n, kernel_.rows) * columns) {}

  void operator()(MatrixView<const double> p, MatrixView<double> a) {
    const index_t n = a.rows, k = p.columns;
    const auto packed = [&](index_t width, index_t exchanged, double* to) {
      for (index_t first = 0; first < n; first += width)
        for (index_t c = 0; c < k; ++c)
          for (index_t i = 0; i < width; ++i)
            to[first * k + c * width + i] = first + i < n ? p(first + i, c ^ exchanged) : 0;
    };
    packed(kernel_.rows, 0, left_);
    packed(kernel_.columns, 1, right_);
    const index_t task_rows = 10 * kernel_.rows, task_columns = 96, across = (n + task_columns - 1) / task_columns;
    parallel_for(ctx_, (n + task_rows - 1) / task_rows * across, 1, operation_, [&](index_t task) {
      const index_t top = task / across * task_rows, left = task % across * task_columns;
      tiles(a, k, top, std::min(n, top + task_rows), left, std::min(n, left + task_columns));
    });
  }

 private:
  void tiles(MatrixView<double> a, index_t k, index_t top, index_t bottom, index_t left, index_t right) const {
    alignas(64) double sums[48 * 8];
    for (index_t c = left; c < right; c += kernel_.columns)
      for (index_t r = top; r < bottom; r += kernel_.rows) {
        const index_t m = std::min(kernel_.rows, a.rows - r), n = std::min(kernel_.columns, a.rows - c);
        if (r + m - 1 < c) continue;
        kernel_.accumulate(k, left_ + r * k, right_ + c * k, sums, true);
        kernel_.finish(sums, m, n, -1, 1, &a(r, c), a.row_stride, a.column_stride);
      }
  }

  Context& ctx_;
  const char* operation_;
  GemmKernel<double> kernel_;
  double *left_, *right_;
};

}  // namespace isonomy::cpu
