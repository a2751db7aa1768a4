// What Backend<Cuda> takes for granted of cuSOLVER's singular values: each belief that the stand-in encodes, as a check
// for a device.
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

/// What gesvd leaves of an m x n matrix in columns, m >= n.
struct Decomposed {
  std::vector<double> values, left, right;
  int info = -1;
};
Decomposed decomposed(const std::vector<double>& a, index_t m, index_t n) {
  Context<Cuda> ctx;
  const device::Solver& solver = ctx.state()->part<device::Solver>();
  Buffer<double, Cuda> x = to_device(ctx, a), s(ctx, n), u(ctx, m * n), vt(ctx, n * n);
  Buffer<int, Cuda> info(ctx, 1);
  std::size_t bytes = 0, host_bytes = 0;
  REQUIRE(cusolverDnXgesvd_bufferSize(solver.handle(), solver.parameters(), 'S', 'S', m, n, CUDA_R_64F, x.data(), m,
                                      CUDA_R_64F, s.data(), CUDA_R_64F, u.data(), m, CUDA_R_64F, vt.data(), n,
                                      CUDA_R_64F, &bytes, &host_bytes) == CUSOLVER_STATUS_SUCCESS);
  Buffer<double, Cuda> room(ctx, static_cast<index_t>(bytes / sizeof(double)) + 1);
  std::vector<unsigned char> on_host(host_bytes);
  REQUIRE(cusolverDnXgesvd(solver.handle(), solver.parameters(), 'S', 'S', m, n, CUDA_R_64F, x.data(), m, CUDA_R_64F,
                           s.data(), CUDA_R_64F, u.data(), m, CUDA_R_64F, vt.data(), n, CUDA_R_64F, room.data(), bytes,
                           on_host.data(), host_bytes, info.data()) == CUSOLVER_STATUS_SUCCESS);
  ctx.queued();
  return {to_host(ctx, s), to_host(ctx, u), to_host(ctx, vt), to_host(ctx, info).front()};
}
/// The largest element of X^T X - I, X in columns of that many rows.
double off_identity(const std::vector<double>& elements, index_t rows) {
  const auto n = static_cast<index_t>(elements.size()) / rows;
  const MatrixView<const double> x = column_major(elements.data(), rows, n);
  double most = 0;
  for (index_t j = 0; j < n; ++j)
    for (index_t i = 0; i <= j; ++i) {
      double sum = i == j ? -1 : 0;
      for (index_t p = 0; p < rows; ++p) sum += x(p, i) * x(p, j);
      most = std::max(most, std::abs(sum));
    }
  return most;
}

TEST_CASE("cuSOLVER: singular values descend, vectors of rows are columns and those of columns rows",
          "[cuda][beliefs]") {
  // 3 (0 1 0)^T (0.6 0.8) + 2 (1 0 0)^T (0.8 -0.6), in columns
  const Decomposed d = decomposed({1.6, 1.8, 0, -1.2, 2.4, 0}, 3, 2);
  CHECK(d.info == 0);
  CHECK((std::abs(d.values[0] - 3) < 1e-14 && std::abs(d.values[1] - 2) < 1e-14));
  CHECK((std::abs(std::abs(d.left[1]) - 1) < 1e-14 && std::abs(std::abs(d.left[3]) - 1) < 1e-14));
  CHECK(std::abs(d.left[1] * d.right[0] - 0.6) < 1e-14);
  CHECK(std::abs(d.left[1] * d.right[2] - 0.8) < 1e-14);
  CHECK(std::abs(d.left[3] * d.right[1] - 0.8) < 1e-14);
  CHECK(std::abs(d.left[3] * d.right[3] + 0.6) < 1e-14);
}

TEST_CASE("cuSOLVER: singular vectors are orthonormal whatever the rank", "[cuda][beliefs]") {
  for (const double element : {0.0, 1.0}) {
    INFO(element);
    const Decomposed d = decomposed(std::vector<double>(70 * 40, element), 70, 40);
    CHECK(d.info == 0);
    CHECK(std::abs(d.values[0] - element * std::sqrt(2800.0)) <= 1e-13 * element * 53);
    CHECK(off_identity(d.left, 70) < 1e-13);
    CHECK(off_identity(d.right, 40) < 1e-13);
  }
}

}  // namespace
}  // namespace isonomy::test
