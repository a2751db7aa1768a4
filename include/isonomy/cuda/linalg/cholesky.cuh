// cholesky_batched of Backend<Cuda>: block columns, what is left of them by cuBLAS, the rest by kernels of our own.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/launch.cuh"
#include "isonomy/cuda/linalg/gemm.cuh"
#include "isonomy/cuda/linalg/libraries.cuh"
#include "isonomy/cuda/memory.cuh"
#include "isonomy/cuda/pieces.cuh"

namespace isonomy::device {

template <class T>
using Batch = BatchView<T, DeviceSpace>;

/// The same rows and columns of each matrix.
template <class T>
[[nodiscard]] Batch<T> block_of(const Batch<T>& m, index_t row, index_t column, index_t rows, index_t columns) {
  return {m.data + row * m.row_stride + column * m.column_stride,
          m.batches,
          rows,
          columns,
          m.batch_stride,
          m.row_stride,
          m.column_stride};
}
template <class T>
[[nodiscard]] Batch<T> transposed(const Batch<T>& m) {
  return {m.data, m.batches, m.columns, m.rows, m.batch_stride, m.column_stride, m.row_stride};
}

/// Element e of a block in the order in which it lies in memory, so that neighbouring threads have neighbours.
struct BlockElement {
  index_t row, column;

  template <class T>
  __device__ BlockElement(const MatrixView<T, DeviceSpace>& block, int rows, int columns, int e)
      : row(block.row_stride == 1 ? e % rows : e / columns), column(block.row_stride == 1 ? e / rows : e % columns) {}
};

/// What the columns before a block column take from its rows, from one of them on.
template <class T>
struct Taken {
  Batch<const T> product;  ///< no data: nothing
  index_t from;

  __device__ T operator()(index_t b, index_t i, index_t j) const {
    return product.data == nullptr ? T{0} : product[b](from + i, j);
  }
};

/// The factors of the diagonal blocks of a block column, n x n with n <= side, in shared memory.
///
/// A team of threads a matrix, one or several a row; column by column, each as soon as those before it are taken from
/// it. Numbers of a matrix that has failed stay as they were.
template <class T>
struct FactorDiagonal {
  static constexpr int side = 64;

  Batch<T> a;
  Taken<T> taken;
  VectorView<index_t, DeviceSpace> info;
  index_t before;     ///< columns before the block
  int teams;          ///< of a block of threads
  int threads_a_row;  ///< of a team that has a power of two of rows

  __device__ void operator()(const Group& g) const {
    const int threads = g.threads() / teams, team = g.thread() / threads, id = g.thread() % threads;
    const int n = static_cast<int>(a.rows), apart = n | 1, rows = threads / threads_a_row;
    const index_t b = g.block() * teams + team;
    const bool works = b < a.batches && (before == 0 || info(b) == 0);
    T* const l = &g.template shared<T>() + team * n * apart;
    if (works) load(b, l, id, threads);
    index_t failing = 0;
    for (int j = 0; j < n; ++j) {
      T root = 0;
      T* const column = l + j * apart;
      const int i = id % rows, slot = id / rows;
      g.sync();
      if (works) {
        const T pivot = column[j];
        if (failing == 0 && !(pivot > 0)) failing = before + j + 1;
        root = std::sqrt(pivot);
        if (slot == 0 && i > j && i < n) column[i] /= root;
      }
      g.sync();
      if (!works) continue;
      if (slot == 0 && i == j) column[j] = root;
      for (int k = j + 1 + slot; k <= i && i < n; k += threads_a_row)
        l[k * apart + i] = std::fma(-column[i], column[k], l[k * apart + i]);
    }
    g.sync();
    if (!works) return;
    if (failing == 0) store(b, l, id, threads);
    if (id == 0 && (failing != 0 || before == 0)) info(b) = failing;
  }

