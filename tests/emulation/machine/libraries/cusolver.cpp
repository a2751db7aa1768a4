// cuSOLVER on the emulated device: Cholesky factors and symmetric eigenproblems by plain loops, in stream order.
#include "cusolver.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

using namespace emulation;

namespace {

using Index = std::int64_t;

/// A symmetric matrix of which one triangle counts.
template <class T>
struct Matrix {
  cublasFillMode_t uplo;
  Index n;
  T* a;
  Index lda;
  /// Element (i, j) of the lower triangle, or of the upper one's transpose.
  [[nodiscard]] T& lower(Index i, Index j) const {
    return uplo == CUBLAS_FILL_MODE_LOWER ? a[i + j * lda] : a[j + i * lda];
  }
  [[nodiscard]] std::size_t bytes() const {
    return n == 0 ? 0 : static_cast<std::size_t>((n - 1) * lda + n) * sizeof(T);
  }
  [[nodiscard]] bool is_valid() const { return n >= 0 && lda >= std::max<Index>(1, n); }
};

/// A workspace in device memory, and where the result says whether it is one.
struct Work {
  void* workspace;
  std::size_t bytes;
  int* info;
};

/// What the factorisation asks for: one element a column, so that a caller who ignores the question fails.
std::size_t cholesky_bytes(Index n, std::size_t element) {
  return static_cast<std::size_t>(std::max<Index>(n, 1)) * element;
}
cusolverStatus_t cholesky_elements(cusolverDnHandle_t handle, int n, int lda, int* elements) {
  if (handle == nullptr) return CUSOLVER_STATUS_NOT_INITIALIZED;
  if (n < 0 || lda < std::max(1, n)) return CUSOLVER_STATUS_INVALID_VALUE;
  *elements = std::max(n, 1);
  return CUSOLVER_STATUS_SUCCESS;
}

/// The factor in place of the triangle; the number of the first column whose pivot is not positive, or 0. A NaN runs
/// on.
template <class T>
int factorise(const Matrix<T>& m) {
  for (Index j = 0; j < m.n; ++j) {
    T pivot = m.lower(j, j);
    for (Index p = 0; p < j; ++p) pivot -= m.lower(j, p) * m.lower(j, p);
    if (pivot <= 0) return static_cast<int>(j) + 1;
    m.lower(j, j) = std::sqrt(pivot);
    for (Index i = j + 1; i < m.n; ++i) {
      T t = m.lower(i, j);
      for (Index p = 0; p < j; ++p) t -= m.lower(i, p) * m.lower(j, p);
      m.lower(i, j) = t / m.lower(j, j);
    }
  }
  return 0;
}

template <class T>
cusolverStatus_t queue_cholesky(cusolverDnHandle_t handle, const Matrix<T>& m, const Work& work) {
  if (handle == nullptr) return CUSOLVER_STATUS_NOT_INITIALIZED;
  if (!m.is_valid()) return CUSOLVER_STATUS_INVALID_VALUE;
  if (work.bytes < cholesky_bytes(m.n, sizeof(T))) return CUSOLVER_STATUS_INVALID_VALUE;
  return queue(handle, [=] {
    if (!device_range(m.a, m.bytes(), "cuSOLVER potrf uses A") ||
        !device_range(work.info, sizeof(int), "cuSOLVER potrf writes info") ||
        !use_workspace(work.workspace, work.bytes, "cuSOLVER potrf uses its workspace"))
      return;
    *work.info = factorise(m);
  });
}

/// The list of matrices stands in device memory too.
template <class T>
cusolverStatus_t queue_choleskys(cusolverDnHandle_t handle, const Matrix<T>& shape, T* const a[], int* info,
                                 int count) {
  if (handle == nullptr) return CUSOLVER_STATUS_NOT_INITIALIZED;
  if (!shape.is_valid() || count < 0) return CUSOLVER_STATUS_INVALID_VALUE;
  if (count == 0) return CUSOLVER_STATUS_SUCCESS;
  return queue(handle, [=] {
    const auto matrices = static_cast<std::size_t>(count);
    if (!device_range(a, matrices * sizeof(T*), "cuSOLVER potrfBatched reads the list of A") ||
        !device_range(info, matrices * sizeof(int), "cuSOLVER potrfBatched writes info"))
      return;
    for (int b = 0; b < count; ++b) {
      Matrix<T> m = shape;
      m.a = a[b];
      if (!device_range(m.a, m.bytes(), "cuSOLVER potrfBatched uses a matrix")) return;
      info[b] = factorise(m);
    }
  });
}

/// Turns rows and columns p and q until element (p, q) is zero, and the vectors with them.
void rotate(std::vector<double>& s, std::vector<double>& v, std::size_t n, std::size_t p, std::size_t q) {
  const double off = s[p + q * n];
  if (off == 0.0) return;
  const double theta = (s[q + q * n] - s[p + p * n]) / (2.0 * off);
  const double t = (theta >= 0 ? 1.0 : -1.0) / (std::abs(theta) + std::sqrt(theta * theta + 1.0));
  const double c = 1.0 / std::sqrt(t * t + 1.0), d = t * c;
  const auto turn = [c, d](double& x, double& y) {
    const double was = x;
    x = c * was - d * y;
    y = d * was + c * y;
  };
  for (std::size_t k = 0; k < n; ++k) turn(s[k + p * n], s[k + q * n]);
  for (std::size_t k = 0; k < n; ++k) turn(s[p + k * n], s[q + k * n]);
  for (std::size_t k = 0; k < n; ++k) turn(v[k + p * n], v[k + q * n]);
}

/// Eigenvalues ascending and, where asked for, their vectors as columns in place of A: Jacobi's rotations.
template <class T>
int decompose(const Matrix<T>& m, T* w, bool with_vectors) {
  const auto n = static_cast<std::size_t>(m.n);
  std::vector<double> s(n * n), v(n * n, 0.0);
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t i = j; i < n; ++i)
      s[i + j * n] = s[j + i * n] = static_cast<double>(m.lower(static_cast<Index>(i), static_cast<Index>(j)));
  for (std::size_t i = 0; i < n; ++i) v[i + i * n] = 1.0;
  const auto norm = [&](bool diagonal) {
    double sum = 0.0;
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t i = 0; i < n; ++i) sum += diagonal || i != j ? s[i + j * n] * s[i + j * n] : 0.0;
    return std::sqrt(sum);
  };
  // Beyond some roundings of the norm further sweeps add more than they take.
  const double whole = norm(true);
  if (!std::isfinite(whole)) return static_cast<int>(n);  // did not converge
  for (int sweep = 0; sweep < 60 && norm(false) > 1e-15 * whole; ++sweep)
    for (std::size_t p = 0; p < n; ++p)
      for (std::size_t q = p + 1; q < n; ++q) rotate(s, v, n, p, q);
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return s[i + i * n]; });
  for (std::size_t j = 0; j < n; ++j) w[j] = static_cast<T>(s[order[j] + order[j] * n]);
  for (std::size_t j = 0; with_vectors && j < n; ++j)
    for (std::size_t i = 0; i < n; ++i)
      m.a[i + j * static_cast<std::size_t>(m.lda)] = static_cast<T>(v[i + order[j] * n]);
  return 0;
}

