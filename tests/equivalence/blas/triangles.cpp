// cholesky and solve_triangular of Backend<CpuBlas>: conformance rows, and what its contract says beyond them.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "equivalence/blas/drawn.hpp"
#include "isonomy/blas/blas.hpp"
#include "isonomy/conformance/cases/linalg/cholesky.hpp"
#include "isonomy/conformance/cases/linalg/solve_triangular.hpp"
#include "isonomy/core/error.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"

using namespace isonomy;
using test::blas_on, test::drawn, test::drawn_dominant;

TEST_CASE("cholesky conforms on CpuBlas", "[equivalence]") { test::conform<op::cholesky, CpuBlas>(); }
TEST_CASE("cholesky_batched conforms on CpuBlas", "[equivalence]") { test::conform<op::cholesky_batched, CpuBlas>(); }
TEST_CASE("solve_triangular conforms on CpuBlas", "[equivalence]") { test::conform<op::solve_triangular, CpuBlas>(); }
TEST_CASE("solve_triangular_batched conforms on CpuBlas", "[equivalence]") {
  test::conform<op::solve_triangular_batched, CpuBlas>();
}

TEST_CASE("cholesky and solve_triangular in pieces have the same bits on one thread and on four", "[equivalence]") {
  constexpr index_t n = 700, r = 600;
  const std::vector<double> a = drawn_dominant(n, 1), b = drawn(n * r, 2);
  const auto results = [&](int threads) {
    Context<CpuBlas> ctx = blas_on(threads);
    std::vector<double> all;
    for (const bool by_rows : {false, true}) {
      std::vector<double> l = a, x = b;
      const MatrixView<double> of_l = by_rows ? row_major(l.data(), n, n) : column_major(l.data(), n, n),
                               of_x = by_rows ? row_major(x.data(), n, r) : column_major(x.data(), n, r);
      cholesky(ctx, of_l);
      solve_triangular(ctx, MatrixView<const double>(of_l), of_x);
      all.insert(all.end(), l.begin(), l.end());
      all.insert(all.end(), x.begin(), x.end());
    }
    return all;
  };
  const std::vector<double> one = results(1);
  openblas_set_num_threads(2);
  CHECK(results(4) == one);
  CHECK(results(1) == one);
}

TEST_CASE("cholesky on CpuBlas names the first failing pivot behind its first block, and leaves the upper triangle",
          "[equivalence]") {
  constexpr index_t n = 600, failing = 430;
  Context<CpuBlas> ctx = blas_on(2);
  for (const double value : {-1.0, std::numeric_limits<double>::quiet_NaN()}) {
    std::vector<double> a = drawn_dominant(n, 3);
    const MatrixView<double> view = column_major(a.data(), n, n);
    for (index_t j = 0; j < n; ++j) std::fill_n(&view(0, j), j, std::numeric_limits<double>::quiet_NaN());
    view(failing, failing) = value;
    index_t named = 0;
    try {
      cholesky(ctx, view);
    } catch (const NotPositiveDefinite& e) {
      named = e.pivot;
    }
    CHECK(named == failing + 1);
    for (index_t j = 0; j < n; ++j)
      for (index_t i = 0; i < j; ++i) REQUIRE(std::isnan(view(i, j)));
  }
}

TEST_CASE("diagonals whose reciprocals are no normal numbers are divided by on CpuBlas", "[equivalence]") {
  constexpr double least = std::numeric_limits<double>::denorm_min(), most = std::numeric_limits<double>::max(),
                   infinity = std::numeric_limits<double>::infinity();
  for (const double pivot : {least, 1e-310, most, infinity, std::numeric_limits<double>::quiet_NaN()})
    for (const Triangle triangle : {Triangle::lower, Triangle::upper}) {
      std::vector<double> l{2, 3, 3, pivot}, x{2, 4, 3, 5}, expected = x;
      std::vector<index_t> info(2, -1);
      Context<CpuBlas> ctx = blas_on(1);
      Context<Cpu> host(cpu::ContextOptions{.threads = 1});
      const MatrixView<const double> matrix = row_major(l.data(), 2, 2);
      solve_triangular(host, matrix, column_major(expected.data(), 2, 2), triangle);
      std::vector<double> batch = x;
      solve_triangular(ctx, matrix, column_major(x.data(), 2, 2), triangle);
      solve_triangular_batched(ctx, BatchView<const double>(l.data(), 2, 2, 2, 0, 2, 1),
                               BatchView<double>(batch.data(), 2, 2, 1, 2, 1, 2), VectorView<index_t>(info.data(), 2),
                               triangle);
      CAPTURE(pivot);
      CHECK(std::memcmp(x.data(), expected.data(), sizeof(double) * x.size()) == 0);
      CHECK(std::memcmp(batch.data(), expected.data(), sizeof(double) * x.size()) == 0);
    }
}

