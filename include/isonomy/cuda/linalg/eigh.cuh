// eigh of Backend<Cuda>: cuSOLVER's divide and conquer in double, between kernels that scale, order signs and check.
#pragma once

#include <cusolverDn.h>

#include <cmath>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/memory.cuh"
#include "isonomy/cuda/pieces.cuh"
#include "isonomy/cuda/status.cuh"

namespace isonomy::device {

inline void require(cusolverStatus_t status, const char* call) {
  if (status != CUSOLVER_STATUS_SUCCESS)
    throw DeviceError("cuSOLVER", call, static_cast<int>(status), "a cusolverStatus_t of that number",
                      "the library could not run it");
}

/// A handle of cuSOLVER for one stream, whose results repeat.
class EigenSolver {
 public:
  explicit EigenSolver(cudaStream_t stream) {
    cusolverDnHandle_t handle = nullptr;
    require(cusolverDnCreate(&handle), "cusolverDnCreate");
    handle_.reset(handle);
    require(cusolverDnSetStream(handle, stream), "cusolverDnSetStream");
    require(cusolverDnSetDeterministicMode(handle, CUSOLVER_DETERMINISTIC_RESULTS), "cusolverDnSetDeterministicMode");
    cusolverDnParams_t parameters = nullptr;
    require(cusolverDnCreateParams(&parameters), "cusolverDnCreateParams");
    parameters_.reset(parameters);
  }
  [[nodiscard]] cusolverDnHandle_t handle() const noexcept { return handle_.get(); }
  [[nodiscard]] cusolverDnParams_t parameters() const noexcept { return parameters_.get(); }

 private:
  struct Destroy {
    void operator()(cusolverDnHandle_t handle) const noexcept { static_cast<void>(cusolverDnDestroy(handle)); }
    void operator()(cusolverDnParams_t parameters) const noexcept {
      static_cast<void>(cusolverDnDestroyParams(parameters));
    }
  };
  std::unique_ptr<std::remove_pointer_t<cusolverDnHandle_t>, Destroy> handle_;
  std::unique_ptr<std::remove_pointer_t<cusolverDnParams_t>, Destroy> parameters_;
};

/// The largest magnitude in column j of the lower triangle, and the first row whose element is not finite, or -1.
template <class T>
struct ColumnExtremes {
  MatrixView<const T, DeviceSpace> a;
  double* largest;
  index_t* not_finite;

  __device__ void operator()(index_t j) const {
    double most = 0;
    index_t first = -1;
    for (index_t i = j; i < a.rows; ++i) {
      const double size = std::abs(static_cast<double>(a(i, j)));
      if (first < 0 && !(size <= 0x1.fffffffffffffp1023)) first = i;
      if (size > most) most = size;
    }
    largest[j] = most;
    not_finite[j] = first;
  }
};

/// The lower triangle times two powers of 2, one of which alone might be no double; 0 above it.
template <class T>
struct LoadScaled {
  MatrixView<const T, DeviceSpace> a;
  double first, second;
  double* out;

  __device__ void operator()(index_t e) const {
    const index_t i = e % a.rows, j = e / a.rows;
    out[e] = i < j ? 0 : static_cast<double>(a(i, j)) * first * second;
  }
};

/// Eigenvalue j scaled back, and vector j with its element of largest magnitude, the first of several, positive.
template <class T>
struct StoreEigenvector {
  const double *values, *vectors;
  double first, second;
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
    w(j) = static_cast<T>(values[j] * first * second);
  }
};

/// One of two powers of 2 whose product is 2^exponent.
[[nodiscard]] inline double half_power(int exponent, bool second) {
  return std::ldexp(1.0, second ? exponent - exponent / 2 : exponent / 2);
}

