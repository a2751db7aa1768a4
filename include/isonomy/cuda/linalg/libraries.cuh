// cuBLAS as part of a context: its handle, its errors, the arithmetic that is asked of it.
#pragma once

#include <cublas_v2.h>

#include <concepts>
#include <memory>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/status.cuh"

namespace isonomy::op {
struct gemm;
struct gemm_batched;
struct syrk;
struct cholesky_batched;
struct cholesky;
struct solve_triangular;
struct solve_triangular_batched;
struct eigh;
struct eigh_subset;
struct eigh_batched;
struct tridiagonalise;
struct apply_reflectors;
struct qr;
struct svd;
}  // namespace isonomy::op

namespace isonomy::device {

inline void require(cublasStatus_t status, const char* call) {
  if (status != CUBLAS_STATUS_SUCCESS)
    throw DeviceError("cuBLAS", call, static_cast<int>(status), cublasGetStatusName(status),
                      cublasGetStatusString(status));
}

/// A handle for one stream.
///
/// Whatever defaults and environment say, its products are IEEE arithmetic of their own type: no TF32, no emulation of
/// double or float by narrower types, which pedantic mode rules out. A handle with one stream repeats bits.
class Blas {
 public:
  explicit Blas(cudaStream_t stream) {
    cublasHandle_t handle = nullptr;
    require(cublasCreate(&handle), "cublasCreate");
    handle_.reset(handle);
    require(cublasSetStream(handle, stream), "cublasSetStream");
    require(cublasSetMathMode(handle, CUBLAS_PEDANTIC_MATH), "cublasSetMathMode");
    require(cublasSetAtomicsMode(handle, CUBLAS_ATOMICS_NOT_ALLOWED), "cublasSetAtomicsMode");
    require(cublasSetPointerMode(handle, CUBLAS_POINTER_MODE_HOST), "cublasSetPointerMode");
  }
  [[nodiscard]] cublasHandle_t handle() const noexcept { return handle_.get(); }

 private:
  struct Destroy {
    void operator()(cublasHandle_t handle) const noexcept { static_cast<void>(cublasDestroy(handle)); }
  };
  std::unique_ptr<cublasContext, Destroy> handle_;
};

/// What reports say about the operations that cuBLAS or cuSOLVER has a part in.
struct BlasArithmetic {
  template <class Op, class... T>
    requires std::same_as<Op, op::gemm> || std::same_as<Op, op::gemm_batched> || std::same_as<Op, op::syrk> ||
        std::same_as<Op, op::cholesky_batched> || std::same_as<Op, op::cholesky> ||
        std::same_as<Op, op::solve_triangular> || std::same_as<Op, op::solve_triangular_batched> ||
        std::same_as<Op, op::eigh> || std::same_as<Op, op::eigh_subset> || std::same_as<Op, op::eigh_batched> ||
        std::same_as<Op, op::tridiagonalise> || std::same_as<Op, op::apply_reflectors> || std::same_as<Op, op::qr> ||
        std::same_as<Op, op::svd>
  static constexpr const char* math_mode() {
    if (std::same_as<Op, op::eigh> || std::same_as<Op, op::eigh_subset> || std::same_as<Op, op::eigh_batched>)
      return "IEEE 754 in double; eigenvectors by cuSOLVER in its deterministic mode, in an order of its own";
    if (std::same_as<Op, op::svd>)
      return "IEEE 754 in double; singular vectors by cuSOLVER in its deterministic mode, in an order of its own";
    if (std::same_as<Op, op::tridiagonalise> || std::same_as<Op, op::apply_reflectors> || std::same_as<Op, op::qr>)
      return "IEEE 754 in double; reflectors by cuSOLVER in its deterministic mode, in an order of its own";
    if (std::same_as<Op, op::cholesky>)
      return "IEEE 754; factors of large matrices by cuSOLVER in its deterministic mode, of others by kernels of ours "
             "and products by cuBLAS in pedantic mode, in an order of their own";
    return "IEEE 754; sums of products by cuBLAS in pedantic mode, in an order of its own; all else fused and "
           "reassociated only where the source says so";
  }
};

/// Queues run(handle), a call of cuBLAS, which errors name as `call`.
template <class Run>
void blas(Context& ctx, const char* call, const Run& run) {
  const OnDevice here(ctx.device());
  require(run(ctx.state()->part<Blas>().handle()), call);
  ctx.queued();
}

/// Functions of cuBLAS for an element type.
template <Real T>
struct BlasCalls {
  static constexpr auto gemm = &cublasSgemm_64;
  static constexpr auto gemm_batched = &cublasSgemmStridedBatched_64;
  static constexpr auto syrk = &cublasSsyrk_64;
  static constexpr auto trsm = &cublasStrsm_64;
  static constexpr auto trsm_batched = &cublasStrsmBatched_64;
};
template <>
struct BlasCalls<double> {
  static constexpr auto gemm = &cublasDgemm_64;
  static constexpr auto gemm_batched = &cublasDgemmStridedBatched_64;
  static constexpr auto syrk = &cublasDsyrk_64;
  static constexpr auto trsm = &cublasDtrsm_64;
  static constexpr auto trsm_batched = &cublasDtrsmBatched_64;
};

}  // namespace isonomy::device
