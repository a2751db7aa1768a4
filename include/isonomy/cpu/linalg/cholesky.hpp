// cholesky and cholesky_batched of Backend<Cpu>: panel by panel, every sum in a tile of gemm's kernels; a matrix on all
// threads, or one per task.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>

#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/triangle_panel.hpp"
#include "isonomy/cpu/linalg/triangle_tile.hpp"
#include "isonomy/cpu/memory.hpp"
#include "isonomy/cpu/parallel.hpp"
#include "isonomy/cpu/scratch.hpp"
#include "isonomy/ops/linalg/cholesky.hpp"

namespace isonomy::cpu {

/// The factor of one matrix, panel by panel: the rows on the diagonal, then those below them.
///
/// l_jj = sqrt(a_jj - s_jj) and l_ij = (a_ij - s_ij) / l_jj, s_ij the chain s = fma(l_ik, l_jk, s) from 0 over k < j in
/// ascending order. Source: Golub and Van Loan, Matrix Computations (2013), 4.2.
template <Real T>
class CholeskyFactor {
 public:
  /// Elements of workspace for an n x n matrix; it is 64-byte aligned.
  [[nodiscard]] static index_t workspace(const GemmKernel<T>& tile, index_t n) {
    const index_t tiles = (n + tile.rows - 1) / tile.rows, of_panel = TrianglePanel<T>::most_rows / tile.rows;
    return std::min(tiles, of_panel) * TrianglePanel<T>::sums_of_tile(tile, n) + before(tile.rows, tiles) +
           TrianglePanel<T>::workspace(tile, n);
  }
  CholeskyFactor(const TriangleKernel<T>& kernel, MatrixView<T> a, T* workspace)
      : kernel_(kernel), a_(a), rows_(kernel.product.rows), columns_(kernel.product.columns),
        tiles_((a.rows + rows_ - 1) / rows_), sums_of_tile_(TrianglePanel<T>::sums_of_tile(kernel.product, a.rows)),
        sums_(workspace), factor_(sums_ + std::min(tiles_, TrianglePanel<T>::most_rows / rows_) * sums_of_tile_),
        panel_(kernel, a.rows, factor_ + before(rows_, tiles_)) {}

  /// 0, or the first pivot, from 1, that is not positive; the matrix then stays as it was. each(n, f) calls f(i) for
  /// every i below n, in any order.
  template <class Each>
  [[nodiscard]] index_t run(const Each& each) {
    for (index_t first = 0; first < a_.rows; first += TrianglePanel<T>::most_rows)
      if (const index_t failing = panel(first, each); failing != 0) return failing;
    each((tiles_ + tiles_of_piece - 1) / tiles_of_piece, [&](index_t piece) {
      store({piece * tiles_of_piece, std::min(tiles_, (piece + 1) * tiles_of_piece), 0, a_.rows});
    });
    return 0;
  }
  /// What was to be the square of the pivot that failed.
  [[nodiscard]] T square() const { return square_; }

 private:
  static constexpr index_t tiles_of_piece = 8, tiles_of_task = 3, largest_sums = TrianglePanel<T>::most_rows * 48;

  /// Elements of the tiles before one: each has the columns up to its last row.
  [[nodiscard]] static index_t before(index_t rows, index_t tile) { return rows * rows * (tile * (tile + 1) / 2); }
  /// Rows of a tile in column k of the factor, one after the other.
  [[nodiscard]] T* packed(index_t tile, index_t k) const { return factor_ + before(rows_, tile) + k * rows_; }
  /// Of a tile on the panel's diagonal.
  [[nodiscard]] T* sums(index_t tile) const { return sums_ + (tile - panel_.first() / rows_) * sums_of_tile_; }

