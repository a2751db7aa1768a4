// solve_triangular and solve_triangular_batched of Backend<Cpu>: panels of L, and systems on the lanes of gemm's tiles.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/triangle_panel.hpp"
#include "isonomy/cpu/linalg/triangle_tile.hpp"
#include "isonomy/cpu/memory.hpp"
#include "isonomy/cpu/parallel.hpp"
#include "isonomy/cpu/scratch.hpp"
#include "isonomy/ops/linalg/solve_triangular.hpp"

namespace isonomy::cpu {

/// X = inverse(L)*B in place of B, for a lower triangle.
///
/// x_ij = (b_ij - s_ij) / l_ii, s_ij the chain s = fma(l_ik, x_kj, s) from 0 over k < i in ascending order. An upper
/// triangle is a lower one in reversed order: the chain then goes over k > i in descending order.
template <Real T>
class TriangularSystems {
 public:
  /// Elements of workspace for L of n x n and `columns` of B; it is 64-byte aligned.
  [[nodiscard]] static index_t workspace(const GemmKernel<T>& tile, index_t n, index_t columns) {
    return round_up(std::min(columns, most_columns), tile.rows) * round_up(n, tile.columns) +
           TrianglePanel<T>::workspace(tile, n);
  }
  TriangularSystems(const TriangleKernel<T>& kernel, MatrixView<const T> l, MatrixView<T> b, Triangle triangle,
                    T* workspace)
      : kernel_(kernel), l_(triangle == Triangle::lower ? l : reversed(l)),
        b_(triangle == Triangle::lower ? b : with_rows_reversed(b)), rows_(kernel.product.rows),
        columns_(kernel.product.columns), x_(workspace),
        panel_(kernel, l.rows,
               workspace + round_up(std::min(b.columns, most_columns), rows_) * round_up(l.rows, columns_)) {}

  /// each(n, f) calls f(i) for every i below n, in any order.
  template <class Each>
  void run(const Each& each) {
    for (index_t left = 0; left < b_.columns; left += most_columns)
      some_columns(b_.column_block(left, std::min(most_columns, b_.columns - left)), each);
  }

 private:
  static constexpr index_t most_columns = 1536, columns_of_piece = 64, largest_sums = TrianglePanel<T>::most_rows * 48;

  [[nodiscard]] static MatrixView<const T> reversed(const MatrixView<const T>& l) {
    const index_t last = std::max<index_t>(l.rows - 1, 0);
    return {l.data + last * (l.row_stride + l.column_stride), l.rows, l.columns, -l.row_stride, -l.column_stride};
  }
  [[nodiscard]] static MatrixView<T> with_rows_reversed(const MatrixView<T>& b) {
    return {b.data + std::max<index_t>(b.rows - 1, 0) * b.row_stride, b.rows, b.columns, -b.row_stride,
            b.column_stride};
  }

  /// The unknowns of the tile of systems that begins with a column.
  [[nodiscard]] T* packed(index_t column) const { return x_ + column * round_up(l_.rows, columns_); }

  template <class Each>
  void some_columns(const MatrixView<T>& b, const Each& each) {
    const index_t tiles = (b.columns + rows_ - 1) / rows_, n = l_.rows;
    each(tiles, [&](index_t tile) { load(b, tile * rows_); });
    for (index_t first = 0; first < n; first += TrianglePanel<T>::most_rows) {
      const index_t last = std::min(first + TrianglePanel<T>::most_rows, n);
      panel_.begin(first, last - first);
      each((last + columns_of_piece - 1) / columns_of_piece,
           [&](index_t piece) { pack(piece * columns_of_piece, std::min(last, (piece + 1) * columns_of_piece)); });
      each(tiles, [&](index_t tile) {
        alignas(64) T sums[largest_sums];
        T* const x = packed(tile * rows_);
        panel_.chains(&x, 1, panel_.groups(), sums);
        panel_.unknowns(x, sums);
      });
    }
    each(tiles, [&](index_t tile) { store(b, tile * rows_); });
  }
  /// run(element, packed copy, columns) for pieces of rows of a tile of systems.
  template <class Run>
  void each_run(const MatrixView<T>& b, index_t left, const Run& run) const {
    constexpr index_t few = 4;  // columns are read side by side
    const index_t right = std::min(b.columns, left + rows_), step = b.column_stride == 1 ? rows_ : few;
    for (index_t j = left; j < right; j += step)
      for (index_t i = 0; i < b.rows; ++i)
        run(&b(i, j), packed(left) + i * rows_ + (j - left), std::min(right, j + step) - j);
  }
  /// Systems and unknowns that are there to fill a tile are 0.
  void load(const MatrixView<T>& b, index_t left) const {
    const index_t n = b.rows, all = round_up(n, columns_);
    if (left + rows_ > b.columns)
      std::fill_n(packed(left), all * rows_, T{0});
    else
      std::fill_n(packed(left) + n * rows_, (all - n) * rows_, T{0});
    each_run(b, left, [&](const T* from, T* to, index_t count) { copy_strided(from, b.column_stride, count, to, 1); });
  }
  void store(const MatrixView<T>& b, index_t left) const {
    each_run(b, left, [&](T* to, const T* from, index_t count) { copy_strided(from, 1, count, to, b.column_stride); });
  }

