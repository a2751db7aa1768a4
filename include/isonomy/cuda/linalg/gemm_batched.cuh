// gemm_batched of Backend<Cuda>: cuBLAS for whole batches, where it can take the strides; else gemm for each matrix.
#pragma once

#include <algorithm>

#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/linalg/gemm.cuh"
#include "isonomy/cuda/linalg/libraries.cuh"
#include "isonomy/cuda/pieces.cuh"

namespace isonomy::device {

struct GemmBatched {
  /// Matrices of which neither stride is 1, an alpha of 0, with which cuBLAS would read neither A nor B, and products
  /// that fill the device by themselves are left to gemm.
  template <Real T>
  static void gemm_batched(Context& ctx, T alpha, BatchView<const T, DeviceSpace> a, BatchView<const T, DeviceSpace> b,
                           T beta, BatchView<T, DeviceSpace> out) {
    constexpr const char* operation = "gemm_batched";
    constexpr index_t most = 65535;  // matrices of a launch, which numbers them in a short dimension of its grid
    if (out.batches == 0 || out.rows == 0 || out.columns == 0) return;
    if (!columnwise(out[0]) && columnwise(transposed(out[0])))
      return gemm_batched<T>(ctx, alpha, each_transposed(b), each_transposed(a), beta, each_transposed(out));
    const index_t at_once = piece_of_product(out.rows, std::max<index_t>(1, a.columns)) / out.columns;
    const bool taken = alpha != 0 && a.columns > 0 && columnwise(out[0]) && readable(a[0]) && readable(b[0]);
    if (!taken || at_once == 0) {
      for (index_t s = 0; s < out.batches; ++s) {
        ctx.heed_stop(operation);
        Gemm::gemm<T>(ctx, alpha, a[s], b[s], beta, out[s]);
      }
      return;
    }
    const BlasInput<T> x(a[0]), y(b[0]);
    in_pieces(ctx, out.batches, std::min(most, at_once), operation, [&](index_t first, index_t count) {
      blas(ctx, "cublas<t>gemmStridedBatched", [&](cublasHandle_t handle) {
        return BlasCalls<T>::gemm_batched(handle, x.operation, y.operation, out.rows, out.columns, a.columns, &alpha,
                                          a[first].data, x.leading, a.batch_stride, b[first].data, y.leading,
                                          b.batch_stride, &beta, out[first].data, leading_dimension(out[0]),
                                          out.batch_stride, count);
      });
    });
  }

 private:
  template <class T>
  [[nodiscard]] static bool readable(const MatrixView<T, DeviceSpace>& m) {
    return columnwise(m) || columnwise(transposed(m));
  }
  template <class T>
  [[nodiscard]] static BatchView<T, DeviceSpace> each_transposed(const BatchView<T, DeviceSpace>& m) {
    return {m.data, m.batches, m.columns, m.rows, m.batch_stride, m.column_stride, m.row_stride};
  }
};

}  // namespace isonomy::device
