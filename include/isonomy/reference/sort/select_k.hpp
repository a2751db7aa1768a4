// select_k of Backend<Reference>: the head of every sorted row.
#pragma once

#include <type_traits>

#include "isonomy/core/view.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/sort/order.hpp"

namespace isonomy::reference {

struct SelectK {
  /// Sorts whole rows, O(m n log n).
  template <class T>
  static void select_k(Context& ctx, MatrixView<const std::type_identity_t<T>> x, MatrixView<T> values,
                       MatrixView<index_t> indices) {
    Sorter<T> sorter(ctx, x.columns, "select_k");
    for (index_t i = 0; i < x.rows; ++i) {
      const Keyed<T>* const sorted = sorter.sort(x.row(i));
      for (index_t r = 0; r < values.columns; ++r) {
        values(i, r) = sorted[r].key;
        indices(i, r) = sorted[r].place;
      }
    }
  }
};

}  // namespace isonomy::reference
