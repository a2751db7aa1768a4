// Numbers that the libraries compute on, and how far two results are from each other.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "isonomy/core/random.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/linalg/eigen/tridiagonal.hpp"
#include "library.hpp"

namespace isonomy::dense {

/// Of numbers between -1 and 1; `definite`: symmetric and dominated by its diagonal.
enum class Kind { general, symmetric, definite };

/// `count` copies of a matrix.
template <class T>
[[nodiscard]] std::vector<T> numbers(index_t n, index_t columns, index_t count, std::uint64_t seed, Kind kind) {
  std::vector<T> matrix(static_cast<std::size_t>(n * columns)), out;
  for (std::size_t i = 0; i < matrix.size(); ++i) matrix[i] = static_cast<T>(2 * random_unit(seed, i) - 1);
  if (kind != Kind::general)
    for (index_t j = 0; j < n; ++j) {
      T* const column = matrix.data() + j * n;
      if (kind == Kind::definite) column[j] = static_cast<T>(n);
      for (index_t i = 0; i < j; ++i) column[i] = matrix[static_cast<std::size_t>(i * n + j)];
    }
  for (index_t b = 0; b < count; ++b) out.insert(out.end(), matrix.begin(), matrix.end());
  return out;
}

/// The largest of differences over the largest of magnitudes; infinite if a number is none.
class Apart {
 public:
  void add(double expected, double found) {
    largest_ = std::max(largest_, std::abs(expected));
    apart_ = std::max(apart_, std::isfinite(expected - found) ? std::abs(expected - found)
                                                              : std::numeric_limits<double>::infinity());
  }
  [[nodiscard]] double relative() const { return apart_ / (largest_ > 0 ? largest_ : 1); }

 private:
  double largest_ = 0, apart_ = 0;
};

/// Of matrices element by element; `lower`: of their lower triangles.
template <class T>
[[nodiscard]] double elements_apart(bool lower, index_t n, const std::vector<T>& expected, const std::vector<T>& got) {
  Apart apart;
  for (std::size_t e = 0; e < expected.size(); ++e) {
    const index_t i = static_cast<index_t>(e) % n, j = static_cast<index_t>(e) / n % n;
    if (!lower || i >= j) apart.add(double{expected[e]}, double{got[e]});
  }
  return apart.relative();
}

/// Eigenvalue k, from 0, of a symmetric tridiagonal matrix, by bisection.
[[nodiscard]] inline double eigenvalue(VectorView<const double> d, VectorView<const double> e, index_t k) {
  double most = 0;
  for (index_t i = 0; i < d.size; ++i)
    most = std::max(most, std::abs(d(i)) + std::abs(i > 0 ? e(i - 1) : 0) + std::abs(i + 1 < d.size ? e(i) : 0));
  double low = -most, high = most;
  for (int step = 0; step < 60; ++step) {
    const double middle = (low + high) / 2;
    (eigenvalues_below(d, e, middle) > k ? high : low) = middle;
  }
  return (low + high) / 2;
}

/// Of nine eigenvalues of tridiagonal forms: where a column is nearly reduced, rounding chooses its reflector.
template <class T>
[[nodiscard]] double forms_apart(index_t n, const std::vector<T>& expected, const std::vector<T>& got) {
  const auto find = [&](const std::vector<T>& out) {
    const std::vector<double> d(out.begin() + n * n, out.begin() + n * n + n),
        e(out.begin() + n * n + n, out.begin() + n * n + 2 * n - 1);
    std::vector<double> found;
    for (index_t part = 0; part <= 8; ++part)
      found.push_back(eigenvalue(VectorView<const double>(d.data(), n), VectorView<const double>(e.data(), n - 1),
                                 part * (n - 1) / 8));
    return found;
  };
  const std::vector<double> ours = find(expected), theirs = find(got);
  Apart apart;
  for (std::size_t i = 0; i < ours.size(); ++i) apart.add(ours[i], theirs[i]);
  return apart.relative();
}

/// Of eigenvalues, and of A*V*x from V*diag(w)*x and transposed(V)*V*x from x for some x: vectors have signs, and those
/// of a cluster any basis. The first `count` of each count; infinite where there are more of one than of the other.
template <class T>
[[nodiscard]] double spectra_apart(index_t n, const std::vector<T>& a, const std::vector<T>& expected,
                                   const std::vector<T>& got, index_t count) {
  const auto at = [n](index_t i, index_t j) { return static_cast<std::size_t>(j * n + i); };
  Apart values, residual, orthogonal;
  std::vector<double> vx(static_cast<std::size_t>(n)), vwx = vx;
  for (index_t j = 0; j < count; ++j) {
    const double w = double{got[at(j, n)]}, x = 2 * random_unit(3, static_cast<std::uint64_t>(j)) - 1;
    values.add(double{expected[at(j, n)]}, w);
    for (index_t i = 0; i < n; ++i) {
      const double term = double{got[at(i, j)]} * x;
      vx[static_cast<std::size_t>(i)] += term;
      vwx[static_cast<std::size_t>(i)] += term * w;
    }
  }
  for (index_t i = 0; i < n; ++i) {
    double product = 0, back = 0;
    for (index_t k = 0; k < n; ++k) {
      product += double{a[at(k, i)]} * vx[static_cast<std::size_t>(k)];
      if (i < count) back += double{got[at(k, i)]} * vx[static_cast<std::size_t>(k)];
    }
    residual.add(product, vwx[static_cast<std::size_t>(i)]);
    if (i < count) orthogonal.add(2 * random_unit(3, static_cast<std::uint64_t>(i)) - 1, back);
  }
  return std::max({values.relative(), residual.relative(), orthogonal.relative()});
}

}  // namespace isonomy::dense
