// Orthonormal columns with the span of those given, by products of blocks.
#pragma once

#include <algorithm>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/linalg/cholesky.hpp"
#include "isonomy/ops/linalg/gemm.hpp"
#include "isonomy/ops/linalg/solve_triangular.hpp"
#include "isonomy/ops/linalg/syrk.hpp"

namespace isonomy::gsn::detail {

/// Makes the columns of a matrix orthonormal, each by what it has beyond those before it: the Q of A = Q*R with a
/// positive diagonal of R.
///
/// A is m x n of rank n, m >= n. Blocks of columns are freed of those before them and then factored by Cholesky, both
/// twice (Giraud, Langou and Rozloznik 2005; Yamamoto et al. 2015). A block is half as wide as the dimensions that are
/// left at most, so that random columns are never nearly dependent in it. NotPositiveDefinite where columns are
/// dependent. O(mn^2), nearly all of it in gemm(); 32 n + 32^2 elements of workspace beside that of the operations.
template <ContextLike Ctx>
void orthonormalise(Ctx& ctx, MatrixView<double, typename Ctx::space> a) {
  using Constant = MatrixView<const double, typename Ctx::space>;
  constexpr index_t widest = 32;
  Matrix<double, typename Ctx::tag> in_common(ctx, a.columns, widest, "orthonormalise: parts in common");
  Matrix<double, typename Ctx::tag> factor(ctx, widest, widest, "orthonormalise: factor");
  for (index_t first = 0; first < a.columns;) {
    const index_t width = std::min({widest, a.columns - first, (a.rows - first + 1) / 2});
    const auto before = a.column_block(0, first), block = a.column_block(first, width);
    const auto part = in_common.view().row_block(0, first).column_block(0, width);
    const auto l = factor.view().row_block(0, width).column_block(0, width);
    for (int pass = 0; pass < 2; ++pass) {
      if (first > 0) {
        gemm(ctx, 1, Constant(transposed(before)), Constant(block), 0, part);
        gemm(ctx, -1, Constant(before), Constant(part), 1, block);
      }
      syrk(ctx, 1, Constant(block), 0, l);
      cholesky(ctx, l);
      solve_triangular(ctx, Constant(l), transposed(block));
    }
    first += width;
  }
}

}  // namespace isonomy::gsn::detail