 private:
  __device__ void load(index_t b, T* l, int id, int threads) const {
    const MatrixView<T, DeviceSpace> m = a[b];
    const int n = static_cast<int>(a.rows);
    for (int e = id; e < n * n; e += threads) {
      const BlockElement at(m, n, n, e);
      if (at.column > at.row) continue;
      l[at.column * (n | 1) + at.row] = m(at.row, at.column) - taken(b, at.row, at.column);
    }
  }
  __device__ void store(index_t b, const T* l, int id, int threads) const {
    const MatrixView<T, DeviceSpace> m = a[b];
    const int n = static_cast<int>(a.rows);
    for (int e = id; e < n * n; e += threads) {
      const BlockElement at(m, n, n, e);
      if (at.column <= at.row) m(at.row, at.column) = l[at.column * (n | 1) + at.row];
    }
  }
};

/// The rows below the diagonal blocks of a block column: X with X*transposed(L) equal to what is left of them.
///
/// A block of threads some rows of a matrix, eight lanes of a warp a row; they need no one else's.
template <class T>
struct SolveBelow {
  static constexpr int side = FactorDiagonal<T>::side, rows = 32, lanes = 8, threads = rows * lanes;
  static constexpr int apart = side + lanes;  ///< from row to row: the lanes of a warp meet in no bank
  struct Shared {
    T factor[side * side];  ///< in columns
    T left[rows * apart];
  };

  Batch<const T> diagonal;  ///< factors, side x side
  Batch<T> below;           ///< side columns
  Taken<T> taken;
  VectorView<index_t, DeviceSpace> info;

  __device__ void operator()(const Group& g) const {
    const index_t tiles = (below.rows + rows - 1) / rows, b = g.block() / tiles, top = g.block() % tiles * rows;
    if (info(b) != 0) return;
    Shared& shared = g.template shared<Shared>();
    load(g, shared, b, top);
    g.sync();
    const int row = g.thread() / lanes, lane = g.thread() % lanes;
    const bool works = top + row < below.rows;
    const MatrixView<T, DeviceSpace> out = below[b];
    T* const x = shared.left + row * apart;
    for (int j = 0; j < side; ++j) {
      g.sync_warp();
      if (!works) continue;
      const T* const column = shared.factor + j * side;
      const T value = x[j] / column[j];
      for (int k = j + 1 + lane; k < side; k += lanes) x[k] = std::fma(-value, column[k], x[k]);
      if (lane == 0) out(top + row, j) = value;
    }
  }

 private:
  __device__ void load(const Group& g, Shared& shared, index_t b, index_t top) const {
    const MatrixView<const T, DeviceSpace> l = diagonal[b];
    const MatrixView<T, DeviceSpace> m = below[b];
    for (int e = g.thread(); e < side * side; e += threads) {
      const BlockElement at(l, side, side, e);
      if (at.column <= at.row) shared.factor[at.column * side + at.row] = l(at.row, at.column);
    }
    for (int e = g.thread(); e < rows * side; e += threads) {
      const BlockElement at(m, rows, side, e);
      const index_t i = top + at.row;
      if (i >= m.rows) continue;
      shared.left[at.row * apart + at.column] = m(i, at.column) - taken(b, i, at.column);
    }
  }
};

/// out = A*B in each slot, for matrices that cuBLAS takes; out in columns or in rows.
template <Real T>
void multiply_batch(Context& ctx, Batch<const T> a, Batch<const T> b, Batch<T> out) {
  if (!columnwise(out[0])) return multiply_batch<T>(ctx, transposed(b), transposed(a), transposed(out));
  const T one = 1, zero = 0;
  const BlasInput<T> x(a[0]), y(b[0]);
  blas(ctx, "cublas<t>gemmStridedBatched", [&](cublasHandle_t handle) {
    return BlasCalls<T>::gemm_batched(handle, x.operation, y.operation, out.rows, out.columns, a.columns, &one, x.data,
                                      x.leading, a.batch_stride, y.data, y.leading, b.batch_stride, &zero, out.data,
                                      leading_dimension(out[0]), out.batch_stride, out.batches);
  });
}

/// The factors of a group of matrices that share a workspace.
///
/// Block column by block column (left-looking): what those before it take from it is one product of cuBLAS into the
/// workspace, so that nothing above the diagonal is read or written; then the square on the diagonal, then the rows
/// below it. Source: Golub and Van Loan, Matrix Computations (2013), 4.2.
template <Real T>
class CholeskyGroup {
 public:
  static constexpr index_t side = FactorDiagonal<T>::side;

