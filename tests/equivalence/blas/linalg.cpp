// The conformance rows of what Backend<CpuBlas> does by OpenBLAS, and what its contract says beyond them.
#include "isonomy/blas/blas.hpp"

#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "equivalence/blas/drawn.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/cases/linalg/cholesky.hpp"
#include "isonomy/conformance/cases/linalg/gemm.hpp"
#include "isonomy/ops/reduce/transform_reduce.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"

using namespace isonomy;
using test::blas_on, test::drawn;

TEST_CASE("gemm conforms on CpuBlas", "[equivalence]") { test::conform<op::gemm, CpuBlas>(); }
TEST_CASE("syrk conforms on CpuBlas", "[equivalence]") { test::conform<op::syrk, CpuBlas>(); }

TEST_CASE(
    "products of OpenBLAS in several pieces have the same bits on one thread and on four, whoever set what before",
    "[equivalence]") {
  constexpr index_t m = 1100, k = 300, n = 600;
  const std::vector<double> a = drawn(m * k, 1), b = drawn(k * n, 2);
  const auto product = [&](int threads) {
    std::vector<double> out(m * n), squares(n * n), factors;
    Context<CpuBlas> ctx = blas_on(threads);
    gemm(ctx, 0.7, column_major(a.data(), m, k), row_major(b.data(), k, n), 0, row_major(out.data(), m, n));
    syrk(ctx, 1, row_major(b.data(), k, n), 0, column_major(squares.data(), n, n));
    for (index_t i = 0; i < n; ++i) squares[static_cast<std::size_t>(i * (n + 1))] += 1;
    for (int copies = 0; copies < 2; ++copies) factors.insert(factors.end(), squares.begin(), squares.end());
    std::vector<index_t> info(2, -1);
    cholesky_batched(ctx, BatchView<double>(factors.data(), 2, n, n, n * n, 1, n), VectorView<index_t>(info.data(), 2));
    CHECK(info == std::vector<index_t>{0, 0});
    out.insert(out.end(), factors.begin(), factors.end());
    return out;
  };
  const std::vector<double> one = product(1);
  openblas_set_num_threads(2);
  CHECK(product(4) == one);
  CHECK(product(1) == one);
}

TEST_CASE("strides that BLAS does not take are copied into memory of the context", "[equivalence]") {
  constexpr index_t n = 40;
  const std::vector<double> wide = drawn(4 * n * n, 3);
  const MatrixView<const double> apart(wide.data(), n, n, 2, 2 * n), dense = column_major(wide.data(), n, n);
  CHECK_FALSE(blas::layout(apart));
  CHECK(blas::layout(dense));
  CHECK_FALSE(blas::layout(MatrixView<const double>(wide.data(), 2, 2, 1, index_t{1} << 31)));  // beyond 32 bits
  std::vector<double> out(n * n), expected(n * n);
  Context<CpuBlas> ctx = blas_on(1);
  Context<Cpu> host(cpu::ContextOptions{.threads = 1});
  gemm(ctx, 1, dense, dense, 0, column_major(out.data(), n, n));
  CHECK(ctx.counters().bytes_peak == 0);
  gemm(ctx, 1, apart, dense, 0, column_major(out.data(), n, n));
  CHECK(ctx.counters().bytes_peak == n * n * sizeof(double));
  gemm(host, 1, apart, dense, 0, column_major(expected.data(), n, n));
  for (std::size_t i = 0; i < out.size(); ++i) REQUIRE(std::abs(out[i] - expected[i]) < 1e-12);
  ctx.control().workspace_limit = 100;
  const std::vector<double> before = out;
  CHECK_THROWS_AS(gemm(ctx, 1, apart, dense, 0, column_major(out.data(), n, n)), OutOfMemory);
  CHECK(out == before);
}

TEST_CASE("CpuBlas is a whole backend", "[equivalence]") {
  STATIC_REQUIRE(checked_backend<CpuBlas>());
  STATIC_REQUIRE(Has<op::gemm, Backend<CpuBlas>, double>);
  STATIC_REQUIRE(Has<op::transform_reduce, Backend<CpuBlas>, double> ==
                 Has<op::transform_reduce, Backend<Cpu>, double>);
}
