// Covariances from centred rows, their diagonals, and shrinkage of what is beside the diagonal.
#pragma once

#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/linalg/syrk.hpp"

namespace isonomy::gsn {

/// What a level does to the variance of a single unit, which has nothing beside the diagonal.
///
/// - `matlab`: nothing, as for any variance; all levels are equally likely, and the first is taken;
/// - `numpy`: it multiplies the variance, as in the published Python, so that the level is some min(1, held-out
///   variance/training variance), and 1 by LevelRule::analytic.
enum class N1Rule { matlab, numpy };

namespace detail {

/// out(j) = the sum of the squares of column j, in the order of its rows.
template <MemorySpace Space>
struct ColumnSquares {
  MatrixView<const double, Space> rows;
  VectorView<double, Space> out;

  ISONOMY_HD void operator()(index_t j) const {
    double sum = 0;
    for (index_t i = 0; i < rows.rows; ++i) sum += rounded_product(rows(i, j), rows(i, j));
    out(j) = sum;
  }
};

/// The sum of the squares of every column.
template <ContextLike Ctx>
[[nodiscard]] Buffer<double, typename Ctx::tag> column_squares(Ctx& ctx,
                                                               MatrixView<const double, typename Ctx::space> rows) {
  Buffer<double, typename Ctx::tag> out(ctx, rows.columns, "gsn: variances");
  isonomy::for_each(ctx, rows.columns, ColumnSquares<typename Ctx::space>{rows, out.view()});
  return out;
}

/// Multiplies what is beside the diagonal of a square matrix by `level`.
template <MemorySpace Space>
struct ShrinkColumn {
  MatrixView<double, Space> a;
  double level;

  ISONOMY_HD void operator()(index_t j) const {
    for (index_t i = 0; i < a.rows; ++i)
      if (i != j) a(i, j) = rounded_product(level, a(i, j));
  }
};

/// The product of the rows with themselves, units x units, shrunk to `level`; its diagonal is that of level 1, to the
/// bit.
template <ContextLike Ctx>
[[nodiscard]] Matrix<double, typename Ctx::tag> covariance(Ctx& ctx, MatrixView<const double, typename Ctx::space> rows,
                                                           double level) {
  Matrix<double, typename Ctx::tag> out(ctx, rows.columns, rows.columns, "gsn: covariance");
  syrk(ctx, 1, rows, 0, out.view());
  if (level != 1) isonomy::for_each(ctx, rows.columns, ShrinkColumn<typename Ctx::space>{out.view(), level});
  return out;
}

/// Multiplies the diagonal of a square matrix by `level`.
template <MemorySpace Space>
struct ShrinkDiagonal {
  MatrixView<double, Space> a;
  double level;

  ISONOMY_HD void operator()(index_t j) const { a(j, j) = rounded_product(level, a(j, j)); }
};

/// Shrinks the variance of a single unit, and the matrix that holds it, if the rule says so.
template <ContextLike Ctx>
void shrink_single(Ctx& ctx, N1Rule rule, double level, std::vector<double>& variances,
                   Matrix<double, typename Ctx::tag>& covariance) {
  if (rule == N1Rule::matlab || variances.size() != 1) return;
  variances[0] = rounded_product(level, variances[0]);
  isonomy::for_each(ctx, covariance.rows(), ShrinkDiagonal<typename Ctx::space>{covariance.view(), level});
}

}  // namespace detail

}  // namespace isonomy::gsn
