// Cholesky factors and eigenvalues of small matrices against extended precision.
#include "isonomy/core/small_matrix.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "support/catch.hpp"

#include "isonomy/core/random.hpp"

namespace {

using isonomy::Cholesky;
using isonomy::SquareMatrix;

double uniform(std::uint64_t counter) { return 2 * isonomy::random_unit(17, counter, 3) - 1; }

SquareMatrix orthogonal(std::size_t n, std::uint64_t first) {
  SquareMatrix q(n);
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<double> v(n);
    for (std::size_t j = 0; j < n; ++j) v[j] = uniform(first + i * n + j);
    for (int pass = 0; pass < 2; ++pass)
      for (std::size_t k = 0; k < i; ++k) isonomy::add_multiple(-isonomy::dot(v, q.row(k)), q.row(k), v);
    for (std::size_t j = 0; j < n; ++j) q(i, j) = v[j] / isonomy::norm(v);
  }
  return q;
}

SquareMatrix with_eigenvalues(const std::vector<double>& values) {
  const std::size_t n = values.size();
  const SquareMatrix q = orthogonal(n, 100);
  SquareMatrix a(n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      double s = 0;
      for (std::size_t k = 0; k < n; ++k) s = std::fma(q(k, i) * values[k], q(k, j), s);
      a(i, j) = a(j, i) = s;
    }
  return a;
}

/// Eigenvalues by Jacobi's rotations in extended precision, ascending.
std::vector<double> by_rotations(const SquareMatrix& matrix) {
  const std::size_t n = matrix.size();
  std::vector<long double> a(matrix.elements().begin(), matrix.elements().end());
  const auto at = [&](std::size_t i, std::size_t j) -> long double& { return a[n * i + j]; };
  for (int sweep = 0; sweep < 60; ++sweep)
    for (std::size_t p = 0; p + 1 < n; ++p)
      for (std::size_t q = p + 1; q < n; ++q) {
        if (at(p, q) == 0) continue;
        const long double theta = (at(q, q) - at(p, p)) / (2 * at(p, q));
        const long double t = std::copysign(1.0L, theta) / (std::abs(theta) + std::sqrt(theta * theta + 1));
        const long double c = 1 / std::sqrt(t * t + 1), s = t * c;
        for (std::size_t k = 0; k < n; ++k) {
          const long double x = at(k, p), y = at(k, q);
          at(k, p) = c * x - s * y, at(k, q) = s * x + c * y;
        }
        for (std::size_t k = 0; k < n; ++k) {
          const long double x = at(p, k), y = at(q, k);
          at(p, k) = c * x - s * y, at(q, k) = s * x + c * y;
        }
      }
  std::vector<double> values;
  for (std::size_t i = 0; i < n; ++i) values.push_back(static_cast<double>(at(i, i)));
  std::sort(values.begin(), values.end());
  return values;
}

double largest(const std::vector<double>& x) {
  double result = 0;
  for (const double v : x) result = std::max(result, std::abs(v));
  return result;
}

/// Largest element of A - L L^T, in extended precision, over that of A.
double factor_error(const SquareMatrix& a, const SquareMatrix& l) {
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      long double s = -static_cast<long double>(a(i, j));
      for (std::size_t k = 0; k <= j; ++k) s += static_cast<long double>(l(i, k)) * l(j, k);
      worst = std::max(worst, static_cast<double>(std::abs(s)));
    }
  return worst / largest(a.elements());
}

std::vector<double> sizes(std::size_t n, double ratio) {
  std::vector<double> values(n, 1);
  for (std::size_t i = 1; i < n; ++i) values[i] = values[i - 1] * ratio;
  return values;
}

SquareMatrix times(double factor, SquareMatrix a) {
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < a.size(); ++j) a(i, j) *= factor;
  return a;
}

}  // namespace

TEST_CASE("a Cholesky factor multiplies to its matrix, also far from 1") {
  for (const double scale : {1.0, 1e150, 1e-150}) {
    for (const std::size_t n : {1, 2, 5, 30, 100}) {
      const SquareMatrix a = times(scale, with_eigenvalues(sizes(n, 0.8)));
      const Cholesky factor(a);
      REQUIRE(factor.positive_definite());
      CHECK(factor_error(a, factor.lower()) <= 2 * static_cast<double>(n + 1) * 0x1p-53);
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = i + 1; j < n; ++j) REQUIRE(factor.lower()(i, j) == 0);
    }
  }
}

TEST_CASE("a Cholesky factor solves and inverts") {
  for (const double scale : {1.0, 1e150, 1e-150}) {
    const std::size_t n = 12;
    const SquareMatrix a = times(scale, with_eigenvalues(sizes(n, 0.7)));
    const Cholesky factor(a);
    std::vector<double> x(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = uniform(i);
    const std::vector<double> found = factor.solve(isonomy::product(a, x));
    for (std::size_t i = 0; i < n; ++i) CHECK(std::abs(found[i] - x[i]) < 1e-13);
    const SquareMatrix inverse = factor.inverse(), one = isonomy::product(a, inverse);
    const SquareMatrix also_one = isonomy::product(factor.lower(), factor.inverse_lower());
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) {
        CHECK(std::abs(one(i, j) - (i == j)) < 1e-13);
        CHECK(std::abs(also_one(i, j) - (i == j)) < 1e-14);
        CHECK(inverse(i, j) == inverse(j, i));
      }
  }
}

