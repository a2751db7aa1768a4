// reduce_rows of Backend<Cpu>: blocks of rows, read in the order in which they lie in memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <type_traits>

#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/memory.hpp"
#include "isonomy/cpu/parallel.hpp"

namespace isonomy::cpu {

struct ReduceRows {
  /// out(i) has the bits of transform_reduce over row i. A task folds a chunk of each of some rows; the partials of a
  /// row are folded onto init in ascending order.
  template <class T, class R, class Op, class F>
  static void reduce_rows(Context& ctx, MatrixView<const T> a, VectorView<R> out, R init, const Op& op, const F& f) {
    static_assert(std::is_trivially_copyable_v<R>, "a reduction's result travels between devices as plain bytes");
    const bool along_rows = a.column_stride <= a.row_stride;
    const index_t height = along_rows ? std::clamp<index_t>(16384 / std::max<index_t>(1, a.columns), 1, most) : most;
    const index_t blocks = (a.rows + height - 1) / height;
    const index_t chunks = (a.columns + reduction_chunk - 1) / reduction_chunk;
    Memory::allocation memory;
    if (chunks > 1) memory = Memory::allocate(ctx, sizeof(R) * static_cast<std::size_t>(a.rows * chunks), operation);
    R* const partials = static_cast<R*>(memory.get());
    parallel_for(ctx, blocks * chunks, 1, operation, [&](index_t task) {
      const index_t first = task % blocks * height, chunk = task / blocks, begin = chunk * reduction_chunk;
      const MatrixView<const T> block = a.row_block(first, std::min(height, a.rows - first))
                                            .column_block(begin, std::min(reduction_chunk, a.columns - begin));
      const auto folded = [&](index_t i, const R& partial) {
        if (chunks == 1)
          out(first + i) = op(init, partial);
        else
          std::construct_at(partials + chunk * a.rows + first + i, partial);
      };
      along_rows ? fold_rows<R>(block, op, f, folded) : fold_side_by_side<R>(block, op, f, folded);
    });
    if (chunks == 1) return;
    parallel_for(ctx, a.rows, 1024, operation, [&](index_t i) {
      R result = init;
      for (index_t c = 0; c < chunks; ++c) result = op(result, partials[c * a.rows + i]);
      out(i) = result;
    });
  }

 private:
  static constexpr const char* operation = "reduce_rows";
  static constexpr index_t most = 256;  // rows of a task

  template <class R, class T, class Op, class F, class Folded>
  static void fold_rows(MatrixView<const T> block, const Op& op, const F& f, const Folded& folded) {
    for (index_t i = 0; i < block.rows; ++i) {
      R partial = f(block(i, 0));
      for (index_t j = 1; j < block.columns; ++j) partial = op(partial, f(block(i, j)));
      folded(i, partial);
    }
  }
  /// All rows at once, column after column.
  template <class R, class T, class Op, class F, class Folded>
  static void fold_side_by_side(MatrixView<const T> block, const Op& op, const F& f, const Folded& folded) {
    alignas(R) std::byte room[sizeof(R) * most];
    R* const partial = reinterpret_cast<R*>(room);
    for (index_t i = 0; i < block.rows; ++i) std::construct_at(partial + i, f(block(i, 0)));
    for (index_t j = 1; j < block.columns; ++j)
      for (index_t i = 0; i < block.rows; ++i) partial[i] = op(partial[i], f(block(i, j)));
    for (index_t i = 0; i < block.rows; ++i) folded(i, partial[i]);
  }
};

}  // namespace isonomy::cpu
