// Keys as unsigned integers in the total order of values, and positions sorted by them with CUB's radix sort.
#pragma once

#include <cuda_runtime.h>

#include <cub/device/device_radix_sort.cuh>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/memory.cuh"
#include "isonomy/cuda/pieces.cuh"
#include "isonomy/cuda/status.cuh"

namespace isonomy::device {

/// Unsigned integers as wide as T.
template <class T>
using RadixKey = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
template <class T>
inline constexpr int key_bits = 8 * sizeof(T);

template <class T>
inline constexpr RadixKey<T> sign_bit = RadixKey<T>{1} << (key_bits<T> - 1);
template <Real T>
inline constexpr RadixKey<T> infinity_bits = std::bit_cast<RadixKey<T>>(std::numeric_limits<T>::infinity());

/// x as an unsigned integer that compares as total_less does: -0 as +0, any NaN greater than all numbers. Of bits
/// alone, so that no compiler flag flushes denormals.
template <class T>
[[nodiscard]] __device__ inline RadixKey<T> radix_key(T x) {
  static_assert(sizeof(T) == 4 || sizeof(T) == 8);
  RadixKey<T> bits = 0;
  std::memcpy(&bits, &x, sizeof x);
  constexpr RadixKey<T> sign = sign_bit<T>;
  if constexpr (Real<T>) {
    const RadixKey<T> magnitude = bits & static_cast<RadixKey<T>>(~sign);
    if (magnitude > infinity_bits<T>) return static_cast<RadixKey<T>>(~RadixKey<T>{0});
    return bits == magnitude ? sign + magnitude : sign - magnitude;
  } else {
    return std::is_signed_v<T> ? bits ^ sign : bits;
  }
}

/// The keys of a vector by position.
template <class T>
struct VectorKeys {
  static constexpr int bits = key_bits<T>;
  VectorView<const T, DeviceSpace> x;
  __device__ RadixKey<T> operator()(index_t p) const { return radix_key<T>(x(p)); }
};

/// The segment offsets(s) .. offsets(s + 1) - 1 that holds a position, which counts from the first offset.
struct SegmentOf {
  VectorView<const index_t, DeviceSpace> offsets;
  index_t first;
  __device__ index_t operator()(index_t p) const {
    index_t low = 0, high = offsets.size - 1;
    while (high - low > 1) {
      const index_t middle = low + (high - low) / 2;
      (offsets(middle) <= first + p ? low : high) = middle;
    }
    return low;
  }
};

/// What lies between the first offset and the last.
struct Covered {
  index_t first, count;
};
/// Waits for the two offsets to arrive.
[[nodiscard]] inline Covered covered(Context& ctx, VectorView<const index_t, DeviceSpace> offsets) {
  index_t first = 0, last = 0;
  Memory::copy_to_host<index_t>(ctx, offsets.subview(0, 1), VectorView<index_t>(&first, 1));
  Memory::copy_to_host<index_t>(ctx, offsets.subview(offsets.size - 1, 1), VectorView<index_t>(&last, 1));
  return {first, last - first};
}

template <class Key, class KeyOf>
struct WriteKeys {
  KeyOf key_of;
  Key* keys;
  index_t* positions;
  __device__ void operator()(index_t i) const {
    keys[i] = key_of(i);
    positions[i] = i;
  }
};
template <class Key, class GroupOf>
struct WriteGroups {
  GroupOf group_of;
  const index_t* positions;
  Key* keys;
  __device__ void operator()(index_t i) const { keys[i] = static_cast<Key>(group_of(positions[i])); }
};
template <class GroupOf, class KeyOf>
struct GroupAndKey {
  GroupOf group_of;
  KeyOf key_of;
  __device__ std::uint64_t operator()(index_t p) const {
    return static_cast<std::uint64_t>(group_of(p)) << KeyOf::bits | key_of(p);
  }
};

/// Positions 0 .. count - 1 ascending by key, or by group and then key; equal ones as they were. In device memory,
/// queued.
///
/// Only the low bits that groups need are sorted by, and in one go with the key where both fit. Keys are 32 or 64 bits
/// wide and positions 64 whatever is sorted, because each pair of types compiles CUB's sort once more.
template <class Key>
class SortedPositions {
 public:
  template <class KeyOf>
  SortedPositions(Context& ctx, index_t count, const KeyOf& key_of, const char* operation)
      : SortedPositions(ctx, count, operation) {
    by(ctx, key_of, KeyOf::bits);
  }
  template <class GroupOf, class KeyOf>
  SortedPositions(Context& ctx, index_t count, const GroupOf& group_of, index_t groups, const KeyOf& key_of,
                  const char* operation)
      : SortedPositions(ctx, count, operation) {
    const int group_bits = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(groups - 1)));
    if constexpr (KeyOf::bits < key_bits<Key>) {
      if (KeyOf::bits + group_bits <= key_bits<Key>) {
        by(ctx, GroupAndKey<GroupOf, KeyOf>{group_of, key_of}, KeyOf::bits + group_bits);
        return;
      }
    }
    by(ctx, key_of, KeyOf::bits);
    if (group_bits == 0) return;
    for_indices(ctx, count_, operation_, WriteGroups<Key, GroupOf>{group_of, positions_.Current(), keys_.Current()});
    sort(ctx, group_bits);
  }

  [[nodiscard]] const index_t* data() { return positions_.Current(); }
  /// Bytes that sorting so many takes at once, CUB's with them.
  [[nodiscard]] static std::size_t workspace(const Context& ctx, index_t count) {
    std::size_t bytes = 0;
    cub::DoubleBuffer<Key> keys;
    cub::DoubleBuffer<index_t> positions;
    call(ctx, nullptr, bytes, {keys, positions, count, key_bits<Key>});
    return 2 * static_cast<std::size_t>(count) * (sizeof(Key) + sizeof(index_t)) + bytes;
  }
  /// Workspace for count keys that the sort no longer needs.
  [[nodiscard]] Key* spare_keys() { return keys_.Current(); }

 private:
  SortedPositions(Context& ctx, index_t count, const char* operation)
      : operation_(operation), count_(count), key_room_(ctx, 2 * count, operation),
        position_room_(ctx, 2 * count, operation), keys_(key_room_.data(), key_room_.data() + count),
        positions_(position_room_.data(), position_room_.data() + count) {}

  template <class KeyOf>
  void by(Context& ctx, const KeyOf& key_of, int bits) {
    for_indices(ctx, count_, operation_, WriteKeys<Key, KeyOf>{key_of, keys_.Current(), positions_.Current()});
    sort(ctx, bits);
  }
  void sort(Context& ctx, int bits) {
    ctx.heed_stop(operation_);
    std::size_t bytes = 0;
    const Sorted all{keys_, positions_, count_, bits};
    call(ctx, nullptr, bytes, all);
    const Memory::allocation room = Memory::allocate(ctx, bytes, operation_);
    call(ctx, room.get(), bytes, all);
    ctx.queued();
  }
  /// What CUB sorts, by so many of the low bits.
  struct Sorted {
    cub::DoubleBuffer<Key>& keys;
    cub::DoubleBuffer<index_t>& positions;
    index_t count;
    int bits;
  };
  static void call(const Context& ctx, void* room, std::size_t& bytes, const Sorted& s) {
    const OnDevice here(ctx.device());
    require(cub::DeviceRadixSort::SortPairs(room, bytes, s.keys, s.positions, s.count, 0, s.bits, ctx.stream()),
            "cub::DeviceRadixSort::SortPairs");
  }

  const char* operation_;
  index_t count_;
  Room<Key> key_room_;
  Room<index_t> position_room_;
  cub::DoubleBuffer<Key> keys_;
  cub::DoubleBuffer<index_t> positions_;
};

}  // namespace isonomy::device
