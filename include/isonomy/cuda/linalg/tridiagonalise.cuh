// tridiagonalise and apply_reflectors of Backend<Cuda>: cuSOLVER in double, between kernels that scale and unpack.
#pragma once

#include <cusolverDn.h>

#include <algorithm>
#include <limits>

#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/launch.cuh"
#include "isonomy/cuda/linalg/gemm.cuh"
#include "isonomy/cuda/linalg/scaled.cuh"
#include "isonomy/cuda/linalg/solver.cuh"
#include "isonomy/cuda/memory.cuh"
#include "isonomy/cuda/pieces.cuh"
#include "isonomy/cuda/status.cuh"

namespace isonomy::device {

/// A tridiagonal form in double, as LAPACK's sytrd gives it for a lower triangle: reflectors beneath the subdiagonal of
/// the n x n matrix, which is in columns.
struct TridiagonalForm {
  index_t n;
  double *matrix, *diagonal, *below, *taus;

  [[nodiscard]] static index_t elements(index_t n) { return n * n + 3 * n; }
  TridiagonalForm(index_t rows, double* room)
      : n(rows), matrix(room), diagonal(matrix + n * n), below(diagonal + n), taus(below + n) {}
};

/// A matrix of one or two rows is tridiagonal as it is.
struct CopyTridiagonal {
  TridiagonalForm form;

  __device__ void operator()(index_t j) const {
    form.diagonal[j] = form.matrix[j * form.n + j];
    form.below[j] = j + 1 < form.n ? form.matrix[j * form.n + j + 1] : 0;
    form.taus[j] = 0;
  }
};

/// Element j of the diagonal, of what is beneath it, and of the taus.
template <class T>
struct StoreTridiagonal {
  TridiagonalForm form;
  PowerOfTwo scale;
  VectorView<T, DeviceSpace> d, e, taus;

  __device__ void operator()(index_t j) const {
    d(j) = static_cast<T>(scale.times(form.diagonal[j]));
    if (j + 1 == form.n) return;
    e(j) = static_cast<T>(scale.times(form.below[j]));
    taus(j) = static_cast<T>(form.taus[j]);
  }
};

/// An element of the reflectors with their zeros and ones; one whose tau is 0 has zeros beneath its 1.
template <class T>
struct StoreReflector {
  TridiagonalForm form;
  MatrixView<T, DeviceSpace> out;

  __device__ void operator()(index_t k) const {
    const index_t i = k % form.n, j = k / form.n;
    const bool any = i > j + 1 && form.taus[j] != 0;
    out(i, j) = any ? static_cast<T>(form.matrix[k]) : static_cast<T>(i == j + 1 ? 1 : 0);
  }
};

/// An element of reflectors as cuSOLVER takes them: what is not beneath the first subdiagonal is not read, and 0.
template <class T>
struct LoadReflector {
  MatrixView<const T, DeviceSpace> v;
  double* out;

  __device__ void operator()(index_t k) const {
    const index_t i = k % v.rows, j = k / v.rows;
    out[k] = i > j + 1 ? static_cast<double>(v(i, j)) : 0;
  }
};
template <class From, class To>
struct ConvertEntry {
  MatrixView<const From, DeviceSpace> source;
  MatrixView<To, DeviceSpace> out;

  __device__ void operator()(index_t k) const {
    const index_t i = k % out.rows, j = k / out.rows;
    out(i, j) = static_cast<To>(source(i, j));
  }
};

struct Tridiagonalise {
  /// float is reduced in double. Waits for the device, to know whether it succeeded: outputs are written after that.
  template <Real T>
  static void tridiagonalise(Context& ctx, MatrixView<const T, DeviceSpace> a, VectorView<T, DeviceSpace> d,
                             VectorView<T, DeviceSpace> e, MatrixView<T, DeviceSpace> reflectors,
                             VectorView<T, DeviceSpace> taus) {
    constexpr const char* operation = "tridiagonalise";
    const index_t n = a.rows;
    if (n == 0) return;
    const int exponent = exponent_of(ctx, a, operation);
    const Room<double> room(ctx, TridiagonalForm::elements(n), operation);
    const TridiagonalForm form(n, room.data());
    for_indices(ctx, n * n, operation, LoadScaled<T>{a, PowerOfTwo(-exponent), form.matrix});
    if (n <= 2)
      for_indices(ctx, n, operation, CopyTridiagonal{form});
    else
      reduce(ctx, form, operation);
    ctx.heed_stop(operation);
    for_indices_at_once(ctx, n, StoreTridiagonal<T>{form, PowerOfTwo(exponent), d, e, taus});
    for_indices_at_once(ctx, n * n, StoreReflector<T>{form, reflectors});
  }