template <class T>
cusolverStatus_t queue_eigen(cusolverDnHandle_t handle, const Matrix<T>& m, T* w, bool with_vectors, const Work& work) {
  if (!m.is_valid()) return CUSOLVER_STATUS_INVALID_VALUE;
  return queue(handle, [=] {
    if (!device_range(m.a, m.bytes(), "cuSOLVER Xsyevd uses A") ||
        !device_range(w, static_cast<std::size_t>(m.n) * sizeof(T), "cuSOLVER Xsyevd writes W") ||
        !device_range(work.info, sizeof(int), "cuSOLVER Xsyevd writes info") ||
        !use_workspace(work.workspace, work.bytes, "cuSOLVER Xsyevd uses its workspace"))
      return;
    *work.info = decompose(m, w, with_vectors);
  });
}

/// Matrices one behind the other, each of n columns of lda elements.
template <class T>
cusolverStatus_t queue_eigens(cusolverDnHandle_t handle, const Matrix<T>& first, T* w, bool with_vectors,
                              const Work& work, Index count) {
  return queue(handle, [=] {
    const auto matrices = static_cast<std::size_t>(count), n = static_cast<std::size_t>(first.n);
    const Index apart = first.lda * first.n;
    if (count == 0 || first.n == 0) return;
    if (!device_range(first.a, static_cast<std::size_t>((count - 1) * apart) * sizeof(T) + first.bytes(),
                      "cuSOLVER XsyevBatched uses A") ||
        !device_range(w, matrices * n * sizeof(T), "cuSOLVER XsyevBatched writes W") ||
        !device_range(work.info, matrices * sizeof(int), "cuSOLVER XsyevBatched writes info") ||
        !use_workspace(work.workspace, work.bytes, "cuSOLVER XsyevBatched uses its workspace"))
      return;
    for (Index b = 0; b < count; ++b) {
      Matrix<T> m = first;
      m.a += b * apart;
      work.info[b] = decompose(m, w + b * first.n, with_vectors);
    }
  });
}