  /// Columns begin .. end - 1 of the panel's rows.
  void pack(index_t begin, index_t end) const {
    if (columns_ == 4)
      pack_groups<4>(begin, end);
    else
      pack_groups<8>(begin, end);
  }
  template <index_t columns>
  void pack_groups(index_t begin, index_t end) const {
    const index_t first = panel_.first(), groups = panel_.groups(),
                  whole = std::min(groups, (l_.rows - first) / columns);
    // Whole groups below the diagonal in column k are those from here on.
    const auto below = [&](index_t k) { return k <= first ? index_t{0} : (k - first + columns - 1) / columns; };
    if (l_.row_stride == 1) {
      constexpr index_t ahead = 8, line = 64 / static_cast<index_t>(sizeof(T));
      for (index_t k = begin; k < end; ++k) {
        if (k + ahead < l_.columns)
          for (index_t i = first; i < first + whole * columns; i += line) __builtin_prefetch(&l_(i, k + ahead));
        for (index_t g = below(k); g < whole; ++g)
          std::memcpy(panel_.at(g, k), &l_(first + g * columns, k), columns * sizeof(T));
      }
    } else {
      for (index_t g = 0; g < whole; ++g)
        for (index_t k = begin; k < std::min(end, panel_.row(g) + 1); ++k)
          for (index_t c = 0; c < columns; ++c) panel_.at(g, k)[c] = l_(panel_.row(g) + c, k);
    }
    for (index_t g = 0; g < groups; ++g)
      for (index_t k = g < whole ? std::max(begin, panel_.row(g) + 1) : begin; k < end; ++k) edge<columns>(g, k);
    if (end == l_.rows)
      for (index_t k = end; k < panel_.row(groups); ++k) edge<columns>(groups - 1, k);
  }
  /// A group's elements of a column where some are above the diagonal or beyond the last row: those of an identity.
  template <index_t columns>
  void edge(index_t group, index_t k) const {
    const index_t row = panel_.row(group);
    for (index_t c = 0; c < columns; ++c)
      panel_.at(group, k)[c] = row + c < l_.rows && k <= row + c ? l_(row + c, k) : T(row + c == k);
  }

  const TriangleKernel<T>& kernel_;
  MatrixView<const T> l_;
  MatrixView<T> b_;
  index_t rows_, columns_;
  T* x_;
  TrianglePanel<T> panel_;
};

struct SolveTriangular {
  /// One result, in each bit, for any thread count, instruction set and compiler flags: that of TriangularSystems. The
  /// workspace is a packed copy of B, of at most 1536 columns at a time, and 96 rows of L.
  template <Real T>
  static void solve_triangular(Context& ctx, MatrixView<const T> l, MatrixView<T> b, Triangle triangle) {
    constexpr const char* operation = "solve_triangular";
    if (const index_t pivot = isonomy::detail::first_zero(l); pivot != 0)
      isonomy::detail::singular_triangle(operation, pivot);
    if (b.rows == 0 || b.columns == 0) return;
    const TriangleKernel<T> kernel = triangle_kernel<T>(ctx.instruction_set());
    const Memory::allocation room = Memory::allocate(
        ctx, sizeof(T) * static_cast<std::size_t>(TriangularSystems<T>::workspace(kernel.product, b.rows, b.columns)),
        operation);
    TriangularSystems<T>(kernel, l, b, triangle, static_cast<T*>(room.get())).run([&](index_t n, const auto& f) {
      parallel_for(ctx, n, 1, operation, f);
    });
  }
  /// A slot a task, with the bits of solve_triangular; each running task takes the workspace of a slot.
  template <Real T>
  static void solve_triangular_batched(Context& ctx, BatchView<const T> l, BatchView<T> b, VectorView<index_t> info,
                                       Triangle triangle) {
    constexpr const char* operation = "solve_triangular_batched";
    const TriangleKernel<T> kernel = triangle_kernel<T>(ctx.instruction_set());
    Rooms rooms(ctx, b.batches, size_of_room<T>(ctx, b.rows, b.columns), operation);
    parallel_for(ctx, b.batches, 1, operation, [&](index_t slot) {
      info(slot) = isonomy::detail::first_zero(l[slot]);
      if (info(slot) != 0 || b.rows == 0 || b.columns == 0) return;
      const auto room = rooms.take();
      TriangularSystems<T>(kernel, l[slot], b[slot], triangle, reinterpret_cast<T*>(room.get()))
          .run([&](index_t n, const auto& f) { serial_for(ctx, n, operation, f); });
    });
  }

  /// The bytes that solve_triangular_batched() takes.
  template <Real T>
  [[nodiscard]] static std::size_t solve_triangular_batched_workspace(const Context& ctx, index_t batches, index_t n,
                                                                      index_t columns) {
    return Rooms::bytes(ctx, batches, size_of_room<T>(ctx, n, columns));
  }

 private:
  /// Doubles for one slot.
  template <Real T>
  [[nodiscard]] static std::size_t size_of_room(const Context& ctx, index_t n, index_t columns) {
    const TriangleKernel<T> kernel = triangle_kernel<T>(ctx.instruction_set());
    const auto bytes =
        static_cast<std::size_t>(TriangularSystems<T>::workspace(kernel.product, n, columns)) * sizeof(T);
    return (bytes + sizeof(double) - 1) / sizeof(double);
  }
};

}  // namespace isonomy::cpu
