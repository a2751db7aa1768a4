// gather and scatter of Backend<Reference>: rows one after the other.
#pragma once

#include <type_traits>

#include "isonomy/core/view.hpp"
#include "isonomy/ops/gather.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/loop.hpp"

namespace isonomy::reference {

/// The front doors have looked at the indices.
struct Gather {
  template <class T>
  static void gather(Context& ctx, MatrixView<T> source, VectorView<const index_t> index,
                     MatrixView<std::remove_const_t<T>> out, Indices) {
    for_indices(ctx, out.rows, "gather", [&](index_t i) {
      for (index_t j = 0; j < out.columns; ++j) out(i, j) = source(index(i), j);
    });
  }
  template <class T>
  static void scatter(Context& ctx, MatrixView<T> source, VectorView<const index_t> index,
                      MatrixView<std::remove_const_t<T>> out, Indices) {
    for_indices(ctx, source.rows, "scatter", [&](index_t i) {
      for (index_t j = 0; j < out.columns; ++j) out(index(i), j) = source(i, j);
    });
  }
};

}  // namespace isonomy::reference
