// solve_triangular and solve_triangular_batched of Backend<Cuda>: cuBLAS, where it can take the strides.
#pragma once

#include <algorithm>

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

/// X = inverse(L)*B in place of B as cuBLAS is told, for matrices that it takes, no extent 0.
///
/// A matrix in rows is its transpose in columns: then the triangle is the other one, and X*transposed(L) = B what is to
/// be solved.
template <Real T>
struct TriangularCall {
  cublasSideMode_t side;
  cublasFillMode_t triangle;
  cublasOperation_t operation;
  index_t rows, columns, leading_l, leading_x;

  TriangularCall(const MatrixView<const T, DeviceSpace>& l, const MatrixView<T, DeviceSpace>& b, bool lower) {
    const BlasInput<T> a(l);
    const bool in_columns = columnwise(b), turned = a.operation != CUBLAS_OP_N;
    const MatrixView<T, DeviceSpace> x = in_columns ? b : transposed(b);
    side = in_columns ? CUBLAS_SIDE_LEFT : CUBLAS_SIDE_RIGHT;
    triangle = lower != turned ? CUBLAS_FILL_MODE_LOWER : CUBLAS_FILL_MODE_UPPER;
    operation = in_columns == turned ? CUBLAS_OP_T : CUBLAS_OP_N;
    rows = x.rows, columns = x.columns, leading_l = a.leading, leading_x = leading_dimension(x);
  }
  /// From the first to the last element of X.
  [[nodiscard]] index_t elements_of_x() const { return (columns - 1) * leading_x + rows; }
};

/// The same for one system.
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
  void queue(Context& ctx, const MatrixView<T, DeviceSpace>& some) const {
    const T one = 1;
    const TriangularCall<T> call(l, some, lower);
    blas(ctx, "cublas<t>trsm", [&](cublasHandle_t handle) {
      return BlasCalls<T>::trsm(handle, call.side, call.triangle, call.operation, CUBLAS_DIAG_NON_UNIT, call.rows,
                                call.columns, &one, l.data, call.leading_l, some.data, call.leading_x);
    });
  }
};

/// Where the matrices of a batch lie; X of a slot with a zero on the diagonal is one that nobody reads, of `apart`
/// elements, one for each slot of a call for `at_once` of them.
template <class T>
struct ListSystems {
  BatchView<const T, DeviceSpace> l;
  BatchView<T, DeviceSpace> b;
  VectorView<const index_t, DeviceSpace> info;
  T* unread;
  index_t apart, at_once;
  const T** list_of_l;
  T** list_of_x;

  __device__ void operator()(index_t slot) const {
    list_of_l[slot] = l.data + slot * l.batch_stride;
    list_of_x[slot] = info(slot) == 0 ? b.data + slot * b.batch_stride : unread + slot % at_once * apart;
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
  /// Where a stride of each matrix is 1, by lists of them in workspace, beside an X for each slot of a call, to which
  /// those with a zero on the diagonal are sent; the generic form otherwise, and where these would be longer than the
  /// batch.
  template <Real T>
  static void solve_triangular_batched(Context& ctx, BatchView<const T, DeviceSpace> l, BatchView<T, DeviceSpace> b,
                                       VectorView<index_t, DeviceSpace> info, Triangle triangle) {
    constexpr const char* operation = "solve_triangular_batched";
    constexpr index_t most = 65535;  // matrices of a launch, which may number them in a short dimension of its grid
    if (b.batches == 0 || b.rows == 0 || b.columns == 0 || !readable(l[0]) || !readable(b[0]))
      return op::solve_triangular_batched::derive(ctx, l, b, info, triangle);
    const TriangularCall<T> call(l[0], b[0], triangle == Triangle::lower);
    const index_t at_once =
        std::min({b.batches, most, std::max<index_t>(1, piece_of_product(b.rows, b.rows) / b.columns)});
    if (call.elements_of_x() * at_once > b.batches * b.rows * b.columns)
      return op::solve_triangular_batched::derive(ctx, l, b, info, triangle);
    const Room<T> unread(ctx, call.elements_of_x() * at_once, operation);
    const Room<const T*> list_of_l(ctx, b.batches, operation);
    const Room<T*> list_of_x(ctx, b.batches, operation);
    for_indices(ctx, b.batches, operation, isonomy::detail::FirstZero<T, DeviceSpace>{l, info});
    for_indices(
        ctx, b.batches, operation,
        ListSystems<T>{l, b, info, unread.data(), call.elements_of_x(), at_once, list_of_l.data(), list_of_x.data()});
    in_pieces(ctx, b.batches, at_once, operation, [&](index_t first, index_t count) {
      const T one = 1;
      blas(ctx, "cublas<t>trsmBatched", [&](cublasHandle_t handle) {
        return BlasCalls<T>::trsm_batched(handle, call.side, call.triangle, call.operation, CUBLAS_DIAG_NON_UNIT,
                                          call.rows, call.columns, &one, list_of_l.data() + first, call.leading_l,
                                          list_of_x.data() + first, call.leading_x, count);
      });
    });
  }

 private:
  template <class T>
  [[nodiscard]] static bool readable(const MatrixView<T, DeviceSpace>& m) {
    return columnwise(m) || columnwise(transposed(m));
  }
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
