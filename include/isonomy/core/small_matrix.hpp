// Small dense systems in host memory: Cholesky factors and symmetric eigenvalues in a fixed order of operations.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/order.hpp"
#include "isonomy/core/text.hpp"

/// The bits of everything here depend on the numbers alone: sums run in ascending order, a product feeds an addition
/// through fma or is rounded before it. Meant for the hundred parameters of a fit or so, not for data.
namespace isonomy {

/// sum_i a_i b_i; 0 for no elements.
[[nodiscard]] inline double dot(std::span<const double> a, std::span<const double> b) {
  double s = 0;
  for (std::size_t i = 0; i < a.size(); ++i) s = std::fma(a[i], b[i], s);
  return s;
}
/// The Euclidean length; squares may over- or underflow.
[[nodiscard]] inline double norm(std::span<const double> a) { return std::sqrt(dot(a, a)); }
/// y += factor * x.
inline void add_multiple(double factor, std::span<const double> x, std::span<double> y) {
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = std::fma(factor, x[i], y[i]);
}
/// factor * x.
[[nodiscard]] inline std::vector<double> scaled(double factor, std::vector<double> x) {
  for (double& v : x) v = rounded_product(factor, v);
  return x;
}
[[nodiscard]] inline bool all_finite(std::span<const double> x) {
  return std::all_of(x.begin(), x.end(), [](double v) { return std::isfinite(v); });
}

/// n x n numbers by rows, 0 at first.
class SquareMatrix {
 public:
  SquareMatrix() = default;
  explicit SquareMatrix(std::size_t n) : n_(n), elements_(n * n) {}
  /// ShapeError unless there are n^2 elements.
  SquareMatrix(std::size_t n, std::vector<double> by_rows) : n_(n), elements_(std::move(by_rows)) {
    if (elements_.size() != n * n)
      throw ShapeError(text::joined(
          {"SquareMatrix: ", elements_.size(), " elements for ", n, " rows; give as many columns as rows"}));
  }
  [[nodiscard]] static SquareMatrix identity(std::size_t n) {
    SquareMatrix result(n);
    for (std::size_t i = 0; i < n; ++i) result(i, i) = 1;
    return result;
  }

  [[nodiscard]] std::size_t size() const { return n_; }
  [[nodiscard]] double& operator()(std::size_t i, std::size_t j) { return elements_[n_ * i + j]; }
  [[nodiscard]] double operator()(std::size_t i, std::size_t j) const { return elements_[n_ * i + j]; }
  [[nodiscard]] std::span<const double> row(std::size_t i) const { return {elements_.data() + n_ * i, n_}; }
  [[nodiscard]] const std::vector<double>& elements() const { return elements_; }

 private:
  std::size_t n_ = 0;
  std::vector<double> elements_;
};

/// A x. O(n^2).
[[nodiscard]] inline std::vector<double> product(const SquareMatrix& a, std::span<const double> x) {
  std::vector<double> result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) result[i] = dot(a.row(i), x);
  return result;
}
/// A B. O(n^3).
[[nodiscard]] inline SquareMatrix product(const SquareMatrix& a, const SquareMatrix& b) {
  SquareMatrix result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t k = 0; k < a.size(); ++k)
      for (std::size_t j = 0; j < a.size(); ++j) result(i, j) = std::fma(a(i, k), b(k, j), result(i, j));
  return result;
}

