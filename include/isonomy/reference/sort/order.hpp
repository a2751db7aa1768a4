// The order of keys on Backend<Reference>, and sorting by it: merges of runs that double in length.
#pragma once

#include <algorithm>
#include <utility>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/loop.hpp"
#include "isonomy/reference/memory.hpp"

namespace isonomy::reference {

/// The order of keys, spelled out: ascending, -0 equal to +0, NaN after everything and equal to NaN.
template <class T>
[[nodiscard]] bool comes_before(T a, T b) {
  const bool a_is_nan = a != a, b_is_nan = b != b;
  return a_is_nan ? false : b_is_nan ? true : a < b;
}

/// A key and its place before sorting.
template <class T>
struct Keyed {
  T key;
  index_t place;
};

/// Sorts up to `most` keys at a time.
template <class T>
class Sorter {
 public:
  Sorter(Context& ctx, index_t most, const char* operation)
      : ctx_(ctx), operation_(operation), sorted_(ctx, most, operation), spare_(ctx, most, operation) {}

  /// The keys in order with their places, equal keys in the order of their places. O(n log n).
  [[nodiscard]] const Keyed<T>* sort(VectorView<const T> keys) {
    const index_t n = keys.size;
    for_indices(ctx_, n, operation_, [&](index_t i) { sorted_[i] = {keys(i), i}; });
    for (index_t width = 1; width < n; width *= 2) {
      index_t left = 0, middle = 0, right = 0, end = 0;  // of the two runs that are being merged
      for_indices(ctx_, n, operation_, [&](index_t i) {
        if (i == end) left = i, right = middle = std::min(n, i + width), end = std::min(n, middle + width);
        const bool from_right = right < end && (left == middle || comes_before(sorted_[right].key, sorted_[left].key));
        spare_[i] = sorted_[from_right ? right++ : left++];
      });
      std::swap(sorted_, spare_);
    }
    return sorted_.data();
  }

 private:
  Context& ctx_;
  const char* operation_;
  Array<Keyed<T>> sorted_, spare_;
};

/// The size of the longest segment.
[[nodiscard]] inline index_t longest_segment(VectorView<const index_t> offsets) {
  index_t longest = 0;
  for (index_t s = 0; s + 1 < offsets.size; ++s) longest = std::max(longest, offsets(s + 1) - offsets(s));
  return longest;
}

}  // namespace isonomy::reference
