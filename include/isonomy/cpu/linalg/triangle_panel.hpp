// Some rows of a lower triangle, packed, and the unknowns that they give: behind cholesky and solve_triangular of
// Backend<Cpu>.
#pragma once

#include <algorithm>
#include <cstring>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/cpu/linalg/gemm_tile.hpp"
#include "isonomy/cpu/linalg/triangle_tile.hpp"

namespace isonomy::cpu {

/// `count` elements, each so far from the next.
template <class T>
[[gnu::always_inline]] inline void copy_strided(const T* from, index_t from_stride, index_t count, T* to,
                                                index_t to_stride) {
  constexpr index_t together = 4;
  index_t i = 0;
  if (from_stride == 1 && to_stride == 1)
    for (; i + together <= count; i += together) std::memcpy(to + i, from + i, together * sizeof(T));
  else
    for (; i + together <= count; i += together) {
      const T* const x = from + i * from_stride;
      T* const out = to + i * to_stride;
      const T b = x[from_stride], c = x[2 * from_stride], d = x[3 * from_stride];
      out[0] = x[0], out[to_stride] = b, out[2 * to_stride] = c, out[3 * to_stride] = d;
    }
  for (; i < count; ++i) to[i * to_stride] = from[i * from_stride];
}

/// Rows first .. first + rows - 1 of L, in groups of as many as a tile has columns: a group holds its elements of
/// column 0, then of column 1, up to its last row.
///
/// Systems come in tiles too: x holds unknown 0 of as many systems as a tile has rows, then unknown 1, and so on;
/// right-hand sides become unknowns in place. x_i = (b_i - s_i) / l_ii, s_i the chain s = fma(l_ik, x_k, s) from 0 over
/// k < i in ascending order.
template <Real T>
class TrianglePanel {
 public:
  /// Rows of a panel: whole tiles of every kernel in either direction.
  static constexpr index_t most_rows = 96;
  /// Elements of a panel of an n x n triangle, and of the sums of a tile of systems.
  [[nodiscard]] static index_t workspace(const GemmKernel<T>& tile, index_t n) {
    return round_up(std::min(n, most_rows), tile.columns) / tile.columns * apart(tile, n);
  }
  [[nodiscard]] static index_t sums_of_tile(const GemmKernel<T>& tile, index_t n) {
    return round_up(std::min(n, most_rows), tile.columns) * tile.rows;
  }

  TrianglePanel(const TriangleKernel<T>& kernel, index_t n, T* workspace)
      : kernel_(kernel), data_(workspace), apart_(apart(kernel.product, n)),
        sums_of_tile_(sums_of_tile(kernel.product, n)) {}

  void begin(index_t first, index_t rows) {
    first_ = first;
    groups_ = (rows + tile().columns - 1) / tile().columns;
  }
  [[nodiscard]] index_t first() const { return first_; }
  [[nodiscard]] index_t groups() const { return groups_; }
  /// The group's elements of column k.
  [[nodiscard]] T* at(index_t group, index_t k) const { return data_ + group * apart_ + k * tile().columns; }
  /// The first row of a group.
  [[nodiscard]] index_t row(index_t group) const { return first_ + group * tile().columns; }

  /// sums = the chains over the unknowns before the panel, for the first `groups` groups, of `count` tiles of systems;
  /// those of a tile are sums_of_tile() apart.
  void chains(const T* const* x, index_t count, index_t groups, T* sums) const {
    index_t k = 0;
    do {
      const index_t steps = std::min(block, first_ - k);
      for (index_t t = 0; t < count; ++t)
        for (index_t g = 0; g < groups; ++g)
          tile().accumulate(steps, x[t] + k * tile().rows, at(g, k), sums + t * sums_of_tile_ + g * size(), k == 0);
      k += steps;
    } while (k < first_);
  }
  /// The chain of one group goes on over the unknowns of the groups before it.
  void go_on(const T* x, index_t group, T* sums) const {
    tile().accumulate(row(group) - first_, x + first_ * tile().rows, at(group, first_), sums + group * size(), false);
  }
  /// The unknowns of the panel, after chains().
  void unknowns(T* x, T* sums) const {
    for (index_t g = 0; g < groups_; ++g) {
      go_on(x, g, sums);
      kernel_.solve(at(g, row(g)), sums + g * size(), x + row(g) * tile().rows);
    }
  }

 private:
  /// A tile of so many unknowns stays in the first-level cache (24 KiB), a panel's part of as many columns in the
  /// second.
  static constexpr index_t block = 256;
  /// From group to group: not a power of 2, whose multiples would meet in few lines of a cache.
  [[nodiscard]] static index_t apart(const GemmKernel<T>& tile, index_t n) {
    return round_up(n, tile.columns) * tile.columns + static_cast<index_t>(64 / sizeof(T));
  }
  [[nodiscard]] const GemmKernel<T>& tile() const { return kernel_.product; }
  [[nodiscard]] index_t size() const { return tile().rows * tile().columns; }

  const TriangleKernel<T>& kernel_;
  T* data_;
  index_t apart_, sums_of_tile_, first_ = 0, groups_ = 0;
};

}  // namespace isonomy::cpu
