// tridiagonalise and apply_reflectors of Backend<Reference>: one reflector after the other, in extended precision.
#pragma once

#include <cmath>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/linalg/eigen/finite_triangle.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/loop.hpp"
#include "isonomy/reference/memory.hpp"

namespace isonomy::reference {

struct Tridiagonalise {
  using Extended = long double;

  /// Source: Golub and Van Loan, Matrix Computations (2013), 8.3.1.
  template <Real T>
  static void tridiagonalise(Context& ctx, MatrixView<const T> a, VectorView<T> d, VectorView<T> e,
                             MatrixView<T> reflectors, VectorView<T> taus) {
    const index_t n = a.rows;
    constexpr const char* operation = "tridiagonalise";
    isonomy::detail::require_finite_triangle(a, operation);
    const Array<Extended> elements(ctx, n * n, operation), found(ctx, n * n, operation), t(ctx, n, operation);
    const MatrixView<Extended> s = column_major(elements.data(), n, n), v = column_major(found.data(), n, n);
    for (index_t j = 0; j < n; ++j)
      for (index_t i = j; i < n; ++i) s(i, j) = s(j, i) = a(i, j);
    for (index_t j = 0; j + 1 < n; ++j) {
      t[j] = reflector(s.column(j), j + 1, &v(0, j));
      reflect(ctx, operation, &v(0, j), t[j], s);
      reflect(ctx, operation, &v(0, j), t[j], transposed(s));
    }
    for (index_t j = 0; j < n; ++j) {
      d(j) = static_cast<T>(s(j, j));
      for (index_t i = 0; i < n; ++i) reflectors(i, j) = i <= j ? T{0} : static_cast<T>(v(i, j));
      if (j + 1 == n) break;
      e(j) = static_cast<T>(s(j + 1, j));
      taus(j) = static_cast<T>(t[j]);
    }
  }

  template <Real T>
  static void apply_reflectors(Context& ctx, MatrixView<const T> reflectors, VectorView<const T> taus, bool transpose,
                               MatrixView<T> c) {
    const index_t n = c.rows;
    const Array<Extended> elements(ctx, n * c.columns, "apply_reflectors"), v(ctx, n, "apply_reflectors");
    const MatrixView<Extended> product = column_major(elements.data(), n, c.columns);
    for (index_t k = 0; k < c.columns; ++k)
      for (index_t i = 0; i < n; ++i) product(i, k) = c(i, k);
    for (index_t k = 0; k + 1 < n; ++k) {
      const index_t j = transpose ? k : n - 2 - k;
      for (index_t i = 0; i < n; ++i) v[i] = i <= j ? 0 : i == j + 1 ? 1 : Extended{reflectors(i, j)};
      reflect(ctx, "apply_reflectors", v.data(), taus(j), product);
    }
    for (index_t k = 0; k < c.columns; ++k)
      for (index_t i = 0; i < n; ++i) c(i, k) = static_cast<T>(product(i, k));
  }

 private:
  /// v with (I - tau v v^T) x = 0 below row `first`, v being 0 above it and 1 in it; the tau.
  [[nodiscard]] static Extended reflector(VectorView<Extended> x, index_t first, Extended* v) {
    Extended square = 0;
    for (index_t i = first + 1; i < x.size; ++i) square += x(i) * x(i);
    const Extended alpha = x(first), length = std::sqrt(alpha * alpha + square), beta = alpha > 0 ? -length : length;
    for (index_t i = 0; i < x.size; ++i) v[i] = i < first || square == 0 ? 0 : x(i) / (alpha - beta);
    v[first] = 1;
    return square == 0 ? 0 : (beta - alpha) / beta;
  }
  /// C = (I - tau v v^T) C.
  static void reflect(const Context& ctx, const char* operation, const Extended* v, Extended tau,
                      MatrixView<Extended> c) {
    for (index_t k = 0; k < c.columns; ++k) {
      heed_stop(ctx, operation);
      Extended sum = 0;
      for (index_t i = 0; i < c.rows; ++i) sum += v[i] * c(i, k);
      for (index_t i = 0; i < c.rows; ++i) c(i, k) -= tau * sum * v[i];
    }
  }
};

}  // namespace isonomy::reference
