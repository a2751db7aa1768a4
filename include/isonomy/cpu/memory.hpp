// Memory of Backend<Cpu>: strided copy, fill and iota in host memory.
#pragma once

#include <algorithm>

#include "isonomy/backend/host_memory.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/parallel.hpp"

namespace isonomy::cpu {

/// Walks through [0, n) in pieces that take less time than a caller who asks to stop would notice.
///
/// `for (Pieces p(n, most); p.any(); p.next(ctx, "copy"))`, each from p.begin to p.end. Before all but the first, at
/// which a front door has just looked: Cancelled, if the caller has asked to stop.
struct Pieces {
  static constexpr index_t most_elements = 1 << 16;

  index_t n, most, begin = 0, end;

  explicit Pieces(index_t all, index_t of_piece = most_elements) : n(all), most(of_piece), end(std::min(all, most)) {}
  [[nodiscard]] bool any() const { return begin < n; }
  [[nodiscard]] index_t size() const { return end - begin; }
  void next(const Context& ctx, const char* operation) {
    begin = end;
    end = std::min(n, begin + most);
    if (any() && ctx.control().stop.stop_requested()) throw Cancelled(operation);
  }
};

struct Memory : HostMemory<Context> {
  template <class T>
  static void copy(Context& ctx, VectorView<const T> source, VectorView<T> out) {
    for (Pieces p(out.size); p.any(); p.next(ctx, "copy"))
      move_elements(source.subview(p.begin, p.size()), out.subview(p.begin, p.size()));
  }
  template <class T>
  static void copy(Context& ctx, MatrixView<const T> source, MatrixView<T> out) {
    // Along the output's shorter stride: scattered reads are cheaper than scattered writes.
    const bool by_rows = out.column_stride < out.row_stride;
    const MatrixView<const T> from = by_rows ? transposed(source) : source;
    const MatrixView<T> to = by_rows ? transposed(out) : out;
    if (to.rows > Pieces::most_elements) {
      for (index_t j = 0; j < to.columns; ++j) copy(ctx, from.column(j), to.column(j));
      return;
    }
    for (Pieces p(to.columns, Pieces::most_elements / std::max<index_t>(to.rows, 1)); p.any(); p.next(ctx, "copy"))
      move_columns(from, to, p.begin, p.end);
  }
  template <class T>
  static void fill(Context& ctx, VectorView<T> out, T value) {
    for (Pieces p(out.size); p.any(); p.next(ctx, "fill")) fill(out.subview(p.begin, p.size()), value);
  }
  template <class T>
  static void iota(Context& ctx, VectorView<T> out, T first) {
    for (Pieces p(out.size); p.any(); p.next(ctx, "iota")) iota(out.subview(p.begin, p.size()), first, p.begin);
  }

 private:
  template <class T>
  static void move_columns(MatrixView<const T> source, MatrixView<T> out, index_t begin, index_t end) {
    for (index_t j = begin; j < end; ++j) move_elements(source.column(j), out.column(j));
  }
  template <class T>
  static void fill(VectorView<T> out, T value) {
    for (index_t i = 0; i < out.size; ++i) out(i) = value;
  }
  template <class T>
  static void iota(VectorView<T> out, T first, index_t before) {
    for (index_t i = 0; i < out.size; ++i) out(i) = static_cast<T>(first + static_cast<T>(before + i));
  }
};

}  // namespace isonomy::cpu
