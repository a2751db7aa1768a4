// The kernel of select_k: a block for each row, or slice of a row, that fits shared memory.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "isonomy/core/view.hpp"
#include "isonomy/cuda/launch.cuh"
#include "isonomy/cuda/sort/radix_keys.cuh"

namespace isonomy::device {

/// The k smallest of each slice of each row of x, ascending by (key, column), side by side in values and indices.
///
/// A row is read once, into shared memory. The k-th smallest of the threads' smallest keys has k keys up to it and, but
/// for unlucky orders, few more: these are collected and sorted. Where they are too many, digits of the row's keys are
/// counted from the highest until the keys up to some bound are few enough, and of keys that tie there the first
/// columns are taken. Keys are collected in any order: sorting by (key, column) leaves no trace of it.
template <class T>
struct SelectRows {
  using Key = RadixKey<T>;
  /// Keys of a row that are in shared memory together, and how many of the smallest may be asked for.
  static constexpr index_t longest = 32768 / sizeof(T), most_wanted = 1024;
  static constexpr int most_threads = 256;

  struct Shared {
    std::uint32_t bins[256];
    Key least[most_threads];
    Key prefix, bound;
    std::uint32_t wanted, fits, found;
  };

  MatrixView<const T, DeviceSpace> x;
  MatrixView<T, DeviceSpace> values;
  MatrixView<index_t, DeviceSpace> indices;
  index_t slices;
  std::uint32_t k, room;  // room: how many may be sorted, at least k

  SelectRows(MatrixView<const T, DeviceSpace> from, MatrixView<T, DeviceSpace> least,
             MatrixView<index_t, DeviceSpace> columns, index_t parts)
      : x(from), values(least), indices(columns), slices(parts), k(static_cast<std::uint32_t>(values.columns / parts)),
        room(std::bit_ceil(std::max(2 * k, 256u))) {}

  [[nodiscard]] index_t longest_slice() const { return (x.columns + slices - 1) / slices; }
  [[nodiscard]] int threads() const {
    return std::clamp(static_cast<int>(std::bit_ceil(static_cast<std::uint64_t>(longest_slice()))), warp_lanes,
                      most_threads);
  }
  [[nodiscard]] std::size_t shared_bytes() const {
    const std::size_t keys = room + (longest_slice() > room ? static_cast<std::size_t>(longest_slice()) : 0);
    return sizeof(Shared) + keys * sizeof(Key) + room * sizeof(std::uint32_t);
  }

  __device__ void operator()(const Group& g) const {
    for (index_t job = g.block(); job < x.rows * slices; job += g.blocks()) select(g, job / slices, job % slices);
  }

 private:
  /// Keys and columns that are sorted in the end, and the keys of the row. Behind Shared.
  struct Lists {
    Key* key;
    std::uint32_t* column;
    Key* row;

    __device__ void put(std::uint32_t place, Key k, std::uint32_t c) const {
      key[place] = k;
      column[place] = c;
    }
    [[nodiscard]] __device__ bool precedes(std::uint32_t i, std::uint32_t j) const {
      return key[i] < key[j] || (key[i] == key[j] && column[i] < column[j]);
    }
    __device__ void exchange(std::uint32_t i, std::uint32_t j) const {
      const Key k = key[i];
      const std::uint32_t c = column[i];
      put(i, key[j], column[j]);
      put(j, k, c);
    }
  };
  /// At places that do not depend on the length of the row.
  [[nodiscard]] __device__ Lists lists(const Group& g) const {
    Key* const key = reinterpret_cast<Key*>(&g.shared<Shared>() + 1);
    auto* const column = reinterpret_cast<std::uint32_t*>(key + room);
    return {key, column, reinterpret_cast<Key*>(column + room)};
  }
  [[nodiscard]] static __device__ std::uint32_t self(const Group& g) { return static_cast<std::uint32_t>(g.thread()); }
  [[nodiscard]] static __device__ std::uint32_t all(const Group& g) { return static_cast<std::uint32_t>(g.threads()); }

  __device__ void select(const Group& g, index_t row, index_t slice) const {
    const index_t first = slice * x.columns / slices;
    const auto n = static_cast<std::uint32_t>((slice + 1) * x.columns / slices - first);
    const Lists l = lists(g);
    const T* const from = &x(row, first);
    std::uint32_t count = n;
    if (n <= room) {
      read(g, from, n, [&](std::uint32_t c, Key key) { l.put(c, key, c); });
    } else {
      count = few(g, l, from, n);
    }
    sort(g, l, count);
    // No barrier behind it: each thread reads the places that it lists itself where the next row is listed whole, and
    // otherwise the next list is made behind other barriers.
    for (std::uint32_t r = self(g); r < k; r += all(g)) {
      const index_t column = l.column[r], place = slice * k + r;
      indices(row, place) = first + column;
      values(row, place) = from[column * x.column_stride];
    }
  }

  /// put(c, key of column c) for all columns, with several reads of a thread on their way at a time.
  template <class Put>
  __device__ void read(const Group& g, const T* from, std::uint32_t n, const Put& put) const {
    constexpr std::uint32_t together = 8;
    for (std::uint32_t begin = self(g); begin < n; begin += together * all(g)) {
      T read[together];
      for (std::uint32_t u = 0; u < together; ++u) {
        const std::uint32_t c = begin + u * all(g);
        read[u] = from[(c < n ? c : n - 1) * x.column_stride];
      }
      for (std::uint32_t u = 0; u < together; ++u)
        if (begin + u * all(g) < n) put(begin + u * all(g), radix_key(read[u]));
    }
  }

