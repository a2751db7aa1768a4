// What starts need of the rows of a data matrix, wherever it lies: that they are finite, and the worst of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/mixture/sample.hpp"
#include "isonomy/ops/for_each.hpp"

namespace isonomy::mixture::detail {

/// ShapeError for a matrix of points that is unusable, or too large to number its elements.
template <class T, class Space>
void require_countable(MatrixView<T, Space> x, const char* operation) {
  check::usable(x, operation, "x");
  check::that(x.columns >= 1, operation, "x has no columns; give one row per point");
  check::that(x.rows <= std::numeric_limits<index_t>::max() / x.columns, operation, "x is ", x.rows, "x", x.columns,
              ": more elements than can be numbered; use less data per call");
}

/// The same, and ValueError for one without rows.
template <class T, class Space>
void require_rows(MatrixView<T, Space> x, const char* operation) {
  require_countable(x, operation);
  if (x.rows == 0) throw ValueError(text::joined(operation, ": the data are empty; expected at least one row"));
}

/// ValueError for the first element, by rows, that is not finite or whose square is not; nothing if there is none.
template <ContextLike Ctx, class T>
void require_finite_rows(Ctx& ctx, MatrixView<const T, typename Ctx::space> x, const char* operation) {
  const index_t piece = std::max<index_t>((index_t{1} << 20) / x.columns, 1);
  for (index_t first = 0; first < x.rows; first += piece) {
    const std::vector<T> host = all_rows<Ctx, T>(ctx, x.row_block(first, std::min(piece, x.rows - first)));
    for (std::size_t e = 0; e < host.size(); ++e) {
      if (std::abs(static_cast<double>(host[e])) < 1e150) continue;
      const auto i = static_cast<index_t>(e);
      throw ValueError(text::joined(operation, ": x[", first + i / x.columns, ", ", i % x.columns, "]=", host[e],
                                    "; expected a number below 1e150 in size; remove or rescale it"));
    }
  }
}

/// Widens the ranges of columns by those of x, which is by rows.
template <class T>
void widen(std::vector<double>& least, std::vector<double>& largest, const std::vector<T>& x) {
  for (std::size_t e = 0; e < x.size(); ++e) {
    const std::size_t j = e % least.size();
    least[j] = std::min(least[j], static_cast<double>(x[e]));
    largest[j] = std::max(largest[j], static_cast<double>(x[e]));
  }
}

/// ValueError for the first column whose numbers differ by so much or so little that their variance is no double;
/// `together`: for the widest of all alone. half_ranges: of the columns.
inline void require_representable(const std::vector<double>& half_ranges, bool together) {
  constexpr double least = 0x1p-480, largest = 0x1p480;
  const auto widest = std::max_element(half_ranges.begin(), half_ranges.end());
  for (auto half = together ? widest : half_ranges.begin(); half != half_ranges.end(); ++half) {
    if (*half > 0 && (*half < least || *half > largest))
      throw ValueError(text::joined({"em: column ", half - half_ranges.begin(), " of x spans ", 2 * *half,
                                     "; expected from 1e-144 to 1e144, so that its variance is a number; multiply the ",
                                     "column by a power of two"}));
    if (together) return;
  }
}

/// The same for the columns of x, which is looked at only where a variance found in them is beyond these limits.
template <ContextLike Ctx, class T>
void require_representable(Ctx& ctx, MatrixView<const T, typename Ctx::space> x, const std::vector<double>& variances,
                           bool together) {
  const auto usual = [](double v) { return v > 0x1p-960 && v < 0x1p960; };
  if (std::all_of(variances.begin(), variances.end(), usual)) return;
  const auto d = static_cast<std::size_t>(x.columns);
  std::vector<double> least(d, std::numeric_limits<double>::infinity()), largest(d, -least[0]);
  const index_t piece = std::max<index_t>((index_t{1} << 20) / x.columns, 1);
  for (index_t first = 0; first < x.rows; first += piece)
    widen(least, largest, all_rows<Ctx, T>(ctx, x.row_block(first, std::min(piece, x.rows - first))));
  for (std::size_t j = 0; j < d; ++j) largest[j] = 0.5 * largest[j] - 0.5 * least[j];
  require_representable(largest, together);
}

/// A row and its score.
struct Farthest {
  index_t row = 0;
  double score = 0;

