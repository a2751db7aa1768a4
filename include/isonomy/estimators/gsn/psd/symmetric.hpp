// What the estimator asks of symmetric matrices: flat views, finite numbers, symmetry to the last bit.
#pragma once

#include <cmath>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/functional.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/reduce/transform_reduce.hpp"

namespace isonomy::gsn::detail {

/// ShapeError unless the matrix is square, with its columns one behind the other, as those of a Matrix are.
template <class T, MemorySpace Space>
void require_square(MatrixView<T, Space> m, const char* operation, const char* name) {
  check::usable(m, operation, name);
  check::that(m.rows == m.columns, operation, name, " is ", check::shape(m), "; it must be square");
  check::that(m.rows <= 1 || (m.row_stride == 1 && m.column_stride == m.rows), operation, name, " has strides ",
              m.row_stride, ", ", m.column_stride, "; they must be 1, ", m.rows, ", copy it to a Matrix first");
}

/// All elements of a matrix that require_square has let pass.
template <class T, MemorySpace Space>
[[nodiscard]] VectorView<T, Space> flat(MatrixView<T, Space> m) {
  return {m.data, m.rows * m.columns};
}
template <class T, class Tag>
[[nodiscard]] auto flat(Matrix<T, Tag>& m) {
  return flat(m.view());
}
template <class T, class Tag>
[[nodiscard]] auto flat(const Matrix<T, Tag>& m) {
  return flat(m.view());
}

/// 0 for finite numbers, else 1.
struct NotFinite {
  ISONOMY_HD double operator()(double x) const { return x - x == 0 ? 0 : 1; }
};

/// ValueError naming the first element, column by column, that is not finite.
template <ContextLike Ctx>
void require_finite(Ctx& ctx, MatrixView<const double, typename Ctx::space> m, const char* operation,
                    const char* name) {
  if (transform_reduce(ctx, flat(m), 0.0, Plus{}, NotFinite{}) == 0) return;
  for (index_t j = 0; j < m.columns; ++j) {
    const auto column = to_host<Ctx, double>(ctx, m.column(j));
    for (index_t i = 0; i < m.rows; ++i)
      if (const double x = column[static_cast<std::size_t>(i)]; !std::isfinite(x))
        throw ValueError(text::joined({operation, ": ", name, "(", i, ", ", j, ") is ", x,
                                       "; expected finite numbers; leave out what was not measured"}));
  }
}

/// Replaces the elements (i, j) and (j, i) by their mean; bits stay where they are equal.
template <MemorySpace Space>
struct Symmetrise {
  MatrixView<double, Space> m;

  ISONOMY_HD void operator()(index_t j) const {
    for (index_t i = j + 1; i < m.rows; ++i) {
      const double below = m(i, j), above = m(j, i);
      if (below != above) m(i, j) = m(j, i) = below / 2 + above / 2;
    }
  }
};

template <ContextLike Ctx>
void symmetrise(Ctx& ctx, MatrixView<double, typename Ctx::space> m) {
  for_each(ctx, m.columns, Symmetrise<typename Ctx::space>{m});
}

}  // namespace isonomy::gsn::detail
