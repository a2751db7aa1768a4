// Stable key-value sorting of Backend<Cpu>: fixed pieces, then merges cut into equal parts of the output.
#pragma once

#include <algorithm>
#include <memory>
#include <type_traits>

#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/memory.hpp"
#include "isonomy/cpu/parallel.hpp"

namespace isonomy::cpu {

struct StableSortByKey {
  /// Keys ascending with their values: -0 equals +0, NaN last, equal keys (any two NaN) in their old order. The result
  /// is unique, so threads cannot change it. Workspace: two copies of the pairs.
  template <class K, class V>
  static void stable_sort_by_key(Context& ctx, VectorView<K> keys, VectorView<V> values) {
    const Workspace<K, V> w(ctx, keys.size);
    sort_range(ctx, keys, values, w.pairs, w.spare);
  }

  /// The same within each segment offsets(s) .. offsets(s + 1) - 1.
  template <class K, class V>
  static void stable_sort_by_key(Context& ctx, VectorView<K> keys, VectorView<V> values,
                                 VectorView<const index_t> offsets) {
    const index_t segments = offsets.size - 1;
    if (segments <= 0) return;
    const Workspace<K, V> w(ctx, keys.size);
    const auto part = [&](index_t s, auto sort) {
      const index_t first = offsets(s), count = offsets(s + 1) - first;
      sort(keys.subview(first, count), values.subview(first, count), w.pairs + first, w.spare + first);
    };
    // Few long segments are split inside, many short ones among each other.
    if ((offsets(segments) - offsets(0)) / segments >= 4 * piece) {
      for (index_t s = 0; s < segments; ++s)
        part(s, [&](auto k, auto v, auto* pairs, auto* spare) { sort_range(ctx, k, v, pairs, spare); });
      return;
    }
    parallel_for(ctx, segments, 1, operation, [&](index_t s) {
      part(s, [](auto k, auto v, auto* pairs, auto* spare) {
        for (index_t i = 0; i < k.size; ++i) std::construct_at(pairs + i, k(i), v(i));
        sort_piece(pairs, spare, k.size);
        for (index_t i = 0; i < k.size; ++i) k(i) = pairs[i].key, v(i) = pairs[i].value;
      });
    });
  }

 private:
  static constexpr const char* operation = "stable_sort_by_key";
  static constexpr index_t piece = 8192;

  template <class K, class V>
  struct Pair {
    Pair(K k, V v) : key(k), value(v) {}
    K key;
    V value;
  };
  struct ByKey {
    template <class P>
    bool operator()(const P& a, const P& b) const {
      return total_less(a.key, b.key);
    }
  };
  template <class K, class V>
  struct Workspace {
    static_assert(std::is_trivially_copyable_v<K> && std::is_trivially_copyable_v<V>,
                  "keys and values are moved as plain bytes");
    Workspace(Context& ctx, index_t n)
        : memory(Memory::allocate(ctx, 2 * sizeof(Pair<K, V>) * static_cast<std::size_t>(n), operation)),
          pairs(static_cast<Pair<K, V>*>(memory.get())), spare(pairs + n) {}
    Memory::allocation memory;
    Pair<K, V>*pairs, *spare;
  };

  /// Runs by insertion, then merges to `spare` and back: std::stable_sort would take memory that nothing counts.
  template <class P>
  static void sort_piece(P* x, P* spare, index_t n) {
    constexpr index_t run = 8;
    for (index_t first = 0; first < n; first += run)
      for (index_t i = first + 1; i < std::min(n, first + run); ++i) {
        const P inserted = x[i];
        index_t place = i;
        for (; place > first && ByKey{}(inserted, x[place - 1]); --place) x[place] = x[place - 1];
        x[place] = inserted;
      }
    P *from = x, *to = spare;
    for (index_t width = run; width < n; width *= 2) {
      for (index_t first = 0; first < n; first += 2 * width) {
        P *const middle = from + std::min(n, first + width), *const last = from + std::min(n, first + 2 * width);
        std::merge(from + first, middle, middle, last, to + first, ByKey{});
      }
      std::swap(from, to);
    }
    if (from != x) std::copy(from, from + n, x);
  }

  template <class K, class V>
  static void sort_range(Context& ctx, VectorView<K> keys, VectorView<V> values, Pair<K, V>* from, Pair<K, V>* to) {
    const index_t n = keys.size;
    parallel_chunks(ctx, n, piece, operation, [&](index_t begin, index_t end) {
      for (index_t i = begin; i < end; ++i) std::construct_at(from + i, keys(i), values(i));
      sort_piece(from + begin, to + begin, end - begin);
    });
    for (index_t width = piece; width < n; width *= 2) {
      // A part of 2 * piece elements never crosses two pairs of runs, because both are powers of two times `piece`.
      parallel_chunks(ctx, n, 2 * piece, operation, [&](index_t begin, index_t end) {
        const index_t first = begin / (2 * width) * (2 * width);
        const index_t middle = std::min(n, first + width), last = std::min(n, middle + width);
        const index_t left = from_left(from + first, middle - first, from + middle, last - middle, begin - first);
        const index_t left_end = from_left(from + first, middle - first, from + middle, last - middle, end - first);
        std::merge(from + first + left, from + first + left_end, from + middle + (begin - first - left),
                   from + middle + (end - first - left_end), to + begin, ByKey{});
      });
      std::swap(from, to);
    }
    parallel_chunks(ctx, n, piece, operation, [&](index_t begin, index_t end) {
      for (index_t i = begin; i < end; ++i) keys(i) = from[i].key, values(i) = from[i].value;
    });
  }

  /// How many of the first `count` elements of the stable merge of a and b come from a.
  template <class P>
  static index_t from_left(const P* a, index_t a_size, const P* b, index_t b_size, index_t count) {
    index_t low = std::max<index_t>(0, count - b_size), high = std::min(count, a_size);
    while (low < high) {
      const index_t i = low + (high - low) / 2;  // a[i] precedes b[count - i - 1] unless that one is smaller
      if (ByKey{}(b[count - i - 1], a[i]))
        high = i;
      else
        low = i + 1;
    }
    return low;
  }
};

}  // namespace isonomy::cpu
