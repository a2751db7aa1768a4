// eigh_batched of Backend<Cuda>: cuSOLVER for pieces of a batch in double, between kernels that scale, sign and check.
#pragma once

#include <cusolverDn.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/linalg/eigh.cuh"
#include "isonomy/cuda/linalg/scaled.cuh"
#include "isonomy/cuda/linalg/solver.cuh"
#include "isonomy/cuda/memory.cuh"
#include "isonomy/cuda/pieces.cuh"
#include "isonomy/cuda/status.cuh"

namespace isonomy::device {

/// What scales a matrix, what scales its eigenvalues back, and whether it is finite.
struct SlotScale {
  PowerOfTwo forth, back;
  bool finite;
};

/// ColumnExtremes of every column of a batch.
template <class T>
struct BatchExtremes {
  BatchView<const T, DeviceSpace> a;
  double* largest;
  index_t* not_finite;

  __device__ void operator()(index_t e) const {
    const index_t first = e / a.columns * a.columns;
    ColumnExtremes<T>{a[e / a.columns], largest + first, not_finite + first}(e - first);
  }
};

/// LoadScaled of every matrix; of one that is not finite the identity.
template <class T>
struct LoadScaledBatch {
  BatchView<const T, DeviceSpace> a;
  const SlotScale* scale;
  double* out;

  __device__ void operator()(index_t e) const {
    const index_t n = a.rows, s = e / (n * n), i = e % n, j = e % (n * n) / n;
    out[e] = i < j ? 0 : scale[s].finite ? scale[s].forth.times(static_cast<double>(a[s](i, j))) : i == j ? 1 : 0;
  }
};

/// StoreEigenvector of every matrix; `nothing`, a NaN, where there is none, and what is said of each matrix.
template <class T>
struct StoreEigenvectors {
  const SlotScale* scale;
  const int* failed;
  const double *values, *vectors;
  MatrixView<T, DeviceSpace> w;
  BatchView<T, DeviceSpace> v;
  VectorView<index_t, DeviceSpace> info;
  T nothing;

  __device__ void operator()(index_t e) const {
    const index_t n = v.rows, s = e / n, j = e % n;
    const index_t status = !scale[s].finite ? -1 : failed[s] != 0 ? 1 : 0;
    if (j == 0) info(s) = status;
    if (status == 0) return StoreEigenvector<T>{values + s * n, vectors + s * n * n, scale[s].back, w.row(s), v[s]}(j);
    w(s, j) = nothing;
    for (index_t i = 0; i < n; ++i) v[s](i, j) = nothing;
  }
};

struct EighBatched {
  /// float is solved in double. Pieces of at most 2^24 elements, so that a batch needs no workspace of its size; waits
  /// for the scales of each piece.
  template <Real T>
  static void eigh_batched(Context& ctx, BatchView<const T, DeviceSpace> a, MatrixView<T, DeviceSpace> w,
                           BatchView<T, DeviceSpace> v, VectorView<index_t, DeviceSpace> info) {
    constexpr index_t most = index_t{1} << 24;
    const index_t n = a.rows;
    if (n == 0) return Memory::fill<index_t>(ctx, info, 0);
    const index_t at_once = std::max<index_t>(1, most / (n * n));
    for (index_t first = 0; first < a.batches; first += at_once) {
      const index_t count = std::min(at_once, a.batches - first);
      piece<T>(ctx, {a[first].data, count, n, n, a.batch_stride, a.row_stride, a.column_stride},
               w.row_block(first, count), {v[first].data, count, n, n, v.batch_stride, v.row_stride, v.column_stride},
               info.subview(first, count));
    }
  }

 private:
  static constexpr const char* operation = "eigh_batched";

