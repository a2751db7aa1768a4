// gather and scatter of Backend<Cuda>: a thread an entry, after a look at the indices where they are.
#pragma once

#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/launch.cuh"
#include "isonomy/cuda/memory.cuh"
#include "isonomy/cuda/pieces.cuh"
#include "isonomy/ops/gather.hpp"

namespace isonomy::device {

/// Notes the first index that leaves [0, size).
struct FindBadIndex {
  VectorView<const index_t, DeviceSpace> index;
  index_t size;
  long long* first;
  __device__ void operator()(index_t i) const {
    if (!check::index_fits(index(i), size)) Group{}.minimum(first, static_cast<long long>(i));
  }
};
/// Each target belongs to the first index that names it.
struct ClaimTarget {
  VectorView<const index_t, DeviceSpace> index;
  long long* owner;
  __device__ void operator()(index_t i) const { Group{}.minimum(owner + index(i), static_cast<long long>(i)); }
};
/// Notes the first index whose target belongs to another.
struct FindRepeatedIndex {
  VectorView<const index_t, DeviceSpace> index;
  const long long* owner;
  long long* first;
  __device__ void operator()(index_t i) const {
    if (owner[index(i)] != i) Group{}.minimum(first, static_cast<long long>(i));
  }
};

/// Entries in the order in which threads should take them: along the shorter stride.
struct EntryOrder {
  index_t rows, columns;
  bool along_rows;
  [[nodiscard]] __device__ index_t row(index_t e) const {
    return columns == 1 ? e : along_rows ? e / columns : e % rows;
  }
  [[nodiscard]] __device__ index_t column(index_t e, index_t row_of_e) const {
    return columns == 1 ? 0 : along_rows ? e - row_of_e * columns : e / rows;
  }
};
template <class T>
struct GatherEntry {
  MatrixView<const T, DeviceSpace> source;
  VectorView<const index_t, DeviceSpace> index;
  MatrixView<T, DeviceSpace> out;
  EntryOrder order;
  __device__ void operator()(index_t e) const {
    const index_t i = order.row(e), j = order.column(e, i);
    out(i, j) = source(index(i), j);
  }
};
template <class T>
struct ScatterEntry {
  MatrixView<const T, DeviceSpace> source;
  VectorView<const index_t, DeviceSpace> index;
  MatrixView<T, DeviceSpace> out;
  EntryOrder order;
  __device__ void operator()(index_t e) const {
    const index_t i = order.row(e), j = order.column(e, i);
    out(index(i), j) = source(i, j);
  }
};

struct Gather {
  template <class T>
  static void gather(Context& ctx, MatrixView<const T, DeviceSpace> source,
                     VectorView<const index_t, DeviceSpace> index, MatrixView<T, DeviceSpace> out, Indices indices) {
    constexpr const char* operation = "gather";
    if (indices == Indices::checked) require_indices(ctx, index, source.rows, operation);
    for_indices(ctx, out.rows * out.columns, operation,
                GatherEntry<T>{source, index, out, {out.rows, out.columns, out.column_stride < out.row_stride}});
  }
  template <class T>
  static void scatter(Context& ctx, MatrixView<const T, DeviceSpace> source,
                      VectorView<const index_t, DeviceSpace> index, MatrixView<T, DeviceSpace> out, Indices indices) {
    constexpr const char* operation = "scatter";
    if (indices == Indices::checked) {
      require_indices(ctx, index, out.rows, operation);
      require_unique(ctx, index, out.rows, operation);
    }
    for_indices(ctx, source.rows * source.columns, operation,
                ScatterEntry<T>{source, index, out, {source.rows, source.columns, out.column_stride < out.row_stride}});
  }

 private:
  /// The host waits for what find(first) has noted, so that nothing has been begun where a check throws: the position
  /// of the first index that breaks a rule, or as many as there are.
  template <class Find>
  [[nodiscard]] static index_t first_found(Context& ctx, index_t n, const char* operation, const Find& find) {
    long long first = n;
    const Room<long long> room(ctx, 1, operation);
    const VectorView<long long, DeviceSpace> found(room.data(), 1);
    Memory::fill(ctx, found, first);
    for_indices(ctx, n, operation, find(found.data));
    Memory::copy_to_host<long long>(ctx, found, VectorView<long long>(&first, 1));
    ctx.wait(operation);
    return first;
  }
  [[nodiscard]] static index_t index_at(Context& ctx, VectorView<const index_t, DeviceSpace> index, index_t position) {
    index_t value = 0;
    Memory::copy_to_host<index_t>(ctx, index.subview(position, 1), VectorView<index_t>(&value, 1));
    return value;
  }
  static void require_indices(Context& ctx, VectorView<const index_t, DeviceSpace> index, index_t size,
                              const char* operation) {
    const index_t bad = first_found(ctx, index.size, operation, [&](long long* first) {
      return FindBadIndex{index, size, first};
    });
    if (bad < index.size) check::bad_index(operation, bad, index_at(ctx, index, bad), size);
  }
  static void require_unique(Context& ctx, VectorView<const index_t, DeviceSpace> index, index_t size,
                             const char* operation) {
    const Room<long long> owner(ctx, size, operation);
    Memory::fill<long long>(ctx, {owner.data(), size}, index.size);
    for_indices(ctx, index.size, operation, ClaimTarget{index, owner.data()});
    const index_t repeated = first_found(ctx, index.size, operation, [&](long long* first) {
      return FindRepeatedIndex{index, owner.data(), first};
    });
    if (repeated < index.size) check::repeated_index(operation, repeated, index_at(ctx, index, repeated));
  }
};

}  // namespace isonomy::device
