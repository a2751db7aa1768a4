// eigh, eigh_subset, tridiagonalise and apply_reflectors of Backend<CpuBlas>: conformance rows, and what its contract
// says beyond them.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <stop_token>
#include <vector>

#include "equivalence/blas/drawn.hpp"
#include "isonomy/blas/blas.hpp"
#include "isonomy/conformance/cases/linalg/eigh.hpp"
#include "isonomy/conformance/cases/linalg/eigh_subset.hpp"
#include "isonomy/conformance/cases/linalg/tridiagonalise.hpp"
#include "isonomy/core/error.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"

using namespace isonomy;
using test::blas_on, test::drawn;

namespace {

/// What eigh, eigh_subset, tridiagonalise and apply_reflectors write, one after the other.
struct Spectral {
  index_t n;
  std::vector<double> w, v, some_w, some_v, d, e, reflectors, taus;

  explicit Spectral(index_t size)
      : n(size), w(vector(n)), v(vector(n * n)), some_w(w), some_v(v), d(vector(n)), e(vector(n - 1)),
        reflectors(vector(n * n)), taus(vector(n - 1)) {}
  void run(Context<CpuBlas>& ctx, const std::vector<double>& a, std::vector<double>& c) {
    const MatrixView<const double> matrix = column_major(a.data(), n, n);
    eigh(ctx, matrix, line(w), column_major(v.data(), n, n));
    eigh_subset(ctx, matrix, Spectrum::negative(), line(some_w), column_major(some_v.data(), n, n));
    tridiagonalise(ctx, matrix, line(d), line(e), column_major(reflectors.data(), n, n), line(taus));
    apply_reflectors(ctx, MatrixView<const double>(column_major(reflectors.data(), n, n)),
                     VectorView<const double>(line(taus)), false, column_major(c.data(), n, n));
  }
  [[nodiscard]] bool operator==(const Spectral&) const = default;

 private:
  [[nodiscard]] static std::vector<double> vector(index_t size) {
    return std::vector<double>(static_cast<std::size_t>(size));
  }
  [[nodiscard]] static VectorView<double> line(std::vector<double>& x) {
    return VectorView<double>(x.data(), static_cast<index_t>(x.size()));
  }
};

}  // namespace

TEST_CASE("eigh conforms on CpuBlas", "[equivalence]") { test::conform<op::eigh, CpuBlas>(); }
TEST_CASE("eigh_subset conforms on CpuBlas", "[equivalence]") { test::conform<op::eigh_subset, CpuBlas>(); }
TEST_CASE("tridiagonalise conforms on CpuBlas", "[equivalence]") { test::conform<op::tridiagonalise, CpuBlas>(); }
TEST_CASE("apply_reflectors conforms on CpuBlas", "[equivalence]") { test::conform<op::apply_reflectors, CpuBlas>(); }

TEST_CASE("eigenproblems of CpuBlas in several pieces have the same bits on one thread and on four", "[equivalence]") {
  constexpr index_t n = 300;
  const std::vector<double> a = drawn(n * n, 1), b = drawn(n * n, 2);
  Spectral one(n), four(n), again(n);
  std::vector<double> c_one = b, c_four = b, c_again = b;
  Context<CpuBlas> single = blas_on(1), several = blas_on(4);
  one.run(single, a, c_one);
  openblas_set_num_threads(2);
  four.run(several, a, c_four);
  again.run(single, a, c_again);
  CHECK(one == four);
  CHECK(one == again);
  CHECK(c_one == c_four);
  CHECK(c_one == c_again);
  for (std::size_t i = 0; i < one.w.size(); ++i) CHECK(one.some_w[i] == (one.w[i] < 0 ? one.w[i] : 0));
}

TEST_CASE("eigenvalues of CpuBlas scale with the matrix, to the ends of the range", "[equivalence]") {
  constexpr index_t n = 60;
  const std::vector<double> a = drawn(n * n, 3);
  Spectral plain(n);
  std::vector<double> c = a;
  Context<CpuBlas> ctx = blas_on(2);
  plain.run(ctx, a, c);
  for (const int exponent : {-1000, -500, 500, 1000}) {
    std::vector<double> scaled = a;
    for (double& x : scaled) x = std::ldexp(x, exponent);
    Spectral found(n);
    c = a;
    found.run(ctx, scaled, c);
    CHECK(found.v == plain.v);
    CHECK(found.reflectors == plain.reflectors);
    for (std::size_t i = 0; i < plain.w.size(); ++i) REQUIRE(found.w[i] == std::ldexp(plain.w[i], exponent));
  }
}

TEST_CASE("eigenproblems of CpuBlas leave their outputs where they end early, and take their memory from the context",
          "[equivalence]") {
  constexpr index_t n = 50;
  std::vector<double> a = drawn(n * n, 4);
  Spectral out(n);
  std::vector<double> c = a;
  Context<CpuBlas> ctx = blas_on(1);
  const Spectral before = out;
  ctx.control().workspace_limit = 2 * n * n * sizeof(double);
  CHECK_THROWS_AS(out.run(ctx, a, c), OutOfMemory);
  CHECK(out == before);
  ctx.control().workspace_limit = (3 * n * n + 200 * n + 1000) * sizeof(double);
  out.run(ctx, a, c);
  CHECK(ctx.counters().bytes_peak > 3 * n * n * sizeof(double));
  const Spectral found = out;
  a[1] = std::numeric_limits<double>::infinity();
  CHECK_THROWS_AS(out.run(ctx, a, c), ValueError);
  CHECK(out == found);
  std::stop_source stop;
  stop.request_stop();
  ctx.control().stop = stop.get_token();
  CHECK_THROWS_AS(out.run(ctx, drawn(n * n, 5), c), Cancelled);
  CHECK(out == found);
}