  /// Collects the k smallest and some that follow them; how many.
  __device__ std::uint32_t few(const Group& g, const Lists& l, const T* from, std::uint32_t n) const {
    Shared& s = g.shared<Shared>();
    constexpr Key last = static_cast<Key>(~Key{0});
    Key least = last;
    read(g, from, n, [&](std::uint32_t c, Key key) {
      l.row[c] = key;
      if (key < least) least = key;
    });
    s.least[g.thread()] = least;
    if (k <= all(g)) {
      const Bound some = bound(g, all(g), sizeof(Key), k, k + k / 2, [&](std::uint32_t i) { return s.least[i]; });
      const std::uint32_t count = collect(g, l, n, some.key, n);
      if (count <= room) return count;
    }
    const Bound b = bound(g, n, sizeof(Key), k, room, [&](std::uint32_t c) { return l.row[c]; });
    std::uint32_t columns = n;
    if (!b.fits) {
      g.sync();  // all have read what the next count changes
      columns = static_cast<std::uint32_t>(
          bound(g, n, 2, b.wanted, b.wanted, [&](std::uint32_t c) { return l.row[c] == b.key ? Key{c} : last; }).key);
    }
    return collect(g, l, n, b.key, columns);
  }

  /// `fits`: as many as are wanted are up to `key`, and no more than there is room for. Otherwise `key` is the last
  /// that is wanted, and `wanted` says how many of those that tie with it.
  struct Bound {
    Key key;
    std::uint32_t wanted;
    bool fits;
  };
  /// Counts the digits of key_of(0 .. n - 1) from the highest. Keys with more bytes than `bytes` do not take part.
  template <class KeyOf>
  __device__ Bound bound(const Group& g, std::uint32_t n, int bytes, std::uint32_t wanted, std::uint32_t most,
                         const KeyOf& key_of) const {
    Shared& s = g.shared<Shared>();
    if (g.thread() == 0) {
      s.prefix = 0;
      s.wanted = wanted;
    }
    for (int shift = 8 * (bytes - 1);; shift -= 8) {
      for (std::uint32_t b = self(g); b < 256; b += all(g)) s.bins[b] = 0;
      g.sync();
      const Key prefix = s.prefix;
      for (std::uint32_t i = self(g); i < n; i += all(g)) {
        const Key key = key_of(i);
        if ((key ^ prefix) >> shift >> 8 == 0) g.add(&s.bins[(key >> shift) & 255], std::uint32_t{1});
      }
      g.sync();
      if (g.warp() == 0) find_digit(g, s, shift, wanted, most);
      g.sync();
      if (s.fits != 0 || shift == 0) break;
    }
    return {s.bound, s.wanted, s.fits != 0};
  }
  /// The digit of the last key that is wanted, by a scan of eight bins a lane.
  static __device__ void find_digit(const Group& g, Shared& s, int shift, std::uint32_t wanted_in_all,
                                    std::uint32_t most) {
    const std::uint32_t* const bins = s.bins + 8 * g.lane();
    std::uint32_t own = 0;
    for (int b = 0; b < 8; ++b) own += bins[b];
    const std::uint32_t until = g.sum_until(own);
    const std::uint32_t wanted = s.wanted;
    const Key prefix = s.prefix;
    g.sync_warp();  // every lane has read what one of them changes
    std::uint32_t before = until - own;
    if (before >= wanted || wanted > until) return;
    int digit = 0;
    while (before + bins[digit] < wanted) before += bins[digit++];
    s.prefix = prefix | static_cast<Key>(8 * g.lane() + digit) << shift;
    s.bound = s.prefix | static_cast<Key>((Key{1} << shift) - 1);
    s.wanted = wanted - before;
    s.fits = wanted_in_all - s.wanted + bins[digit] <= most ? 1 : 0;
  }

  /// Keys below `last`, and those of the columns up to `columns` that equal it: how many; as many as there is room for
  /// are listed.
  __device__ std::uint32_t collect(const Group& g, const Lists& l, std::uint32_t n, Key last,
                                   std::uint32_t columns) const {
    Shared& s = g.shared<Shared>();
    if (g.thread() == 0) s.found = 0;
    g.sync();
    for (std::uint32_t c = self(g); c < n; c += all(g)) {
      const Key key = l.row[c];
      if (key > last || (key == last && c > columns)) continue;
      const std::uint32_t place = g.add(&s.found, std::uint32_t{1});
      if (place < room) l.put(place, key, c);
    }
    g.sync();
    return s.found;
  }

  /// Bitonic, over the next power of two; what is beyond the list compares as larger than all.
  static __device__ void sort(const Group& g, const Lists& l, std::uint32_t count) {
    std::uint32_t size = 1;
    while (size < count) size *= 2;
    for (std::uint32_t i = count + self(g); i < size; i += all(g))
      l.put(i, static_cast<Key>(~Key{0}), ~std::uint32_t{0});
    g.sync();
    for (std::uint32_t run = 2; run <= size; run *= 2)
      for (std::uint32_t step = run / 2; step > 0; step /= 2) {
        for (std::uint32_t pair = self(g); pair < size / 2; pair += all(g)) {
          const std::uint32_t i = 2 * pair - (pair & (step - 1)), j = i + step;
          if (l.precedes(j, i) == ((i & run) == 0)) l.exchange(i, j);
        }
        g.sync();
      }
  }
};

}  // namespace isonomy::device
