// stable_sort_by_key of Backend<Reference>: keys are sorted with their places, then values fetched from these.
#pragma once

#include "isonomy/core/view.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/memory.hpp"
#include "isonomy/reference/sort/order.hpp"

namespace isonomy::reference {

struct StableSortByKey {
  template <class K, class V>
  static void stable_sort_by_key(Context& ctx, VectorView<K> keys, VectorView<V> values) {
    const index_t borders[2] = {0, keys.size};
    stable_sort_by_key(ctx, keys, values, VectorView<const index_t>(borders, 2));
  }

  /// The same within each segment offsets(s) .. offsets(s + 1) - 1.
  template <class K, class V>
  static void stable_sort_by_key(Context& ctx, VectorView<K> keys, VectorView<V> values,
                                 VectorView<const index_t> offsets) {
    const index_t longest = longest_segment(offsets);
    Sorter<K> sorter(ctx, longest, operation);
    const Array<V> old_values(ctx, longest, operation);
    for (index_t s = 0; s + 1 < offsets.size; ++s) {
      const index_t first = offsets(s), size = offsets(s + 1) - first;
      const Keyed<K>* const sorted = sorter.sort(keys.subview(first, size));
      for (index_t i = 0; i < size; ++i) old_values[i] = values(first + i);
      for (index_t i = 0; i < size; ++i) {
        keys(first + i) = sorted[i].key;
        values(first + i) = old_values[sorted[i].place];
      }
    }
  }

 private:
  static constexpr const char* operation = "stable_sort_by_key";
};

}  // namespace isonomy::reference