/// The lower triangle L of A = L L^T.
///
/// Never throws for the numbers of a matrix: ask positive_definite() before anything else. O(n^3).
/// Source: Golub and Van Loan, Matrix Computations (2013), 4.2.
class Cholesky {
 public:
  /// Reads the lower triangle of `a`.
  explicit Cholesky(SquareMatrix a) : l_(std::move(a)) {
    const std::size_t n = l_.size();
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) {
        if (j > i) {
          l_(i, j) = 0;
          continue;
        }
        double s = l_(i, j);
        for (std::size_t c = 0; c < j; ++c) s = std::fma(-l_(i, c), l_(j, c), s);
        if (i == j && (!(s > 0) || !std::isfinite(s))) {
          failing_pivot_ = static_cast<int>(i) + 1;
          return;
        }
        l_(i, j) = i == j ? std::sqrt(s) : s / l_(j, j);
      }
  }

  /// The first pivot, from 1, that is not a finite number above 0; 0 if all are.
  [[nodiscard]] int failing_pivot() const { return failing_pivot_; }
  [[nodiscard]] bool positive_definite() const { return failing_pivot_ == 0; }
  /// L, 0 above its diagonal.
  [[nodiscard]] const SquareMatrix& lower() const { return l_; }

  /// x with A x = b: L y = b, then L^T x = y.
  [[nodiscard]] std::vector<double> solve(std::vector<double> b) const {
    const std::size_t n = l_.size();
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < i; ++j) b[i] = std::fma(-l_(i, j), b[j], b[i]);
      b[i] /= l_(i, i);
    }
    for (std::size_t i = n; i-- > 0;) {
      for (std::size_t j = i + 1; j < n; ++j) b[i] = std::fma(-l_(j, i), b[j], b[i]);
      b[i] /= l_(i, i);
    }
    return b;
  }
  /// L^-1, a lower triangle.
  [[nodiscard]] SquareMatrix inverse_lower() const {
    const std::size_t n = l_.size();
    SquareMatrix result(n);
    for (std::size_t j = 0; j < n; ++j) {
      result(j, j) = 1 / l_(j, j);
      for (std::size_t i = j + 1; i < n; ++i) {
        double s = 0;
        for (std::size_t c = j; c < i; ++c) s = std::fma(-l_(i, c), result(c, j), s);
        result(i, j) = s / l_(i, i);
      }
    }
    return result;
  }
  /// A^-1 = L^-T L^-1, symmetric in every bit.
  [[nodiscard]] SquareMatrix inverse() const {
    const SquareMatrix m = inverse_lower();
    const std::size_t n = l_.size();
    SquareMatrix result(n);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j <= i; ++j) {
        double s = 0;
        for (std::size_t c = i; c < n; ++c) s = std::fma(m(c, i), m(c, j), s);
        result(i, j) = result(j, i) = s;
      }
    return result;
  }

 private:
  SquareMatrix l_;
  int failing_pivot_ = 0;
};

/// A = V diag(values) V^T: values ascending, column k of `vectors` belonging to value k.
struct Eigensystem {
  std::vector<double> values;
  SquareMatrix vectors;
};

