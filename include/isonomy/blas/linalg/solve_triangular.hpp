// solve_triangular and solve_triangular_batched of Backend<CpuBlas>: trsm on fixed pieces of the right-hand sides, or
// of a slot per task, one thread each.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "isonomy/blas/library.hpp"
#include "isonomy/core/concepts.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/solve_triangular.hpp"
#include "isonomy/cpu/memory.hpp"
#include "isonomy/cpu/parallel.hpp"
#include "isonomy/cpu/scratch.hpp"
#include "isonomy/ops/linalg/solve_triangular.hpp"

namespace isonomy::blas {

/// One result, in each bit, for any thread count, on one version of OpenBLAS and one kind of processor: columns of B
/// are cut by their number alone, and each piece is one call on one thread.
///
/// OpenBLAS multiplies by reciprocals of the diagonal: where one of them is no normal number, or not finite, unknowns
/// are found one by one as the generic form does. So they are in columns where one of them is not finite, which
/// OpenBLAS spreads to others of its block. Extents beyond its integers go to Backend<Cpu>. Workspace: for each task
/// that runs, its right-hand sides, and a copy of each matrix whose strides BLAS does not take, of a batch for each
/// task too.
struct SolveTriangular {
  template <Real T>
  static void solve_triangular(cpu::Context& ctx, MatrixView<const T> l, MatrixView<T> b, Triangle triangle) {
    constexpr const char* operation = "solve_triangular";
    if (!fits(l.rows) || !fits(b.columns)) {
      cpu::SolveTriangular::solve_triangular(ctx, l, b, triangle);
      return;
    }
    const Diagonal diagonal(l);
    if (diagonal.zero != 0) isonomy::detail::singular_triangle(operation, diagonal.zero);
    if (b.rows == 0 || b.columns == 0) return;
    if (!diagonal.plain) {
      cpu::parallel_for(ctx, b.columns, 1, operation,
                        [=](index_t j) { one_by_one(l, triangle, b.column_block(j, 1)); });
      return;
    }
    const Input<T> left(ctx, l, operation);
    if (layout(b)) {
      in_pieces(ctx, left.view(), triangle, b);
      return;
    }
    const Copy<T> copy(ctx, b.rows, b.columns, operation);
    cpu::Memory::copy(ctx, MatrixView<const T>(b), copy.view);
    in_pieces(ctx, left.view(), triangle, copy.view);
    cpu::Memory::copy(ctx, MatrixView<const T>(copy.view), b);
  }

  template <Real T>
  static void solve_triangular_batched(cpu::Context& ctx, BatchView<const T> l, BatchView<T> b,
                                       VectorView<index_t> info, Triangle triangle) {
    constexpr const char* operation = "solve_triangular_batched";
    if (b.batches == 0) return;
    if (!fits(l.rows) || !fits(b.columns)) {
      cpu::SolveTriangular::solve_triangular_batched(ctx, l, b, info, triangle);
      return;
    }
    const index_t n = l.rows, of_l = layout(l[0]) ? 0 : n * n, of_b = layout(b[0]) ? 0 : n * b.columns;
    const auto bytes = static_cast<std::size_t>(of_l + of_b + n * b.columns) * sizeof(T);
    cpu::Rooms rooms(ctx, b.batches, (bytes + sizeof(double) - 1) / sizeof(double), operation);
    cpu::parallel_for(ctx, b.batches, 1, operation, [&](index_t slot) {
      const Diagonal diagonal(l[slot]);
      info(slot) = diagonal.zero;
      if (diagonal.zero != 0 || n == 0 || b.columns == 0) return;
      if (!diagonal.plain) {
        one_by_one(l[slot], triangle, b[slot]);
        return;
      }
      const auto room = rooms.take();
      T* const start = reinterpret_cast<T*>(room.get());
      const MatrixView<T> left = column_major(start, n, n), right = column_major(start + of_l, n, b.columns);
      if (of_l != 0) cpu::Memory::copy(ctx, l[slot], left);
      if (of_b != 0) cpu::Memory::copy(ctx, MatrixView<const T>(b[slot]), right);
      substitute_finite(of_l != 0 ? MatrixView<const T>(left) : l[slot], triangle, of_b != 0 ? right : b[slot],
                        start + of_l + of_b);
      if (of_b != 0) cpu::Memory::copy(ctx, MatrixView<const T>(right), b[slot]);
    });
  }

