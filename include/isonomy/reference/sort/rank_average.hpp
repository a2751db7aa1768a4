// rank_average of Backend<Reference>: the mean place of every run of equal elements.
#pragma once

#include <limits>
#include <type_traits>

#include "isonomy/core/view.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/sort/order.hpp"

namespace isonomy::reference {

struct RankAverage {
  template <class T>
  static void rank_average(Context& ctx, VectorView<T> x, VectorView<const index_t> offsets, VectorView<double> out) {
    Sorter<std::remove_const_t<T>> sorter(ctx, longest_segment(offsets), "rank_average");
    for (index_t s = 0; s + 1 < offsets.size; ++s) {
      const index_t first = offsets(s), size = offsets(s + 1) - first;
      rank(sorter.sort(x.subview(first, size)), out.subview(first, size));
    }
  }

 private:
  /// Sorted, equal elements stand beside each other, NaN behind all numbers, whose ranks it does not touch.
  template <class T>
  static void rank(const Keyed<T>* sorted, VectorView<double> out) {
    for (index_t begin = 0, end; begin < out.size; begin = end) {
      end = begin + 1;
      while (end < out.size && !comes_before(sorted[begin].key, sorted[end].key)) ++end;
      const bool number = sorted[begin].key == sorted[begin].key;
      const double mean = static_cast<double>(begin + 1 + end) / 2;  // of begin + 1 .. end
      for (index_t i = begin; i < end; ++i)
        out(sorted[i].place) = number ? mean : std::numeric_limits<double>::quiet_NaN();
    }
  }
};

}  // namespace isonomy::reference
