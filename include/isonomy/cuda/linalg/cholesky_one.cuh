// cholesky of Backend<Cuda>: cuSOLVER's potrf for a large matrix, the kernels of cholesky_batched for others.
#pragma once

#include <cusolverDn.h>

#include <concepts>
#include <cstddef>
#include <vector>

#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/linalg/gemm.cuh"
#include "isonomy/cuda/linalg/solver.cuh"
#include "isonomy/cuda/memory.cuh"
#include "isonomy/cuda/pieces.cuh"
#include "isonomy/cuda/status.cuh"
#include "isonomy/ops/linalg/cholesky.hpp"

namespace isonomy::device {

/// The factor of one matrix, which has a unit stride, in place.
template <Real T>
struct FactorByLibrary {
  MatrixView<T, DeviceSpace> a;

  /// 0, or the first pivot, counted from 1, that is not positive. Waits for the device.
  ///
  /// A matrix in rows is its transpose in columns, whose upper triangle is meant.
  [[nodiscard]] index_t operator()(Context& ctx, const char* operation) const {
    const cudaDataType type = std::same_as<T, float> ? CUDA_R_32F : CUDA_R_64F;
    const bool in_columns = columnwise(a);
    const MatrixView<T, DeviceSpace> m = in_columns ? a : transposed(a);
    const cublasFillMode_t part = in_columns ? CUBLAS_FILL_MODE_LOWER : CUBLAS_FILL_MODE_UPPER;
    const index_t n = m.rows, leading = leading_dimension(m);
    const Solver& solver = ctx.state()->part<Solver>();
    const OnDevice here(ctx.device());
    std::size_t device_bytes = 0, host_bytes = 0;
    require(cusolverDnXpotrf_bufferSize(solver.handle(), solver.parameters(), part, n, type, m.data, leading, type,
                                        &device_bytes, &host_bytes),
            "cusolverDnXpotrf_bufferSize");
    const auto workspace = Memory::allocate(ctx, device_bytes, operation);
    const SolverInfo info(ctx, operation);
    const Room<T> room(ctx, n, operation);
    std::vector<unsigned char> on_host(host_bytes);
    ctx.heed_stop(operation);  // nothing from here on throws before the device has read what stands on the host
    require(cusolverDnXpotrf(solver.handle(), solver.parameters(), part, n, type, m.data, leading, type,
                             workspace.get(), device_bytes, on_host.data(), host_bytes, info.data()),
            "cusolverDnXpotrf");
    ctx.queued();
    const VectorView<T, DeviceSpace> diagonal(room.data(), n);
    for_indices_at_once(ctx, n, CopyElement<T>{VectorView<const T, DeviceSpace>(m.data, n, leading + 1), diagonal});
    std::vector<T> pivots(static_cast<std::size_t>(n));
    Memory::copy_to_host<T>(ctx, VectorView<const T, DeviceSpace>(diagonal), isonomy::view(pivots));
    return isonomy::detail::first_failing_pivot(VectorView<const T>(pivots.data(), n),
                                                info.of_numbers(ctx, "cusolverDnXpotrf"));
  }
};

struct Cholesky {
  /// Rows beyond which cuSOLVER factors: not measured on a device yet.
  static constexpr index_t most_rows_of_kernels = 512;

  /// Waits for the device. A stop is heeded before cuSOLVER begins.
  template <Real T>
  static void cholesky(Context& ctx, MatrixView<T, DeviceSpace> a) {
    constexpr const char* operation = "cholesky";
    if (a.rows <= most_rows_of_kernels) return op::cholesky::derive(ctx, a);
    if (const index_t failing = FactorByLibrary<T>{a}(ctx, operation); failing != 0)
      isonomy::detail::not_positive_definite(operation, failing);
  }
};

}  // namespace isonomy::device
