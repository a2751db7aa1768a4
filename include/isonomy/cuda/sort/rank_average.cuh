// rank_average of Backend<Cuda>: positions are sorted, and each element finds the ends of its run by bisection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/offsets.cuh"
#include "isonomy/cuda/pieces.cuh"
#include "isonomy/cuda/sort/radix_keys.cuh"

namespace isonomy::device {

/// The mid-rank of the element at sorted place p, from sorted keys. Ends of runs are looked for at distances that
/// double, so that an element among n equal ones reads some 4 log2(n) keys.
template <class T>
struct MidRankAt {
  const RadixKey<T>* keys;
  const index_t* positions;
  SegmentOf segment_of;
  VectorView<double, DeviceSpace> out;
  double missing = std::numeric_limits<double>::quiet_NaN();

  __device__ void operator()(index_t p) const {
    const index_t s = segment_of(p);
    const index_t first = segment_of.offsets(s) - segment_of.first, last = segment_of.offsets(s + 1) - segment_of.first;
    // Ranks begin - first + 1 .. end - first have a mean that is a multiple of 1/2, so it is exact.
    const index_t begin = run_end(p, -1, p - first + 1), end = run_end(p, 1, last - p);
    const bool number = !Real<T> || keys[p] != static_cast<RadixKey<T>>(~RadixKey<T>{0});
    out(positions[p]) = number ? static_cast<double>(begin + 1 + end - 2 * first + 1) / 2 : missing;
  }

 private:
  /// The nearest place from p, in steps of `direction`, that has another key; at most `room` steps away.
  __device__ index_t run_end(index_t p, index_t direction, index_t room) const {
    index_t same = 0, other = 1;
    while (other < room && keys[p + direction * other] == keys[p]) {
      same = other;
      other *= 2;
    }
    if (other > room) other = room;
    while (other - same > 1) {
      const index_t middle = same + (other - same) / 2;
      (keys[p + direction * middle] == keys[p] ? same : other) = middle;
    }
    return p + direction * other;
  }
};

template <class T>
struct KeysInOrder {
  VectorKeys<T> key_of;
  const index_t* positions;
  RadixKey<T>* out;
  __device__ void operator()(index_t i) const { out[i] = key_of(positions[i]); }
};

struct RankAverage {
  /// The bytes that rank_average() of so many elements takes.
  template <class T>
  [[nodiscard]] static std::size_t rank_average_workspace(const Context& ctx, index_t size) {
    return SortedPositions<std::uint64_t>::workspace(ctx, size) + sizeof(long long);  // and the answer about borders
  }
  /// Mid-ranks within each segment offsets(s) .. offsets(s + 1) - 1. Workspace: two copies of keys and positions, and
  /// what CUB takes.
  template <class T>
  static void rank_average(Context& ctx, VectorView<const T, DeviceSpace> x,
                           VectorView<const index_t, DeviceSpace> offsets, VectorView<double, DeviceSpace> out) {
    constexpr const char* operation = "rank_average";
    require_offsets(ctx, offsets, x.size, operation);
    const Covered part = covered(ctx, offsets);
    if (part.count == 0) return;
    const VectorKeys<T> key_of{x.subview(part.first, part.count)};
    const SegmentOf segment_of{offsets, part.first};
    SortedPositions<std::uint64_t> order(ctx, part.count, segment_of, offsets.size - 1, key_of, operation);
    auto* const keys = reinterpret_cast<RadixKey<T>*>(order.spare_keys());
    for_indices(ctx, part.count, operation, KeysInOrder<T>{key_of, order.data(), keys});
    for_indices(ctx, part.count, operation,
                MidRankAt<T>{keys, order.data(), segment_of, out.subview(part.first, part.count)});
  }
};

}  // namespace isonomy::device
