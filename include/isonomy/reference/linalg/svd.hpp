// svd of Backend<Reference>: one-sided Jacobi rotations in extended precision.
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

struct Svd {
  using Extended = long double;

  /// Columns of A, or of its transpose where A is wide, turned until they are orthogonal.
  ///
  /// Source: Golub and Van Loan, Matrix Computations (2013), 8.6.4.
  template <Real T>
  static void svd(Context& ctx, MatrixView<const T> a, MatrixView<T> u, VectorView<T> s, MatrixView<T> v) {
    for (index_t j = 0; j < a.columns; ++j)
      for (index_t i = 0; i < a.rows; ++i)
        if (!std::isfinite(a(i, j)))
          throw ValueError(text::joined("svd: A(", i, ", ", j, ") is not finite; give numbers"));
    const bool wide = a.rows < a.columns;
    const MatrixView<const T> b = wide ? transposed(a) : a;
    const index_t m = b.rows, k = b.columns;
    const Array<Extended> of_x(ctx, m * k, "svd"), of_y(ctx, k * k, "svd"), lengths(ctx, k, "svd");
    const MatrixView<Extended> x = column_major(of_x.data(), m, k), y = column_major(of_y.data(), k, k);
    Extended norm = 0;
    for (index_t j = 0; j < k; ++j)
      for (index_t i = 0; i < m; ++i) x(i, j) = b(i, j), norm = std::max(norm, std::abs(x(i, j)));
    for (index_t j = 0; j < k; ++j)
      for (index_t i = 0; i < k; ++i) y(i, j) = i == j ? 1 : 0;
    // What is below the rounding of the others is no number of A's: nothing but zero is orthogonal to them all.
    const Extended least = norm * static_cast<Extended>(m + k) * 0x1p-62L;
    turn(ctx, x, y, least);
    for (index_t j = 0; j < k; ++j) lengths[j] = std::sqrt(dot(x.column(j), x.column(j)));
    const Array<index_t> order(ctx, k, "svd");
    for (index_t j = 0; j < k; ++j) order[j] = j;
    std::sort(order.data(), order.data() + k,
              [&](index_t i, index_t j) { return lengths[i] > lengths[j] || (lengths[i] == lengths[j] && i < j); });
    for (index_t j = 0; j < k; ++j) {
      const Extended length = lengths[order[j]] > least ? lengths[order[j]] : 0;
      const VectorView<Extended> left = x.column(order[j]), right = y.column(order[j]);
      for (index_t i = 0; i < m; ++i) left(i) = length > 0 ? left(i) / length : 0;
      if (length == 0) complete(ctx, x, order, j);
      s(j) = static_cast<T>(length);
      store(wide ? right : left, u.column(j), wide ? left : right, v.column(j));
    }
  }

 private:
  [[nodiscard]] static Extended dot(VectorView<Extended> x, VectorView<Extended> y) {
    Extended sum = 0;
    for (index_t i = 0; i < x.size; ++i) sum += x(i) * y(i);
    return sum;
  }
  /// Sweeps over all pairs of columns, until none of two that are longer than `least` is turned.
  static void turn(const Context& ctx, MatrixView<Extended> x, MatrixView<Extended> y, Extended least) {
    for (int sweep = 0; sweep < 60; ++sweep) {
      bool done = true;
      for (index_t p = 0; p < x.columns; ++p)
        for (index_t q = p + 1; q < x.columns; ++q) {
          heed_stop(ctx, "svd");
          if (rotate(x.column(p), x.column(q), y.column(p), y.column(q), least)) done = false;
        }
      if (done) return;
    }
    throw NoConvergence(text::joined("svd: ", x.columns,
                                     " columns are not orthogonal after 60 sweeps; solve them by "
                                     "Backend<Cpu>"));
  }
  [[nodiscard]] static bool rotate(VectorView<Extended> x, VectorView<Extended> y, VectorView<Extended> of_x,
                                   VectorView<Extended> of_y, Extended least) {
    const Extended a = std::sqrt(dot(x, x)), b = std::sqrt(dot(y, y)), g = dot(x, y);
    if (a <= least || b <= least || std::abs(g) <= a * b * static_cast<Extended>(x.size + 8) * 0x1p-63L) return false;
    const Extended zeta = (a - b) * (a + b) / (2 * g);
    const Extended t = (zeta >= 0 ? 1 : -1) / (std::abs(zeta) + std::sqrt(1 + zeta * zeta));
    const Extended c = 1 / std::sqrt(1 + t * t), s = t * c;
    const auto both = [=](VectorView<Extended> first, VectorView<Extended> second) {
      for (index_t i = 0; i < first.size; ++i) {
        const Extended was = first(i);
        first(i) = c * was + s * second(i);
        second(i) = c * second(i) - s * was;
      }
    };
    both(x, y);
    both(of_x, of_y);
    return true;
  }
  /// Column order[j]: of the first unit vector that is far enough from the columns order[0], .., order[j - 1] what is
  /// orthogonal to them. Of one of them at least no less than 1 / rows is left.
  static void complete(const Context& ctx, MatrixView<Extended> x, const Array<index_t>& order, index_t j) {
    const VectorView<Extended> out = x.column(order[j]);
    for (index_t unit = 0; unit < x.rows; ++unit) {
      heed_stop(ctx, "svd");
      for (index_t i = 0; i < x.rows; ++i) out(i) = i == unit ? 1 : 0;
      for (int again = 0; again < 2; ++again)
        for (index_t p = 0; p < j; ++p) {
          const VectorView<Extended> other = x.column(order[p]);
          const Extended along = dot(other, out);
          for (index_t i = 0; i < x.rows; ++i) out(i) -= along * other(i);
        }
      const Extended square = dot(out, out);
      if (2 * static_cast<Extended>(x.rows) * square < 1) continue;
      for (index_t i = 0; i < x.rows; ++i) out(i) /= std::sqrt(square);
      return;
    }
  }
  /// Both vectors, times the sign that makes the largest element of the first positive.
  template <Real T>
  static void store(VectorView<Extended> left, VectorView<T> u, VectorView<Extended> right, VectorView<T> v) {
    T largest = 0;
    for (index_t i = 0; i < u.size; ++i) {
      u(i) = static_cast<T>(left(i));
      if (std::abs(u(i)) > std::abs(largest)) largest = u(i);
    }
    for (index_t i = 0; largest < 0 && i < u.size; ++i) u(i) = -u(i);
    for (index_t i = 0; i < v.size; ++i) v(i) = static_cast<T>(largest < 0 ? -right(i) : right(i));
  }
};

}  // namespace isonomy::reference
