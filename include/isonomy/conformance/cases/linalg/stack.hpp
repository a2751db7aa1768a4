// Stack: the matrices of a batch in one operand.
#pragma once

#include "isonomy/conformance/data.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy::conformance {

/// Matrices of one layout side by side or one below the other in an operand, so that its gaps are theirs.
template <class T>
struct Stack {
  index_t batches, rows, columns;
  bool below;  // one another: matrices by rows
  Operand<T> operand;

  Stack(index_t b, index_t m, index_t n, Layout l)
      : batches(b), rows(m), columns(n), below(l == Layout::row || l == Layout::padded_row),
        operand(below ? b * m : m, below ? n : b * n, l) {}
  [[nodiscard]] index_t stride() const { return below ? rows * operand.row_stride : columns * operand.column_stride; }
  template <class Uploaded>
  [[nodiscard]] auto view(Uploaded& uploaded) const {
    const auto all = uploaded.matrix();
    return BatchView<T, typename Uploaded::space>(all.data, batches, rows, columns, stride(), all.row_stride,
                                                  all.column_stride);
  }
  [[nodiscard]] T& at(index_t s, index_t i, index_t j) {
    return operand(i + (below ? s * rows : 0), j + (below ? 0 : s * columns));
  }
  /// A copy of matrix s.
  [[nodiscard]] Operand<T> one(index_t s) const {
    Operand<T> copy(rows, columns, Layout::column);
    for (index_t j = 0; j < columns; ++j)
      for (index_t i = 0; i < rows; ++i)
        copy(i, j) = operand(i + (below ? s * rows : 0), j + (below ? 0 : s * columns));
    return copy;
  }
};

}  // namespace isonomy::conformance
