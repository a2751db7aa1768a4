// qr of Backend<Reference>: one reflector after the other, in extended precision.
#pragma once

#include <algorithm>
#include <cmath>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/loop.hpp"
#include "isonomy/reference/memory.hpp"

namespace isonomy::reference {

struct Qr {
  using Extended = long double;

  /// Source: Golub and Van Loan, Matrix Computations (2013), 5.2.
  template <Real T>
  static void qr(Context& ctx, MatrixView<const T> a, MatrixView<T> q, MatrixView<T> r) {
    const index_t m = a.rows, n = a.columns, k = std::min(m, n);
    for (index_t j = 0; j < n; ++j)
      for (index_t i = 0; i < m; ++i)
        if (!std::isfinite(a(i, j)))
          throw ValueError(text::joined("qr: A(", i, ", ", j, ") is not finite; give numbers"));
    const Array<Extended> of_r(ctx, m * n, "qr"), of_q(ctx, m * k, "qr"), of_v(ctx, m * k, "qr");
    const MatrixView<Extended> x = column_major(of_r.data(), m, n), y = column_major(of_q.data(), m, k),
                               v = column_major(of_v.data(), m, k);
    for (index_t j = 0; j < n; ++j)
      for (index_t i = 0; i < m; ++i) x(i, j) = a(i, j);
    for (index_t j = 0; j < k; ++j)
      for (index_t i = 0; i < m; ++i) y(i, j) = i == j ? 1 : 0;
    for (index_t j = 0; j < k; ++j) {
      direction(x.column(j), j, v.column(j));
      reflect(ctx, v.column(j), x);
      for (index_t i = j + 1; i < m; ++i) x(i, j) = 0;
    }
    for (index_t j = k - 1; j >= 0; --j) reflect(ctx, v.column(j), y);
    for (index_t p = 0; p < k; ++p) {
      const Extended sign = x(p, p) < 0 ? -1 : 1;
      for (index_t j = 0; j < n; ++j) r(p, j) = j < p ? T{0} : static_cast<T>(sign * x(p, j));
      for (index_t i = 0; i < m; ++i) q(i, p) = static_cast<T>(sign * y(i, p));
    }
  }

 private:
  /// The unit vector v, 0 up to row `first`, with (I - 2 v v^T) x = 0 below that row; 0 where x is 0 there already.
  static void direction(VectorView<Extended> x, index_t first, VectorView<Extended> v) {
    Extended below = 0;
    for (index_t i = first + 1; i < x.size; ++i) below += x(i) * x(i);
    for (index_t i = 0; i < x.size; ++i) v(i) = i < first || below == 0 ? 0 : x(i);
    if (below == 0) return;
    const Extended length = std::sqrt(x(first) * x(first) + below);
    v(first) += x(first) < 0 ? -length : length;
    const Extended norm = std::sqrt(v(first) * v(first) + below);
    for (index_t i = first; i < x.size; ++i) v(i) /= norm;
  }
  /// C = (I - 2 v v^T) C.
  static void reflect(const Context& ctx, VectorView<Extended> v, MatrixView<Extended> c) {
    for (index_t j = 0; j < c.columns; ++j) {
      heed_stop(ctx, "qr");
      Extended sum = 0;
      for (index_t i = 0; i < c.rows; ++i) sum += v(i) * c(i, j);
      for (index_t i = 0; i < c.rows; ++i) c(i, j) -= 2 * sum * v(i);
    }
  }
};

}  // namespace isonomy::reference
