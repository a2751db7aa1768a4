// Rows of a data matrix, wherever it lies, brought to the host: all of them, or a sample drawn evenly.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/memory.hpp"

namespace isonomy::mixture {

/// A host copy of all rows, by rows.
template <ContextLike Ctx, class T>
[[nodiscard]] std::vector<T> all_rows(Ctx& ctx, MatrixView<const T, typename Ctx::space> x) {
  Matrix<T, typename Ctx::tag> packed(ctx, x.columns, x.rows, "rows");
  copy(ctx, transposed(x), packed.view());
  return to_host<Ctx, T>(ctx, VectorView<const T, typename Ctx::space>(packed.data(), x.rows * x.columns));
}

/// Copies one row of every `stretch` of them.
template <class T, MemorySpace Space>
struct DrawRow {
  MatrixView<const T, Space> x;
  MatrixView<T, Space> out;  // by columns
  index_t stretch;
  std::uint64_t seed;

  ISONOMY_HD void operator()(index_t i) const {
    const index_t first = i * stretch, left = x.rows - first;
    const auto bound = static_cast<std::uint64_t>(left < stretch ? left : stretch);
    const index_t row =
        first + static_cast<index_t>(random_below(bound, seed, static_cast<std::uint64_t>(i), ~std::uint64_t{0}));
    for (index_t j = 0; j < x.columns; ++j) out(j, i) = x(row, j);
  }
};

/// Copies one row of each of `stretches` equal stretches of x. Where their number does not divide that of the rows, a
/// row on a border belongs to both sides in part, so that every row is as likely to be drawn.
template <class T, MemorySpace Space>
struct DrawEvenly {
  MatrixView<const T, Space> x;
  MatrixView<T, Space> out;  // by columns
  index_t stretches;         // at most 2^31: the products below stay in range for any number of rows
  std::uint64_t seed;

  /// (i n + t) / stretches, t uniform in [0, n): in [i n / stretches, (i + 1) n / stretches).
  [[nodiscard]] ISONOMY_HD index_t row(index_t i) const {
    const auto t = static_cast<index_t>(
        random_below(static_cast<std::uint64_t>(x.rows), seed, static_cast<std::uint64_t>(i), ~std::uint64_t{0}));
    const index_t rest = i * (x.rows % stretches) + t % stretches;
    return i * (x.rows / stretches) + t / stretches + rest / stretches;
  }
  ISONOMY_HD void operator()(index_t i) const {
    const index_t drawn = row(i);
    for (index_t j = 0; j < x.columns; ++j) out(j, i) = x(drawn, j);
  }
};

/// `limit` rows, by rows, or all of them if there are no more: one drawn from each of as many equal stretches, with the
/// context's seed. Data that repeat with some period so give no lopsided sample.
template <ContextLike Ctx, class T>
[[nodiscard]] std::vector<double> sample_rows(Ctx& ctx, MatrixView<const T, typename Ctx::space> x, index_t limit) {
  const index_t rows = std::min(x.rows, limit);
  Matrix<T, typename Ctx::tag> drawn(ctx, x.columns, rows, "sample");
  for_each(ctx, rows, DrawEvenly<T, typename Ctx::space>{x, drawn.view(), rows, ctx.control().seed});
  const std::vector<T> host =
      to_host<Ctx, T>(ctx, VectorView<const T, typename Ctx::space>(drawn.data(), rows * x.columns));
  return {host.begin(), host.end()};
}

}  // namespace isonomy::mixture
