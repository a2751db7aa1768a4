// Symmetric matrices for tests of gsn: random ones with known eigenvalues, on the host, by columns.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/cpu.hpp"

namespace isonomy::test {

/// n x n numbers, by columns.
struct SquareMatrix {
  index_t n = 0;
  std::vector<double> x;

  explicit SquareMatrix(index_t rows = 0) : n(rows), x(static_cast<std::size_t>(rows * rows)) {}
  double& operator()(index_t i, index_t j) { return x[static_cast<std::size_t>(i + j * n)]; }
  double operator()(index_t i, index_t j) const { return x[static_cast<std::size_t>(i + j * n)]; }
  [[nodiscard]] MatrixView<double> view() { return column_major(x.data(), n, n); }
  [[nodiscard]] MatrixView<const double> view() const { return column_major(x.data(), n, n); }
  bool operator==(const SquareMatrix& other) const { return x == other.x; }
};

inline SquareMatrix square(const Matrix<double, Cpu>& m) {
  SquareMatrix s(m.rows());
  s.x.assign(m.data(), m.data() + m.rows() * m.rows());
  return s;
}

/// A copy on the host.
template <class Ctx>
SquareMatrix square(Ctx& ctx, const Matrix<double, typename Ctx::tag>& m) {
  SquareMatrix s(m.rows());
  s.x = to_host<Ctx, double>(ctx, VectorView<const double, typename Ctx::space>(m.data(), m.rows() * m.rows()));
  return s;
}

template <class F>
SquareMatrix square_of(index_t n, const F& f) {
  SquareMatrix s(n);
  for (index_t j = 0; j < n; ++j)
    for (index_t i = 0; i < n; ++i) s(i, j) = f(i, j);
  return s;
}

inline SquareMatrix operator*(const SquareMatrix& a, const SquareMatrix& b) {
  return square_of(a.n, [&](index_t i, index_t j) {
    double sum = 0;
    for (index_t k = 0; k < a.n; ++k) sum += a(i, k) * b(k, j);
    return sum;
  });
}
inline SquareMatrix operator+(const SquareMatrix& a, const SquareMatrix& b) {
  return square_of(a.n, [&](index_t i, index_t j) { return a(i, j) + b(i, j); });
}
inline SquareMatrix operator*(double f, const SquareMatrix& a) {
  return square_of(a.n, [&](index_t i, index_t j) { return f * a(i, j); });
}
inline SquareMatrix operator-(const SquareMatrix& a, const SquareMatrix& b) { return a + -1.0 * b; }

inline SquareMatrix identity(index_t n) {
  return square_of(n, [](index_t i, index_t j) { return i == j ? 1.0 : 0.0; });
}

inline double largest(const SquareMatrix& a) {
  double result = 0;
  for (const double x : a.x) result = std::isnan(x) ? x : std::max(result, std::abs(x));
  return result;
}

/// Q*diag(w)*Q^T of an orthogonal Q that the seed chooses: the product of n reflections.
inline SquareMatrix with_eigenvalues(const std::vector<double>& w, std::uint64_t seed) {
  const auto n = static_cast<index_t>(w.size());
  SquareMatrix a = square_of(n, [&](index_t i, index_t j) { return i == j ? w[static_cast<std::size_t>(i)] : 0.0; });
  for (index_t k = 0; k < n; ++k) {
    std::vector<double> u(w.size());
    double norm = 0;
    for (std::size_t i = 0; i < u.size(); ++i) {
      u[i] = random_unit(seed, i, static_cast<std::uint64_t>(k)) - 0.5;
      norm += u[i] * u[i];
    }
    const SquareMatrix h = square_of(n, [&](index_t i, index_t j) {
      return (i == j ? 1.0 : 0.0) - 2 * u[static_cast<std::size_t>(i)] * u[static_cast<std::size_t>(j)] / norm;
    });
    a = h * a * h;
  }
  return square_of(n, [&](index_t i, index_t j) { return i >= j ? a(i, j) : a(j, i); });
}

/// n numbers in [low, high).
inline std::vector<double> numbers_between(double low, double high, std::size_t n, std::uint64_t seed) {
  std::vector<double> w(n);
  for (std::size_t i = 0; i < n; ++i) w[i] = low + (high - low) * random_unit(seed, i, 99);
  return w;
}

}  // namespace isonomy::test