struct Eigh {
  /// float is solved in double. Waits for the device, to know whether it succeeded: outputs are written after that.
  template <Real T>
  static void eigh(Context& ctx, MatrixView<const T, DeviceSpace> a, VectorView<T, DeviceSpace> w,
                   MatrixView<T, DeviceSpace> v) {
    constexpr const char* operation = "eigh";
    const index_t n = a.rows;
    if (n == 0) return;
    const int exponent = exponent_of(ctx, a);
    const auto room = Memory::allocate(ctx, sizeof(double) * static_cast<std::size_t>(n * n + n), operation);
    double *const matrix = static_cast<double*>(room.get()), *const values = matrix + n * n;
    for_indices(ctx, n * n, operation,
                LoadScaled<T>{a, half_power(-exponent, false), half_power(-exponent, true), matrix});
    solve(ctx, n, matrix, values);
    for_indices(ctx, n, operation,
                StoreEigenvector<T>{values, matrix, half_power(exponent, false), half_power(exponent, true), w, v});
  }

 private:
  /// Of the largest magnitude in the lower triangle, 0 for that of 0; ValueError where an element is not finite.
  template <class T>
  [[nodiscard]] static int exponent_of(Context& ctx, MatrixView<const T, DeviceSpace> a) {
    constexpr const char* operation = "eigh";
    const auto columns = static_cast<std::size_t>(a.columns);
    const auto room = Memory::allocate(ctx, (sizeof(double) + sizeof(index_t)) * columns, operation);
    auto* const largest = static_cast<double*>(room.get());
    auto* const not_finite = reinterpret_cast<index_t*>(largest + a.columns);
    for_indices(ctx, a.columns, operation, ColumnExtremes<T>{a, largest, not_finite});
    std::vector<double> sizes(columns);
    std::vector<index_t> rows(columns);
    Memory::copy_to_host<double>(ctx, VectorView<const double, DeviceSpace>(largest, a.columns), isonomy::view(sizes));
    Memory::copy_to_host<index_t>(ctx, VectorView<const index_t, DeviceSpace>(not_finite, a.columns),
                                  isonomy::view(rows));
    double most = 0;
    for (std::size_t j = 0; j < columns; ++j) {
      if (rows[j] >= 0) throw ValueError(text::joined("eigh: A(", rows[j], ", ", j, ") is not finite; give numbers"));
      most = sizes[j] > most ? sizes[j] : most;
    }
    return most > 0 ? std::ilogb(most) : 0;
  }

  /// Vectors in place of the lower triangle of a matrix in columns, and the eigenvalues.
  static void solve(Context& ctx, index_t n, double* matrix, double* values) {
    constexpr const char* operation = "eigh";
    const EigenSolver& solver = ctx.state()->part<EigenSolver>();
    const OnDevice here(ctx.device());
    std::size_t device_bytes = 0, host_bytes = 0;
    require(cusolverDnXsyevd_bufferSize(solver.handle(), solver.parameters(), CUSOLVER_EIG_MODE_VECTOR,
                                        CUBLAS_FILL_MODE_LOWER, n, CUDA_R_64F, matrix, n, CUDA_R_64F, values,
                                        CUDA_R_64F, &device_bytes, &host_bytes),
            "cusolverDnXsyevd_bufferSize");
    const auto workspace = Memory::allocate(ctx, device_bytes, operation);
    const auto info = Memory::allocate(ctx, sizeof(int), operation);
    std::vector<unsigned char> on_host(host_bytes);
    ctx.heed_stop(operation);
    require(cusolverDnXsyevd(solver.handle(), solver.parameters(), CUSOLVER_EIG_MODE_VECTOR, CUBLAS_FILL_MODE_LOWER, n,
                             CUDA_R_64F, matrix, n, CUDA_R_64F, values, CUDA_R_64F, workspace.get(), device_bytes,
                             on_host.data(), host_bytes, static_cast<int*>(info.get())),
            "cusolverDnXsyevd");
    ctx.queued();
    int failed = 0;
    Memory::copy_to_host<int>(ctx, VectorView<const int, DeviceSpace>(static_cast<const int*>(info.get()), 1),
                              VectorView<int>(&failed, 1));
    if (failed != 0)
      throw NoConvergence(text::joined("eigh: cuSOLVER's info of a matrix of ", n, " rows is ", failed,
                                       "; expected 0, all eigenvalues found"));
    ctx.heed_stop(operation);
  }
};

}  // namespace isonomy::device
