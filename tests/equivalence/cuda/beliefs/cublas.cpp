// What Backend<Cuda> takes for granted of cuBLAS: each belief that the stand-in encodes, as a check for a device.
//
// Environment variables must change nothing here: run this once more with NVIDIA_TF32_OVERRIDE=1,
// CUBLAS_EMULATE_SINGLE_PRECISION=1, CUBLAS_EMULATE_DOUBLE_PRECISION=1 and CUBLAS_EMULATION_STRATEGY=eager.
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "isonomy/cuda/linalg/cholesky.cuh"
#include "isonomy/cuda/linalg/gemm.cuh"
#include "isonomy/cuda/linalg/libraries.cuh"
#include "isonomy/cuda/linalg/syrk.cuh"
#include "support/catch.hpp"

namespace isonomy::test {
namespace {

using device::Product;
using device::SymmetricProduct;

/// A matrix of the host, in columns that are `leading` apart; elements between them are 77.
template <class T>
struct HostMatrix {
  index_t rows, columns, leading;
  std::vector<T> storage;

  HostMatrix(index_t m, index_t n, T value, index_t gap = 0)
      : rows(m), columns(n), leading(m + gap), storage(static_cast<std::size_t>((m + gap) * n), T(77)) {
    for (index_t j = 0; j < n; ++j)
      for (index_t i = 0; i < m; ++i) (*this)(i, j) = value;
  }
  T& operator()(index_t i, index_t j) { return storage[static_cast<std::size_t>(i + j * leading)]; }
  template <class U>
  MatrixView<U, DeviceSpace> on(Buffer<T, Cuda>& there) const {
    return {there.data(), rows, columns, 1, leading};
  }
};

/// C after C = alpha*A*B + beta*C by one call of cuBLAS.
template <class T>
HostMatrix<T> product(T alpha, const HostMatrix<T>& a, const HostMatrix<T>& b, T beta, HostMatrix<T> c) {
  Context<Cuda> ctx;
  Buffer<T, Cuda> x = to_device(ctx, a.storage), y = to_device(ctx, b.storage), z = to_device(ctx, c.storage);
  Product<T>{alpha, a.template on<const T>(x), b.template on<const T>(y), beta, c.template on<T>(z)}.queue(ctx);
  c.storage = to_host(ctx, z);
  return c;
}

/// An identity, so that products are copies whatever their order.
template <class T>
HostMatrix<T> identity(index_t n) {
  HostMatrix<T> out(n, n, T(0));
  for (index_t i = 0; i < n; ++i) out(i, i) = 1;
  return out;
}

template <class T>
constexpr T nan = std::numeric_limits<T>::quiet_NaN();
template <class T>
constexpr T tiny = std::numeric_limits<T>::denorm_min();

TEMPLATE_TEST_CASE("cuBLAS: beta = 0 reads nothing of C, and gaps are not written", "[cuda][beliefs]", float, double) {
  using T = TestType;
  for (const index_t n : {3, 64, 300}) {
    const HostMatrix<T> a(n, n, T(1)), b(n, n, T(2));
    HostMatrix<T> c = product<T>(1, a, b, 0, HostMatrix<T>(n, n, nan<T>, 5));
    HostMatrix<T> expected(n, n, static_cast<T>(2 * n), 5);
    CHECK(c.storage == expected.storage);
    c = product<T>(T(0.5), a, b, T(-1), HostMatrix<T>(n, n, T(3), 5));
    CHECK(c.storage == HostMatrix<T>(n, n, static_cast<T>(n - 3), 5).storage);
  }
}

TEST_CASE("cuBLAS: without terms neither A nor B is read; without rows or columns nothing is", "[cuda][beliefs]") {
  Context<Cuda> ctx;
  Buffer<double, Cuda> bad = to_device(ctx, std::vector<double>(4, nan<double>)),
                       c = to_device(ctx, std::vector<double>(4, 3.0));
  const auto call = [&](int m, int n, int k, double alpha, const double* from, double beta) {
    device::blas(ctx, "cublasDgemm_64", [&](cublasHandle_t handle) {
      return cublasDgemm_64(handle, CUBLAS_OP_N, CUBLAS_OP_N, m, n, k, &alpha, from, 2, from, 2, &beta, c.data(), 2);
    });
    alpha = beta = nan<double>;  // they have been read
    return to_host(ctx, c);
  };
  CHECK(call(0, 2, 2, 1, bad.data(), 0) == std::vector<double>(4, 3));
  CHECK(call(2, 0, 2, 1, bad.data(), 0) == std::vector<double>(4, 3));
  CHECK(call(2, 2, 0, 1, bad.data(), 0.5) == std::vector<double>(4, 1.5));
  CHECK(call(2, 2, 2, 0, bad.data(), 2) == std::vector<double>(4, 3));
  CHECK(call(2, 2, 0, 1, bad.data(), 0) == std::vector<double>(4, 0));
}

TEMPLATE_TEST_CASE("cuBLAS: no product is skipped: 0 times NaN and infinity is NaN", "[cuda][beliefs]", float, double) {
  using T = TestType;
  for (const index_t n : {3, 64, 300})
    for (const T bad : {nan<T>, std::numeric_limits<T>::infinity()}) {
      HostMatrix<T> a(n, n, T(1));
      a(n - 1, 0) = bad;
      HostMatrix<T> left = product<T>(1, a, HostMatrix<T>(n, n, T(0)), 0, HostMatrix<T>(n, n, T(5)));
      HostMatrix<T> right = product<T>(1, HostMatrix<T>(n, n, T(0)), a, 0, HostMatrix<T>(n, n, T(5)));
      for (index_t j = 0; j < n; ++j) {
        CHECK(std::isnan(left(n - 1, j)));
        CHECK(left(0, j) == 0);
        CHECK(std::isnan(right(j, 0)));
        CHECK(right(j, n - 1) == 0);
      }
    }
}

TEMPLATE_TEST_CASE("cuBLAS: alpha multiplies finished sums, and denormal numbers count", "[cuda][beliefs]", float,
                   double) {
  using T = TestType;
  // 3*denormal*0.5 would round to 2*denormal: four of them are 8, not 6.
  HostMatrix<T> c =
      product<T>(3 * tiny<T>, HostMatrix<T>(2, 4, T(0.5)), HostMatrix<T>(4, 2, T(1)), 0, HostMatrix<T>(2, 2, T(0)));
  CHECK(c.storage == std::vector<T>(4, 6 * tiny<T>));
  const index_t n = 300;
  c = product<T>(1, HostMatrix<T>(n, n, 5 * tiny<T>), identity<T>(n), 0, HostMatrix<T>(n, n, T(0)));
  CHECK(c.storage == HostMatrix<T>(n, n, 5 * tiny<T>).storage);
  // The sum overflows if alpha comes last, and only then.
  c = product<T>(T(0.125), HostMatrix<T>(1, 4, std::numeric_limits<T>::max() / 2), HostMatrix<T>(4, 1, T(1)), 0,
                 HostMatrix<T>(1, 1, T(0)));
  CHECK(std::isinf(c(0, 0)));
}

TEST_CASE("cuBLAS: float is float, not TF32 nor bfloat16", "[cuda][beliefs]") {
  for (const index_t n : {64, 384}) {
    HostMatrix<float> a(n, n, 1 + 0x1p-23F);
    a(0, 0) = 0x1p127F, a(1, 0) = 0x1p-149F;
    CHECK(product<float>(1, a, identity<float>(n), 0, HostMatrix<float>(n, n, 0)).storage == a.storage);
    CHECK(product<float>(1, identity<float>(n), a, 0, HostMatrix<float>(n, n, 0)).storage == a.storage);
  }
}

TEST_CASE("cuBLAS: double is double, not fixed-point numbers of a row or column", "[cuda][beliefs]") {
  for (const index_t n : {64, 384}) {
    HostMatrix<double> a(n, n, 1 + 0x1p-52);
    for (index_t i = 0; i < n; ++i) a(i, i % 7) = 0x1p300, a(i, n - 1) = 0x1p-300 * (1 + 0x1p-52);
    CHECK(product<double>(1, a, identity<double>(n), 0, HostMatrix<double>(n, n, 0)).storage == a.storage);
    CHECK(product<double>(1, identity<double>(n), a, 0, HostMatrix<double>(n, n, 0)).storage == a.storage);
  }
}

TEST_CASE("cuBLAS: the handle of a context is pedantic, on the context's stream", "[cuda][beliefs]") {
  Context<Cuda> ctx;
  cublasMath_t mode = CUBLAS_DEFAULT_MATH;
  cudaStream_t stream = nullptr;
  device::blas(ctx, "cublasGetMathMode", [&](cublasHandle_t handle) { return cublasGetMathMode(handle, &mode); });
  device::blas(ctx, "cublasGetStream", [&](cublasHandle_t handle) { return cublasGetStream(handle, &stream); });
  CHECK(mode == CUBLAS_PEDANTIC_MATH);
  CHECK(stream == ctx.stream());
}

TEST_CASE("cuBLAS: an argument that it refuses is told by a status, and the handle goes on", "[cuda][beliefs]") {
  Context<Cuda> ctx;
  Buffer<double, Cuda> x = to_device(ctx, std::vector<double>(4, 1)), y = to_device(ctx, std::vector<double>(4, 0));
  const MatrixView<const double, DeviceSpace> a = column_major<DeviceSpace>(std::as_const(x).data(), 2, 2);
  const MatrixView<double, DeviceSpace> too_near(y.data(), 2, 2, 1, 1), out = column_major<DeviceSpace>(y.data(), 2, 2);
  try {
    Product<double>{1, a, a, 0, too_near}.queue(ctx);
    FAIL("a leading dimension below the rows was taken");
  } catch (const DeviceError& e) {
    CHECK(e.library == "cuBLAS");
    CHECK(e.name == "CUBLAS_STATUS_INVALID_VALUE");
  }
  Product<double>{1, a, a, 0, out}.queue(ctx);
  CHECK(to_host(ctx, y) == std::vector<double>(4, 2));
}

TEMPLATE_TEST_CASE("cuBLAS: syrk writes one triangle and no gap", "[cuda][beliefs]", float, double) {
  using T = TestType;
  Context<Cuda> ctx;
  for (const index_t n : {3, 64, 300}) {
    HostMatrix<T> a(7, n, T(2)), c(n, n, nan<T>, 3);
    Buffer<T, Cuda> x = to_device(ctx, a.storage), z = to_device(ctx, c.storage);
    SymmetricProduct<T>{1, a.template on<const T>(x), c.template on<T>(z)}.queue_in_pieces(ctx, n, "syrk");
    c.storage = to_host(ctx, z);
    index_t wrong = 0;
    for (index_t j = 0; j < n; ++j)
      for (index_t i = 0; i < n; ++i) wrong += !(i >= j ? c(i, j) == 28 : std::isnan(c(i, j)));
    CHECK(wrong == 0);
    CHECK(c.storage[static_cast<std::size_t>(n)] == 77);
  }
}

TEMPLATE_TEST_CASE("products in pieces of columns are products", "[cuda][beliefs]", float, double) {
  using T = TestType;
  Context<Cuda> ctx;
  const index_t n = 70, k = 5;
  HostMatrix<T> a(k, n, T(0)), c(n, n, nan<T>, 3), expected(n, n, T(0), 3);
  for (index_t j = 0; j < n; ++j)
    for (index_t p = 0; p < k; ++p) a(p, j) = static_cast<T>((3 * p + 5 * j) % 11 - 4);
  for (index_t j = 0; j < n; ++j)
    for (index_t i = 0; i < n; ++i)
      for (index_t p = 0; p < k; ++p) expected(i, j) += a(p, i) * a(p, j);
  Buffer<T, Cuda> x = to_device(ctx, a.storage), z = to_device(ctx, c.storage);
  const auto there = a.template on<const T>(x);
  for (const index_t piece : {1, 16, 32, 69}) {
    backend_of<Context<Cuda>>::copy_from_host(
        ctx, VectorView<const T>(c.storage.data(), static_cast<index_t>(c.storage.size())), z.view());
    Product<T>{1, transposed(there), there, 0, c.template on<T>(z)}.queue_in_pieces(ctx, piece, "gemm");
    CHECK(to_host(ctx, z) == expected.storage);
    SymmetricProduct<T>{2, there, c.template on<T>(z)}.queue_in_pieces(ctx, piece, "syrk");
    HostMatrix<T> lower = c;
    lower.storage = to_host(ctx, z);
    index_t wrong = 0;
    for (index_t j = 0; j < n; ++j)
      for (index_t i = 0; i < n; ++i) wrong += lower(i, j) != (i >= j ? 2 : 1) * expected(i, j);
    CHECK(wrong == 0);
  }
}

TEMPLATE_TEST_CASE("cuBLAS: slots of a strided batch do not see each other, however many", "[cuda][beliefs]", float,
                   double) {
  using T = TestType;
  Context<Cuda> ctx;
  const index_t slots = 70001, apart = 5;  // above 2^16; slots overlap in nothing but are not dense
  std::vector<T> a(static_cast<std::size_t>(slots * apart), T(77));
  for (index_t s = 0; s < slots; ++s)
    for (index_t e = 0; e < 4; ++e)
      a[static_cast<std::size_t>(s * apart + e)] = s % 3 == 1 ? nan<T> : static_cast<T>(s % 100);
  Buffer<T, Cuda> x = to_device(ctx, a),
                  z = to_device(ctx, std::vector<T>(static_cast<std::size_t>(slots * 4), nan<T>));
  const device::Batch<const T> factors{std::as_const(x).data(), slots, 2, 2, apart, 1, 2};
  device::multiply_batch<T>(ctx, factors, device::transposed(factors), {z.data(), slots, 2, 2, 4, 1, 2});
  const std::vector<T> out = to_host(ctx, z);
  index_t wrong = 0;
  for (index_t s = 0; s < slots; ++s)
    for (index_t e = 0; e < 4; ++e) {
      const T got = out[static_cast<std::size_t>(s * 4 + e)], x0 = static_cast<T>(s % 100);
      wrong += s % 3 == 1 ? !std::isnan(got) : got != 2 * x0 * x0;
    }
  CHECK(wrong == 0);
}
TEMPLATE_TEST_CASE("cuBLAS: a batch stride of 0 gives one matrix to all products", "[cuda][beliefs]", float, double) {
  using T = TestType;
  Context<Cuda> ctx;
  const index_t slots = 70001;
  const Buffer<T, Cuda> x = to_device(ctx, std::vector<T>(4, T(3)));
  Buffer<T, Cuda> z = to_device(ctx, std::vector<T>(static_cast<std::size_t>(slots * 4), nan<T>));
  const device::Batch<const T> factor{x.data(), slots, 2, 2, 0, 1, 2};
  device::multiply_batch<T>(ctx, factor, factor, {z.data(), slots, 2, 2, 4, 1, 2});
  CHECK(to_host(ctx, z) == std::vector<T>(static_cast<std::size_t>(slots * 4), T(18)));
}

}  // namespace
}  // namespace isonomy::test
