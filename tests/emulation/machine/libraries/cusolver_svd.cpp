// Singular values of cuSOLVER on the emulated device by plain loops, in stream order.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "cusolver.hpp"
#include "vendor.hpp"

using namespace emulation;

namespace {

using Index = std::int64_t;
using Vector = std::vector<double>;

std::size_t column_bytes(Index rows, Index columns, Index leading) {
  return rows == 0 || columns == 0 ? 0 : static_cast<std::size_t>((columns - 1) * leading + rows) * sizeof(double);
}

double dot(const Vector& x, const Vector& y) { return std::inner_product(x.begin(), x.end(), y.begin(), 0.0); }

void turn(Vector& x, Vector& y, double c, double s) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double was = x[i];
    x[i] = c * was + s * y[i];
    y[i] = c * y[i] - s * was;
  }
}

/// Rotations of two columns at a time until all are orthogonal, or so short that they count as 0; whether they are.
bool separate(std::vector<Vector>& x, std::vector<Vector>& y, double least) {
  for (int sweep = 0; sweep < 60; ++sweep) {
    bool done = true;
    for (std::size_t p = 0; p < x.size(); ++p)
      for (std::size_t q = p + 1; q < x.size(); ++q) {
        const double a = std::sqrt(dot(x[p], x[p])), b = std::sqrt(dot(x[q], x[q])), g = dot(x[p], x[q]);
        if (a <= least || b <= least || std::abs(g) <= a * b * 1e-15) continue;
        const double zeta = (a - b) * (a + b) / (2 * g);
        const double t = (zeta >= 0 ? 1 : -1) / (std::abs(zeta) + std::sqrt(1 + zeta * zeta));
        const double c = 1 / std::sqrt(1 + t * t);
        turn(x[p], x[q], c, t * c);
        turn(y[p], y[q], c, t * c);
        done = false;
      }
    if (done) return true;
  }
  return false;
}

/// A unit vector orthogonal to `others`, of which there are fewer than rows.
Vector further(const std::vector<Vector>& others, std::size_t rows) {
  for (std::size_t unit = 0;; ++unit) {
    Vector x(rows, 0.0);
    x[unit] = 1;
    for (int again = 0; again < 3; ++again)
      for (const Vector& other : others) {
        const double along = dot(x, other);
        for (std::size_t i = 0; i < rows; ++i) x[i] -= along * other[i];
      }
    const double length = std::sqrt(dot(x, x));
    if (2 * static_cast<double>(rows) * length * length < 1 && unit + 1 < rows) continue;
    for (double& e : x) e /= length;
    return x;
  }
}

/// Columns of A become those of U, whose signs are whatever they happen to be; rows of VT.
int decompose(Index m, Index n, double* a, Index lda, double* s, double* u, Index ldu, double* vt, Index ldvt) {
  const auto rows = static_cast<std::size_t>(m), columns = static_cast<std::size_t>(n);
  std::vector<Vector> x, y, found;
  double largest = 0;
  for (std::size_t j = 0; j < columns; ++j) {
    x.emplace_back(a + static_cast<Index>(j) * lda, a + static_cast<Index>(j) * lda + m);
    y.emplace_back(columns, 0.0);
    y[j][j] = 1;
    for (const double e : x[j]) largest = std::max(largest, std::isfinite(e) ? std::abs(e) : INFINITY);
    std::fill_n(a + static_cast<Index>(j) * lda, m, NAN);  // A is no longer what it was
  }
  if (!std::isfinite(largest)) return 1;
  const double least = largest * static_cast<double>(m + n) * 1e-16;
  if (!separate(x, y, least)) return 1;
  std::vector<std::size_t> order(columns);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t j) { return -dot(x[j], x[j]); });
  for (std::size_t j = 0; j < columns; ++j) {
    Vector& column = x[order[j]];
    const double length = std::sqrt(dot(column, column));
    if (length > least)
      for (double& e : column) e /= -length;
    else
      column = further(found, rows);
    s[j] = length;
    found.push_back(column);
    std::copy(column.begin(), column.end(), u + static_cast<Index>(j) * ldu);
    for (std::size_t i = 0; i < columns; ++i)
      vt[static_cast<Index>(i) * ldvt + static_cast<Index>(j)] = -y[order[j]][i];
  }
  return 0;
}

}  // namespace

cusolverStatus_t cusolverDnXgesvd_bufferSize(cusolverDnHandle_t handle, cusolverDnParams_t params, signed char jobu,
                                             signed char jobvt, std::int64_t m, std::int64_t n, cudaDataType a_type,
                                             const void*, std::int64_t lda, cudaDataType s_type, const void*,
                                             cudaDataType u_type, const void*, std::int64_t ldu, cudaDataType vt_type,
                                             const void*, std::int64_t ldvt, cudaDataType compute,
                                             std::size_t* device_bytes, std::size_t* host_bytes) {
  if (handle == nullptr || params == nullptr) return CUSOLVER_STATUS_NOT_INITIALIZED;
  for (const cudaDataType type : {a_type, s_type, u_type, vt_type, compute})
    if (type != CUDA_R_64F) return CUSOLVER_STATUS_NOT_SUPPORTED;
  if (jobu != 'S' || jobvt != 'S') return CUSOLVER_STATUS_NOT_SUPPORTED;  // others exist, and nothing calls them
  if (n < 0 || m < n || lda < std::max<Index>(1, m) || ldu < std::max<Index>(1, m) || ldvt < std::max<Index>(1, n))
    return CUSOLVER_STATUS_INVALID_VALUE;
  *device_bytes = static_cast<std::size_t>(4 * n + 1) * sizeof(double);
  *host_bytes = 0;
  return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnXgesvd(cusolverDnHandle_t handle, cusolverDnParams_t params, signed char jobu,
                                  signed char jobvt, std::int64_t m, std::int64_t n, cudaDataType a_type, void* a,
                                  std::int64_t lda, cudaDataType s_type, void* s, cudaDataType u_type, void* u,
                                  std::int64_t ldu, cudaDataType vt_type, void* vt, std::int64_t ldvt,
                                  cudaDataType compute, void* device_buffer, std::size_t device_bytes, void*,
                                  std::size_t, int* info) {
  std::size_t asked = 0, on_host = 0;
  if (const auto status = cusolverDnXgesvd_bufferSize(handle, params, jobu, jobvt, m, n, a_type, a, lda, s_type, s,
                                                      u_type, u, ldu, vt_type, vt, ldvt, compute, &asked, &on_host);
      status != CUSOLVER_STATUS_SUCCESS)
    return status;
  if (device_bytes < asked) return CUSOLVER_STATUS_INVALID_VALUE;
  return queue(handle, [=] {
    if (!device_range(a, column_bytes(m, n, lda), "cuSOLVER Xgesvd uses A") ||
        !device_range(s, static_cast<std::size_t>(n) * sizeof(double), "cuSOLVER Xgesvd writes S") ||
        !device_range(u, column_bytes(m, n, ldu), "cuSOLVER Xgesvd writes U") ||
        !device_range(vt, column_bytes(n, n, ldvt), "cuSOLVER Xgesvd writes VT") ||
        !device_range(info, sizeof(int), "cuSOLVER Xgesvd writes info") ||
        !use_workspace(device_buffer, device_bytes, "cuSOLVER Xgesvd uses its workspace"))
      return;
    *info = decompose(m, n, static_cast<double*>(a), lda, static_cast<double*>(s), static_cast<double*>(u), ldu,
                      static_cast<double*>(vt), ldvt);
  });
}
