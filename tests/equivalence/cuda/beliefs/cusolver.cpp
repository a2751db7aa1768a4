// What Backend<Cuda> takes for granted of cuSOLVER: each belief that the stand-in encodes, as a check for a device.
#include <cusolverDn.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "isonomy/cuda/linalg/cholesky_one.cuh"
#include "isonomy/cuda/linalg/solver.cuh"
#include "support/catch.hpp"

namespace isonomy::test {
namespace {

/// A handle, the stream's context, and room for what calls leave.
struct SolverAtWork {
  Context<Cuda> ctx;
  const cusolverDnHandle_t solver = ctx.state()->part<device::Solver>().handle();
  const device::SolverInfo info{ctx, "info"};
};

/// What sytrd leaves of the lower triangle of a symmetric matrix in columns.
struct Reduced {
  std::vector<double> matrix, d, e, taus;
  int info;
};
Reduced reduced(int n, const std::vector<double>& a) {
  SolverAtWork s;
  Buffer<double, Cuda> matrix = to_device(s.ctx, a), d(s.ctx, n), e(s.ctx, n), taus(s.ctx, n);
  int elements = -1;
  device::require(cusolverDnDsytrd_bufferSize(s.solver, CUBLAS_FILL_MODE_LOWER, n, matrix.data(), n, d.data(), e.data(),
                                              taus.data(), &elements),
                  "cusolverDnDsytrd_bufferSize");
  REQUIRE(elements >= 0);
  const Buffer<double, Cuda> workspace(s.ctx, elements);
  device::require(cusolverDnDsytrd(s.solver, CUBLAS_FILL_MODE_LOWER, n, matrix.data(), n, d.data(), e.data(),
                                   taus.data(), const_cast<double*>(workspace.data()), elements, s.info.data()),
                  "cusolverDnDsytrd");
  const int info = s.info.value(s.ctx);
  return {to_host(s.ctx, matrix), to_host(s.ctx, d), to_host(s.ctx, e), to_host(s.ctx, taus), info};
}

/// C after C = Q*C, or transposed(Q)*C, for reflectors beneath the subdiagonal of the n x n matrix v.
std::vector<double> multiplied(int n, const std::vector<double>& v, const std::vector<double>& taus, bool transpose,
                               const std::vector<double>& c) {
  SolverAtWork s;
  Buffer<double, Cuda> matrix = to_device(s.ctx, v), factors = to_device(s.ctx, taus), out = to_device(s.ctx, c);
  const int m = static_cast<int>(c.size()) / n;
  const cublasOperation_t turned = transpose ? CUBLAS_OP_T : CUBLAS_OP_N;
  int elements = -1;
  device::require(cusolverDnDormtr_bufferSize(s.solver, CUBLAS_SIDE_LEFT, CUBLAS_FILL_MODE_LOWER, turned, n, m,
                                              matrix.data(), n, factors.data(), out.data(), n, &elements),
                  "cusolverDnDormtr_bufferSize");
  REQUIRE(elements >= 0);
  Buffer<double, Cuda> workspace(s.ctx, elements);
  device::require(cusolverDnDormtr(s.solver, CUBLAS_SIDE_LEFT, CUBLAS_FILL_MODE_LOWER, turned, n, m, matrix.data(), n,
                                   factors.data(), out.data(), n, workspace.data(), elements, s.info.data()),
                  "cusolverDnDormtr");
  CHECK(s.info.value(s.ctx) == 0);
  return to_host(s.ctx, out);
}

/// Some numbers between -1 and 1, symmetric, in columns.
std::vector<double> symmetric_numbers(int n) {
  std::vector<double> a(static_cast<std::size_t>(n * n));
  for (int j = 0; j < n; ++j)
    for (int i = 0; i < n; ++i)
      a[static_cast<std::size_t>(i + j * n)] = std::sin(7.0 * (std::max(i, j) + 1) + 3.0 * std::min(i, j));
  return a;
}

TEST_CASE("cuSOLVER: sytrd reads the lower triangle alone, and leaves LAPACK's form of it", "[cuda][beliefs]") {
  for (const int n : {3, 33, 130}) {
    INFO(n << " rows");
    std::vector<double> a = symmetric_numbers(n);
    const auto at = [n](int i, int j) { return static_cast<std::size_t>(i + j * n); };
    for (int j = 0; j < n; ++j)
      for (int i = 0; i < j; ++i) a[at(i, j)] = 77;
    const Reduced r = reduced(n, a);
    CHECK(r.info == 0);
    for (int j = 0; j + 1 < n; ++j) {
      const double tau = r.taus[static_cast<std::size_t>(j)];
      double square = 1;  // with the 1 that stands nowhere
      for (int i = j + 2; i < n; ++i) square += r.matrix[at(i, j)] * r.matrix[at(i, j)];
      CHECK((tau == 0 || (tau >= 1 - 1e-14 && tau <= 2)));
      if (tau != 0) CHECK(std::abs(tau * square - 2) < 1e-12);
    }
    CHECK(r.d[0] == a[0]);
    double length = 0;
    for (int i = 1; i < n; ++i) length = std::hypot(length, a[at(i, 0)]);
    CHECK(std::abs(std::abs(r.e[0]) - length) <= 1e-13 * length);
  }
}

TEST_CASE("cuSOLVER: sytrd takes a matrix that needs no reflector", "[cuda][beliefs]") {
  const Reduced r = reduced(3, {4, 2, 0, 2, 5, 3, 0, 3, 6});
  CHECK(r.info == 0);
  CHECK(r.d == std::vector<double>{4, 5, 6});
  CHECK((r.e[0] == 2 && r.e[1] == 3));
  CHECK((r.taus[0] == 0 && r.taus[1] == 0));
}

TEST_CASE("cuSOLVER: ormtr knows the 1 of a reflector unsaid, and applies the last one first", "[cuda][beliefs]") {
  // The reflectors of 4 rows (0, 1, 1, 0) and (0, 0, 1, -1), tau 1, and one without tau: they swap rows, with signs.
  std::vector<double> v(16, 0);
  v[2] = 1, v[7] = -1;
  const std::vector<double> taus{1, 1, 0}, c{1, 2, 3, 4, 0, 0, 1, 0};
  CHECK(multiplied(4, v, taus, false, c) == std::vector<double>{1, -4, -2, 3, 0, 0, 0, 1});
  CHECK(multiplied(4, v, taus, true, c) == std::vector<double>{1, -3, 4, -2, 0, -1, 0, 0});
  CHECK(multiplied(2, {0, 0, 0, 0}, {2}, false, {3, 4}) == std::vector<double>{3, -4});
}

TEST_CASE("cuSOLVER: reflectors of many blocks undo themselves", "[cuda][beliefs]") {
  constexpr int n = 200;
  const Reduced r = reduced(n, symmetric_numbers(n));
  std::vector<double> c(n * 3);
  for (std::size_t i = 0; i < c.size(); ++i) c[i] = static_cast<double>(i % 11) - 5;
  const std::vector<double> back = multiplied(n, r.matrix, r.taus, true, multiplied(n, r.matrix, r.taus, false, c));
  for (std::size_t i = 0; i < c.size(); ++i)
    if (!(std::abs(back[i] - c[i]) < 1e-11)) FAIL("element " << i << " is " << back[i] << ", not " << c[i]);
}

TEST_CASE("cuSOLVER: what it refuses is told by a status", "[cuda][beliefs]") {
  SolverAtWork s;
  Buffer<double, Cuda> room = to_device(s.ctx, std::vector<double>(64, 1));
  int elements = 0;
  double* const p = room.data();
  CHECK(cusolverDnDsytrd_bufferSize(s.solver, CUBLAS_FILL_MODE_LOWER, 5, p, 5, p, p, p, &elements) ==
        CUSOLVER_STATUS_SUCCESS);
  CHECK(elements > 0);
  CHECK(cusolverDnDsytrd_bufferSize(s.solver, CUBLAS_FILL_MODE_LOWER, 5, p, 4, p, p, p, &elements) ==
        CUSOLVER_STATUS_INVALID_VALUE);
  CHECK(cusolverDnDormtr_bufferSize(s.solver, CUBLAS_SIDE_LEFT, CUBLAS_FILL_MODE_LOWER, CUBLAS_OP_N, 5, 2, p, 4, p, p,
                                    5, &elements) == CUSOLVER_STATUS_INVALID_VALUE);
}

/// What the factor of the lower triangle of a symmetric matrix ends at, and the matrix afterwards.
template <class T>
std::pair<index_t, std::vector<T>> factored(index_t n, const std::vector<T>& a, bool in_rows) {
  Context<Cuda> ctx;
  Buffer<T, Cuda> there = to_device(ctx, a);
  const MatrixView<T, DeviceSpace> m =
      in_rows ? row_major<DeviceSpace>(there.data(), n, n) : column_major<DeviceSpace>(there.data(), n, n);
  const index_t failing = device::FactorByLibrary<T>{m}(ctx, "cholesky");
  return {failing, to_host(ctx, there)};
}

TEMPLATE_TEST_CASE("cuSOLVER: potrf factors one triangle, and tells the first pivot that is not positive",
                   "[cuda][beliefs]", float, double) {
  using T = TestType;
  constexpr T unread = 77;
  for (const bool in_rows : {false, true}) {
    const std::vector<T> a = in_rows ? std::vector<T>{4, unread, unread, 2, 10, unread, 6, 3, 14}
                                     : std::vector<T>{4, 2, 6, unread, 10, 3, unread, unread, 14};
    const std::vector<T> l = in_rows ? std::vector<T>{2, unread, unread, 1, 3, unread, 3, 0, std::sqrt(T(5))}
                                     : std::vector<T>{2, 1, 3, unread, 3, 0, unread, unread, std::sqrt(T(5))};
    CHECK(factored<T>(3, a, in_rows) == std::pair<index_t, std::vector<T>>{0, l});
    for (const index_t pivot : {0, 1, 2})
      for (const T bad : {T(-1), T(0), std::numeric_limits<T>::quiet_NaN()}) {
        std::vector<T> b = a;
        b[static_cast<std::size_t>(4 * pivot)] = bad;
        CHECK(factored<T>(3, b, in_rows).first == pivot + 1);
      }
  }
  for (const index_t n : {1, 130}) {  // of many blocks, whose last pivot is none
    std::vector<T> a(static_cast<std::size_t>(n * n), T(0));
    for (index_t i = 0; i < n; ++i) a[static_cast<std::size_t>(i * n + i)] = 4;
    CHECK(factored<T>(n, a, false).first == 0);
    a.back() = std::numeric_limits<T>::quiet_NaN();
    CHECK(factored<T>(n, a, false).first == n);
  }
}

}  // namespace
}  // namespace isonomy::test
