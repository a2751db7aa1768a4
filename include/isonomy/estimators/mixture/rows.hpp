// What starts need of the rows of a data matrix, wherever it lies: that they are finite, a sample, the worst of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/memory.hpp"

namespace isonomy::mixture::detail {

/// A host copy of every `every`-th row, by rows.
template <ContextLike Ctx, class T>
std::vector<T> every_row(Ctx& ctx, MatrixView<const T, typename Ctx::space> x, index_t every) {
  const index_t rows = (x.rows + every - 1) / every;
  Matrix<T, typename Ctx::tag> packed(ctx, x.columns, rows, "rows");
  copy(ctx,
       transposed(
           MatrixView<const T, typename Ctx::space>(x.data, rows, x.columns, every * x.row_stride, x.column_stride)),
       packed.view());
  return to_host<Ctx, T>(ctx, VectorView<const T, typename Ctx::space>(packed.data(), rows * x.columns));
}

/// At most `limit` evenly spaced rows, by rows: all of them if there are no more.
template <ContextLike Ctx, class T>
std::vector<double> sample_rows(Ctx& ctx, MatrixView<const T, typename Ctx::space> x, index_t limit) {
  const std::vector<T> rows = every_row<Ctx, T>(ctx, x, std::max<index_t>((x.rows + limit - 1) / limit, 1));
  return {rows.begin(), rows.end()};
}

/// ShapeError for a matrix of points that is unusable or too large to number its elements; ValueError for one without
/// rows.
template <class T, class Space>
void require_rows(MatrixView<T, Space> x, const char* operation) {
  check::usable(x, operation, "x");
  check::that(x.columns >= 1, operation, "x has no columns; give one row per point");
  check::that(x.rows <= std::numeric_limits<index_t>::max() / x.columns, operation, "x is ", x.rows, "x", x.columns,
              ": more elements than can be numbered; use less data per call");
  if (x.rows == 0) throw ValueError(std::string(operation) + ": the data are empty; expected at least one row");
}

/// ValueError for the first element, by rows, that is not finite or whose square is not; nothing if there is none.
template <ContextLike Ctx, class T>
void require_finite(Ctx& ctx, MatrixView<const T, typename Ctx::space> x, const char* operation) {
  const index_t piece = std::max<index_t>((index_t{1} << 20) / x.columns, 1);
  for (index_t first = 0; first < x.rows; first += piece) {
    const std::vector<T> host = every_row<Ctx, T>(ctx, x.row_block(first, std::min(piece, x.rows - first)), 1);
    for (std::size_t e = 0; e < host.size(); ++e) {
      if (std::abs(static_cast<double>(host[e])) < 1e150) continue;
      const auto i = static_cast<index_t>(e);
      std::ostringstream text;
      text << operation << ": x[" << first + i / x.columns << ", " << i % x.columns << "]=" << host[e]
           << "; expected a number below 1e150 in size; remove or rescale it";
      throw ValueError(text.str());
    }
  }
}

}  // namespace isonomy::mixture::detail
