// syrk of Backend<Cuda>: one triangle by cuBLAS, the other a copy of it.
#pragma once

#include "isonomy/core/view.hpp"
#include "isonomy/cuda/launch.cuh"
#include "isonomy/cuda/linalg/gemm.cuh"
#include "isonomy/cuda/linalg/libraries.cuh"
#include "isonomy/cuda/pieces.cuh"

namespace isonomy::device {

/// The upper triangle of a square matrix becomes the lower one's mirror image: a block a tile, turned in shared memory
/// so that neighbouring threads read and write neighbouring elements of columns.
template <class T>
struct Mirror {
  static constexpr int side = 32;
  struct Shared {
    T columns[side][side + 1];
  };
  MatrixView<T, DeviceSpace> m;

  __device__ void operator()(const Group& g) const {
    auto& columns = g.template shared<Shared>().columns;
    const index_t tiles = (m.rows + side - 1) / side;
    const int r = g.thread() % side, step = g.threads() / side;
    for (index_t tile = g.block(); tile < tiles * tiles; tile += g.blocks()) {
      const index_t top = tile % tiles * side, left = tile / tiles * side;
      if (top < left) continue;
      for (int c = g.thread() / side; c < side; c += step)
        if (top + r < m.rows && left + c <= top + r) columns[c][r] = m(top + r, left + c);
      g.sync();
      for (int c = g.thread() / side; c < side; c += step)
        if (top + c < m.rows && left + r < top + c) m(left + r, top + c) = columns[r][c];
      g.sync();
    }
  }
};

template <class T>
void mirror(Context& ctx, MatrixView<T, DeviceSpace> m) {
  constexpr int threads = 256;
  const index_t tiles = (m.rows + Mirror<T>::side - 1) / Mirror<T>::side;
  launch(ctx, ctx.blocks_for(tiles * tiles * threads, threads), threads, Mirror<T>{m});
}

/// The lower triangle of out = alpha*transposed(A)*A, for matrices that cuBLAS takes, out in columns, alpha not 0.
template <Real T>
struct SymmetricProduct {
  T alpha;
  MatrixView<const T, DeviceSpace> a;
  MatrixView<T, DeviceSpace> out;

  /// `piece` columns at a time: their square on the diagonal, then what is below it.
  void queue_in_pieces(Context& ctx, index_t piece, const char* operation) const {
    in_pieces(ctx, out.columns, piece, operation, [&](index_t first, index_t count) {
      const auto columns = a.column_block(first, count);
      square(ctx, columns, out.row_block(first, count).column_block(first, count));
      const index_t next = first + count, rest = out.rows - next;
      if (rest > 0)
        Product<T>{alpha, transposed(a.column_block(next, rest)), columns, T{0},
                   out.row_block(next, rest).column_block(first, count)}
            .queue(ctx);
    });
  }

 private:
  void square(Context& ctx, MatrixView<const T, DeviceSpace> columns, MatrixView<T, DeviceSpace> where) const {
    const T beta = 0;
    const BlasInput<T> x(columns);
    const cublasOperation_t operation = x.operation == CUBLAS_OP_N ? CUBLAS_OP_T : CUBLAS_OP_N;
    blas(ctx, "cublas<t>syrk", [&](cublasHandle_t handle) {
      return BlasCalls<T>::syrk(handle, CUBLAS_FILL_MODE_LOWER, operation, where.rows, columns.rows, &alpha, x.data,
                                x.leading, &beta, where.data, leading_dimension(where));
    });
  }
};

struct Syrk {
  /// Half the work of gemm. The triangles have the same bits where beta is 0. Workspace for the product where out has
  /// no unit stride, where its old values count (they need not be symmetric), and where alpha is 0, as in gemm.
  template <Real T>
  static void syrk(Context& ctx, T alpha, MatrixView<const T, DeviceSpace> a, T beta, MatrixView<T, DeviceSpace> out) {
    constexpr const char* operation = "syrk";
    if (out.rows == 0) return;
    if (a.rows == 0) return scale_product<T>(ctx, {alpha, {}, beta, out}, operation);
    const Packed<T> x(ctx, a, operation);
    const index_t piece = piece_of_product(out.rows, a.rows);
    const MatrixView<T, DeviceSpace> columns = columnwise(out) ? out : transposed(out);
    if (alpha != 0 && beta == 0 && columnwise(columns)) {
      SymmetricProduct<T>{alpha, x.view, columns}.queue_in_pieces(ctx, piece, operation);
      return mirror(ctx, columns);
    }
    const RoomForMatrix<T> product(ctx, out.rows, out.columns, operation);
    SymmetricProduct<T>{1, x.view, product.view}.queue_in_pieces(ctx, piece, operation);
    mirror(ctx, product.view);
    scale_product<T>(ctx, {alpha, product.view, beta, out}, operation);
  }
};

}  // namespace isonomy::device
