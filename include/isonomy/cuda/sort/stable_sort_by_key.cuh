// stable_sort_by_key of Backend<Cuda>: positions are sorted, and keys and values gathered through them.
#pragma once

#include <cstdint>
#include <type_traits>

#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/memory.cuh"
#include "isonomy/cuda/offsets.cuh"
#include "isonomy/cuda/pieces.cuh"
#include "isonomy/cuda/sort/radix_keys.cuh"

namespace isonomy::device {

template <class T>
struct GatherElement {
  VectorView<const T, DeviceSpace> from;
  const index_t* positions;
  T* out;
  __device__ void operator()(index_t i) const { out[i] = from(positions[i]); }
};

struct StableSortByKey {
  /// Keys ascending with their values, and with the bits they had. Workspace: two copies of keys and positions, one of
  /// the values, and what CUB takes.
  template <class K, class V>
  static void stable_sort_by_key(Context& ctx, VectorView<K, DeviceSpace> keys, VectorView<V, DeviceSpace> values) {
    if (keys.size < 2) return;
    const Room<V> room(ctx, keys.size, operation);
    SortedPositions<RadixKey<K>> order(ctx, keys.size, VectorKeys<K>{keys}, operation);
    arrange(ctx, order, keys, values, room);
  }

  /// The same within each segment offsets(s) .. offsets(s + 1) - 1: what lies between the first offset and the last is
  /// sorted by segment, then key.
  template <class K, class V>
  static void stable_sort_by_key(Context& ctx, VectorView<K, DeviceSpace> keys, VectorView<V, DeviceSpace> values,
                                 VectorView<const index_t, DeviceSpace> offsets) {
    require_offsets(ctx, offsets, keys.size, operation);
    const Covered part = covered(ctx, offsets);
    if (part.count < 2) return;
    const VectorView<K, DeviceSpace> k = keys.subview(part.first, part.count);
    const VectorView<V, DeviceSpace> v = values.subview(part.first, part.count);
    const Room<V> room(ctx, part.count, operation);
    SortedPositions<std::uint64_t> order(ctx, part.count, SegmentOf{offsets, part.first}, offsets.size - 1,
                                         VectorKeys<K>{k}, operation);
    arrange(ctx, order, k, v, room);
  }

 private:
  static constexpr const char* operation = "stable_sort_by_key";

  template <class Key, class K, class V>
  static void arrange(Context& ctx, SortedPositions<Key>& order, VectorView<K, DeviceSpace> keys,
                      VectorView<V, DeviceSpace> values, const Room<V>& room) {
    static_assert(std::is_trivially_copyable_v<V>, "values are moved as plain bytes");
    rearrange(ctx, order.data(), keys, reinterpret_cast<K*>(order.spare_keys()));
    rearrange(ctx, order.data(), values, room.data());
  }
  template <class T>
  static void rearrange(Context& ctx, const index_t* positions, VectorView<T, DeviceSpace> x, T* room) {
    for_indices(ctx, x.size, operation, GatherElement<T>{x, positions, room});
    Memory::copy<T>(ctx, VectorView<const T, DeviceSpace>(room, x.size), x);
  }
};

}  // namespace isonomy::device
