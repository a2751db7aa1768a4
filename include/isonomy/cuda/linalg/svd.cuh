// svd of Backend<Cuda>: cuSOLVER's QR iteration in double, between kernels that scale, choose signs and check.
#pragma once

#include <cusolverDn.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/linalg/scaled.cuh"
#include "isonomy/cuda/linalg/solver.cuh"
#include "isonomy/cuda/memory.cuh"
#include "isonomy/cuda/pieces.cuh"
#include "isonomy/cuda/status.cuh"

namespace isonomy::device {

/// A matrix times a power of 2, one column behind the other.
template <class T>
struct LoadRectangle {
  MatrixView<const T, DeviceSpace> a;
  PowerOfTwo scale;
  double* out;

  __device__ void operator()(index_t e) const { out[e] = scale.times(static_cast<double>(a(e % a.rows, e / a.rows))); }
};

/// What cuSOLVER leaves of singular vectors: those on the left in columns, those on the right in rows.
struct SingularFactors {
  double *values, *left, *right;
};

/// Singular value j scaled back; -1 or 1, by which the element of largest magnitude of a vector, the first of several,
/// becomes positive.
template <class T>
struct StoreSingularValue {
  MatrixView<const double, DeviceSpace> vectors;  ///< columns that say the sign
  PowerOfTwo scale;
  double* values;  ///< signs take their place
  VectorView<T, DeviceSpace> s;

  __device__ void operator()(index_t j) const {
    T largest = 0;  // of what is stored, since rounding to T may make ties
    bool negative = false;
    for (index_t i = 0; i < vectors.rows; ++i) {
      const T element = static_cast<T>(vectors(i, j)), size = std::abs(element);
      if (size > largest) largest = size, negative = element < 0;
    }
    s(j) = static_cast<T>(scale.times(values[j]));
    values[j] = negative ? -1 : 1;
  }
};

/// Columns times their signs.
template <class T>
struct StoreSingularVectors {
  MatrixView<const double, DeviceSpace> vectors;
  const double* signs;
  MatrixView<T, DeviceSpace> out;

  __device__ void operator()(index_t e) const {
    const index_t i = e % out.rows, j = e / out.rows;
    out(i, j) = static_cast<T>(signs[j] < 0 ? -vectors(i, j) : vectors(i, j));
  }
};

struct Svd {
  /// float is solved in double, a wide matrix by its transpose. Waits for the device, to know whether it succeeded:
  /// outputs are written after that.
  template <Real T>
  static void svd(Context& ctx, MatrixView<const T, DeviceSpace> a, MatrixView<T, DeviceSpace> u,
                  VectorView<T, DeviceSpace> s, MatrixView<T, DeviceSpace> v) {
    constexpr const char* operation = "svd";
    const index_t p = std::max(a.rows, a.columns), k = s.size;
    if (k == 0) return;
    const bool wide = a.rows < a.columns;
    const int exponent = exponent_of(ctx, a, operation, Part::all);
    const auto room =
        Memory::allocate(ctx, sizeof(double) * static_cast<std::size_t>(2 * p * k + k * k + k), operation);
    double* const matrix = static_cast<double*>(room.get());
    const SingularFactors factors{matrix + 2 * p * k + k * k, matrix + p * k, matrix + 2 * p * k};
    for_indices(ctx, p * k, operation, LoadRectangle<T>{wide ? transposed(a) : a, PowerOfTwo(-exponent), matrix});
    solve(ctx, p, k, matrix, factors);
    const auto left = column_major<DeviceSpace>(static_cast<const double*>(factors.left), p, k),
               right = row_major<DeviceSpace>(static_cast<const double*>(factors.right), k, k);
    const auto of_u = wide ? right : left, of_v = wide ? left : right;
    for_indices_at_once(ctx, k, StoreSingularValue<T>{of_u, PowerOfTwo(exponent), factors.values, s});
    for_indices_at_once(ctx, u.rows * k, StoreSingularVectors<T>{of_u, factors.values, u});
    for_indices_at_once(ctx, v.rows * k, StoreSingularVectors<T>{of_v, factors.values, v});
  }

 private:
  /// The factors of a matrix of no more columns than rows, which is overwritten.
  static void solve(Context& ctx, index_t p, index_t k, double* matrix, const SingularFactors& out) {
    constexpr const char* operation = "svd";
    constexpr signed char thin = 'S';
    const Solver& solver = ctx.state()->part<Solver>();
    const OnDevice here(ctx.device());
    std::size_t device_bytes = 0, host_bytes = 0;
    require(cusolverDnXgesvd_bufferSize(solver.handle(), solver.parameters(), thin, thin, p, k, CUDA_R_64F, matrix, p,
                                        CUDA_R_64F, out.values, CUDA_R_64F, out.left, p, CUDA_R_64F, out.right, k,
                                        CUDA_R_64F, &device_bytes, &host_bytes),
            "cusolverDnXgesvd_bufferSize");
    const auto workspace = Memory::allocate(ctx, device_bytes, operation);
    const SolverInfo info(ctx, operation);
    std::vector<unsigned char> on_host(host_bytes);
    ctx.heed_stop(operation);
    require(cusolverDnXgesvd(solver.handle(), solver.parameters(), thin, thin, p, k, CUDA_R_64F, matrix, p, CUDA_R_64F,
                             out.values, CUDA_R_64F, out.left, p, CUDA_R_64F, out.right, k, CUDA_R_64F, workspace.get(),
                             device_bytes, on_host.data(), host_bytes, info.data()),
            "cusolverDnXgesvd");
    ctx.queued();
    const int failed = info.of_numbers(ctx, "cusolverDnXgesvd");
    if (failed != 0)
      throw NoConvergence(text::joined("svd: cuSOLVER's info of a matrix of ", p, "x", k, " is ", failed,
                                       "; expected 0, all singular values found; solve it with its rows and columns "
                                       "in another order, or by Backend<Cpu>"));
    ctx.heed_stop(operation);
  }
};

}  // namespace isonomy::device
