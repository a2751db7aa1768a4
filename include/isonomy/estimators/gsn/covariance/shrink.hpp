// Covariances from centred rows, their diagonals, and shrinkage of what is beside the diagonal.
#pragma once

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/linalg/syrk.hpp"

namespace isonomy::gsn::detail {

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

}  // namespace isonomy::gsn::detail
