// log_diagonal_sum_batched of Backend<Reference>: one matrix after the other.
#pragma once

#include <limits>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/linalg/log_diagonal_sum.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/loop.hpp"

namespace isonomy::reference {

struct LogDiagonalSum {
  template <Real T>
  static void log_diagonal_sum_batched(Context& ctx, BatchView<const T> l, VectorView<const index_t> info,
                                       VectorView<T> out) {
    constexpr const char* operation = "log_diagonal_sum_batched";
    for_indices(ctx, l.batches, operation, [&](index_t b) {
      for (index_t i = 0; info(b) == 0 && i < l.rows; ++i)
        if (l[b](i, i) <= 0) isonomy::detail::no_logarithm(operation, b, i);
    });
    for_indices(ctx, l.batches, operation, [&](index_t b) {
      double sum = info(b) == 0 ? 0 : std::numeric_limits<double>::quiet_NaN();
      for (index_t i = 0; info(b) == 0 && i < l.rows; ++i)
        sum += isonomy::detail::fixed_logarithm(static_cast<double>(l[b](i, i)));
      out(b) = static_cast<T>(sum);
    });
  }
};

}  // namespace isonomy::reference
