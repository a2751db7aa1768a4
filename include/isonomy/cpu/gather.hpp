// gather and scatter of Backend<Cpu>: entries in the order in which rows or columns lie in memory.
#pragma once

#include <algorithm>

#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/parallel.hpp"
#include "isonomy/ops/gather.hpp"

namespace isonomy::cpu {

/// The front doors have looked at the indices.
struct Gather {
  template <class T>
  static void gather(Context& ctx, MatrixView<const T> source, VectorView<const index_t> index, MatrixView<T> out,
                     Indices) {
    entries(ctx, "gather", out.rows, out.columns, out.column_stride < out.row_stride,
            [&](index_t i, index_t j) { out(i, j) = source(index(i), j); });
  }
  template <class T>
  static void scatter(Context& ctx, MatrixView<const T> source, VectorView<const index_t> index, MatrixView<T> out,
                      Indices) {
    entries(ctx, "scatter", source.rows, source.columns, out.column_stride < out.row_stride,
            [&](index_t i, index_t j) { out(index(i), j) = source(i, j); });
  }

 private:
  /// move(i, j) for every entry: pieces of rows, or of columns.
  template <class Move>
  static void entries(Context& ctx, const char* operation, index_t rows, index_t columns, bool along_rows,
                      const Move& move) {
    constexpr index_t piece = 8192;
    const index_t length = along_rows ? columns : rows, lines = along_rows ? rows : columns;
    const index_t pieces = (length + piece - 1) / piece;
    parallel_for(ctx, lines * pieces, std::max<index_t>(1, piece / std::max<index_t>(1, length)), operation,
                 [&](index_t task) {
                   const index_t line = task / pieces, begin = task % pieces * piece;
                   const index_t end = std::min(length, begin + piece);
                   if (along_rows)
                     for (index_t j = begin; j < end; ++j) move(line, j);
                   else
                     for (index_t i = begin; i < end; ++i) move(i, line);
                 });
  }
};

}  // namespace isonomy::cpu
