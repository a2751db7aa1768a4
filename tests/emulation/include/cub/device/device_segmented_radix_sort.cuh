// Stand-in for cub::DeviceSegmentedRadixSort: each segment by itself, stable, in stream order.
#pragma once

#include "emulation/cub_sort.hpp"

namespace cub {

struct DeviceSegmentedRadixSort {
  template <class K, class V, class B, class E>
  static cudaError_t SortPairs(void* temporary, std::size_t& bytes, const K* keys, K* keys_out, const V* values,
                               V* values_out, int n, int segments, B begin_offsets, E end_offsets, int begin_bit = 0,
                               int end_bit = sizeof(K) * 8, cudaStream_t stream = nullptr) {
    const emulation::Sorted<K, V> sorted{keys, keys_out, values, values_out};
    return emulation::cub_segmented_sort(temporary, bytes, sorted, n, segments, std::pair{begin_offsets, end_offsets},
                                         {begin_bit, end_bit, false}, stream);
  }
  template <class K, class V, class B, class E>
  static cudaError_t SortPairs(void* temporary, std::size_t& bytes, DoubleBuffer<K>& keys, DoubleBuffer<V>& values,
                               int n, int segments, B begin_offsets, E end_offsets, int begin_bit = 0,
                               int end_bit = sizeof(K) * 8, cudaStream_t stream = nullptr) {
    const emulation::Sorted<K, V> sorted{keys.Current(), keys.Alternate(), values.Current(), values.Alternate()};
    const cudaError_t error =
        emulation::cub_segmented_sort(temporary, bytes, sorted, n, segments, std::pair{begin_offsets, end_offsets},
                                      {begin_bit, end_bit, false}, stream);
    if (temporary != nullptr && error == cudaSuccess) keys.selector ^= 1, values.selector ^= 1;
    return error;
  }
  template <class K, class V, class B, class E>
  static cudaError_t SortPairsDescending(void* temporary, std::size_t& bytes, const K* keys, K* keys_out,
                                         const V* values, V* values_out, int n, int segments, B begin_offsets,
                                         E end_offsets, int begin_bit = 0, int end_bit = sizeof(K) * 8,
                                         cudaStream_t stream = nullptr) {
    const emulation::Sorted<K, V> sorted{keys, keys_out, values, values_out};
    return emulation::cub_segmented_sort(temporary, bytes, sorted, n, segments, std::pair{begin_offsets, end_offsets},
                                         {begin_bit, end_bit, true}, stream);
  }
  template <class K, class V, class B, class E>
  static cudaError_t SortPairsDescending(void* temporary, std::size_t& bytes, DoubleBuffer<K>& keys,
                                         DoubleBuffer<V>& values, int n, int segments, B begin_offsets, E end_offsets,
                                         int begin_bit = 0, int end_bit = sizeof(K) * 8,
                                         cudaStream_t stream = nullptr) {
    const emulation::Sorted<K, V> sorted{keys.Current(), keys.Alternate(), values.Current(), values.Alternate()};
    const cudaError_t error =
        emulation::cub_segmented_sort(temporary, bytes, sorted, n, segments, std::pair{begin_offsets, end_offsets},
                                      {begin_bit, end_bit, true}, stream);
    if (temporary != nullptr && error == cudaSuccess) keys.selector ^= 1, values.selector ^= 1;
    return error;
  }
  template <class K, class B, class E>
  static cudaError_t SortKeys(void* temporary, std::size_t& bytes, const K* keys, K* keys_out, int n, int segments,
                              B begin_offsets, E end_offsets, int begin_bit = 0, int end_bit = sizeof(K) * 8,
                              cudaStream_t stream = nullptr) {
    const emulation::Sorted<K, char> sorted{keys, keys_out, nullptr, nullptr};
    return emulation::cub_segmented_sort(temporary, bytes, sorted, n, segments, std::pair{begin_offsets, end_offsets},
                                         {begin_bit, end_bit, false}, stream);
  }
  template <class K, class B, class E>
  static cudaError_t SortKeys(void* temporary, std::size_t& bytes, DoubleBuffer<K>& keys, int n, int segments,
                              B begin_offsets, E end_offsets, int begin_bit = 0, int end_bit = sizeof(K) * 8,
                              cudaStream_t stream = nullptr) {
    const emulation::Sorted<K, char> sorted{keys.Current(), keys.Alternate(), nullptr, nullptr};
    const cudaError_t error =
        emulation::cub_segmented_sort(temporary, bytes, sorted, n, segments, std::pair{begin_offsets, end_offsets},
                                      {begin_bit, end_bit, false}, stream);
    if (temporary != nullptr && error == cudaSuccess) keys.selector ^= 1;
    return error;
  }
  template <class K, class B, class E>
  static cudaError_t SortKeysDescending(void* temporary, std::size_t& bytes, const K* keys, K* keys_out, int n,
                                        int segments, B begin_offsets, E end_offsets, int begin_bit = 0,
                                        int end_bit = sizeof(K) * 8, cudaStream_t stream = nullptr) {
    const emulation::Sorted<K, char> sorted{keys, keys_out, nullptr, nullptr};
    return emulation::cub_segmented_sort(temporary, bytes, sorted, n, segments, std::pair{begin_offsets, end_offsets},
                                         {begin_bit, end_bit, true}, stream);
  }
  template <class K, class B, class E>
  static cudaError_t SortKeysDescending(void* temporary, std::size_t& bytes, DoubleBuffer<K>& keys, int n, int segments,
                                        B begin_offsets, E end_offsets, int begin_bit = 0, int end_bit = sizeof(K) * 8,
                                        cudaStream_t stream = nullptr) {
    const emulation::Sorted<K, char> sorted{keys.Current(), keys.Alternate(), nullptr, nullptr};
    const cudaError_t error =
        emulation::cub_segmented_sort(temporary, bytes, sorted, n, segments, std::pair{begin_offsets, end_offsets},
                                      {begin_bit, end_bit, true}, stream);
    if (temporary != nullptr && error == cudaSuccess) keys.selector ^= 1;
    return error;
  }
};

}  // namespace cub