  /// Is the other one to be taken instead: of higher score, or of the same and before it?
  [[nodiscard]] ISONOMY_HD bool yields_to(const Farthest& other) const {
    return other.score > score || (other.score == score && other.row < row);
  }
};

/// Within each block of rows, that of highest score, the first of equals. A block's lanes take its rows by turns, so
/// that neighbouring threads of a device read neighbouring rows; the host has one lane.
template <class Score, class T, MemorySpace Space>
struct FarthestOfLane {
  static constexpr index_t block_rows = 1024, lanes = std::same_as<Space, HostSpace> ? 1 : 32;
  static constexpr double lowest = -std::numeric_limits<double>::infinity();

  Score score;
  MatrixView<const T, Space> x;
  VectorView<Farthest, Space> out;

  ISONOMY_HD void operator()(index_t task) const {
    const index_t begin = task / lanes * block_rows, lane = task % lanes, first = begin + lane;
    const index_t last = x.rows - begin < block_rows ? x.rows : begin + block_rows;
    // NaN is passed over, but for the first row of a block.
    Farthest highest{first, lane == 0 ? score(x, first) : lowest};
    for (index_t i = lane == 0 ? first + lanes : first; i < last; i += lanes)
      if (const double s = score(x, i); s > highest.score) highest = {i, s};
    out(task) = highest;
  }
};

/// Of the lanes of each block, the first that has the highest score.
template <index_t lanes, MemorySpace Space>
struct FarthestOfBlock {
  VectorView<const Farthest, Space> of_lanes;
  VectorView<Farthest, Space> out;

  ISONOMY_HD void operator()(index_t b) const {
    Farthest highest = of_lanes(b * lanes);
    for (index_t lane = 1; lane < lanes; ++lane)
      if (const Farthest& other = of_lanes(b * lanes + lane); highest.yields_to(other)) highest = other;
    out(b) = highest;
  }
};

/// The row of highest score(x, i), the first of equals: one pass. `score` is a functor as for_each takes them.
template <ContextLike Ctx, class Score, class T>
Farthest farthest_row(Ctx& ctx, const Score& score, MatrixView<const T, typename Ctx::space> x) {
  using Space = typename Ctx::space;
  using Lanes = FarthestOfLane<Score, T, Space>;
  constexpr index_t lanes = Lanes::lanes;
  const index_t blocks = (x.rows + Lanes::block_rows - 1) / Lanes::block_rows;
  Buffer<Farthest, typename Ctx::tag> of_lanes(ctx, blocks * lanes, "farthest_row");
  for_each(ctx, blocks * lanes, Lanes{score, x, of_lanes.view()});
  Buffer<Farthest, typename Ctx::tag> of_blocks(ctx, lanes > 1 ? blocks : 0, "farthest_row");
  if constexpr (lanes > 1) for_each(ctx, blocks, FarthestOfBlock<lanes, Space>{of_lanes.view(), of_blocks.view()});
  const std::vector<Farthest> all = to_host(ctx, lanes > 1 ? of_blocks : of_lanes);
  return *std::max_element(all.begin(), all.end(),
                           [](const Farthest& a, const Farthest& b) { return a.score < b.score; });
}

/// One row in host memory.
template <ContextLike Ctx, class T>
std::vector<double> row_of(Ctx& ctx, MatrixView<const T, typename Ctx::space> x, index_t i) {
  const std::vector<T> row = all_rows<Ctx, T>(ctx, x.row_block(i, 1));
  return {row.begin(), row.end()};
}

}  // namespace isonomy::mixture::detail
