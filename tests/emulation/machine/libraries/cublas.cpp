// cuBLAS on the emulated device: handles, and the functions for each element type and each width of their extents.
#include "../../include/cublas_v2.h"

#include "cublas_algebra.hpp"

using namespace emulation;

namespace {

/// Sets or reads one property of a handle.
template <class V>
cublasStatus_t set(cublasHandle_t handle, V cublasContext::*property, V value) {
  if (handle == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  handle->*property = value;
  return CUBLAS_STATUS_SUCCESS;
}
template <class V>
cublasStatus_t get(cublasHandle_t handle, V cublasContext::*property, V* value) {
  if (handle == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  *value = handle->*property;
  return CUBLAS_STATUS_SUCCESS;
}

}  // namespace

cublasStatus_t cublasCreate(cublasHandle_t* handle) {
  *handle = create_handle<cublasContext>();
  return *handle != nullptr ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_ALLOC_FAILED;
}
cublasStatus_t cublasDestroy(cublasHandle_t handle) {
  return destroy_handle(handle) ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_INITIALIZED;
}
cublasStatus_t cublasGetVersion(cublasHandle_t, int* version) {
  *version = 130100;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasSetStream(cublasHandle_t handle, cudaStream_t stream) {
  return set(handle, &cublasContext::stream, stream);
}
cublasStatus_t cublasGetStream(cublasHandle_t handle, cudaStream_t* stream) {
  return get(handle, &cublasContext::stream, stream);
}
cublasStatus_t cublasSetWorkspace(cublasHandle_t handle, void* workspace, std::size_t bytes) {
  if (handle == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  if (reinterpret_cast<std::uintptr_t>(workspace) % 256 != 0) return CUBLAS_STATUS_INVALID_VALUE;
  if (handle->stream == nullptr || bytes == 0) return CUBLAS_STATUS_SUCCESS;
  return queue(handle, [=] { use_workspace(workspace, bytes, "cuBLAS uses its workspace"); });
}
cublasStatus_t cublasSetMathMode(cublasHandle_t handle, cublasMath_t mode) {
  return set(handle, &cublasContext::math, mode);
}
cublasStatus_t cublasGetMathMode(cublasHandle_t handle, cublasMath_t* mode) {
  return get(handle, &cublasContext::math, mode);
}
cublasStatus_t cublasSetPointerMode(cublasHandle_t handle, cublasPointerMode_t mode) {
  return set(handle, &cublasContext::pointers, mode);
}
cublasStatus_t cublasGetPointerMode(cublasHandle_t handle, cublasPointerMode_t* mode) {
  return get(handle, &cublasContext::pointers, mode);
}
cublasStatus_t cublasSetAtomicsMode(cublasHandle_t handle, cublasAtomicsMode_t mode) {
  return set(handle, &cublasContext::atomics, mode);
}
cublasStatus_t cublasGetAtomicsMode(cublasHandle_t handle, cublasAtomicsMode_t* mode) {
  return get(handle, &cublasContext::atomics, mode);
}
cublasStatus_t cublasSetEmulationStrategy(cublasHandle_t handle, cublasEmulationStrategy_t strategy) {
  return set(handle, &cublasContext::strategy, strategy);
}
cublasStatus_t cublasGetEmulationStrategy(cublasHandle_t handle, cublasEmulationStrategy_t* strategy) {
  return get(handle, &cublasContext::strategy, strategy);
}
const char* cublasGetStatusName(cublasStatus_t status) {
  switch (status) {
  case CUBLAS_STATUS_SUCCESS: return "CUBLAS_STATUS_SUCCESS";
  case CUBLAS_STATUS_NOT_INITIALIZED: return "CUBLAS_STATUS_NOT_INITIALIZED";
  case CUBLAS_STATUS_ALLOC_FAILED: return "CUBLAS_STATUS_ALLOC_FAILED";
  case CUBLAS_STATUS_INVALID_VALUE: return "CUBLAS_STATUS_INVALID_VALUE";
  case CUBLAS_STATUS_ARCH_MISMATCH: return "CUBLAS_STATUS_ARCH_MISMATCH";
  case CUBLAS_STATUS_MAPPING_ERROR: return "CUBLAS_STATUS_MAPPING_ERROR";
  case CUBLAS_STATUS_EXECUTION_FAILED: return "CUBLAS_STATUS_EXECUTION_FAILED";
  case CUBLAS_STATUS_INTERNAL_ERROR: return "CUBLAS_STATUS_INTERNAL_ERROR";
  case CUBLAS_STATUS_NOT_SUPPORTED: return "CUBLAS_STATUS_NOT_SUPPORTED";
  case CUBLAS_STATUS_LICENSE_ERROR: return "CUBLAS_STATUS_LICENSE_ERROR";
  }
  return "unrecognized cuBLAS status";
}
const char* cublasGetStatusString(cublasStatus_t status) { return cublasGetStatusName(status); }

cublasStatus_t cublasSgemm(cublasHandle_t handle, cublasOperation_t trans_a, cublasOperation_t trans_b, int m, int n,
                           int k, const float* alpha, const float* a, int lda, const float* b, int ldb,
                           const float* beta, float* c, int ldc) {
  return queue_product(handle, Product<float>{trans_a, trans_b, m, n, k, a, lda, 0, b, ldb, 0, c, ldc, 0, 1}, alpha,
                       beta);
}
cublasStatus_t cublasSgemmStridedBatched(cublasHandle_t handle, cublasOperation_t trans_a, cublasOperation_t trans_b,
                                         int m, int n, int k, const float* alpha, const float* a, int lda,
                                         long long stride_a, const float* b, int ldb, long long stride_b,
                                         const float* beta, float* c, int ldc, long long stride_c, int count) {
  return queue_product(
      handle, Product<float>{trans_a, trans_b, m, n, k, a, lda, stride_a, b, ldb, stride_b, c, ldc, stride_c, count},
      alpha, beta);
}
cublasStatus_t cublasSsyrk(cublasHandle_t handle, cublasFillMode_t uplo, cublasOperation_t trans, int n, int k,
                           const float* alpha, const float* a, int lda, const float* beta, float* c, int ldc) {
  return queue_rank_k(handle, RankK<float>{uplo, trans, n, k, a, lda, c, ldc}, alpha, beta);
}
cublasStatus_t cublasStrsm(cublasHandle_t handle, cublasSideMode_t side, cublasFillMode_t uplo, cublasOperation_t trans,
                           cublasDiagType_t diagonal, int m, int n, const float* alpha, const float* a, int lda,
                           float* b, int ldb) {
  return queue_solve(handle, Triangle<float>{side, uplo, trans, diagonal, m, n, lda, ldb}, alpha, a, b);
}
cublasStatus_t cublasStrsmBatched(cublasHandle_t handle, cublasSideMode_t side, cublasFillMode_t uplo,
                                  cublasOperation_t trans, cublasDiagType_t diagonal, int m, int n, const float* alpha,
                                  const float* const a[], int lda, float* const b[], int ldb, int count) {
  return queue_solves(handle, Triangle<float>{side, uplo, trans, diagonal, m, n, lda, ldb}, alpha, a, b, count);
}
cublasStatus_t cublasSgemm_64(cublasHandle_t handle, cublasOperation_t trans_a, cublasOperation_t trans_b,
                              std::int64_t m, std::int64_t n, std::int64_t k, const float* alpha, const float* a,
                              std::int64_t lda, const float* b, std::int64_t ldb, const float* beta, float* c,
                              std::int64_t ldc) {
  return queue_product(handle, Product<float>{trans_a, trans_b, m, n, k, a, lda, 0, b, ldb, 0, c, ldc, 0, 1}, alpha,
                       beta);
}
cublasStatus_t cublasSgemmStridedBatched_64(cublasHandle_t handle, cublasOperation_t trans_a, cublasOperation_t trans_b,
                                            std::int64_t m, std::int64_t n, std::int64_t k, const float* alpha,
                                            const float* a, std::int64_t lda, long long stride_a, const float* b,
                                            std::int64_t ldb, long long stride_b, const float* beta, float* c,
                                            std::int64_t ldc, long long stride_c, std::int64_t count) {
  return queue_product(
      handle, Product<float>{trans_a, trans_b, m, n, k, a, lda, stride_a, b, ldb, stride_b, c, ldc, stride_c, count},
      alpha, beta);
}
cublasStatus_t cublasSsyrk_64(cublasHandle_t handle, cublasFillMode_t uplo, cublasOperation_t trans, std::int64_t n,
                              std::int64_t k, const float* alpha, const float* a, std::int64_t lda, const float* beta,
                              float* c, std::int64_t ldc) {
  return queue_rank_k(handle, RankK<float>{uplo, trans, n, k, a, lda, c, ldc}, alpha, beta);
}
cublasStatus_t cublasStrsm_64(cublasHandle_t handle, cublasSideMode_t side, cublasFillMode_t uplo,
                              cublasOperation_t trans, cublasDiagType_t diagonal, std::int64_t m, std::int64_t n,
                              const float* alpha, const float* a, std::int64_t lda, float* b, std::int64_t ldb) {
  return queue_solve(handle, Triangle<float>{side, uplo, trans, diagonal, m, n, lda, ldb}, alpha, a, b);
}
cublasStatus_t cublasStrsmBatched_64(cublasHandle_t handle, cublasSideMode_t side, cublasFillMode_t uplo,
                                     cublasOperation_t trans, cublasDiagType_t diagonal, std::int64_t m, std::int64_t n,
                                     const float* alpha, const float* const a[], std::int64_t lda, float* const b[],
                                     std::int64_t ldb, std::int64_t count) {
  return queue_solves(handle, Triangle<float>{side, uplo, trans, diagonal, m, n, lda, ldb}, alpha, a, b, count);
}
cublasStatus_t cublasDgemm(cublasHandle_t handle, cublasOperation_t trans_a, cublasOperation_t trans_b, int m, int n,
                           int k, const double* alpha, const double* a, int lda, const double* b, int ldb,
                           const double* beta, double* c, int ldc) {
  return queue_product(handle, Product<double>{trans_a, trans_b, m, n, k, a, lda, 0, b, ldb, 0, c, ldc, 0, 1}, alpha,
                       beta);
}
cublasStatus_t cublasDgemmStridedBatched(cublasHandle_t handle, cublasOperation_t trans_a, cublasOperation_t trans_b,
                                         int m, int n, int k, const double* alpha, const double* a, int lda,
                                         long long stride_a, const double* b, int ldb, long long stride_b,
                                         const double* beta, double* c, int ldc, long long stride_c, int count) {
  return queue_product(
      handle, Product<double>{trans_a, trans_b, m, n, k, a, lda, stride_a, b, ldb, stride_b, c, ldc, stride_c, count},
      alpha, beta);
}
cublasStatus_t cublasDsyrk(cublasHandle_t handle, cublasFillMode_t uplo, cublasOperation_t trans, int n, int k,
                           const double* alpha, const double* a, int lda, const double* beta, double* c, int ldc) {
  return queue_rank_k(handle, RankK<double>{uplo, trans, n, k, a, lda, c, ldc}, alpha, beta);
}
cublasStatus_t cublasDtrsm(cublasHandle_t handle, cublasSideMode_t side, cublasFillMode_t uplo, cublasOperation_t trans,
                           cublasDiagType_t diagonal, int m, int n, const double* alpha, const double* a, int lda,
                           double* b, int ldb) {
  return queue_solve(handle, Triangle<double>{side, uplo, trans, diagonal, m, n, lda, ldb}, alpha, a, b);
}
cublasStatus_t cublasDtrsmBatched(cublasHandle_t handle, cublasSideMode_t side, cublasFillMode_t uplo,
                                  cublasOperation_t trans, cublasDiagType_t diagonal, int m, int n, const double* alpha,
                                  const double* const a[], int lda, double* const b[], int ldb, int count) {
  return queue_solves(handle, Triangle<double>{side, uplo, trans, diagonal, m, n, lda, ldb}, alpha, a, b, count);
}
cublasStatus_t cublasDgemm_64(cublasHandle_t handle, cublasOperation_t trans_a, cublasOperation_t trans_b,
                              std::int64_t m, std::int64_t n, std::int64_t k, const double* alpha, const double* a,
                              std::int64_t lda, const double* b, std::int64_t ldb, const double* beta, double* c,
                              std::int64_t ldc) {
  return queue_product(handle, Product<double>{trans_a, trans_b, m, n, k, a, lda, 0, b, ldb, 0, c, ldc, 0, 1}, alpha,
                       beta);
}
cublasStatus_t cublasDgemmStridedBatched_64(cublasHandle_t handle, cublasOperation_t trans_a, cublasOperation_t trans_b,
                                            std::int64_t m, std::int64_t n, std::int64_t k, const double* alpha,
                                            const double* a, std::int64_t lda, long long stride_a, const double* b,
                                            std::int64_t ldb, long long stride_b, const double* beta, double* c,
                                            std::int64_t ldc, long long stride_c, std::int64_t count) {
  return queue_product(
      handle, Product<double>{trans_a, trans_b, m, n, k, a, lda, stride_a, b, ldb, stride_b, c, ldc, stride_c, count},
      alpha, beta);
}
cublasStatus_t cublasDsyrk_64(cublasHandle_t handle, cublasFillMode_t uplo, cublasOperation_t trans, std::int64_t n,
                              std::int64_t k, const double* alpha, const double* a, std::int64_t lda,
                              const double* beta, double* c, std::int64_t ldc) {
  return queue_rank_k(handle, RankK<double>{uplo, trans, n, k, a, lda, c, ldc}, alpha, beta);
}
cublasStatus_t cublasDtrsm_64(cublasHandle_t handle, cublasSideMode_t side, cublasFillMode_t uplo,
                              cublasOperation_t trans, cublasDiagType_t diagonal, std::int64_t m, std::int64_t n,
                              const double* alpha, const double* a, std::int64_t lda, double* b, std::int64_t ldb) {
  return queue_solve(handle, Triangle<double>{side, uplo, trans, diagonal, m, n, lda, ldb}, alpha, a, b);
}
cublasStatus_t cublasDtrsmBatched_64(cublasHandle_t handle, cublasSideMode_t side, cublasFillMode_t uplo,
                                     cublasOperation_t trans, cublasDiagType_t diagonal, std::int64_t m, std::int64_t n,
                                     const double* alpha, const double* const a[], std::int64_t lda, double* const b[],
                                     std::int64_t ldb, std::int64_t count) {
  return queue_solves(handle, Triangle<double>{side, uplo, trans, diagonal, m, n, lda, ldb}, alpha, a, b, count);
}
cublasStatus_t cublasGemmEx(cublasHandle_t handle, cublasOperation_t trans_a, cublasOperation_t trans_b, int m, int n,
                            int k, const void* alpha, const void* a, cudaDataType a_type, int lda, const void* b,
                            cudaDataType b_type, int ldb, const void* beta, void* c, cudaDataType c_type, int ldc,
                            cublasComputeType_t compute, cublasGemmAlgo_t algorithm) {
  return queue_typed(handle, {trans_a, trans_b, m, n, k, a, lda, 0, b, ldb, 0, c, ldc, 0, 1},
                     {a_type, b_type, c_type, compute, algorithm}, alpha, beta);
}
cublasStatus_t cublasGemmStridedBatchedEx(cublasHandle_t handle, cublasOperation_t trans_a, cublasOperation_t trans_b,
                                          int m, int n, int k, const void* alpha, const void* a, cudaDataType a_type,
                                          int lda, long long stride_a, const void* b, cudaDataType b_type, int ldb,
                                          long long stride_b, const void* beta, void* c, cudaDataType c_type, int ldc,
                                          long long stride_c, int count, cublasComputeType_t compute,
                                          cublasGemmAlgo_t algorithm) {
  return queue_typed(handle, {trans_a, trans_b, m, n, k, a, lda, stride_a, b, ldb, stride_b, c, ldc, stride_c, count},
                     {a_type, b_type, c_type, compute, algorithm}, alpha, beta);
}
cublasStatus_t cublasGemmEx_64(cublasHandle_t handle, cublasOperation_t trans_a, cublasOperation_t trans_b,
                               std::int64_t m, std::int64_t n, std::int64_t k, const void* alpha, const void* a,
                               cudaDataType a_type, std::int64_t lda, const void* b, cudaDataType b_type,
                               std::int64_t ldb, const void* beta, void* c, cudaDataType c_type, std::int64_t ldc,
                               cublasComputeType_t compute, cublasGemmAlgo_t algorithm) {
  return queue_typed(handle, {trans_a, trans_b, m, n, k, a, lda, 0, b, ldb, 0, c, ldc, 0, 1},
                     {a_type, b_type, c_type, compute, algorithm}, alpha, beta);
}
cublasStatus_t cublasGemmStridedBatchedEx_64(cublasHandle_t handle, cublasOperation_t trans_a,
                                             cublasOperation_t trans_b, std::int64_t m, std::int64_t n, std::int64_t k,
                                             const void* alpha, const void* a, cudaDataType a_type, std::int64_t lda,
                                             long long stride_a, const void* b, cudaDataType b_type, std::int64_t ldb,
                                             long long stride_b, const void* beta, void* c, cudaDataType c_type,
                                             std::int64_t ldc, long long stride_c, std::int64_t count,
                                             cublasComputeType_t compute, cublasGemmAlgo_t algorithm) {
  return queue_typed(handle, {trans_a, trans_b, m, n, k, a, lda, stride_a, b, ldb, stride_b, c, ldc, stride_c, count},
                     {a_type, b_type, c_type, compute, algorithm}, alpha, beta);
}
