// Column-major algebra of cuBLAS by plain loops, and its calls in stream order.
#pragma once

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>

#include "../../include/cublas_v2.h"
#include "vendor.hpp"

struct cublasContext {
  cudaStream_t stream = nullptr;
  cublasMath_t math = CUBLAS_DEFAULT_MATH;
  cublasPointerMode_t pointers = CUBLAS_POINTER_MODE_HOST;
  cublasAtomicsMode_t atomics = CUBLAS_ATOMICS_NOT_ALLOWED;
  cublasEmulationStrategy_t strategy = CUBLAS_EMULATION_STRATEGY_DEFAULT;
};

namespace emulation {

using Index = std::int64_t;

/// A factor that stands in host memory, and has been read, or in device memory, to be read in stream order.
template <class T>
struct Factor {
  Factor(cublasHandle_t handle, const T* at)
      : on_device(handle->pointers == CUBLAS_POINTER_MODE_DEVICE ? at : nullptr),
        here(on_device == nullptr ? *at : T{}) {}
  [[nodiscard]] T value() const { return on_device != nullptr ? *on_device : here; }
  const T* on_device;
  T here;
};

/// C <- alpha op(A) op(B) + beta C, or a row of them.
template <class T>
struct Product {
  using Input = std::conditional_t<std::is_void_v<T>, void, T>;
  cublasOperation_t trans_a, trans_b;
  Index m, n, k;
  const Input* a;
  Index lda, stride_a;
  const Input* b;
  Index ldb, stride_b;
  Input* c;
  Index ldc, stride_c, count;
};

/// Elements from the first to the last of a matrix.
Index span_of(Index rows, Index columns, Index leading) {
  return rows == 0 || columns == 0 ? 0 : (columns - 1) * leading + rows;
}

template <class T, class S>
bool covers(const S* p, Index rows, Index columns, Index leading, Index stride, Index count, const char* what) {
  const Index last = count == 0 ? 0 : (count - 1) * stride + span_of(rows, columns, leading);
  return device_range(p, static_cast<std::size_t>(last) * sizeof(T), what);
}

template <class T>
void multiply(const Product<T>& g, T alpha, T beta) {
  const bool a_whole = g.k == 0 || alpha == 0 ||
                       (covers<T>(g.a, g.trans_a == CUBLAS_OP_N ? g.m : g.k, g.trans_a == CUBLAS_OP_N ? g.k : g.m,
                                  g.lda, g.stride_a, g.count, "cuBLAS gemm reads A") &&
                        covers<T>(g.b, g.trans_b == CUBLAS_OP_N ? g.k : g.n, g.trans_b == CUBLAS_OP_N ? g.n : g.k,
                                  g.ldb, g.stride_b, g.count, "cuBLAS gemm reads B"));
  if (!a_whole || !covers<T>(g.c, g.m, g.n, g.ldc, g.stride_c, g.count, "cuBLAS gemm writes C")) return;
  for (Index r = 0; r < g.count; ++r) {
    const T* const a = g.a + r * g.stride_a;
    const T* const b = g.b + r * g.stride_b;
    T* const c = g.c + r * g.stride_c;
    for (Index j = 0; j < g.n; ++j)
      for (Index i = 0; i < g.m; ++i) {
        T sum = 0;
        for (Index p = 0; alpha != 0 && p < g.k; ++p)
          sum = std::fma(g.trans_a == CUBLAS_OP_N ? a[i + p * g.lda] : a[p + i * g.lda],
                         g.trans_b == CUBLAS_OP_N ? b[p + j * g.ldb] : b[j + p * g.ldb], sum);
        T& out = c[i + j * g.ldc];
        out = beta == 0 ? alpha * sum : std::fma(alpha, sum, beta * out);
      }
  }
}

template <class T>
bool is_valid(const Product<T>& g) {
  return g.m >= 0 && g.n >= 0 && g.k >= 0 && g.count >= 0 &&
         g.lda >= std::max<Index>(1, g.trans_a == CUBLAS_OP_N ? g.m : g.k) &&
         g.ldb >= std::max<Index>(1, g.trans_b == CUBLAS_OP_N ? g.k : g.n) && g.ldc >= std::max<Index>(1, g.m);
}

template <class F>
cublasStatus_t queue(cublasHandle_t handle, F work) {
  return queue_vendor_call(handle->stream, std::move(work)) ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_EXECUTION_FAILED;
}

template <class T>
cublasStatus_t queue_product(cublasHandle_t handle, const Product<T>& g, const T* alpha, const T* beta) {
  if (handle == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  if (!is_valid(g) || alpha == nullptr || beta == nullptr) return CUBLAS_STATUS_INVALID_VALUE;
  if (g.m == 0 || g.n == 0 || g.count == 0) return CUBLAS_STATUS_SUCCESS;
  return queue(handle, [g, by = Factor<T>(handle, alpha), keep = Factor<T>(handle, beta)] {
    multiply(g, by.value(), keep.value());
  });
}

struct Types {
  cudaDataType a, b, c;
  cublasComputeType_t compute;
  cublasGemmAlgo_t algorithm;
};

template <class T>
cublasStatus_t queue_untyped(cublasHandle_t handle, const Product<void>& g, const void* alpha, const void* beta) {
  return queue_product(handle,
                       Product<T>{g.trans_a, g.trans_b, g.m, g.n, g.k, static_cast<const T*>(g.a), g.lda, g.stride_a,
                                  static_cast<const T*>(g.b), g.ldb, g.stride_b, static_cast<T*>(g.c), g.ldc,
                                  g.stride_c, g.count},
                       static_cast<const T*>(alpha), static_cast<const T*>(beta));
}

/// The types that have one width throughout.
cublasStatus_t queue_typed(cublasHandle_t handle, const Product<void>& g, const Types& t, const void* alpha,
                           const void* beta) {
  if (t.a != t.b || t.a != t.c) return CUBLAS_STATUS_NOT_SUPPORTED;
  if (t.a == CUDA_R_32F && (t.compute == CUBLAS_COMPUTE_32F || t.compute == CUBLAS_COMPUTE_32F_PEDANTIC))
    return queue_untyped<float>(handle, g, alpha, beta);
  if (t.a == CUDA_R_64F && (t.compute == CUBLAS_COMPUTE_64F || t.compute == CUBLAS_COMPUTE_64F_PEDANTIC))
    return queue_untyped<double>(handle, g, alpha, beta);
  return CUBLAS_STATUS_NOT_SUPPORTED;
}

/// C <- alpha op(A) op(A)^T + beta C, one triangle.
template <class T>
struct RankK {
  cublasFillMode_t uplo;
  cublasOperation_t trans;
  Index n, k;
  const T* a;
  Index lda;
  T* c;
  Index ldc;
};

template <class T>
void multiply_by_itself(const RankK<T>& g, T alpha, T beta) {
  const bool plain = g.trans == CUBLAS_OP_N;
  if (g.k > 0 && alpha != 0 &&
      !covers<T>(g.a, plain ? g.n : g.k, plain ? g.k : g.n, g.lda, 0, 1, "cuBLAS syrk reads A"))
    return;
  if (!covers<T>(g.c, g.n, g.n, g.ldc, 0, 1, "cuBLAS syrk writes C")) return;
  for (Index j = 0; j < g.n; ++j)
    for (Index i = g.uplo == CUBLAS_FILL_MODE_LOWER ? j : 0; i < (g.uplo == CUBLAS_FILL_MODE_LOWER ? g.n : j + 1);
         ++i) {
      T sum = 0;
      for (Index p = 0; alpha != 0 && p < g.k; ++p)
        sum = plain ? std::fma(g.a[i + p * g.lda], g.a[j + p * g.lda], sum)
                    : std::fma(g.a[p + i * g.lda], g.a[p + j * g.lda], sum);
      T& out = g.c[i + j * g.ldc];
      out = beta == 0 ? alpha * sum : std::fma(alpha, sum, beta * out);
    }
}

template <class T>
cublasStatus_t queue_rank_k(cublasHandle_t handle, const RankK<T>& g, const T* alpha, const T* beta) {
  if (handle == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  if (g.n < 0 || g.k < 0 || g.lda < std::max<Index>(1, g.trans == CUBLAS_OP_N ? g.n : g.k) ||
      g.ldc < std::max<Index>(1, g.n) || alpha == nullptr || beta == nullptr)
    return CUBLAS_STATUS_INVALID_VALUE;
  if (g.n == 0) return CUBLAS_STATUS_SUCCESS;
  return queue(handle, [g, by = Factor<T>(handle, alpha), keep = Factor<T>(handle, beta)] {
    multiply_by_itself(g, by.value(), keep.value());
  });
}

/// op(A) X = alpha B or X op(A) = alpha B, X in place of B.
template <class T>
struct Triangle {
  cublasSideMode_t side;
  cublasFillMode_t uplo;
  cublasOperation_t trans;
  cublasDiagType_t diagonal;
  Index m, n, lda, ldb;
  [[nodiscard]] Index order() const { return side == CUBLAS_SIDE_LEFT ? m : n; }
};

template <class T>
void solve(const Triangle<T>& s, T alpha, const T* a, T* b) {
  const Index order = s.order(), others = s.side == CUBLAS_SIDE_LEFT ? s.n : s.m;
  if (!covers<T>(a, order, order, s.lda, 0, 1, "cuBLAS trsm reads A") ||
      !covers<T>(b, s.m, s.n, s.ldb, 0, 1, "cuBLAS trsm writes B"))
    return;
  const bool left = s.side == CUBLAS_SIDE_LEFT;
  // As rows of the triangle M of M x = b: on the right the system is op(A)^T x = b.
  const bool flipped = (s.trans == CUBLAS_OP_N) != left, lower = (s.uplo == CUBLAS_FILL_MODE_LOWER) != flipped;
  const auto element = [&](Index i, Index j) { return flipped ? a[j + i * s.lda] : a[i + j * s.lda]; };
  for (Index r = 0; r < others; ++r) {
    const auto x = [&](Index i) -> T& { return left ? b[i + r * s.ldb] : b[r + i * s.ldb]; };
    for (Index step = 0; step < order; ++step) {
      const Index i = lower ? step : order - 1 - step;
      T sum = alpha * x(i);
      for (Index p = 0; p < step; ++p) {
        const Index j = lower ? p : order - 1 - p;
        sum = std::fma(-element(i, j), x(j), sum);
      }
      x(i) = s.diagonal == CUBLAS_DIAG_UNIT ? sum : sum / element(i, i);
    }
  }
}

template <class T>
cublasStatus_t check(cublasHandle_t handle, const Triangle<T>& s, const T* alpha) {
  if (handle == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  const bool valid = s.m >= 0 && s.n >= 0 && s.lda >= std::max<Index>(1, s.order()) &&
                     s.ldb >= std::max<Index>(1, s.m) && alpha != nullptr;
  return valid ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_INVALID_VALUE;
}

template <class T>
cublasStatus_t queue_solve(cublasHandle_t handle, const Triangle<T>& s, const T* alpha, const T* a, T* b) {
  if (const cublasStatus_t status = check(handle, s, alpha); status != CUBLAS_STATUS_SUCCESS) return status;
  if (s.m == 0 || s.n == 0) return CUBLAS_STATUS_SUCCESS;
  return queue(handle, [=, by = Factor<T>(handle, alpha)] { solve(s, by.value(), a, b); });
}

/// The lists of matrices stand in device memory too.
template <class T>
cublasStatus_t queue_solves(cublasHandle_t handle, const Triangle<T>& s, const T* alpha, const T* const a[],
                            T* const b[], Index count) {
  if (const cublasStatus_t status = check(handle, s, alpha); status != CUBLAS_STATUS_SUCCESS) return status;
  if (count < 0) return CUBLAS_STATUS_INVALID_VALUE;
  if (s.m == 0 || s.n == 0 || count == 0) return CUBLAS_STATUS_SUCCESS;
  return queue(handle, [=, by = Factor<T>(handle, alpha)] {
    const std::size_t bytes = static_cast<std::size_t>(count) * sizeof(void*);
    if (!device_range(a, bytes, "cuBLAS trsmBatched reads the list of A") ||
        !device_range(b, bytes, "cuBLAS trsmBatched reads the list of B"))
      return;
    for (Index r = 0; r < count; ++r) solve(s, by.value(), a[r], b[r]);
  });
}

}  // namespace emulation
