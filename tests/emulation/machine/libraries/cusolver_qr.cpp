// Reflectors of cuSOLVER on the emulated device by plain loops, in stream order.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "cusolver.hpp"
#include "vendor.hpp"

using namespace emulation;

namespace {

using Index = std::int64_t;

std::size_t column_bytes(Index rows, Index columns, Index leading) {
  return rows == 0 || columns == 0 ? 0 : static_cast<std::size_t>((columns - 1) * leading + rows) * sizeof(double);
}

/// C = (I - tau v v^T) C, v being 1 in its first row.
void reflect(const double* v, double tau, double* c, Index rows, Index columns, Index leading) {
  for (Index j = 0; j < columns; ++j, c += leading) {
    double sum = c[0];
    for (Index i = 1; i < rows; ++i) sum = std::fma(v[i], c[i], sum);
    c[0] -= tau * sum;
    for (Index i = 1; i < rows; ++i) c[i] -= tau * sum * v[i];
  }
}

/// (x_0, x_1, ..) becomes (beta, v_1, ..); the tau. Lengths neither overflow nor underflow, as LAPACK's do not.
double reflector(double* x, Index rows) {
  double largest = 0;
  for (Index i = 1; i < rows; ++i) largest = std::max(largest, std::abs(x[i]));
  if (largest == 0) return 0;
  largest = std::max(largest, std::abs(x[0]));
  double square = 0;
  for (Index i = 0; i < rows; ++i) square += x[i] / largest * (x[i] / largest);
  const double alpha = x[0] / largest, beta = alpha < 0 ? std::sqrt(square) : -std::sqrt(square);
  for (Index i = 1; i < rows; ++i) x[i] = x[i] / largest / (alpha - beta);
  x[0] = beta * largest;
  return (beta - alpha) / beta;
}

}  // namespace

cusolverStatus_t cusolverDnXgeqrf_bufferSize(cusolverDnHandle_t handle, cusolverDnParams_t params, std::int64_t m,
                                             std::int64_t n, cudaDataType a_type, const void*, std::int64_t lda,
                                             cudaDataType tau_type, const void*, cudaDataType compute,
                                             std::size_t* device_bytes, std::size_t* host_bytes) {
  if (handle == nullptr || params == nullptr) return CUSOLVER_STATUS_NOT_INITIALIZED;
  if (a_type != CUDA_R_64F || tau_type != a_type || compute != a_type) return CUSOLVER_STATUS_NOT_SUPPORTED;
  if (m < 0 || n < 0 || lda < std::max<Index>(1, m)) return CUSOLVER_STATUS_INVALID_VALUE;
  *device_bytes = static_cast<std::size_t>(std::max<Index>(n, 1)) * sizeof(double);
  *host_bytes = 0;
  return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnXgeqrf(cusolverDnHandle_t handle, cusolverDnParams_t params, std::int64_t m, std::int64_t n,
                                  cudaDataType a_type, void* a, std::int64_t lda, cudaDataType tau_type, void* tau,
                                  cudaDataType compute, void* device_buffer, std::size_t device_bytes, void*,
                                  std::size_t, int* info) {
  std::size_t asked = 0, on_host = 0;
  if (const auto status =
          cusolverDnXgeqrf_bufferSize(handle, params, m, n, a_type, a, lda, tau_type, tau, compute, &asked, &on_host);
      status != CUSOLVER_STATUS_SUCCESS)
    return status;
  if (device_bytes < asked) return CUSOLVER_STATUS_INVALID_VALUE;
  return queue(handle, [=] {
    const Index count = std::min(m, n);
    if (!device_range(a, column_bytes(m, n, lda), "cuSOLVER Xgeqrf uses A") ||
        !device_range(tau, static_cast<std::size_t>(count) * sizeof(double), "cuSOLVER Xgeqrf writes tau") ||
        !device_range(info, sizeof(int), "cuSOLVER Xgeqrf writes info") ||
        !use_workspace(device_buffer, device_bytes, "cuSOLVER Xgeqrf uses its workspace"))
      return;
    for (Index j = 0; j < count; ++j) {
      double *const at = static_cast<double*>(a) + j * lda + j, &t = static_cast<double*>(tau)[j];
      t = reflector(at, m - j);
      reflect(at, t, at + lda, m - j, n - j - 1, lda);
    }
    *info = 0;
  });
}
cusolverStatus_t cusolverDnDorgqr_bufferSize(cusolverDnHandle_t handle, int m, int n, int k, const double*, int lda,
                                             const double*, int* elements) {
  if (handle == nullptr) return CUSOLVER_STATUS_NOT_INITIALIZED;
  if (n < 0 || m < n || k < 0 || n < k || lda < std::max(1, m)) return CUSOLVER_STATUS_INVALID_VALUE;
  *elements = std::max(n, 1);
  return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnDorgqr(cusolverDnHandle_t handle, int m, int n, int k, double* a, int lda, const double* tau,
                                  double* workspace, int elements, int* info) {
  int asked = 0;
  if (const auto status = cusolverDnDorgqr_bufferSize(handle, m, n, k, a, lda, tau, &asked);
      status != CUSOLVER_STATUS_SUCCESS)
    return status;
  if (elements < asked) return CUSOLVER_STATUS_INVALID_VALUE;
  return queue(handle, [=] {
    if (!device_range(a, column_bytes(m, n, lda), "cuSOLVER orgqr uses A") ||
        !device_range(tau, static_cast<std::size_t>(k) * sizeof(double), "cuSOLVER orgqr reads tau") ||
        !device_range(info, sizeof(int), "cuSOLVER orgqr writes info") ||
        !use_workspace(workspace, static_cast<std::size_t>(elements) * sizeof(double),
                       "cuSOLVER orgqr uses its workspace"))
      return;
    const Index apart = lda;
    for (Index j = k; j < n; ++j)
      for (Index i = 0; i < m; ++i) a[i + j * apart] = i == j ? 1 : 0;
    for (Index j = Index{k} - 1; j >= 0; --j) {
      double* const at = a + j * apart + j;
      reflect(at, tau[j], at + apart, m - j, n - j - 1, apart);
      for (Index i = 0; i < j; ++i) a[i + j * apart] = 0;
      at[0] = 1 - tau[j];
      for (Index i = 1; i < m - j; ++i) at[i] *= -tau[j];
    }
    *info = 0;
  });
}