std::size_t width(cudaDataType type) {
  return type == CUDA_R_32F ? sizeof(float) : type == CUDA_R_64F ? sizeof(double) : 0;
}

/// What both general calls ask of their types and extents.
cusolverStatus_t check(cusolverDnHandle_t handle, cusolverDnParams_t params, Index n, Index lda, cudaDataType a,
                       cudaDataType w, cudaDataType compute) {
  if (handle == nullptr || params == nullptr) return CUSOLVER_STATUS_NOT_INITIALIZED;
  if (width(a) == 0 || a != w || a != compute) return CUSOLVER_STATUS_NOT_SUPPORTED;
  return n >= 0 && lda >= std::max<Index>(1, n) ? CUSOLVER_STATUS_SUCCESS : CUSOLVER_STATUS_INVALID_VALUE;
}

std::size_t eigen_bytes(Index n, cudaDataType type) {
  return static_cast<std::size_t>(2 * n * n + 6 * n + 1) * width(type);
}

}  // namespace

cusolverStatus_t cusolverDnCreate(cusolverDnHandle_t* handle) {
  *handle = create_handle<cusolverDnContext>();
  return *handle != nullptr ? CUSOLVER_STATUS_SUCCESS : CUSOLVER_STATUS_ALLOC_FAILED;
}
cusolverStatus_t cusolverDnDestroy(cusolverDnHandle_t handle) {
  return destroy_handle(handle) ? CUSOLVER_STATUS_SUCCESS : CUSOLVER_STATUS_NOT_INITIALIZED;
}
cusolverStatus_t cusolverDnSetStream(cusolverDnHandle_t handle, cudaStream_t stream) {
  if (handle == nullptr) return CUSOLVER_STATUS_NOT_INITIALIZED;
  handle->stream = stream;
  return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnGetStream(cusolverDnHandle_t handle, cudaStream_t* stream) {
  if (handle == nullptr) return CUSOLVER_STATUS_NOT_INITIALIZED;
  *stream = handle->stream;
  return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnSetDeterministicMode(cusolverDnHandle_t handle, cusolverDeterministicMode_t mode) {
  if (handle == nullptr) return CUSOLVER_STATUS_NOT_INITIALIZED;
  handle->mode = mode;
  return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnGetDeterministicMode(cusolverDnHandle_t handle, cusolverDeterministicMode_t* mode) {
  if (handle == nullptr) return CUSOLVER_STATUS_NOT_INITIALIZED;
  *mode = handle->mode;
  return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnSetMathMode(cusolverDnHandle_t handle, cusolverMathMode_t mode) {
  if (handle == nullptr) return CUSOLVER_STATUS_NOT_INITIALIZED;
  handle->math = mode;
  return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnGetMathMode(cusolverDnHandle_t handle, cusolverMathMode_t* mode) {
  if (handle == nullptr) return CUSOLVER_STATUS_NOT_INITIALIZED;
  *mode = handle->math;
  return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnCreateParams(cusolverDnParams_t* params) {
  *params = create_handle<cusolverDnParams>();
  return *params != nullptr ? CUSOLVER_STATUS_SUCCESS : CUSOLVER_STATUS_ALLOC_FAILED;
}
cusolverStatus_t cusolverDnDestroyParams(cusolverDnParams_t params) {
  return destroy_handle(params) ? CUSOLVER_STATUS_SUCCESS : CUSOLVER_STATUS_NOT_INITIALIZED;
}

cusolverStatus_t cusolverDnXpotrf_bufferSize(cusolverDnHandle_t handle, cusolverDnParams_t params, cublasFillMode_t,
                                             std::int64_t n, cudaDataType a_type, const void*, std::int64_t lda,
                                             cudaDataType compute, std::size_t* device_bytes, std::size_t* host_bytes) {
  *device_bytes = cholesky_bytes(n, width(a_type));
  *host_bytes = 0;
  return check(handle, params, n, lda, a_type, a_type, compute);
}
cusolverStatus_t cusolverDnXpotrf(cusolverDnHandle_t handle, cusolverDnParams_t params, cublasFillMode_t uplo,
                                  std::int64_t n, cudaDataType a_type, void* a, std::int64_t lda, cudaDataType compute,
                                  void* device_buffer, std::size_t device_bytes, void*, std::size_t, int* info) {
  if (const auto status = check(handle, params, n, lda, a_type, a_type, compute); status != CUSOLVER_STATUS_SUCCESS)
    return status;
  const Work work{device_buffer, device_bytes, info};
  if (a_type == CUDA_R_32F) return queue_cholesky(handle, Matrix<float>{uplo, n, static_cast<float*>(a), lda}, work);
  return queue_cholesky(handle, Matrix<double>{uplo, n, static_cast<double*>(a), lda}, work);
}
cusolverStatus_t cusolverDnXsyevd_bufferSize(cusolverDnHandle_t handle, cusolverDnParams_t params, cusolverEigMode_t,
                                             cublasFillMode_t, std::int64_t n, cudaDataType a_type, const void*,
                                             std::int64_t lda, cudaDataType w_type, const void*, cudaDataType compute,
                                             std::size_t* device_bytes, std::size_t* host_bytes) {
  *device_bytes = eigen_bytes(n, a_type);
  *host_bytes = 0;
  return check(handle, params, n, lda, a_type, w_type, compute);
}
cusolverStatus_t cusolverDnXsyevd(cusolverDnHandle_t handle, cusolverDnParams_t params, cusolverEigMode_t jobz,
                                  cublasFillMode_t uplo, std::int64_t n, cudaDataType a_type, void* a, std::int64_t lda,
                                  cudaDataType w_type, void* w, cudaDataType compute, void* device_buffer,
                                  std::size_t device_bytes, void*, std::size_t, int* info) {
  if (const auto status = check(handle, params, n, lda, a_type, w_type, compute); status != CUSOLVER_STATUS_SUCCESS)
    return status;
  if (device_bytes < eigen_bytes(n, a_type)) return CUSOLVER_STATUS_INVALID_VALUE;
  const Work work{device_buffer, device_bytes, info};
  const bool vectors = jobz == CUSOLVER_EIG_MODE_VECTOR;
  if (a_type == CUDA_R_32F)
    return queue_eigen(handle, Matrix<float>{uplo, n, static_cast<float*>(a), lda}, static_cast<float*>(w), vectors,
                       work);
  return queue_eigen(handle, Matrix<double>{uplo, n, static_cast<double*>(a), lda}, static_cast<double*>(w), vectors,
                     work);
}
cusolverStatus_t cusolverDnXsyevBatched_bufferSize(cusolverDnHandle_t handle, cusolverDnParams_t params,
                                                   cusolverEigMode_t, cublasFillMode_t, std::int64_t n,
                                                   cudaDataType a_type, const void*, std::int64_t lda,
                                                   cudaDataType w_type, const void*, cudaDataType compute,
                                                   std::size_t* device_bytes, std::size_t* host_bytes,
                                                   std::int64_t count) {
  *device_bytes = eigen_bytes(n, a_type) * static_cast<std::size_t>(std::max<Index>(count, 1));
  *host_bytes = 8;
  return check(handle, params, n, lda, a_type, w_type, compute);
}
cusolverStatus_t cusolverDnXsyevBatched(cusolverDnHandle_t handle, cusolverDnParams_t params, cusolverEigMode_t jobz,
                                        cublasFillMode_t uplo, std::int64_t n, cudaDataType a_type, void* a,
                                        std::int64_t lda, cudaDataType w_type, void* w, cudaDataType compute,
                                        void* device_buffer, std::size_t device_bytes, void* host_buffer,
                                        std::size_t host_bytes, int* info, std::int64_t count) {
  if (const auto status = check(handle, params, n, lda, a_type, w_type, compute); status != CUSOLVER_STATUS_SUCCESS)
    return status;
  if (count < 0 || device_bytes < eigen_bytes(n, a_type) * static_cast<std::size_t>(std::max<Index>(count, 1)) ||
      host_bytes < 8 || host_buffer == nullptr)
    return CUSOLVER_STATUS_INVALID_VALUE;
  const Work work{device_buffer, device_bytes, info};
  const bool vectors = jobz == CUSOLVER_EIG_MODE_VECTOR;
  if (a_type == CUDA_R_32F)
    return queue_eigens(handle, Matrix<float>{uplo, n, static_cast<float*>(a), lda}, static_cast<float*>(w), vectors,
                        work, count);
  return queue_eigens(handle, Matrix<double>{uplo, n, static_cast<double*>(a), lda}, static_cast<double*>(w), vectors,
                      work, count);
}
cusolverStatus_t cusolverDnSpotrf_bufferSize(cusolverDnHandle_t handle, cublasFillMode_t uplo, int n, float* a, int lda,
                                             int* elements) {
  static_cast<void>(uplo);
  static_cast<void>(a);
  return cholesky_elements(handle, n, lda, elements);
}
cusolverStatus_t cusolverDnSpotrf(cusolverDnHandle_t handle, cublasFillMode_t uplo, int n, float* a, int lda,
                                  float* workspace, int elements, int* info) {
  return queue_cholesky(handle, Matrix<float>{uplo, n, a, lda},
                        {workspace, static_cast<std::size_t>(elements) * sizeof(float), info});
}
cusolverStatus_t cusolverDnSpotrfBatched(cusolverDnHandle_t handle, cublasFillMode_t uplo, int n, float* a[], int lda,
                                         int* info, int count) {
  return queue_choleskys(handle, Matrix<float>{uplo, n, nullptr, lda}, a, info, count);
}
cusolverStatus_t cusolverDnDpotrf_bufferSize(cusolverDnHandle_t handle, cublasFillMode_t uplo, int n, double* a,
                                             int lda, int* elements) {
  static_cast<void>(uplo);
  static_cast<void>(a);
  return cholesky_elements(handle, n, lda, elements);
}
cusolverStatus_t cusolverDnDpotrf(cusolverDnHandle_t handle, cublasFillMode_t uplo, int n, double* a, int lda,
                                  double* workspace, int elements, int* info) {
  return queue_cholesky(handle, Matrix<double>{uplo, n, a, lda},
                        {workspace, static_cast<std::size_t>(elements) * sizeof(double), info});
}
cusolverStatus_t cusolverDnDpotrfBatched(cusolverDnHandle_t handle, cublasFillMode_t uplo, int n, double* a[], int lda,
                                         int* info, int count) {
  return queue_choleskys(handle, Matrix<double>{uplo, n, nullptr, lda}, a, info, count);
}
