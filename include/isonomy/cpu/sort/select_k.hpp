// The k smallest of each row on Backend<Cpu>, in the total order (value, index).
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>

#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/parallel.hpp"
#include "isonomy/cpu/scratch.hpp"

namespace isonomy::cpu {

struct SelectK {
  /// values(i, :) and indices(i, :) are the values.columns smallest of x(i, :), ascending by (value, index), NaN last.
  /// No two elements tie, so the result is unique. Expected O(n + k log k) per row; 2k candidates per running task.
  template <class T>
  static void select_k(Context& ctx, MatrixView<const T> x, MatrixView<T> values, MatrixView<index_t> indices) {
    const index_t k = values.columns, tasks = (x.rows + rows_a_task - 1) / rows_a_task;
    if (k == 0 || tasks == 0) return;
    const index_t capacity = std::min(2 * k, x.columns);
    Rooms rooms(ctx, tasks, doubles_for<T>(capacity), "select_k");
    parallel_chunks(ctx, x.rows, rows_a_task, "select_k", [&](index_t begin, index_t end) {
      const Rooms::Room room = rooms.take();
      auto* const best = reinterpret_cast<Candidate<T>*>(room.get());
      for (index_t i = begin; i < end; ++i) select(x.row(i), best, values.row(i), indices.row(i));
    });
  }

 private:
  static constexpr index_t rows_a_task = 4;

  template <class T>
  struct Candidate {
    Candidate(T v, index_t i) : value(v), index(i) {}
    T value;
    index_t index;
  };
  template <class T>
  static std::size_t doubles_for(index_t candidates) {
    return (static_cast<std::size_t>(candidates) * sizeof(Candidate<T>) + sizeof(double) - 1) / sizeof(double);
  }

  /// The smallest of one row, among at most 2k candidates at a time.
  template <class T>
  static void select(VectorView<const T> row, Candidate<T>* best, VectorView<T> values, VectorView<index_t> indices) {
    const auto before = [](const Candidate<T>& a, const Candidate<T>& b) {
      return total_less(a.value, a.index, b.value, b.index);
    };
    const index_t k = values.size;
    index_t count = 0;
    bool bounded = false;  // once halved, the list starts with k elements whose last is the largest
    for (index_t j = 0; j < row.size; ++j) {
      const Candidate<T> c{row(j), j};
      if (bounded && !before(c, best[k - 1])) continue;
      std::construct_at(best + count++, c);
      if (count == 2 * k) {
        std::nth_element(best, best + (k - 1), best + count, before);
        count = k;
        bounded = true;
      }
    }
    std::partial_sort(best, best + k, best + count, before);
    for (index_t r = 0; r < k; ++r) {
      values(r) = best[r].value;
      indices(r) = best[r].index;
    }
  }
};

}  // namespace isonomy::cpu
