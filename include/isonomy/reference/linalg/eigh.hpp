// eigh, eigh_subset and eigh_batched of Backend<Reference>: cyclic Jacobi rotations in extended precision.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/linalg/eigen/eigh_batched.hpp"
#include "isonomy/ops/linalg/eigen/eigh_subset.hpp"
#include "isonomy/ops/linalg/eigen/spectrum.hpp"
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

  Jacobi(Context& ctx, const char* operation, index_t n)
      : operation_(operation), n_(n), a_(ctx, n * n, operation), v_(ctx, n * n, operation) {
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
          heed_stop(ctx, operation_);
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

  const char* operation_;
  index_t n_;
  Array<Extended> a_, v_;
};

struct Eigh {
  template <Real T>
  static void eigh(Context& ctx, MatrixView<const T> a, VectorView<T> w, MatrixView<T> v) {
    solve("eigh", ctx, a, w, v);
  }
  template <Real T>
  static EigenRange eigh_subset(Context& ctx, MatrixView<const T> a, const Spectrum& spectrum, VectorView<T> w,
                                MatrixView<T> v) {
    EigenRange found;
    solve("eigh_subset", ctx, a, [&](Jacobi& jacobi, const Array<index_t>& order) {
      found = spectrum.of([&](index_t j) { return static_cast<T>(jacobi.a(order[j], order[j])); }, a.rows);
      isonomy::detail::require_room(found, a.rows, w.size, v.columns);
      for (index_t j = 0; j < found.count; ++j) store(jacobi, order[found.first + j], w(j), v.column(j));
    });
    return found;
  }
  template <Real T>
  static void eigh_batched(Context& ctx, BatchView<const T> a, MatrixView<T> w, BatchView<T> v,
                           VectorView<index_t> info) {
    for (index_t s = 0; s < a.batches; ++s) {
      info(s) = isonomy::detail::eigen_status([&] { solve("eigh_batched", ctx, a[s], w.row(s), v[s]); });
      for (index_t j = 0; info(s) != 0 && j < a.columns; ++j) {
        w(s, j) = std::numeric_limits<T>::quiet_NaN();
        for (index_t i = 0; i < a.rows; ++i) v[s](i, j) = w(s, j);
      }
    }
  }

 private:
  template <Real T>
  static void solve(const char* operation, Context& ctx, MatrixView<const T> a, VectorView<T> w, MatrixView<T> v) {
    solve(operation, ctx, a, [&](Jacobi& jacobi, const Array<index_t>& order) {
      for (index_t j = 0; j < w.size; ++j) store(jacobi, order[j], w(j), v.column(j));
    });
  }
  /// f(the diagonal matrix, its places by ascending eigenvalue).
  template <Real T, class F>
  static void solve(const char* operation, Context& ctx, MatrixView<const T> a, const F& f) {
    const index_t n = a.rows;
    for (index_t j = 0; j < n; ++j)
      for (index_t i = j; i < n; ++i)
        if (!std::isfinite(a(i, j)))
          throw ValueError(text::joined(operation, ": A(", i, ", ", j, ") is not finite; give numbers"));
    Jacobi jacobi(ctx, operation, n);
    for (index_t i = 0; i < n; ++i)
      for (index_t j = 0; j <= i; ++j) jacobi.a(i, j) = jacobi.a(j, i) = a(i, j);
    if (!jacobi.run(ctx))
      throw NoConvergence(
          text::joined(operation, ": ", n, " rows are not diagonal after 60 sweeps; take Backend<Cpu>"));
    const Array<index_t> order(ctx, n, operation);
    for (index_t j = 0; j < n; ++j) order[j] = j;
    std::sort(order.data(), order.data() + n, [&](index_t i, index_t j) {
      return jacobi.a(i, i) < jacobi.a(j, j) || (jacobi.a(i, i) == jacobi.a(j, j) && i < j);
    });
    f(jacobi, order);
  }
  template <Real T>
  static void store(Jacobi& jacobi, index_t from, T& value, VectorView<T> vector) {
    value = static_cast<T>(jacobi.a(from, from));
    T largest = 0;
    for (index_t i = 0; i < vector.size; ++i) {
      vector(i) = static_cast<T>(jacobi.v(i, from));
      if (std::abs(vector(i)) > std::abs(largest)) largest = vector(i);
    }
    for (index_t i = 0; largest < 0 && i < vector.size; ++i) vector(i) = -vector(i);
  }
};

}  // namespace isonomy::reference