TEST_CASE("numbers that are none spread through unknowns that are 0 on CpuBlas", "[equivalence]") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  Context<CpuBlas> ctx = blas_on(1);
  for (const index_t n : {2, 9, 70, 300})
    for (const index_t r : {1, 2, 5, 40}) {
      std::vector<double> l = drawn_dominant(n, 4), x(static_cast<std::size_t>(n * r), 0.0);
      const MatrixView<double> matrix = column_major(l.data(), n, n), unknowns = column_major(x.data(), n, r);
      matrix(n - 1, 0) = nan;
      solve_triangular(ctx, MatrixView<const double>(matrix), unknowns);
      CAPTURE(n, r);
      for (index_t j = 0; j < r; ++j) {
        CHECK(std::isnan(unknowns(n - 1, j)));
        for (index_t i = 0; i + 1 < n; ++i) REQUIRE(unknowns(i, j) == 0);
      }
    }
}

TEST_CASE("what is not finite spreads to no unknown before it on CpuBlas", "[equivalence]") {
  Context<CpuBlas> ctx = blas_on(2);
  for (const index_t n : {5, 9, 33, 130})
    for (const index_t r : {1, 3, 70})
      for (const Triangle triangle : {Triangle::lower, Triangle::upper}) {
        const std::vector<double> l = drawn_dominant(n, 6), b = drawn(n * r, 7);
        std::vector<float> of_l(l.begin(), l.end()), by_columns(b.begin(), b.end()), by_rows(by_columns);
        const MatrixView<const float> matrix = column_major(std::as_const(of_l).data(), n, n);
        for (const MatrixView<float> x : {column_major(by_columns.data(), n, r), row_major(by_rows.data(), n, r)}) {
          x(n / 2, r - 1) = std::numeric_limits<float>::infinity();
          solve_triangular(ctx, matrix, x, triangle);
          CAPTURE(n, r, triangle == Triangle::lower, x.row_stride);
          for (index_t j = 0; j < r; ++j)
            for (index_t i = 0; i < n; ++i) {
              const bool before = triangle == Triangle::lower ? i < n / 2 : i > n / 2;
              REQUIRE(std::isfinite(x(i, j)) == (j < r - 1 || before));
            }
        }
      }
}

TEST_CASE("solve_triangular on CpuBlas copies strides that BLAS does not take, and leaves B where it throws",
          "[equivalence]") {
  constexpr index_t n = 30, r = 20;
  std::vector<double> wide = drawn_dominant(2 * n, 5), x = drawn(2 * n * r, 6);
  const std::vector<double> before = x;
  const MatrixView<const double> l(wide.data(), n, n, 2, 4 * n);
  const MatrixView<double> b(x.data(), n, r, 2, 2 * n);
  Context<CpuBlas> ctx = blas_on(1);
  ctx.control().workspace_limit = n * n * sizeof(double);
  CHECK_THROWS_AS(solve_triangular(ctx, l, b), OutOfMemory);
  CHECK(x == before);
  constexpr std::size_t right = n * r * sizeof(double), room = (right + 255) / 256 * 256;
  ctx.control().workspace_limit = n * n * sizeof(double) + right + room;
  solve_triangular(ctx, l, b);
  CHECK(ctx.counters().bytes_peak == ctx.control().workspace_limit);
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j < r; ++j) {
      double sum = -before[static_cast<std::size_t>(2 * (j * n + i))];
      for (index_t k = 0; k <= i; ++k) sum += l(i, k) * b(k, j);
      REQUIRE(std::abs(sum) < 1e-12);
      REQUIRE(x[static_cast<std::size_t>(2 * (j * n + i) + 1)] ==
              before[static_cast<std::size_t>(2 * (j * n + i) + 1)]);
    }
  wide[static_cast<std::size_t>(6 * (4 * n + 2))] = 0;
  const std::vector<double> solved = x;
  CHECK_THROWS_AS(solve_triangular(ctx, l, b), SingularMatrix);
  CHECK(x == solved);
}

TEST_CASE("factors and systems of a batch on CpuBlas take no more than they say", "[equivalence]") {
  constexpr index_t n = 40, r = 30, slots = 3;
  std::vector<double> l, x = drawn(slots * n * r, 8);
  for (std::uint64_t s = 0; s < slots; ++s) {
    const std::vector<double> one = drawn_dominant(n, s);
    l.insert(l.end(), one.begin(), one.end());
  }
  std::vector<index_t> info(slots);
  const BatchView<double> a(l.data(), slots, n, n, n * n, 1, n), b(x.data(), slots, n, r, n * r, 1, n);
  for (const int threads : {1, 2}) {
    Context<CpuBlas> ctx = blas_on(threads);
    ctx.control().workspace_limit = cholesky_batched_workspace<double>(ctx, slots, n);
    cholesky_batched(ctx, a, VectorView<index_t>(info.data(), slots));
    ctx.control().workspace_limit = solve_triangular_batched_workspace<double>(ctx, slots, n, r);
    solve_triangular_batched(ctx, a, b, VectorView<index_t>(info.data(), slots));
    CHECK(info == std::vector<index_t>(slots));
    CHECK(ctx.counters().bytes_peak >= static_cast<std::size_t>(threads) * n * r * sizeof(double));
  }
}
