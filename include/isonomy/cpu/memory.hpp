// Memory of Backend<Cpu>: strided copy, fill and iota in host memory.
#pragma once

#include "isonomy/backend/host_memory.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/parallel.hpp"

namespace isonomy::cpu {

struct Memory : HostMemory<Context> {
  template <class T>
  static void copy(Context&, VectorView<const T> source, VectorView<T> out) {
    move_elements(source, out);
  }
  template <class T>
  static void copy(Context& ctx, MatrixView<const T> source, MatrixView<T> out) {
    // Along the output's shorter stride: scattered reads are cheaper than scattered writes.
    const bool by_rows = out.column_stride < out.row_stride;
    const MatrixView<const T> from = by_rows ? transposed(source) : source;
    const MatrixView<T> to = by_rows ? transposed(out) : out;
    for (index_t j = 0; j < to.columns; ++j) copy(ctx, from.column(j), to.column(j));
  }
  template <class T>
  static void fill(Context&, VectorView<T> out, T value) {
    for (index_t i = 0; i < out.size; ++i) out(i) = value;
  }
  template <class T>
  static void iota(Context&, VectorView<T> out, T first) {
    for (index_t i = 0; i < out.size; ++i) out(i) = static_cast<T>(first + static_cast<T>(i));
  }
};

}  // namespace isonomy::cpu
