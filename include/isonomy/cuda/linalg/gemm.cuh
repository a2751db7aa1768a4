// gemm of Backend<Cuda>: cuBLAS, with packed copies where it cannot take the strides.
#pragma once

#include <algorithm>
#include <cstddef>

#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/linalg/libraries.cuh"
#include "isonomy/cuda/memory.cuh"
#include "isonomy/cuda/pieces.cuh"

namespace isonomy::device {

/// Are the columns each contiguous, and apart by at least their length? Such a matrix, or its transpose, cuBLAS takes.
template <class T>
[[nodiscard]] bool columnwise(const MatrixView<T, DeviceSpace>& m) {
  return (m.rows <= 1 || m.row_stride == 1) && (m.columns <= 1 || m.column_stride >= std::max<index_t>(1, m.rows));
}
/// From one column to the next, as cuBLAS wants to be told.
template <class T>
[[nodiscard]] index_t leading_dimension(const MatrixView<T, DeviceSpace>& m) {
  return m.columns <= 1 ? std::max<index_t>(1, m.rows) : m.column_stride;
}

/// An input as cuBLAS takes it.
template <class T>
struct BlasInput {
  const T* data;
  index_t leading;
  cublasOperation_t operation;

  explicit BlasInput(MatrixView<const T, DeviceSpace> m)
      : data(m.data), leading(leading_dimension(columnwise(m) ? m : transposed(m))),
        operation(columnwise(m) ? CUBLAS_OP_N : CUBLAS_OP_T) {}
};

/// A matrix of workspace, in columns.
template <class T>
struct RoomForMatrix {
  Memory::allocation room;
  MatrixView<T, DeviceSpace> view;

  RoomForMatrix(Context& ctx, index_t rows, index_t columns, const char* purpose)
      : room(Memory::allocate(ctx, sizeof(T) * static_cast<std::size_t>(rows * columns), purpose)),
        view(column_major<DeviceSpace>(static_cast<T*>(room.get()), rows, columns)) {}
};

/// The matrix, or a copy of it that cuBLAS can take.
template <class T>
struct Packed {
  Memory::allocation room;
  MatrixView<const T, DeviceSpace> view;

  Packed(Context& ctx, MatrixView<const T, DeviceSpace> m, const char* purpose) : view(m) {
    if (columnwise(m) || columnwise(transposed(m))) return;
    RoomForMatrix<T> copy(ctx, m.rows, m.columns, purpose);
    Memory::copy<T>(ctx, m, copy.view);
    room = std::move(copy.room);
    view = copy.view;
  }
};

/// out = alpha*(A*B) + beta*out for matrices that cuBLAS takes, out in columns, alpha not 0, no extent 0.
template <Real T>
struct Product {
  T alpha;
  MatrixView<const T, DeviceSpace> a, b;
  T beta;
  MatrixView<T, DeviceSpace> out;

  void queue(Context& ctx) const {
    const BlasInput<T> x(a), y(b);
    blas(ctx, "cublas<t>gemm", [&](cublasHandle_t handle) {
      return BlasCalls<T>::gemm(handle, x.operation, y.operation, out.rows, out.columns, a.columns, &alpha, x.data,
                                x.leading, y.data, y.leading, &beta, out.data, leading_dimension(out));
    });
  }
  /// `piece` columns at a time.
  void queue_in_pieces(Context& ctx, index_t piece, const char* operation) const {
    in_pieces(ctx, out.columns, piece, operation, [&](index_t first, index_t count) {
      Product{alpha, a, b.column_block(first, count), beta, out.column_block(first, count)}.queue(ctx);
    });
  }
};

/// Columns of a product that are queued at once: 2^39 multiplications and additions, some 20 ms of one H200 (by its
/// data sheet), in whole tiles. A function of the shape alone, for the bits may depend on it.
[[nodiscard]] inline index_t piece_of_product(index_t rows, index_t terms) {
  constexpr index_t work = index_t{1} << 39, tile = 256;
  return std::max<index_t>(1, work / tile / rows / terms) * tile;
}

/// out = alpha*product + beta*out in each entry; a product without data is 0.
template <class T>
struct ScaleProduct {
  T alpha;
  MatrixView<const T, DeviceSpace> product;
  T beta;
  MatrixView<T, DeviceSpace> out;

  __device__ void operator()(index_t e) const {
    const index_t i = e % out.rows, j = e / out.rows;
    const T scaled = alpha * (product.data == nullptr ? T{0} : product(i, j));
    out(i, j) = beta == 0 ? scaled : scaled + beta * out(i, j);
  }
};
template <class T>
void scale_product(Context& ctx, const ScaleProduct<T>& scale, const char* operation) {
  for_indices(ctx, scale.out.rows * scale.out.columns, operation, scale);
}

struct Gemm {
  /// Packed copies of A and B where neither of their strides is 1; the product in workspace where that holds for out,
  /// or where alpha is 0: cuBLAS would then read neither A nor B.
  template <Real T>
  static void gemm(Context& ctx, T alpha, MatrixView<const T, DeviceSpace> a, MatrixView<const T, DeviceSpace> b,
                   T beta, MatrixView<T, DeviceSpace> out) {
    constexpr const char* operation = "gemm";
    if (out.rows == 0 || out.columns == 0) return;
    if (!columnwise(out) && columnwise(transposed(out)))
      return gemm<T>(ctx, alpha, transposed(b), transposed(a), beta, transposed(out));
    if (a.columns == 0) return scale_product<T>(ctx, {alpha, {}, beta, out}, operation);
    const Packed<T> x(ctx, a, operation), y(ctx, b, operation);
    const index_t piece = piece_of_product(out.rows, a.columns);
    if (alpha != 0 && columnwise(out))
      return Product<T>{alpha, x.view, y.view, beta, out}.queue_in_pieces(ctx, piece, operation);
    const RoomForMatrix<T> product(ctx, out.rows, out.columns, operation);
    Product<T>{1, x.view, y.view, 0, product.view}.queue_in_pieces(ctx, piece, operation);
    scale_product<T>(ctx, {alpha, product.view, beta, out}, operation);
  }
};

}  // namespace isonomy::device
