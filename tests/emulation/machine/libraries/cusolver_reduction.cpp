// cuSOLVER on the emulated device: tridiagonal forms and their reflectors by plain loops, in stream order.
#include <algorithm>
#include <cmath>
#include <vector>

#include "../../include/cusolverDn.h"
#include "vendor.hpp"

using namespace emulation;

namespace {

using Index = std::int64_t;

/// A workspace in device memory, and where the result says whether it is one.
struct Work {
  double* workspace;
  int elements, asked;
  int* info;
};

std::size_t bytes_of(Index elements) { return static_cast<std::size_t>(elements) * sizeof(double); }
Index span_of(Index rows, Index columns, Index leading) {
  return rows == 0 || columns == 0 ? 0 : (columns - 1) * leading + rows;
}

/// A symmetric matrix of which the lower triangle counts, and its form.
struct Reduction {
  Index n;
  double* a;
  Index lda;
  double *d, *e, *tau;

  [[nodiscard]] double& at(Index i, Index j) const { return a[i + j * lda]; }
  [[nodiscard]] double symmetric(Index i, Index j) const { return at(std::max(i, j), std::min(i, j)); }
};

/// The tau of I - tau*v*v^T that leaves nothing of column j beneath its subdiagonal; the rest of v in place of that.
double reflector(const Reduction& r, Index j) {
  double largest = 0, square = 0;
  for (Index i = j + 2; i < r.n; ++i) largest = std::max(largest, std::abs(r.at(i, j)));
  const double alpha = r.at(j + 1, j);
  r.e[j] = alpha;
  if (!(largest > 0)) return 0;
  largest = std::max(largest, std::abs(alpha));
  for (Index i = j + 1; i < r.n; ++i) square += (r.at(i, j) / largest) * (r.at(i, j) / largest);
  const double beta = -std::copysign(largest * std::sqrt(square), alpha);
  for (Index i = j + 2; i < r.n; ++i) r.at(i, j) /= alpha - beta;
  r.e[j] = beta;
  return (beta - alpha) / beta;
}

/// Both sides of the trailing matrix: A - v*w^T - w*v^T. Source: Golub and Van Loan, Matrix Computations (2013), 8.3.1.
void reduce(const Reduction& r) {
  const auto n = static_cast<std::size_t>(r.n);
  std::vector<double> v(n), w(n);
  for (Index j = 0; j < r.n; ++j) {
    r.d[j] = r.at(j, j);
    if (j + 1 == r.n) return;
    r.tau[j] = reflector(r, j);
    const double tau = r.tau[j];
    for (Index i = j + 1; i < r.n; ++i) v[static_cast<std::size_t>(i)] = i == j + 1 ? 1 : r.at(i, j);
    double half = 0;
    for (Index i = j + 1; i < r.n; ++i) {
      double sum = 0;
      for (Index k = j + 1; k < r.n; ++k) sum += r.symmetric(i, k) * v[static_cast<std::size_t>(k)];
      w[static_cast<std::size_t>(i)] = tau * sum;
      half += tau / 2 * w[static_cast<std::size_t>(i)] * v[static_cast<std::size_t>(i)];
    }
    for (Index i = j + 1; i < r.n; ++i) w[static_cast<std::size_t>(i)] -= half * v[static_cast<std::size_t>(i)];
    for (Index k = j + 1; k < r.n; ++k)
      for (Index i = k; i < r.n; ++i) {
        const auto row = static_cast<std::size_t>(i), column = static_cast<std::size_t>(k);
        r.at(i, k) -= v[row] * w[column] + w[row] * v[column];
      }
    r.at(j + 1, j) = r.e[j];
  }
}

/// C = H_0*...*H_(m-2)*C, or that with the reflectors the other way round.
struct Application {
  bool transpose;
  Index m, n;
  const double* a;
  Index lda;
  const double* tau;
  double* c;
  Index ldc;
};
void apply(const Application& q) {
  for (Index k = 0; k < q.n; ++k)
    for (Index step = 0; step + 1 < q.m; ++step) {
      const Index j = q.transpose ? step : q.m - 2 - step;
      double* const x = q.c + k * q.ldc;
      double sum = x[j + 1];
      for (Index i = j + 2; i < q.m; ++i) sum += q.a[i + j * q.lda] * x[i];
      x[j + 1] -= q.tau[j] * sum;
      for (Index i = j + 2; i < q.m; ++i) x[i] -= q.tau[j] * sum * q.a[i + j * q.lda];
    }
}

/// Queues work(), which leaves 0 in info.
template <class F>
cusolverStatus_t queue(cusolverDnHandle_t handle, const Work& room, F work) {
  cudaStream_t stream = nullptr;
  if (const cusolverStatus_t status = cusolverDnGetStream(handle, &stream); status != CUSOLVER_STATUS_SUCCESS)
    return status;
  if (room.elements < room.asked) return CUSOLVER_STATUS_INVALID_VALUE;
  const bool queued = queue_vendor_call(stream, [room, work] {
    if (!device_range(room.info, sizeof(int), "cuSOLVER writes info") ||
        !use_workspace(room.workspace, bytes_of(room.elements), "cuSOLVER uses its workspace") || !work())
      return;
    *room.info = 0;
  });
  return queued ? CUSOLVER_STATUS_SUCCESS : CUSOLVER_STATUS_EXECUTION_FAILED;
}

/// Some blocks of columns, as the library asks for: a caller who ignores the question fails.
int elements_of_reduction(int n) { return 32 * std::max(n, 1); }
int elements_of_product(int n) { return 16 * std::max(n, 1); }

cusolverStatus_t check(cusolverDnHandle_t handle, cublasFillMode_t uplo, int n, int lda) {
  if (handle == nullptr) return CUSOLVER_STATUS_NOT_INITIALIZED;
  if (uplo != CUBLAS_FILL_MODE_LOWER) return CUSOLVER_STATUS_NOT_SUPPORTED;  // by this stand-in
  return n >= 0 && lda >= std::max(1, n) ? CUSOLVER_STATUS_SUCCESS : CUSOLVER_STATUS_INVALID_VALUE;
}
cusolverStatus_t check(cusolverDnHandle_t handle, cublasSideMode_t side, cublasFillMode_t uplo, int m, int n, int lda,
                       int ldc) {
  if (side != CUBLAS_SIDE_LEFT) return CUSOLVER_STATUS_NOT_SUPPORTED;  // by this stand-in
  if (n < 0 || ldc < std::max(1, m)) return CUSOLVER_STATUS_INVALID_VALUE;
  return check(handle, uplo, m, lda);
}

}  // namespace

