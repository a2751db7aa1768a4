// What Backend<Cuda> takes for granted of cuSOLVER's reflectors: each belief that the stand-in encodes, as a check for
// a device.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "isonomy/cuda/linalg/solver.cuh"
#include "support/catch.hpp"

namespace isonomy::test {
namespace {

/// What geqrf leaves of an m x n matrix in columns, and the columns that orgqr makes of it.
struct Reflected {
  std::vector<double> factors, taus, columns;
  int info[2];
};
Reflected reflected(const std::vector<double>& a, index_t m, index_t n) {
  Context<Cuda> ctx;
  const index_t k = std::min(m, n);
  const device::Solver& solver = ctx.state()->part<device::Solver>();
  Buffer<double, Cuda> x = to_device(ctx, a), taus(ctx, k);
  Buffer<int, Cuda> info(ctx, 2);
  std::size_t bytes = 0, host_bytes = 0;
  REQUIRE(cusolverDnXgeqrf_bufferSize(solver.handle(), solver.parameters(), m, n, CUDA_R_64F, x.data(), m, CUDA_R_64F,
                                      taus.data(), CUDA_R_64F, &bytes, &host_bytes) == CUSOLVER_STATUS_SUCCESS);
  Buffer<double, Cuda> room(ctx, static_cast<index_t>(bytes / sizeof(double)) + 1);
  std::vector<unsigned char> on_host(host_bytes);
  REQUIRE(cusolverDnXgeqrf(solver.handle(), solver.parameters(), m, n, CUDA_R_64F, x.data(), m, CUDA_R_64F, taus.data(),
                           CUDA_R_64F, room.data(), bytes, on_host.data(), host_bytes,
                           info.data()) == CUSOLVER_STATUS_SUCCESS);
  ctx.queued();
  Reflected out{to_host(ctx, x), to_host(ctx, taus), {}, {}};
  const int rows = static_cast<int>(m), columns = static_cast<int>(k);
  int elements = 0;
  REQUIRE(cusolverDnDorgqr_bufferSize(solver.handle(), rows, columns, columns, x.data(), rows, taus.data(),
                                      &elements) == CUSOLVER_STATUS_SUCCESS);
  Buffer<double, Cuda> further(ctx, elements);
  REQUIRE(cusolverDnDorgqr(solver.handle(), rows, columns, columns, x.data(), rows, taus.data(), further.data(),
                           elements, info.data() + 1) == CUSOLVER_STATUS_SUCCESS);
  ctx.queued();
  out.columns = to_host(ctx, x);
  out.columns.resize(static_cast<std::size_t>(m * k));
  const std::vector<int> said = to_host(ctx, info);
  std::copy(said.begin(), said.end(), out.info);
  return out;
}
/// The largest element of Q^T Q - I.
double skewness(const std::vector<double>& q, index_t m) {
  const auto k = static_cast<index_t>(q.size()) / m;
  const MatrixView<const double> x = column_major(q.data(), m, k);
  double most = 0;
  for (index_t j = 0; j < k; ++j)
    for (index_t i = 0; i <= j; ++i) {
      double sum = i == j ? -1 : 0;
      for (index_t p = 0; p < m; ++p) sum += x(p, i) * x(p, j);
      most = std::max(most, std::abs(sum));
    }
  return most;
}

TEST_CASE("cuSOLVER: a column that needs no reflector has a tau of 0", "[cuda][beliefs]") {
  const Reflected r = reflected({0, 0, 0, 5, 0, 0, -7, 0, 0}, 3, 3);
  CHECK(r.info[0] == 0);
  CHECK(r.info[1] == 0);
  CHECK(r.taus == std::vector<double>(3, 0.0));
  CHECK(r.columns == std::vector<double>{1, 0, 0, 0, 1, 0, 0, 0, 1});
}

TEST_CASE("cuSOLVER: wide matrices have reflectors of their first columns, and R beside them", "[cuda][beliefs]") {
  // The reflector of (3, 4) takes it to -5 or 5, and (4, -3) to itself or its opposite below.
  const Reflected r = reflected({3, 4, 4, -3, 3, 4}, 2, 3);
  CHECK(std::abs(std::abs(r.factors[0]) - 5) < 1e-14);
  CHECK(std::abs(r.factors[2]) < 1e-14);
  CHECK(std::abs(std::abs(r.factors[3]) - 5) < 1e-14);
  CHECK(std::abs(r.factors[4] - r.factors[0]) < 1e-14);
  CHECK(skewness(r.columns, 2) < 1e-14);
}

TEST_CASE("cuSOLVER: reflectors of what is close to underflow are orthogonal", "[cuda][beliefs]") {
  for (const double size : {1.0, 1e-150, 1e-200, 1e-300}) {
    INFO(size);
    const index_t m = 40, n = 5;
    std::vector<double> a(static_cast<std::size_t>(m * n));
    for (index_t j = 0; j < n; ++j)
      for (index_t i = 0; i < m; ++i)
        a[static_cast<std::size_t>(j * m + i)] = (i < j ? 1 : size) * (1 + static_cast<double>((i * 7 + j * 3) % 11));
    const Reflected r = reflected(a, m, n);
    CHECK(skewness(r.columns, m) < 1e-13);
  }
}

TEST_CASE("cuSOLVER: of columns that depend on each other orgqr makes orthonormal ones", "[cuda][beliefs]") {
  const Reflected r = reflected(std::vector<double>(70 * 40, 1.0), 70, 40);
  CHECK(skewness(r.columns, 70) < 1e-13);
}

}  // namespace
}  // namespace isonomy::test