  /// Columns from .. to - 1 of the rows of tiles begin .. end - 1, at most tiles_of_piece.
  struct Piece {
    index_t begin, end, from, to;
  };
  /// run(element, packed copy, rows) for parts of columns of a piece, on and below the diagonal.
  template <class Run>
  void each_run(const Piece& piece, const Run& run) const {
    if (a_.row_stride == 1) return down_columns(piece, run);
    for (index_t tile = piece.begin; tile < piece.end; ++tile) along_rows(piece, tile, run);
  }
  /// Column by column over all rows of the tiles, fetched some columns ahead: few elements of a column at a time would
  /// each wait for memory, and for the table of pages.
  template <class Run>
  void down_columns(const Piece& piece, const Run& run) const {
    constexpr index_t ahead = 8, line = 64 / static_cast<index_t>(sizeof(T));
    const index_t bottom = std::min(a_.rows, piece.end * rows_), to = std::min(piece.to, bottom);
    T* copies[tiles_of_piece];
    for (index_t tile = piece.begin; tile < piece.end; ++tile) copies[tile - piece.begin] = packed(tile, 0);
    for (index_t k = piece.from; k < to; ++k) {
      if (k + ahead < to)
        for (index_t i = std::max(piece.begin * rows_, k + ahead); i < bottom; i += line)
          __builtin_prefetch(&a_(i, k + ahead));
      for (index_t tile = std::max(piece.begin, k / rows_); tile < piece.end; ++tile) {
        const index_t top = tile * rows_, first = std::max(top, k), last = std::min(a_.rows, top + rows_);
        run(&a_(first, k), copies[tile - piece.begin] + k * rows_ + (first - top), last - first);
      }
    }
  }
  /// Some rows side by side.
  template <class Run>
  void along_rows(const Piece& piece, index_t tile, const Run& run) const {
    constexpr index_t together = 4;
    const index_t top = tile * rows_, end = std::min(a_.rows, top + rows_);
    for (index_t begin = top; begin < end; begin += together) {
      const index_t last = std::min(end, begin + together);
      for (index_t k = piece.from; k < std::min(piece.to, last); ++k) {
        const index_t first = std::max(begin, k);
        run(&a_(first, k), packed(tile, k) + (first - top), last - first);
      }
    }
  }
  /// The packed copy has 0 above the diagonal and beyond the last row.
  void load(const Piece& piece) const {
    for (index_t tile = piece.begin; tile < piece.end; ++tile) {
      const index_t top = tile * rows_, zeros = std::max(piece.from, top + rows_ <= a_.rows ? top : 0),
                    to = piece.to < a_.rows ? std::min(piece.to, top + rows_) : top + rows_;
      if (zeros < to) std::fill_n(packed(tile, zeros), (to - zeros) * rows_, T{0});
    }
    each_run(piece, [&](const T* a, T* copy, index_t rows) { copy_strided(a, a_.row_stride, rows, copy, 1); });
  }
  void store(const Piece& piece) const {
    each_run(piece, [&](T* a, const T* copy, index_t rows) { copy_strided(copy, 1, rows, a, a_.row_stride); });
  }

  template <class Each>
  [[nodiscard]] index_t panel(index_t first, const Each& each) {
    const index_t last = std::min(first + TrianglePanel<T>::most_rows, a_.rows);
    panel_.begin(first, last - first);
    each(panel_.groups(), [&](index_t group) { copy_to_panel(group, 0, first); });
    const index_t begin = first / rows_, end = (last + rows_ - 1) / rows_;
    each(end - begin, [&](index_t t) {
      load({begin + t, begin + t + 1, first, last});
      const T* const rows = packed(begin + t, 0);
      panel_.chains(&rows, 1, groups_until(begin + t), sums(begin + t));
    });
    for (index_t tile = begin; tile < end; ++tile)
      if (const index_t failing = diagonal(tile); failing != 0) return failing;
    each((tiles_ - end + tiles_of_task - 1) / tiles_of_task, [&](index_t task) {
      alignas(64) T sums[tiles_of_task * largest_sums];
      const T* rows[tiles_of_task];
      const index_t top = end + task * tiles_of_task, count = std::min(tiles_of_task, tiles_ - top);
      load({top, top + count, first, last});
      for (index_t t = 0; t < count; ++t) rows[t] = packed(top + t, 0);
      panel_.chains(rows, count, panel_.groups(), sums);
      for (index_t t = 0; t < count; ++t) panel_.unknowns(packed(top + t, 0), sums + t * sums_of_tile_);
    });
    return 0;
  }
  /// Groups of the panel that have columns on or left of the diagonal in a tile's rows.
  [[nodiscard]] index_t groups_until(index_t tile) const {
    return std::min(panel_.groups(), ((tile + 1) * rows_ - panel_.first()) / columns_);
  }
  /// Columns from .. to - 1 of a group's rows, from their tile.
  void copy_to_panel(index_t group, index_t from, index_t to) const {
    if (columns_ == 4)
      copy_to_panel<4>(group, from, to);
    else
      copy_to_panel<8>(group, from, to);
  }
  template <index_t columns>
  void copy_to_panel(index_t group, index_t from, index_t to) const {
    const index_t row = panel_.row(group);
    const T* const x = packed(row / rows_, 0) + row % rows_;
    T* const out = panel_.at(group, 0);
    for (index_t k = from; k < to; ++k) std::memcpy(out + k * columns, x + k * rows_, columns * sizeof(T));
  }

