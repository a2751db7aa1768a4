// cholesky_batched of Backend<Cpu>: Eigen, one matrix per task.
#pragma once

#include <cmath>
#include <type_traits>

#include "isonomy/core/eigen.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/parallel.hpp"

namespace isonomy::cpu {

struct CholeskyBatched {
  /// Lower factors in place; strictly upper triangles are neither read nor written. info(b) is 0, or the first pivot,
  /// counted from 1, that is not positive (NaN is not); the lower triangle of such a matrix is then unspecified.
  /// Row- or column-major with unit stride. The same bits for any thread count; other compiler flags (-march) vectorise
  /// Eigen differently and may change the last bits.
  template <Real T>
  static void cholesky_batched(Context& ctx, BatchView<T> a, VectorView<index_t> info) {
    parallel_for(ctx, a.batches, 1, "cholesky_batched", [&](index_t b) {
      const MatrixView<T> m = a[b];
      info(b) = m.row_stride == 1 || m.rows <= 1 ? factor<Eigen::ColMajor>(m, m.column_stride)
                                                 : factor<Eigen::RowMajor>(m, m.row_stride);
    });
  }

 private:
  template <int order, Real T>
  static index_t factor(MatrixView<T> m, index_t outer_stride) {
    using Plain = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, order>;
    Eigen::Map<Plain, Eigen::Unaligned, Eigen::OuterStride<>> map(m.data, m.rows, m.rows,
                                                                  Eigen::OuterStride<>(outer_stride));
    // LLT::info() says only that some pivot failed; the algorithm under it returns which (from 0), or -1.
    const index_t failed = Eigen::internal::llt_inplace<T, Eigen::Lower>::blocked(map);
    // It stops at pivot <= 0 but runs on past NaN, so an earlier NaN pivot shows only on the diagonal.
    const index_t finished = failed < 0 ? m.rows : failed;
    for (index_t i = 0; i < finished; ++i)
      if (std::isnan(m(i, i))) return i + 1;
    return failed + 1;
  }
};

}  // namespace isonomy::cpu