cusolverStatus_t cusolverDnDsytrd_bufferSize(cusolverDnHandle_t handle, cublasFillMode_t uplo, int n, const double*,
                                             int lda, const double*, const double*, const double*, int* elements) {
  *elements = elements_of_reduction(n);
  return check(handle, uplo, n, lda);
}
cusolverStatus_t cusolverDnDsytrd(cusolverDnHandle_t handle, cublasFillMode_t uplo, int n, double* a, int lda,
                                  double* d, double* e, double* tau, double* workspace, int elements, int* info) {
  if (const auto status = check(handle, uplo, n, lda); status != CUSOLVER_STATUS_SUCCESS) return status;
  const Reduction r{n, a, lda, d, e, tau};
  return queue(handle, {workspace, elements, elements_of_reduction(n), info}, [r] {
    const Index fewer = std::max<Index>(r.n - 1, 0);
    if (!device_range(r.a, bytes_of(span_of(r.n, r.n, r.lda)), "cuSOLVER sytrd uses A") ||
        !device_range(r.d, bytes_of(r.n), "cuSOLVER sytrd writes D") ||
        !device_range(r.e, bytes_of(fewer), "cuSOLVER sytrd writes E") ||
        !device_range(r.tau, bytes_of(fewer), "cuSOLVER sytrd writes TAU"))
      return false;
    reduce(r);
    return true;
  });
}
cusolverStatus_t cusolverDnDormtr_bufferSize(cusolverDnHandle_t handle, cublasSideMode_t side, cublasFillMode_t uplo,
                                             cublasOperation_t, int m, int n, const double*, int lda, const double*,
                                             const double*, int ldc, int* elements) {
  *elements = elements_of_product(n);
  return check(handle, side, uplo, m, n, lda, ldc);
}
cusolverStatus_t cusolverDnDormtr(cusolverDnHandle_t handle, cublasSideMode_t side, cublasFillMode_t uplo,
                                  cublasOperation_t trans, int m, int n, double* a, int lda, double* tau, double* c,
                                  int ldc, double* workspace, int elements, int* info) {
  if (const auto status = check(handle, side, uplo, m, n, lda, ldc); status != CUSOLVER_STATUS_SUCCESS) return status;
  const Application q{trans != CUBLAS_OP_N, m, n, a, lda, tau, c, ldc};
  return queue(handle, {workspace, elements, elements_of_product(n), info}, [q] {
    if (!device_range(q.a, bytes_of(span_of(q.m, q.m, q.lda)), "cuSOLVER ormtr reads A") ||
        !device_range(q.tau, bytes_of(std::max<Index>(q.m - 1, 0)), "cuSOLVER ormtr reads TAU") ||
        !device_range(q.c, bytes_of(span_of(q.m, q.n, q.ldc)), "cuSOLVER ormtr uses C"))
      return false;
    apply(q);
    return true;
  });
}
