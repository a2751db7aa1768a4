// nearest_psd: definite matrices stay, others lose their negative part, ridges, dead units, scales, same bits.
#include "isonomy/estimators/gsn/psd/nearest_psd.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/compiled/gsn.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/linalg/cholesky.hpp"
#include "isonomy/ops/linalg/eigen/spectrum.hpp"
#include "support/catch.hpp"
#include "support/gsn/matrices.hpp"
#include "support/message.hpp"

using namespace isonomy;
using gsn::nearest_psd;
using gsn::Ridge;
using test::largest;
using test::SquareMatrix;

namespace {

SquareMatrix psd_of(SquareMatrix m, Ridge ridge, int threads = 1) {
  Context<Cpu> ctx(cpu::ContextOptions{.threads = threads});
  nearest_psd(ctx, m.view(), ridge);
  return m;
}

/// Is it positive semidefinite but for so much?
bool semidefinite(const SquareMatrix& a, double slack) {
  Context<Cpu> ctx;
  SquareMatrix shifted = a + slack * test::identity(a.n);
  try {
    cholesky(ctx, shifted.view());
    return true;
  } catch (const NotPositiveDefinite&) {
    return false;
  }
}

}  // namespace

TEST_CASE("a positive definite matrix stays as it is, bit for bit", "[gsn]") {
  for (const index_t n : {1, 2, 17, 40}) {
    SquareMatrix a = test::with_eigenvalues(test::numbers_between(0.01, 3, static_cast<std::size_t>(n), 5), 6);
    const SquareMatrix before = a;
    Context<Cpu> ctx;
    const auto p = nearest_psd(ctx, a.view());
    CHECK_FALSE(p.projected);
    CHECK(p.ridge == 0);
    CHECK(p.eigenvalues.size() == 0);
    CHECK(a == before);
  }
}

TEST_CASE("the negative part is what an indefinite matrix loses, with nothing in common with the rest", "[gsn]") {
  // A nearest matrix P of A is known by this: P and P - A are semidefinite, and their product is 0 (Higham 1988).
  for (const double low : {-0.2, -1.0, -3.0})
    for (const index_t n : {2, 9, 40}) {
      std::vector<double> w = test::numbers_between(low, 1, static_cast<std::size_t>(n), 7);
      w.front() = low, w.back() = 1;
      SquareMatrix p = test::with_eigenvalues(w, 8);
      const SquareMatrix a = p;
      Context<Cpu> ctx;
      const auto done = nearest_psd(ctx, p.view(), Ridge::none);
      CHECK(done.projected);
      CHECK(done.negative == std::count_if(w.begin(), w.end(), [](double x) { return x < 0; }));
      CHECK(semidefinite(p, 1e-13));
      CHECK(semidefinite(p - a, 1e-13));
      CHECK(largest(p * (p - a)) < 1e-13);
      CHECK(p == test::square_of(n, [&](index_t i, index_t j) { return p(j, i); }));
    }
}

TEST_CASE("a projection keeps all eigenpairs, or those of the sign that fewer have, with the same bits", "[gsn]") {
  for (const double low : {-0.2, -3.0, -1e-3})
    for (const index_t n : {1, 2, 9, 40}) {
      std::vector<double> w = test::numbers_between(low, 1, static_cast<std::size_t>(n), 7);
      w.front() = low;
      const SquareMatrix a = test::with_eigenvalues(w, 8);
      SquareMatrix from_all = a, from_fewer = a;
      Context<Cpu> ctx;
      const auto all = nearest_psd(ctx, from_all.view(), Ridge::relative, gsn::Pairs::all);
      const auto fewer = nearest_psd(ctx, from_fewer.view(), Ridge::relative, gsn::Pairs::fewer_sign);
      CHECK(from_all == from_fewer);
      CHECK(fewer.negative == all.negative);
      CHECK(fewer.ridge == all.ridge);
      CHECK(all.kept == EigenRange{0, n});
      CHECK(2 * fewer.kept.count <= n);
      for (index_t j = 0; j < fewer.kept.count; ++j) {
        CHECK(fewer.eigenvalues.view()(j) == all.eigenvalues.view()(fewer.kept.first + j));
        for (index_t i = 0; i < n; ++i)
          CHECK(fewer.eigenvectors.view()(i, j) == all.eigenvectors.view()(i, fewer.kept.first + j));
      }
    }
}

TEST_CASE("projecting twice changes no more than projecting once", "[gsn]") {
  const SquareMatrix a = test::with_eigenvalues(test::numbers_between(-1, 1, 30, 9), 10);
  for (const Ridge ridge : {Ridge::relative, Ridge::absolute}) {
    const SquareMatrix once = psd_of(a, ridge);
    CHECK(psd_of(once, ridge) == once);
  }
  const SquareMatrix bare = psd_of(a, Ridge::none);
  CHECK(largest(psd_of(bare, Ridge::none) - bare) < 1e-14);
}

