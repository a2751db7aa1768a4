// select_k of Backend<Cuda>: by counting in short rows, by selection in shared memory, by sorting where much is wanted.
#pragma once

#include <algorithm>
#include <cstdint>

#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/launch.cuh"
#include "isonomy/cuda/pieces.cuh"
#include "isonomy/cuda/sort/radix_keys.cuh"
#include "isonomy/cuda/sort/select_rows.cuh"

namespace isonomy::device {

/// Counts what precedes an entry in its row, which is where it goes.
template <class T>
struct PlaceEntry {
  MatrixView<const T, DeviceSpace> x;
  MatrixView<T, DeviceSpace> values;
  MatrixView<index_t, DeviceSpace> indices;

  __device__ void operator()(index_t e) const {
    const index_t row = e / x.columns, column = e % x.columns;
    const T value = x(row, column);
    const RadixKey<T> key = radix_key(value);
    index_t place = 0;
    for (index_t j = 0; j < x.columns; ++j) {
      const RadixKey<T> other = radix_key(x(row, j));
      if (other < key || (other == key && j < column)) ++place;
    }
    if (place >= values.columns) return;
    values(row, place) = value;
    indices(row, place) = column;
  }
};

/// The keys of a matrix, row by row.
template <class T>
struct EntryKeys {
  static constexpr int bits = key_bits<T>;
  MatrixView<const T, DeviceSpace> x;
  __device__ RadixKey<T> operator()(index_t e) const { return radix_key<T>(x(e / x.columns, e % x.columns)); }
};
struct RowOf {
  index_t columns;
  __device__ index_t operator()(index_t e) const { return e / columns; }
};
template <class T>
struct TakeSorted {
  MatrixView<const T, DeviceSpace> x;
  MatrixView<T, DeviceSpace> values;
  MatrixView<index_t, DeviceSpace> indices;
  const index_t* entries;
  __device__ void operator()(index_t e) const {
    const index_t row = e / values.columns, place = e % values.columns;
    const index_t column = entries[row * x.columns + place] % x.columns;
    values(row, place) = x(row, column);
    indices(row, place) = column;
  }
};

/// From columns among what was selected of the slices to those of the row.
struct NameColumns {
  MatrixView<const index_t, DeviceSpace> columns;
  MatrixView<index_t, DeviceSpace> indices;
  __device__ void operator()(index_t e) const {
    index_t& index = indices(e / indices.columns, e % indices.columns);
    index = columns(e / indices.columns, index);
  }
};

struct SelectK {
  /// Rows of up to 32 elements: a thread an element. Up to 1,024 wanted: a block a row; rows beyond 32 kB are cut into
  /// slices, and what is selected of these is selected from. More: whole rows are sorted, which takes four keys or
  /// positions an element in pieces of 2^24 elements.
  template <class T>
  static void select_k(Context& ctx, MatrixView<const T, DeviceSpace> x, MatrixView<T, DeviceSpace> values,
                       MatrixView<index_t, DeviceSpace> indices) {
    constexpr index_t short_row = 32;
    const index_t n = x.columns, k = values.columns;
    if (x.rows == 0 || k == 0) return;
    if (n <= short_row) return for_indices(ctx, x.rows * n, operation, PlaceEntry<T>{x, values, indices});
    const bool in_one = k <= SelectRows<T>::most_wanted && n <= SelectRows<T>::longest;
    const index_t elements = index_t{1} << (in_one ? 27 : 24);
    in_pieces(ctx, x.rows, std::max<index_t>(1, elements / n), operation, [&](index_t first, index_t count) {
      select_rows(ctx, x.row_block(first, count), values.row_block(first, count), indices.row_block(first, count));
    });
  }

 private:
  static constexpr const char* operation = "select_k";

  template <class T>
  static void select_rows(Context& ctx, MatrixView<const T, DeviceSpace> x, MatrixView<T, DeviceSpace> values,
                          MatrixView<index_t, DeviceSpace> indices) {
    const index_t m = x.rows, k = values.columns;
    if (k > SelectRows<T>::most_wanted) return sort_rows(ctx, x, values, indices);
    const index_t slices = (x.columns + SelectRows<T>::longest - 1) / SelectRows<T>::longest;
    if (slices == 1) return run(ctx, SelectRows<T>(x, values, indices, 1));
    // Ties keep the order of their columns: slices are side by side, and each is in that order.
    const Room<T> best_room(ctx, m * slices * k, operation);
    const Room<index_t> columns_room(ctx, m * slices * k, operation);
    const auto best = row_major<DeviceSpace>(best_room.data(), m, slices * k);
    const auto columns = row_major<DeviceSpace>(columns_room.data(), m, slices * k);
    run(ctx, SelectRows<T>(x, best, columns, slices));
    select_rows<T>(ctx, best, values, indices);
    for_indices(ctx, m * k, operation, NameColumns{columns, indices});
  }
  template <class T>
  static void run(Context& ctx, const SelectRows<T>& kernel) {
    const int threads = kernel.threads();
    launch(ctx, ctx.blocks_for(kernel.x.rows * kernel.slices * threads, threads), threads, kernel,
           kernel.shared_bytes());
  }
  template <class T>
  static void sort_rows(Context& ctx, MatrixView<const T, DeviceSpace> x, MatrixView<T, DeviceSpace> values,
                        MatrixView<index_t, DeviceSpace> indices) {
    SortedPositions<std::uint64_t> order(ctx, x.rows * x.columns, RowOf{x.columns}, x.rows, EntryKeys<T>{x}, operation);
    for_indices(ctx, x.rows * values.columns, operation, TakeSorted<T>{x, values, indices, order.data()});
  }
};

}  // namespace isonomy::device
