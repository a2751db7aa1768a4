// Stand-in for cub::DeviceSegmentedSort: each segment by itself, in stream order.
#pragma once

#include "emulation/cub_sort.hpp"

namespace cub {

/// Only the stable forms: the order that the others leave among equal keys is nobody's to rely on.
struct DeviceSegmentedSort {
  template <class K, class V, class B, class E>
  static cudaError_t StableSortPairs(void* temporary, std::size_t& bytes, const K* keys, K* keys_out, const V* values,
                                     V* values_out, std::int64_t n, std::int64_t segments, B begin_offsets,
                                     E end_offsets, cudaStream_t stream = nullptr) {
    const emulation::Sorted<K, V> sorted{keys, keys_out, values, values_out};
    return emulation::cub_segmented_sort(temporary, bytes, sorted, n, segments, std::pair{begin_offsets, end_offsets},
                                         {0, 64, false}, stream);
  }
  template <class K, class V, class B, class E>
  static cudaError_t StableSortPairs(void* temporary, std::size_t& bytes, DoubleBuffer<K>& keys,
                                     DoubleBuffer<V>& values, std::int64_t n, std::int64_t segments, B begin_offsets,
                                     E end_offsets, cudaStream_t stream = nullptr) {
    const emulation::Sorted<K, V> sorted{keys.Current(), keys.Alternate(), values.Current(), values.Alternate()};
    const cudaError_t error = emulation::cub_segmented_sort(
        temporary, bytes, sorted, n, segments, std::pair{begin_offsets, end_offsets}, {0, 64, false}, stream);
    if (temporary != nullptr && error == cudaSuccess) keys.selector ^= 1, values.selector ^= 1;
    return error;
  }
  template <class K, class V, class B, class E>
  static cudaError_t StableSortPairsDescending(void* temporary, std::size_t& bytes, const K* keys, K* keys_out,
                                               const V* values, V* values_out, std::int64_t n, std::int64_t segments,
                                               B begin_offsets, E end_offsets, cudaStream_t stream = nullptr) {
    const emulation::Sorted<K, V> sorted{keys, keys_out, values, values_out};
    return emulation::cub_segmented_sort(temporary, bytes, sorted, n, segments, std::pair{begin_offsets, end_offsets},
                                         {0, 64, true}, stream);
  }
  template <class K, class V, class B, class E>
  static cudaError_t StableSortPairsDescending(void* temporary, std::size_t& bytes, DoubleBuffer<K>& keys,
                                               DoubleBuffer<V>& values, std::int64_t n, std::int64_t segments,
                                               B begin_offsets, E end_offsets, cudaStream_t stream = nullptr) {
    const emulation::Sorted<K, V> sorted{keys.Current(), keys.Alternate(), values.Current(), values.Alternate()};
    const cudaError_t error = emulation::cub_segmented_sort(
        temporary, bytes, sorted, n, segments, std::pair{begin_offsets, end_offsets}, {0, 64, true}, stream);
    if (temporary != nullptr && error == cudaSuccess) keys.selector ^= 1, values.selector ^= 1;
    return error;
  }
  template <class K, class B, class E>
  static cudaError_t StableSortKeys(void* temporary, std::size_t& bytes, const K* keys, K* keys_out, std::int64_t n,
                                    std::int64_t segments, B begin_offsets, E end_offsets,
                                    cudaStream_t stream = nullptr) {
    const emulation::Sorted<K, char> sorted{keys, keys_out, nullptr, nullptr};
    return emulation::cub_segmented_sort(temporary, bytes, sorted, n, segments, std::pair{begin_offsets, end_offsets},
                                         {0, 64, false}, stream);
  }
  template <class K, class B, class E>
  static cudaError_t StableSortKeys(void* temporary, std::size_t& bytes, DoubleBuffer<K>& keys, std::int64_t n,
                                    std::int64_t segments, B begin_offsets, E end_offsets,
                                    cudaStream_t stream = nullptr) {
    const emulation::Sorted<K, char> sorted{keys.Current(), keys.Alternate(), nullptr, nullptr};
    const cudaError_t error = emulation::cub_segmented_sort(
        temporary, bytes, sorted, n, segments, std::pair{begin_offsets, end_offsets}, {0, 64, false}, stream);
    if (temporary != nullptr && error == cudaSuccess) keys.selector ^= 1;
    return error;
  }
  template <class K, class B, class E>
  static cudaError_t StableSortKeysDescending(void* temporary, std::size_t& bytes, const K* keys, K* keys_out,
                                              std::int64_t n, std::int64_t segments, B begin_offsets, E end_offsets,
                                              cudaStream_t stream = nullptr) {
    const emulation::Sorted<K, char> sorted{keys, keys_out, nullptr, nullptr};
    return emulation::cub_segmented_sort(temporary, bytes, sorted, n, segments, std::pair{begin_offsets, end_offsets},
                                         {0, 64, true}, stream);
  }
  template <class K, class B, class E>
  static cudaError_t StableSortKeysDescending(void* temporary, std::size_t& bytes, DoubleBuffer<K>& keys,
                                              std::int64_t n, std::int64_t segments, B begin_offsets, E end_offsets,
                                              cudaStream_t stream = nullptr) {
    const emulation::Sorted<K, char> sorted{keys.Current(), keys.Alternate(), nullptr, nullptr};
    const cudaError_t error = emulation::cub_segmented_sort(
        temporary, bytes, sorted, n, segments, std::pair{begin_offsets, end_offsets}, {0, 64, true}, stream);
    if (temporary != nullptr && error == cudaSuccess) keys.selector ^= 1;
    return error;
  }
};

}  // namespace cub