  /// The factor in a tile's rows, which hold some of the panel's diagonal.
  [[nodiscard]] index_t diagonal(index_t tile) {
    const index_t groups = groups_until(tile), own = (tile * rows_ - panel_.first()) / columns_;
    for (index_t g = 0; g < groups; ++g) {
      const index_t column = panel_.row(g), end = std::min(column + columns_, a_.rows);
      T* const s = sums(tile) + g * rows_ * columns_;
      panel_.go_on(packed(tile, 0), g, sums(tile));
      if (g < own)
        kernel_.solve(panel_.at(g, column), s, packed(tile, column));
      else if (const index_t failing = square(tile, g, s); failing != 0)
        return failing;
      for (index_t h = std::max(g, own); h < groups; ++h) copy_to_panel(h, column, end);
    }
    return 0;
  }
  /// The columns whose diagonal elements stand in the tile.
  [[nodiscard]] index_t square(index_t tile, index_t group, T* s) {
    const index_t first = panel_.row(group), end = std::min(first + columns_, a_.rows);
    for (index_t j = first; j < end; ++j) {
      T* const column = packed(tile, j);
      const index_t r = j % rows_;
      square_ = column[r] - s[(j - first) * rows_ + r];
      if (!(square_ > 0)) return j + 1;
      const T pivot = std::sqrt(square_);
      kernel_.divide(s + (j - first) * rows_, pivot, column);
      column[r] = pivot;
      copy_to_panel(group, j, j + 1);
      kernel_.product.accumulate(1, column, panel_.at(group, j), s, false);
    }
    return 0;
  }

  const TriangleKernel<T>& kernel_;
  MatrixView<T> a_;
  index_t rows_, columns_, tiles_, sums_of_tile_;
  T *sums_, *factor_;
  TrianglePanel<T> panel_;
  T square_ = 0;
};

struct Cholesky {
  /// The lower factor in place; the strict upper triangle is neither read nor written. Where a pivot, counted from 1,
  /// is not positive (NaN is not), the matrix stays as it was.
  ///
  /// One result, in each bit, for any thread count, instruction set and compiler flags: that of cholesky_batched. The
  /// workspace is a packed copy of the factor and the sums of 96 columns.
  template <Real T>
  static void cholesky(Context& ctx, MatrixView<T> a) {
    constexpr const char* operation = "cholesky";
    if (a.rows == 0) return;
    const TriangleKernel<T> kernel = triangle_kernel<T>(ctx.instruction_set());
    const Memory::allocation room = Memory::allocate(ctx, cholesky_workspace<T>(ctx, a.rows), operation);
    CholeskyFactor<T> factor(kernel, a, static_cast<T*>(room.get()));
    const index_t failing = factor.run([&](index_t n, const auto& f) { parallel_for(ctx, n, 1, operation, f); });
    if (failing != 0) isonomy::detail::not_positive_definite(operation, failing, static_cast<double>(factor.square()));
  }
  /// The same for each matrix of a batch; info(b) is 0, or the first pivot, counted from 1, that is not positive. Each
  /// running task takes the workspace of a matrix.
  template <Real T>
  static void cholesky_batched(Context& ctx, BatchView<T> a, VectorView<index_t> info) {
    constexpr const char* operation = "cholesky_batched";
    const TriangleKernel<T> kernel = triangle_kernel<T>(ctx.instruction_set());
    Rooms rooms(ctx, a.batches, size_of_room<T>(ctx, a.rows), operation);
    parallel_for(ctx, a.batches, 1, operation, [&](index_t b) {
      const auto room = rooms.take();
      info(b) = CholeskyFactor<T>(kernel, a[b], reinterpret_cast<T*>(room.get())).run([&](index_t n, const auto& f) {
        serial_for(ctx, n, operation, f);
      });
    });
  }

  /// The bytes that cholesky() takes.
  template <Real T>
  [[nodiscard]] static std::size_t cholesky_workspace(const Context& ctx, index_t n) {
    const TriangleKernel<T> kernel = triangle_kernel<T>(ctx.instruction_set());
    return n == 0 ? 0 : sizeof(T) * static_cast<std::size_t>(CholeskyFactor<T>::workspace(kernel.product, n));
  }
  /// The bytes that cholesky_batched() takes.
  template <Real T>
  [[nodiscard]] static std::size_t cholesky_batched_workspace(const Context& ctx, index_t batches, index_t n) {
    return Rooms::bytes(ctx, batches, size_of_room<T>(ctx, n));
  }

 private:
  /// Doubles for one matrix.
  template <Real T>
  [[nodiscard]] static std::size_t size_of_room(const Context& ctx, index_t n) {
    return (cholesky_workspace<T>(ctx, n) + sizeof(double) - 1) / sizeof(double);
  }
};

}  // namespace isonomy::cpu
