// Order of keys as CUB's radix sorts know it, and stable sorts of a range by it.
#pragma once

#include <algorithm>
#include <cstring>
#include <numeric>
#include <type_traits>
#include <vector>

#include "emulation/cub.hpp"

namespace emulation {

/// Bits of a key whose unsigned order is its own; -0 counts as +0.
template <class K>
std::uint64_t key_bits(K key) {
  if constexpr (std::is_floating_point_v<K>) {
    using Bits = std::conditional_t<sizeof(K) == 8, std::uint64_t, std::uint32_t>;
    constexpr Bits sign = Bits{1} << (sizeof(K) * 8 - 1);
    Bits bits;
    std::memcpy(&bits, &key, sizeof key);
    if (bits == sign) bits = 0;
    return (bits & sign) != 0 ? static_cast<Bits>(~bits) : static_cast<Bits>(bits | sign);
  } else if constexpr (std::is_signed_v<K>) {
    using Bits = std::make_unsigned_t<K>;
    return static_cast<Bits>(static_cast<Bits>(key) ^ static_cast<Bits>(Bits{1} << (sizeof(K) * 8 - 1)));
  } else {
    return key;
  }
}

/// What is sorted: one range of keys, with or without values.
template <class K, class V>
struct Sorted {
  const K* keys;
  K* keys_out;
  const V* values;  ///< null: keys alone
  V* values_out;
};

/// The bits that count, and the direction.
struct SortOrder {
  int begin_bit, end_bit;
  bool descending;
  [[nodiscard]] std::uint64_t masked(std::uint64_t bits) const {
    const std::uint64_t low = end_bit >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << end_bit) - 1;
    return begin_bit >= 64 ? 0 : (bits & low) >> begin_bit;
  }
};

template <class K, class V>
void sort_range(const Sorted<K, V>& s, std::int64_t first, std::int64_t end, const SortOrder& by) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(end - first));
  std::iota(order.begin(), order.end(), first);
  const auto bits = [&](std::int64_t i) { return by.masked(key_bits(s.keys[i])); };
  if (by.descending)
    std::ranges::stable_sort(order, std::ranges::greater{}, bits);
  else
    std::ranges::stable_sort(order, {}, bits);
  std::vector<K> keys(order.size());
  std::ranges::transform(order, keys.begin(), [&](std::int64_t i) { return s.keys[i]; });
  if (s.values != nullptr) {
    std::vector<V> values(order.size());
    std::ranges::transform(order, values.begin(), [&](std::int64_t i) { return s.values[i]; });
    std::ranges::copy(values, s.values_out + first);
  }
  std::ranges::copy(keys, s.keys_out + first);
}

/// Whether all memory that a sort uses is on the device.
template <class K, class V>
bool in_device(const Sorted<K, V>& s, std::int64_t n) {
  return in_device(s.keys, n, "CUB sort reads keys") && in_device(s.keys_out, n, "CUB sort writes keys") &&
         (s.values == nullptr ||
          (in_device(s.values, n, "CUB sort reads values") && in_device(s.values_out, n, "CUB sort writes values")));
}

/// A sort of one range, in two phases.
template <class K, class V>
cudaError_t cub_sort(void* temporary, std::size_t& bytes, const Sorted<K, V>& s, std::int64_t n, const SortOrder& by,
                     cudaStream_t stream) {
  return cub_call(temporary, bytes, cub_bytes(n), stream, [=] {
    if (in_device(s, n)) sort_range(s, 0, n, by);
  });
}

/// A sort of each segment by itself; what lies in no segment stays as it is.
template <class K, class V, class B, class E>
cudaError_t cub_segmented_sort(void* temporary, std::size_t& bytes, const Sorted<K, V>& s, std::int64_t n,
                               std::int64_t segments, std::pair<B, E> offsets, const SortOrder& by,
                               cudaStream_t stream) {
  return cub_call(temporary, bytes, cub_bytes(n + segments), stream, [=] {
    const auto [begin, end] = offsets;
    if (!in_device(s, n) || !in_device(begin, segments, "CUB sort reads offsets") ||
        !in_device(end, segments, "CUB sort reads offsets"))
      return;
    for (std::int64_t i = 0; i < segments; ++i) {
      const auto first = static_cast<std::int64_t>(begin[i]), last = static_cast<std::int64_t>(end[i]);
      if (first < last) sort_range(s, first, last, by);
    }
  });
}

}  // namespace emulation
