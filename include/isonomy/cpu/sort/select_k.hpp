// The k smallest of each row on Backend<Cpu>, in the total order (value, index).
#pragma once

#include <algorithm>
#include <vector>

#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/parallel.hpp"

namespace isonomy::cpu {

struct SelectK {
  /// values(i, :) and indices(i, :) are the values.columns smallest of x(i, :), ascending by (value, index), NaN last.
  /// No two elements tie, so the result is unique. Expected O(n + k log k) per row; 2k candidates per running task.
  template <class T>
  static void select_k(Context& ctx, MatrixView<const T> x, MatrixView<T> values, MatrixView<index_t> indices) {
    const index_t k = values.columns;
    if (k == 0) return;
    struct Candidate {
      T value;
      index_t index;
    };
    const auto last = static_cast<std::size_t>(k - 1);
    const auto before = [](const Candidate& a, const Candidate& b) {
      return total_less(a.value, a.index, b.value, b.index);
    };
    parallel_chunks(ctx, x.rows, 4, "select_k", [&](index_t begin, index_t end) {
      std::vector<Candidate> best;
      best.reserve(static_cast<std::size_t>(std::min(2 * k, x.columns)));
      for (index_t i = begin; i < end; ++i) {
        best.clear();
        bool bounded = false;  // once halved, the list starts with k elements whose last is the largest
        for (index_t j = 0; j < x.columns; ++j) {
          const Candidate c{x(i, j), j};
          if (bounded && !before(c, best[last])) continue;
          best.push_back(c);
          if (static_cast<index_t>(best.size()) == 2 * k) {
            std::nth_element(best.begin(), best.begin() + (k - 1), best.end(), before);
            best.resize(static_cast<std::size_t>(k));
            bounded = true;
          }
        }
        std::partial_sort(best.begin(), best.begin() + k, best.end(), before);
        for (index_t r = 0; r < k; ++r) {
          values(i, r) = best[static_cast<std::size_t>(r)].value;
          indices(i, r) = best[static_cast<std::size_t>(r)].index;
        }
      }
    });
  }
};

}  // namespace isonomy::cpu