  /// The most bytes that solve_triangular_batched() takes: L and B copied, and B once more, or what Backend<Cpu> takes.
  template <Real T>
  [[nodiscard]] static std::size_t solve_triangular_batched_workspace(const cpu::Context& ctx, index_t batches,
                                                                      index_t n, index_t columns) {
    const auto bytes = static_cast<std::size_t>(n * n + 2 * n * columns) * sizeof(T);
    return std::max(cpu::Rooms::bytes(ctx, batches, (bytes + sizeof(double) - 1) / sizeof(double)),
                    cpu::SolveTriangular::solve_triangular_batched_workspace<T>(ctx, batches, n, columns));
  }

 private:
  struct Diagonal {
    index_t zero = 0;   ///< the first element that is 0, from 1, or 0
    bool plain = true;  ///< are elements and their reciprocals normal numbers?

    template <Real T>
    explicit Diagonal(const MatrixView<const T>& l) {
      constexpr T least = std::numeric_limits<T>::min();
      for (index_t i = 0; i < l.rows && zero == 0; ++i) {
        const T size = std::abs(l(i, i));
        if (size == 0) zero = i + 1;
        plain = plain && size >= least && size <= 1 / least;
      }
    }
  };

  template <Real T>
  static void one_by_one(const MatrixView<const T>& l, Triangle triangle, const MatrixView<T>& b) {
    index_t nothing = 0;
    const isonomy::detail::Substitute<T, HostSpace> column{
        BatchView<const T>(l.data, 1, l.rows, l.columns, 0, l.row_stride, l.column_stride),
        BatchView<T>(b.data, 1, b.rows, b.columns, 0, b.row_stride, b.column_stride),
        VectorView<const index_t>(&nothing, 1), triangle == Triangle::lower};
    for (index_t j = 0; j < b.columns; ++j) column(j);
  }

  /// substitute(), and one by one what is in columns with something that is not finite; `before` has room for B.
  template <Real T>
  static void substitute_finite(MatrixView<const T> l, Triangle triangle, MatrixView<T> b, T* before) {
    const MatrixView<T> given = column_major(before, b.rows, b.columns);
    for (index_t j = 0; j < b.columns; ++j)
      for (index_t i = 0; i < b.rows; ++i) given(i, j) = b(i, j);
    one_thread();
    substitute(l, triangle == Triangle::lower, b);
    for (index_t j = 0; j < b.columns; ++j) {
      index_t i = 0;
      while (i < b.rows && std::isfinite(b(i, j))) ++i;
      if (i == b.rows) continue;
      for (i = 0; i < b.rows; ++i) b(i, j) = given(i, j);
      one_by_one(l, triangle, b.column_block(j, 1));
    }
  }

  template <Real T>
  static void in_pieces(cpu::Context& ctx, MatrixView<const T> l, Triangle triangle, MatrixView<T> b) {
    const index_t most = b.columns <= 512 ? 64 : 256, pieces = (b.columns + most - 1) / most,
                  width = (b.columns + pieces - 1) / pieces;
    const auto bytes = static_cast<std::size_t>(b.rows * width) * sizeof(T);
    cpu::Rooms rooms(ctx, pieces, (bytes + sizeof(double) - 1) / sizeof(double), "solve_triangular");
    cpu::parallel_for(ctx, pieces, 1, "solve_triangular", [&](index_t piece) {
      const index_t first = piece * width;
      const auto room = rooms.take();
      if (first < b.columns)
        substitute_finite(l, triangle, b.column_block(first, std::min(width, b.columns - first)),
                          reinterpret_cast<T*>(room.get()));
    });
  }
};

}  // namespace isonomy::blas
