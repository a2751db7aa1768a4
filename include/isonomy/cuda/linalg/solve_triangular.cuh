// solve_triangular of Backend<Cuda>: cuBLAS, with packed copies where it cannot take the strides.
#pragma once

#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/launch.cuh"
#include "isonomy/cuda/linalg/gemm.cuh"
#include "isonomy/cuda/linalg/libraries.cuh"
#include "isonomy/cuda/memory.cuh"
#include "isonomy/cuda/pieces.cuh"
#include "isonomy/ops/linalg/solve_triangular.hpp"

namespace isonomy::device {

/// The first element of the diagonal that is 0, among those that it is called for and what stands in `first`.
template <class T>
struct FirstZeroOf {
  MatrixView<const T, DeviceSpace> l;
  long long* first;

  __device__ void operator()(index_t i) const {
    if (l(i, i) == 0) Group{}.minimum(first, static_cast<long long>(i));
  }
};

/// X = inverse(L)*B in place of B, for matrices that cuBLAS takes, no extent 0.
template <Real T>
struct TriangularSystem {
  MatrixView<const T, DeviceSpace> l;
  MatrixView<T, DeviceSpace> b;
  bool lower;

  /// `piece` columns at a time.
  void queue_in_pieces(Context& ctx, index_t piece, const char* operation) const {
    in_pieces(ctx, b.columns, piece, operation,
              [&](index_t first, index_t count) { queue(ctx, b.column_block(first, count)); });
  }

 private:
  /// A matrix in rows is its transpose in columns: then the triangle is the other one, and X*transposed(L) = B what is
  /// to be solved.
  void queue(Context& ctx, const MatrixView<T, DeviceSpace>& some) const {
    const T one = 1;
    const BlasInput<T> a(l);
    const bool in_columns = columnwise(some), turned = a.operation != CUBLAS_OP_N;
    const MatrixView<T, DeviceSpace> x = in_columns ? some : transposed(some);
    blas(ctx, "cublas<t>trsm", [&](cublasHandle_t handle) {
      return BlasCalls<T>::trsm(handle, in_columns ? CUBLAS_SIDE_LEFT : CUBLAS_SIDE_RIGHT,
                                lower != turned ? CUBLAS_FILL_MODE_LOWER : CUBLAS_FILL_MODE_UPPER,
                                in_columns == turned ? CUBLAS_OP_T : CUBLAS_OP_N, CUBLAS_DIAG_NON_UNIT, x.rows,
                                x.columns, &one, a.data, a.leading, x.data, leading_dimension(x));
    });
  }
};

struct SolveTriangular {
  /// Waits for the diagonal, which is looked at before anything is written. Packed copies of L and B where neither of
  /// their strides is 1.
  template <Real T>
  static void solve_triangular(Context& ctx, MatrixView<const T, DeviceSpace> l, MatrixView<T, DeviceSpace> b,
                               Triangle triangle) {
    constexpr const char* operation = "solve_triangular";
    if (l.rows == 0) return;
    require_no_zero(ctx, l, operation);
    if (b.columns == 0) return;
    const Packed<T> a(ctx, l, operation);
    const index_t piece = piece_of_product(b.rows, b.rows);
    const bool lower = triangle == Triangle::lower;
    if (columnwise(b) || columnwise(transposed(b)))
      return TriangularSystem<T>{a.view, b, lower}.queue_in_pieces(ctx, piece, operation);
    const RoomForMatrix<T> x(ctx, b.rows, b.columns, operation);
    Memory::copy<T>(ctx, MatrixView<const T, DeviceSpace>(b), x.view);
    TriangularSystem<T>{a.view, x.view, lower}.queue_in_pieces(ctx, piece, operation);
    Memory::copy<T>(ctx, MatrixView<const T, DeviceSpace>(x.view), b);
  }

 private:
  template <Real T>
  static void require_no_zero(Context& ctx, const MatrixView<const T, DeviceSpace>& l, const char* operation) {
    long long first = l.rows;
    const Room<long long> room(ctx, 1, operation);
    const VectorView<long long, DeviceSpace> found(room.data(), 1);
    Memory::fill(ctx, found, first);
    for_indices(ctx, l.rows, operation, FirstZeroOf<T>{l, found.data});
    Memory::copy_to_host<long long>(ctx, found, VectorView<long long>(&first, 1));
    ctx.wait(operation);
    if (first < l.rows) isonomy::detail::singular_triangle(operation, static_cast<index_t>(first) + 1);
  }
};

}  // namespace isonomy::device