  /// float is multiplied in double, on copies of both matrices; C is written when the device has succeeded, for which
  /// this waits.
  template <Real T>
  static void apply_reflectors(Context& ctx, MatrixView<const T, DeviceSpace> reflectors,
                               VectorView<const T, DeviceSpace> taus, bool transpose, MatrixView<T, DeviceSpace> c) {
    constexpr const char* operation = "apply_reflectors";
    const index_t n = c.rows, m = c.columns;
    if (n <= 1 || m == 0) return;
    const Room<double> room(ctx, n * n + n, operation);
    const RoomForMatrix<double> product(ctx, n, m, operation);
    double *const v = room.data(), *const factors = v + n * n;
    for_indices(ctx, n * n, operation, LoadReflector<T>{reflectors, v});
    for_indices(ctx, n - 1, operation,
                ConvertEntry<T, double>{as_matrix(taus), column_major<DeviceSpace>(factors, n - 1, 1)});
    for_indices(ctx, n * m, operation, ConvertEntry<T, double>{c, product.view});
    multiply(ctx, {n, v, factors, transpose}, product.view, operation);
    ctx.heed_stop(operation);
    for_indices_at_once(ctx, n * m, ConvertEntry<double, T>{product.view, c});
  }

 private:
  struct Reflectors {
    index_t n;
    double *v, *taus;
    bool transpose;
  };

  template <class T>
  [[nodiscard]] static MatrixView<const T, DeviceSpace> as_matrix(const VectorView<const T, DeviceSpace>& v) {
    return {v.data, v.size, 1, v.stride, 1};
  }

  /// Waits for the device.
  static void reduce(Context& ctx, const TridiagonalForm& form, const char* operation) {
    const cusolverDnHandle_t solver = ctx.state()->part<Solver>().handle();
    const OnDevice here(ctx.device());
    const int n = short_extent(form.n, operation);
    int elements = 0;
    require(cusolverDnDsytrd_bufferSize(solver, CUBLAS_FILL_MODE_LOWER, n, form.matrix, n, form.diagonal, form.below,
                                        form.taus, &elements),
            "cusolverDnDsytrd_bufferSize");
    const Room<double> workspace(ctx, elements, operation);
    const SolverInfo info(ctx, operation);
    ctx.heed_stop(operation);
    require(cusolverDnDsytrd(solver, CUBLAS_FILL_MODE_LOWER, n, form.matrix, n, form.diagonal, form.below, form.taus,
                             workspace.data(), elements, info.data()),
            "cusolverDnDsytrd");
    ctx.queued();
    info.require_zero(ctx, "cusolverDnDsytrd");
  }

  /// Some columns at a time, less than 2^31 elements of them. Waits for the device.
  static void multiply(Context& ctx, const Reflectors& q, const MatrixView<double, DeviceSpace>& c,
                       const char* operation) {
    constexpr index_t most = std::numeric_limits<int>::max();
    const cusolverDnHandle_t solver = ctx.state()->part<Solver>().handle();
    const OnDevice here(ctx.device());
    const int n = short_extent(q.n, operation);
    const index_t piece = std::min({c.columns, piece_of_product(q.n, q.n), std::max<index_t>(1, most / q.n)});
    const cublasOperation_t turned = q.transpose ? CUBLAS_OP_T : CUBLAS_OP_N;
    int elements = 0;
    require(cusolverDnDormtr_bufferSize(solver, CUBLAS_SIDE_LEFT, CUBLAS_FILL_MODE_LOWER, turned, n,
                                        static_cast<int>(piece), q.v, n, q.taus, c.data, n, &elements),
            "cusolverDnDormtr_bufferSize");
    const Room<double> workspace(ctx, elements, operation);
    const SolverInfo info(ctx, operation);
    in_pieces(ctx, c.columns, piece, operation, [&](index_t first, index_t count) {
      require(cusolverDnDormtr(solver, CUBLAS_SIDE_LEFT, CUBLAS_FILL_MODE_LOWER, turned, n, static_cast<int>(count),
                               q.v, n, q.taus, c.column_block(first, count).data, n, workspace.data(), elements,
                               info.data()),
              "cusolverDnDormtr");
      ctx.queued();
    });
    info.require_zero(ctx, "cusolverDnDormtr");
  }
};

}  // namespace isonomy::device
