// eigh of Backend<Reference>: cyclic Jacobi rotations in extended precision.
#pragma once

#include <algorithm>
#include <cmath>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/linalg/eigen/finite_triangle.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/loop.hpp"
#include "isonomy/reference/memory.hpp"

namespace isonomy::reference {

/// Rotations that make one element off the diagonal 0 after the other, until none is left that counts.
///
/// Source: Golub and Van Loan, Matrix Computations (2013), 8.5.
class Jacobi {
 public:
  using Extended = long double;

  Jacobi(Context& ctx, index_t n) : n_(n), a_(ctx, n * n, "eigh"), v_(ctx, n * n, "eigh") {
    for (index_t i = 0; i < n; ++i)
      for (index_t j = 0; j < n; ++j) v(i, j) = i == j ? 1 : 0;
  }
  [[nodiscard]] Extended& a(index_t i, index_t j) { return a_[i * n_ + j]; }
  [[nodiscard]] Extended& v(index_t i, index_t j) { return v_[i * n_ + j]; }

  /// False where 60 sweeps do not do.
  [[nodiscard]] bool run(const Context& ctx) {
    Extended norm = 0;
    for (index_t e = 0; e < n_ * n_; ++e) norm = std::max(norm, std::abs(a_[e]));
    for (int sweep = 0; sweep < 60; ++sweep) {
      bool done = true;
      for (index_t p = 0; p < n_; ++p)
        for (index_t q = p + 1; q < n_; ++q) {
          heed_stop(ctx, "eigh");
          if (std::abs(a(p, q)) <= norm * 0x1p-62L) continue;
          done = false;
          rotate(p, q);
        }
      if (done) return true;
    }
    return false;
  }

 private:
  void rotate(index_t p, index_t q) {
    const Extended theta = (a(q, q) - a(p, p)) / (2 * a(p, q));
    const Extended t = (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(1 + theta * theta));
    const Extended c = 1 / std::sqrt(1 + t * t), s = t * c;
    const auto turn = [=](Extended& x, Extended& y) {
      const Extended u = x;
      x = c * u - s * y;
      y = s * u + c * y;
    };
    for (index_t k = 0; k < n_; ++k) turn(a(k, p), a(k, q));
    for (index_t k = 0; k < n_; ++k) turn(a(p, k), a(q, k));
    for (index_t k = 0; k < n_; ++k) turn(v(k, p), v(k, q));
  }

  index_t n_;
  Array<Extended> a_, v_;
};

struct Eigh {
  template <Real T>
  static void eigh(Context& ctx, MatrixView<const T> a, VectorView<T> w, MatrixView<T> v) {
    const index_t n = a.rows;
    isonomy::detail::require_finite_triangle(a, "eigh");
    Jacobi jacobi(ctx, n);
    for (index_t i = 0; i < n; ++i)
      for (index_t j = 0; j <= i; ++j) jacobi.a(i, j) = jacobi.a(j, i) = a(i, j);
    if (!jacobi.run(ctx)) throw NoConvergence(text::joined("eigh: ", n, " rows are not diagonal after 60 sweeps"));
    const Array<index_t> order(ctx, n, "eigh");
    for (index_t j = 0; j < n; ++j) order[j] = j;
    std::sort(order.data(), order.data() + n, [&](index_t i, index_t j) {
      return jacobi.a(i, i) < jacobi.a(j, j) || (jacobi.a(i, i) == jacobi.a(j, j) && i < j);
    });
    for (index_t j = 0; j < n; ++j) {
      const index_t from = order[j];
      w(j) = static_cast<T>(jacobi.a(from, from));
      T largest = 0;
      for (index_t i = 0; i < n; ++i) {
        v(i, j) = static_cast<T>(jacobi.v(i, from));
        if (std::abs(v(i, j)) > std::abs(largest)) largest = v(i, j);
      }
      for (index_t i = 0; largest < 0 && i < n; ++i) v(i, j) = -v(i, j);
    }
  }
};

}  // namespace isonomy::reference