  template <class T>
  static void piece(Context& ctx, BatchView<const T, DeviceSpace> a, MatrixView<T, DeviceSpace> w,
                    BatchView<T, DeviceSpace> v, VectorView<index_t, DeviceSpace> info) {
    const index_t n = a.rows, count = a.batches, elements = n * n * count;
    ctx.heed_stop(operation);
    const auto scales = room_for<SlotScale>(ctx, count);
    SlotScale* const scale = static_cast<SlotScale*>(scales.get());
    const std::vector<SlotScale> found = scales_of(ctx, a);
    Memory::copy_from_host<SlotScale>(ctx, isonomy::view(found), VectorView<SlotScale, DeviceSpace>(scale, count));
    const auto room = room_for<double>(ctx, elements + n * count);
    double *const matrices = static_cast<double*>(room.get()), *const values = matrices + elements;
    for_indices(ctx, elements, operation, LoadScaledBatch<T>{a, scale, matrices});
    const auto failures = room_for<int>(ctx, count);
    int* const failed = static_cast<int*>(failures.get());
    solve(ctx, n, count, matrices, values, failed);
    for_indices(ctx, n * count, operation,
                StoreEigenvectors<T>{scale, failed, values, matrices, w, v, info, std::numeric_limits<T>::quiet_NaN()});
  }
  template <class E>
  [[nodiscard]] static Memory::allocation room_for(Context& ctx, index_t n) {
    return Memory::allocate(ctx, sizeof(E) * static_cast<std::size_t>(n), operation);
  }

  template <class T>
  [[nodiscard]] static std::vector<SlotScale> scales_of(Context& ctx, BatchView<const T, DeviceSpace> a) {
    const index_t columns = a.columns * a.batches;
    const auto sizes_room = room_for<double>(ctx, columns), rows_room = room_for<index_t>(ctx, columns);
    auto* const largest = static_cast<double*>(sizes_room.get());
    auto* const not_finite = static_cast<index_t*>(rows_room.get());
    for_indices(ctx, columns, operation, BatchExtremes<T>{a, largest, not_finite});
    std::vector<double> sizes(static_cast<std::size_t>(columns));
    std::vector<index_t> rows(sizes.size());
    Memory::copy_to_host<double>(ctx, VectorView<const double, DeviceSpace>(largest, columns), isonomy::view(sizes));
    Memory::copy_to_host<index_t>(ctx, VectorView<const index_t, DeviceSpace>(not_finite, columns),
                                  isonomy::view(rows));
    std::vector<SlotScale> scales;
    const auto step = static_cast<std::size_t>(a.columns);
    for (std::size_t from = 0; from < sizes.size(); from += step) {
      const double size = *std::max_element(sizes.data() + from, sizes.data() + from + step);
      const bool finite = *std::max_element(rows.data() + from, rows.data() + from + step) < 0;
      const int exponent = finite && size > 0 ? std::ilogb(size) : 0;
      scales.push_back({PowerOfTwo(-exponent), PowerOfTwo(exponent), finite});
    }
    return scales;
  }

  /// Vectors in place of the lower triangles of matrices in columns, the eigenvalues, and what cuSOLVER says of each.
  static void solve(Context& ctx, index_t n, index_t count, double* matrices, double* values, int* failed) {
    const Solver& solver = ctx.state()->part<Solver>();
    const OnDevice here(ctx.device());
    std::size_t device_bytes = 0, host_bytes = 0;
    require(cusolverDnXsyevBatched_bufferSize(solver.handle(), solver.parameters(), CUSOLVER_EIG_MODE_VECTOR,
                                              CUBLAS_FILL_MODE_LOWER, n, CUDA_R_64F, matrices, n, CUDA_R_64F, values,
                                              CUDA_R_64F, &device_bytes, &host_bytes, count),
            "cusolverDnXsyevBatched_bufferSize");
    const auto workspace = Memory::allocate(ctx, device_bytes, operation);
    std::vector<unsigned char> on_host(host_bytes);
    ctx.heed_stop(operation);
    require(cusolverDnXsyevBatched(solver.handle(), solver.parameters(), CUSOLVER_EIG_MODE_VECTOR,
                                   CUBLAS_FILL_MODE_LOWER, n, CUDA_R_64F, matrices, n, CUDA_R_64F, values, CUDA_R_64F,
                                   workspace.get(), device_bytes, on_host.data(), host_bytes, failed, count),
            "cusolverDnXsyevBatched");
    ctx.queued();
    if (host_bytes > 0) ctx.wait(operation);  // it may read them until it has run
  }
};

}  // namespace isonomy::device
