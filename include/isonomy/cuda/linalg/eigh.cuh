// eigh of Backend<Cuda>: cuSOLVER's divide and conquer in double, between kernels that scale, order signs and check.
#pragma once

#include <cusolverDn.h>

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

/// Eigenvalue j scaled back, and vector j with its element of largest magnitude, the first of several, positive.
template <class T>
struct StoreEigenvector {
  const double *values, *vectors;
  PowerOfTwo scale;
  VectorView<T, DeviceSpace> w;
  MatrixView<T, DeviceSpace> v;

  __device__ void operator()(index_t j) const {
    const double* const x = vectors + j * v.rows;
    T largest = 0;  // of what is stored, since rounding to T may make ties
    bool negative = false;
    for (index_t i = 0; i < v.rows; ++i) {
      const T element = static_cast<T>(x[i]), size = std::abs(element);
      if (size > largest) largest = size, negative = element < 0;
    }
    for (index_t i = 0; i < v.rows; ++i) v(i, j) = static_cast<T>(negative ? -x[i] : x[i]);
    w(j) = static_cast<T>(scale.times(values[j]));
  }
};

struct Eigh {
  /// float is solved in double. Waits for the device, to know whether it succeeded: outputs are written after that.
  template <Real T>
  static void eigh(Context& ctx, MatrixView<const T, DeviceSpace> a, VectorView<T, DeviceSpace> w,
                   MatrixView<T, DeviceSpace> v) {
    constexpr const char* operation = "eigh";
    const index_t n = a.rows;
    if (n == 0) return;
    const int exponent = exponent_of(ctx, a, operation);
    const auto room = Memory::allocate(ctx, sizeof(double) * static_cast<std::size_t>(n * n + n), operation);
    double *const matrix = static_cast<double*>(room.get()), *const values = matrix + n * n;
    for_indices(ctx, n * n, operation, LoadScaled<T>{a, PowerOfTwo(-exponent), matrix});
    solve(ctx, n, matrix, values);
    for_indices(ctx, n, operation, StoreEigenvector<T>{values, matrix, PowerOfTwo(exponent), w, v});
  }

 private:
  /// Vectors in place of the lower triangle of a matrix in columns, and the eigenvalues.
  static void solve(Context& ctx, index_t n, double* matrix, double* values) {
    constexpr const char* operation = "eigh";
    const Solver& solver = ctx.state()->part<Solver>();
    const OnDevice here(ctx.device());
    std::size_t device_bytes = 0, host_bytes = 0;
    require(cusolverDnXsyevd_bufferSize(solver.handle(), solver.parameters(), CUSOLVER_EIG_MODE_VECTOR,
                                        CUBLAS_FILL_MODE_LOWER, n, CUDA_R_64F, matrix, n, CUDA_R_64F, values,
                                        CUDA_R_64F, &device_bytes, &host_bytes),
            "cusolverDnXsyevd_bufferSize");
    const auto workspace = Memory::allocate(ctx, device_bytes, operation);
    const SolverInfo info(ctx, operation);
    std::vector<unsigned char> on_host(host_bytes);
    ctx.heed_stop(operation);
    require(cusolverDnXsyevd(solver.handle(), solver.parameters(), CUSOLVER_EIG_MODE_VECTOR, CUBLAS_FILL_MODE_LOWER, n,
                             CUDA_R_64F, matrix, n, CUDA_R_64F, values, CUDA_R_64F, workspace.get(), device_bytes,
                             on_host.data(), host_bytes, info.data()),
            "cusolverDnXsyevd");
    ctx.queued();
    const int failed = info.value(ctx);
    if (failed != 0)
      throw NoConvergence(
          text::joined("eigh: cuSOLVER's info of a matrix of ", n, " rows is ", failed,
                       "; expected 0, all eigenvalues found; solve it with its rows and columns in another order, or "
                       "by Backend<Cpu>"));
    ctx.heed_stop(operation);
  }
};

}  // namespace isonomy::device