TEST_CASE("the ridge is what its policy says", "[gsn]") {
  const SquareMatrix a = test::with_eigenvalues(test::numbers_between(-1, 1, 12, 11), 12);
  const SquareMatrix bare = psd_of(a, Ridge::none);
  double trace = 0;
  for (index_t i = 0; i < 12; ++i) trace += bare(i, i);
  CHECK(largest(psd_of(a, Ridge::absolute) - bare - 1e-10 * test::identity(12)) < 1e-15);
  CHECK(largest(psd_of(a, Ridge::relative) - bare - 1e-10 * trace / 12 * test::identity(12)) < 1e-15);
}

TEST_CASE("a matrix without positive eigenvalues becomes zeros", "[gsn]") {
  const SquareMatrix a = test::with_eigenvalues(test::numbers_between(-2, -1, 10, 13), 14);
  CHECK(largest(psd_of(a, Ridge::relative)) < 1e-14);
  CHECK(largest(psd_of(a, Ridge::absolute)) <= 1e-8);
  SquareMatrix one(1);
  one(0, 0) = -3;
  CHECK(psd_of(one, Ridge::relative)(0, 0) == 0);
  CHECK(largest(psd_of(SquareMatrix(4), Ridge::relative)) == 0);
}

TEST_CASE("an asymmetric matrix is symmetrised first", "[gsn]") {
  const SquareMatrix a = test::with_eigenvalues(test::numbers_between(0.5, 1, 6, 15), 16);
  SquareMatrix skewed = a;
  skewed(4, 1) += 0.25;
  skewed(1, 4) -= 0.25;
  CHECK(largest(psd_of(skewed, Ridge::relative) - a) < 1e-15);
}

TEST_CASE("units without variance stay zeros and change nothing for the others", "[gsn]") {
  for (const double low : {-1.0, 0.5}) {
    const SquareMatrix living = test::with_eigenvalues(test::numbers_between(low, 1, 9, 17), 18);
    const auto number = [](index_t i) { return i - (i > 3 ? 1 : 0) - (i > 7 ? 1 : 0); };
    const auto dead = [](index_t i) { return i == 3 || i == 7; };
    const SquareMatrix a = test::square_of(
        11, [&](index_t i, index_t j) { return dead(i) || dead(j) ? 0.0 : living(number(i), number(j)); });
    for (const Ridge ridge : {Ridge::relative, Ridge::absolute, Ridge::none}) {
      const SquareMatrix expected = psd_of(living, ridge), got = psd_of(a, ridge);
      for (index_t j = 0; j < 11; ++j)
        for (index_t i = 0; i < 11; ++i) {
          if (dead(i) || dead(j)) CHECK(got(i, j) == 0);
          if (!dead(i) && !dead(j)) CHECK(std::abs(got(i, j) - expected(number(i), number(j))) < 1e-14);
        }
    }
  }
}

TEST_CASE("the nearest matrix scales with the matrix", "[gsn]") {
  const SquareMatrix a = test::with_eigenvalues(test::numbers_between(-1, 2, 20, 19), 20),
                     p = psd_of(a, Ridge::relative);
  for (const double s : {1e-18, 1e-9, 3e7, 1e18})
    CHECK(largest(1 / s * psd_of(s * a, Ridge::relative) - p) < 1e-12 * largest(p));
}

TEST_CASE("the nearest matrix has the same bits for any number of threads", "[gsn]") {
  const SquareMatrix a = test::with_eigenvalues(test::numbers_between(-1, 2, 70, 21), 22);
  CHECK(psd_of(a, Ridge::relative, 1) == psd_of(a, Ridge::relative, 4));
}

TEST_CASE("nearest_psd names what it cannot use, and leaves it alone", "[gsn]") {
  Context<Cpu> ctx;
  SquareMatrix a(3);
  a(2, 1) = std::numeric_limits<double>::infinity();
  a(1, 2) = std::numeric_limits<double>::quiet_NaN();
  a(0, 1) = 5;
  CHECK(test::message<ValueError>([&] { nearest_psd(ctx, a.view()); }) ==
        "nearest_psd: M(2, 1) is inf; expected finite numbers; leave out what was not measured");
  CHECK(a(0, 1) == 5);
  CHECK(test::message<ShapeError>([&] { nearest_psd(ctx, a.view().column_block(0, 2)); }) ==
        "nearest_psd: M is 3x2; it must be square");
  CHECK(test::message<ShapeError>([&] { nearest_psd(ctx, transposed(a.view())); }).find("copy it to a Matrix") !=
        std::string::npos);
  SquareMatrix large = test::identity(64);
  large(0, 1) = 5;
  const SquareMatrix before = large;
  Context<Cpu> limited({.workspace_limit = 20000});
  CHECK_THROWS_AS(nearest_psd(limited, large.view()), OutOfMemory);
  CHECK(large == before);
}