  /// Elements of workspace for each n x n matrix.
  [[nodiscard]] static index_t workspace(index_t n) { return n > side ? (n - side) * side : 0; }

  CholeskyGroup(Batch<T> a, VectorView<index_t, DeviceSpace> info, T* workspace)
      : a_(a), info_(info), workspace_(workspace) {}

  void queue(Context& ctx, const char* operation) const {
    in_pieces(ctx, a_.rows, side, operation,
              [&](index_t first, index_t columns) { block_column(ctx, first, columns); });
  }

 private:
  void block_column(Context& ctx, index_t first, index_t columns) const {
    const index_t rows = a_.rows - first, below = rows - columns;
    Batch<const T> taken{nullptr, a_.batches, rows, columns, 0, 1, 1};
    if (first > 0) {
      const Batch<const T> before = block_of<T>(a_, first, 0, rows, first);
      const Batch<T> product = in_workspace(rows, columns);
      multiply_batch<T>(ctx, before, transposed(block_of(before, 0, 0, columns, first)), product);
      taken = product;
    }
    const Batch<T> diagonal = block_of(a_, first, first, columns, columns);
    factor_diagonal(ctx, diagonal, {taken, 0}, first);
    if (below == 0) return;
    const index_t tiles = (below + SolveBelow<T>::rows - 1) / SolveBelow<T>::rows;
    launch(ctx, tiles * a_.batches, SolveBelow<T>::threads,
           SolveBelow<T>{diagonal, block_of(a_, first + columns, first, below, columns), {taken, columns}, info_});
  }
  /// As the matrices lie, in columns or in rows.
  [[nodiscard]] Batch<T> in_workspace(index_t rows, index_t columns) const {
    const bool in_columns = a_.row_stride == 1;
    return {workspace_, a_.batches, rows, columns, rows * columns, in_columns ? 1 : columns, in_columns ? rows : 1};
  }
  /// Small matrices share a block of threads; of a large one each row has four.
  void factor_diagonal(Context& ctx, Batch<T> diagonal, Taken<T> taken, index_t before) const {
    constexpr int warp_of_rows = 32, small = 128;
    const int n = static_cast<int>(diagonal.rows), rows = static_cast<int>(std::bit_ceil(static_cast<unsigned>(n)));
    const int threads_a_row = n > warp_of_rows ? 4 : 1, teams = n > warp_of_rows ? 1 : small / rows;
    launch(ctx, (a_.batches + teams - 1) / teams, teams * rows * threads_a_row,
           FactorDiagonal<T>{diagonal, taken, info_, before, teams, threads_a_row},
           sizeof(T) * static_cast<std::size_t>(teams * n * (n | 1)));
  }

  Batch<T> a_;
  VectorView<index_t, DeviceSpace> info_;
  T* workspace_;
};

struct CholeskyBatched {
  /// Lower factors in place; strictly upper triangles are neither read nor written. Each matrix beyond 64 x 64 takes
  /// workspace, up to 2^24 elements in all or those of one matrix.
  template <Real T>
  static void cholesky_batched(Context& ctx, BatchView<T, DeviceSpace> a, VectorView<index_t, DeviceSpace> info) {
    constexpr const char* operation = "cholesky_batched";
    constexpr index_t elements = index_t{1} << 24;
    if (a.batches == 0) return;
    if (a.rows == 0) return Memory::fill(ctx, info, index_t{0});
    using Several = CholeskyGroup<T>;
    const index_t of_one = Several::workspace(a.rows),
                  group = std::max<index_t>(1, elements / (Several::side * a.rows));
    Memory::allocation room;
    if (of_one > 0)
      room =
          Memory::allocate(ctx, sizeof(T) * static_cast<std::size_t>(of_one * std::min(group, a.batches)), operation);
    in_pieces(ctx, a.batches, group, operation, [&](index_t first, index_t count) {
      Batch<T> some = a;
      some.data += first * a.batch_stride;
      some.batches = count;
      Several(some, info.subview(first, count), static_cast<T*>(room.get())).queue(ctx, operation);
    });
  }
};

}  // namespace isonomy::device
