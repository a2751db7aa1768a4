// cholesky_batched of Backend<Cpu>: one matrix per task, every sum in a tile of gemm's kernels.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/packed_product.hpp"
#include "isonomy/cpu/parallel.hpp"
#include "isonomy/cpu/scratch.hpp"

namespace isonomy::cpu {

/// The factor of one matrix, column block by column block.
///
/// l_jj = sqrt(a_jj - s_jj) and l_ij = (a_ij - s_ij) / l_jj, s_ij the chain s = fma(l_ik, l_jk, s) from 0 over k < j in
/// ascending order. Source: Golub and Van Loan, Matrix Computations (2013), 4.2.
template <Real T>
class CholeskyFactor {
 public:
  /// Elements of workspace for an n x n matrix; it is 64-byte aligned.
  [[nodiscard]] static index_t workspace(const GemmKernel<T>& kernel, index_t n) {
    return kernel.rows * kernel.columns + round_up(n, kernel.rows) * n + kernel.columns * n;
  }
  CholeskyFactor(const GemmKernel<T>& kernel, MatrixView<T> a, T* workspace)
      : kernel_(kernel), a_(a), sums_(workspace), factor_(sums_ + kernel.rows * kernel.columns),
        block_(factor_ + round_up(a.rows, kernel.rows) * a.rows) {}

  /// 0, or the first pivot, from 1, that is not positive; the matrix then stays as it was.
  [[nodiscard]] index_t run() {
    for (index_t first = 0; first < a_.rows; first += kernel_.columns)
      if (const index_t failing = column_block(first); failing != 0) return failing;
    for (index_t k = 0; k < a_.rows; ++k)
      for (index_t i = k; i < a_.rows; ++i) a_(i, k) = packed(i / kernel_.rows, k)[i % kernel_.rows];
    return 0;
  }

 private:
  /// Rows of a tile in column k of the factor, one after the other.
  [[nodiscard]] T* packed(index_t tile, index_t k) const { return factor_ + (tile * a_.rows + k) * kernel_.rows; }
  /// Row first + c of the column block in column k of the factor, for every c; 0 beyond the last row.
  [[nodiscard]] T* block_row(index_t k) const { return block_ + k * kernel_.columns; }

  [[nodiscard]] index_t column_block(index_t first) {
    const index_t last = std::min(first + kernel_.columns, a_.rows), diagonal = first / kernel_.rows;
    const index_t offset = first % kernel_.rows;  // of the block in the diagonal tile, which holds all its rows
    for (index_t k = 0; k < first; ++k) std::copy_n(packed(diagonal, k) + offset, kernel_.columns, block_row(k));
    for (index_t tile = diagonal; tile * kernel_.rows < a_.rows; ++tile) {
      kernel_.accumulate(first, packed(tile, 0), block_, sums_, true);
      for (index_t j = first; j < last; ++j) {
        const T* const sums = sums_ + (j - first) * kernel_.rows;
        if (tile == diagonal) {
          const T square = a_(j, j) - sums[j % kernel_.rows];
          if (!(square > 0)) return j + 1;
          column(tile, j, sums, std::sqrt(square));
          std::copy_n(packed(tile, j) + offset, kernel_.columns, block_row(j));
        } else {
          column(tile, j, sums, packed(diagonal, j)[j % kernel_.rows]);
        }
        kernel_.accumulate(1, packed(tile, j), block_row(j), sums_, false);
      }
    }
    return 0;
  }

  /// Column j in the rows of a tile: 0 above the diagonal and beyond the last row.
  void column(index_t tile, index_t j, const T* sums, T pivot) {
    const index_t top = tile * kernel_.rows, end = std::min(kernel_.rows, a_.rows - top);
    T* const out = packed(tile, j);
    std::fill_n(out, kernel_.rows, T{0});
    index_t r = std::max<index_t>(0, j - top);
    if (top + r == j) out[r++] = pivot;
    for (; r < end; ++r) out[r] = (a_(top + r, j) - sums[r]) / pivot;
  }

  const GemmKernel<T>& kernel_;
  MatrixView<T> a_;
  T *sums_, *factor_, *block_;
};

struct CholeskyBatched {
  /// Lower factors in place; strictly upper triangles are neither read nor written. info(b) is 0, or the first pivot,
  /// counted from 1, that is not positive (NaN is not); such a matrix stays as it was.
  ///
  /// One result, in each bit, for any thread count, instruction set and compiler flags. Each running task takes a
  /// packed copy of a factor.
  template <Real T>
  static void cholesky_batched(Context& ctx, BatchView<T> a, VectorView<index_t> info) {
    const GemmKernel<T> kernel = gemm_kernel<T>(ctx.instruction_set());
    const auto bytes = static_cast<std::size_t>(CholeskyFactor<T>::workspace(kernel, a.rows)) * sizeof(T);
    Rooms rooms(ctx, a.batches, (bytes + sizeof(double) - 1) / sizeof(double), "cholesky_batched");
    parallel_for(ctx, a.batches, 1, "cholesky_batched", [&](index_t b) {
      const auto room = rooms.take();
      info(b) = CholeskyFactor<T>(kernel, a[b], reinterpret_cast<T*>(room.get())).run();
    });
  }
};

}  // namespace isonomy::cpu