TEST_CASE("a graded matrix loses nothing to its largest elements in a Cholesky factor") {
  const std::size_t n = 20;
  SquareMatrix a = with_eigenvalues(sizes(n, 0.9));
  std::vector<double> x(n), grade = sizes(n, 1e-7);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) a(i, j) *= grade[i] * grade[j];
  for (std::size_t i = 0; i < n; ++i) x[i] = uniform(i) / grade[i];
  const Cholesky factor(a);
  REQUIRE(factor.positive_definite());
  const std::vector<double> found = factor.solve(isonomy::product(a, x));
  for (std::size_t i = 0; i < n; ++i) CHECK(std::abs(found[i] - x[i]) * grade[i] < 1e-12);
}

TEST_CASE("the failing pivot is the first that is not a positive number") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  const auto pivot = [](std::size_t n, std::vector<double> rows) {
    const Cholesky factor(SquareMatrix(n, std::move(rows)));
    CHECK(factor.positive_definite() == (factor.failing_pivot() == 0));
    return factor.failing_pivot();
  };
  CHECK(pivot(0, {}) == 0);
  CHECK(pivot(1, {4}) == 0);
  CHECK(pivot(1, {0}) == 1);
  CHECK(pivot(1, {-1}) == 1);
  CHECK(pivot(1, {nan}) == 1);
  CHECK(pivot(1, {infinity}) == 1);
  CHECK(pivot(2, {1, 2, 2, 4}) == 2);
  CHECK(pivot(3, {4, 2, 2, 2, 5, 3, 2, 3, 1}) == 3);
  CHECK(pivot(2, {1, 7, 0, 1}) == 0);  // the upper triangle is not read
}

TEST_CASE("eigenvalues are those of extended precision within the largest one's rounding") {
  for (const double scale : {1.0, 1e150, 1e-150}) {
    std::vector<SquareMatrix> matrices;
    for (const std::size_t n : {1, 2, 3, 10, 40}) {
      matrices.push_back(with_eigenvalues(sizes(n, 0.5)));
      matrices.push_back(with_eigenvalues(sizes(n, -0.97)));
      matrices.push_back(with_eigenvalues(std::vector<double>(n, 3)));
    }
    matrices.push_back(with_eigenvalues({1, 1 + 1e-13, 1 + 2e-13, 5, 5, 1e-9}));           // clustered
    matrices.push_back(with_eigenvalues({0, 0, 0, 1, 2}));                                 // of low rank
    matrices.push_back(SquareMatrix(4));                                                   // nothing but 0
    matrices.push_back(SquareMatrix(3, {1, 1e-170, 0, 1e-170, 0, 1e-165, 0, 1e-165, 0}));  // squares underflow
    matrices.push_back(SquareMatrix(3, {0, 1, 0, 1, 0, 1, 0, 1, 0}));                      // no diagonal
    for (SquareMatrix& a : matrices) {
      a = times(scale, a);
      const std::vector<double> found = isonomy::eigenvalues(a), expected = by_rotations(a);
      REQUIRE(found.size() == a.size());
      CHECK(std::is_sorted(found.begin(), found.end()));
      for (std::size_t k = 0; k < a.size(); ++k)
        CHECK(std::abs(found[k] - expected[k]) <= 4 * static_cast<double>(a.size()) * 0x1p-53 * largest(expected));
    }
  }
}

TEST_CASE("eigenvectors are orthonormal and belong to their values") {
  for (const std::vector<double>& values :
       {sizes(1, 1), sizes(2, 0.1), sizes(12, 0.3), sizes(30, -0.9), std::vector<double>{2, 2, 2, 2 + 1e-14, 0, 0}}) {
    const SquareMatrix a = with_eigenvalues(values);
    const std::size_t n = a.size();
    const isonomy::Eigensystem found = isonomy::eigensystem(a);
    CHECK(found.values == isonomy::eigenvalues(a));
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t i = 0; i < n; ++i) {
        double along = -found.values[k] * found.vectors(i, k), overlap = i == k ? -1 : 0;
        for (std::size_t j = 0; j < n; ++j) {
          along += a(i, j) * found.vectors(j, k);
          overlap += found.vectors(j, i) * found.vectors(j, k);
        }
        CHECK(std::abs(along) <= 1e-14 * static_cast<double>(n) * largest(found.values));
        CHECK(std::abs(overlap) <= 1e-14 * static_cast<double>(n));
      }
  }
}

TEST_CASE("no numbers and no finite numbers have eigenvalues that say so") {
  CHECK(isonomy::eigenvalues(SquareMatrix()).empty());
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> found = isonomy::eigenvalues(SquareMatrix(2, {1, nan, nan, 1}));
  REQUIRE(found.size() == 2);
  CHECK(std::isnan(found[0]));
  CHECK(std::isnan(found[1]));
}

TEST_CASE("a matrix with more columns than rows is refused") {
  CHECK_THROWS_WITH(SquareMatrix(2, {1, 2, 3, 4, 5, 6}),
                    "SquareMatrix: 6 elements for 2 rows; give as many columns as rows");
}