namespace detail {

/// Numbers this small beside a largest of about 1 are as good as 0, and their squares would underflow.
inline constexpr double eigen_negligible = 0x1p-400;

/// A = Q T Q^T with T tridiagonal: its diagonal, and below[i] between i and i + 1. Q is empty unless asked for.
struct Tridiagonal {
  std::vector<double> diagonal, below;
  SquareMatrix q;
};

/// Householder's reflections I - beta v v^T, one for each column. Source: Golub and Van Loan (2013), algorithm 8.3.1.
inline Tridiagonal tridiagonal(SquareMatrix a, bool with_q) {
  const std::size_t n = a.size();
  Tridiagonal t{std::vector<double>(n), std::vector<double>(n), with_q ? SquareMatrix::identity(n) : SquareMatrix()};
  for (std::size_t k = 0; k < n; ++k) {
    t.diagonal[k] = a(k, k);
    if (k + 1 == n) break;
    std::vector<double> v(n);
    for (std::size_t i = k + 1; i < n; ++i) v[i] = a(i, k);
    t.below[k] = v[k + 1];
    if (norm(std::span(v).subspan(k + 2)) < eigen_negligible) continue;
    t.below[k] = -std::copysign(norm(v), v[k + 1]);
    v[k + 1] -= t.below[k];
    const double beta = 2 / dot(v, v);
    std::vector<double> w = scaled(beta, product(a, v));          // with w = beta A v - (beta v^T beta A v / 2) v,
    add_multiple(-0.5 * rounded_product(beta, dot(w, v)), v, w);  // A - v w^T - w v^T is A reflected from both sides
    for (std::size_t i = k + 1; i < n; ++i)
      for (std::size_t j = k + 1; j < n; ++j) a(i, j) = std::fma(-v[i], w[j], std::fma(-w[i], v[j], a(i, j)));
    for (std::size_t i = 0; i < t.q.size(); ++i) {
      const double along = rounded_product(beta, dot(t.q.row(i), v));
      for (std::size_t j = k + 1; j < n; ++j) t.q(i, j) = std::fma(-along, v[j], t.q(i, j));
    }
  }
  return t;
}

/// One implicit QL step with Wilkinson's shift on rows first .. last of T; Q follows. Source: Bowdler, Martin, Reinsch
/// and Wilkinson (1968), tql2.
inline void ql_step(Tridiagonal& t, std::size_t first, std::size_t last) {
  std::vector<double>&d = t.diagonal, &e = t.below;
  const Rounded ratio = (d[first + 1] - d[first]) / (2 * e[first]);
  const double root = std::sqrt(std::fma(ratio, ratio, 1));
  Rounded g = (d[last] - d[first]) + e[first] / (ratio + std::copysign(root, ratio)), s = 1, c = 1, p = 0;
  for (std::size_t i = last; i-- > first;) {
    const Rounded f = s * e[i], b = c * e[i], r = std::sqrt(std::fma(f, f, g * g));
    e[i + 1] = r;
    if (r == 0) {  // T falls apart here
      d[i + 1] -= p;
      e[last] = 0;
      return;
    }
    s = f / r, c = g / r;
    g = d[i + 1] - p;
    const Rounded turned = (d[i] - g) * s + 2 * c * b;
    p = s * turned;
    d[i + 1] = g + p;
    g = c * turned - b;
    for (std::size_t k = 0; k < t.q.size(); ++k) {
      const Rounded low = t.q(k, i), high = t.q(k, i + 1);
      t.q(k, i + 1) = s * low + c * high;
      t.q(k, i) = c * low - s * high;
    }
  }
  d[first] -= p;
  e[first] = g;
  e[last] = 0;
}

/// Turns T into the diagonal matrix of its eigenvalues, in no order.
inline void diagonalise(Tridiagonal& t) {
  constexpr double epsilon = std::numeric_limits<double>::epsilon();
  constexpr int most_steps = 60;  // two or three are usual
  const std::size_t n = t.diagonal.size();
  const auto coupled = [&](std::size_t i) {
    const double e = std::abs(t.below[i]), size = std::abs(t.diagonal[i]) + std::abs(t.diagonal[i + 1]);
    return e > epsilon * size && e >= eigen_negligible;
  };
  for (std::size_t first = 0; first < n; ++first)
    for (int step = 0;; ++step) {
      std::size_t last = first;
      while (last + 1 < n && coupled(last)) ++last;
      if (last == first) break;
      if (step == most_steps)
        throw NumericalError(text::joined("eigenvalues: no convergence after ", most_steps,
                                          " steps; look for numbers of very different size in the matrix"));
      ql_step(t, first, last);
    }
}

/// Scaled by a power of two to a largest element of about 1, so that squares neither over- nor underflow.
inline Eigensystem eigensystem(SquareMatrix a, bool with_vectors) {
  const std::size_t n = a.size();
  double largest = 0;
  for (const double x : a.elements()) largest = std::max(largest, std::abs(x));
  if (!all_finite(a.elements()))
    return {std::vector<double>(n, std::numeric_limits<double>::quiet_NaN()), SquareMatrix(with_vectors ? n : 0)};
  const int scale = largest > 0 ? std::ilogb(largest) : 0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) a(i, j) = std::ldexp(a(i, j), -scale);
  Tridiagonal t = tridiagonal(std::move(a), with_vectors);
  diagonalise(t);
  const auto order = sorted_places(n, [&](std::size_t i, std::size_t j) { return t.diagonal[i] < t.diagonal[j]; });
  Eigensystem result{{}, SquareMatrix(with_vectors ? n : 0)};
  for (std::size_t k = 0; k < n; ++k) {
    result.values.push_back(std::ldexp(t.diagonal[order[k]], scale));
    for (std::size_t i = 0; i < result.vectors.size(); ++i) result.vectors(i, k) = t.q(i, order[k]);
  }
  return result;
}

}  // namespace detail

/// Eigenvalues and eigenvectors of a symmetric matrix.
///
/// Errors of some n 2^-53 times the largest eigenvalue; NaN for a matrix that is not finite. NumericalError where the
/// iteration does not converge, which no matrix is known for. O(n^3).
[[nodiscard]] inline Eigensystem eigensystem(SquareMatrix a) { return detail::eigensystem(std::move(a), true); }
/// The eigenvalues alone, with the same bits.
[[nodiscard]] inline std::vector<double> eigenvalues(SquareMatrix a) {
  return detail::eigensystem(std::move(a), false).values;
}

}  // namespace isonomy
