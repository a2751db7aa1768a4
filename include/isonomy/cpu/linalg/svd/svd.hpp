// svd of Backend<Cpu>: a triangle by reflectors, its vectors nearly by eigh, and one-sided rotations for the rest.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/eigen/eigh.hpp"
#include "isonomy/cpu/linalg/gemm.hpp"
#include "isonomy/cpu/linalg/qr.hpp"
#include "isonomy/cpu/linalg/svd/rotations.hpp"
#include "isonomy/cpu/memory.hpp"
#include "isonomy/cpu/parallel.hpp"
#include "isonomy/ops/linalg/eigen/finite_triangle.hpp"

namespace isonomy::cpu {

/// A matrix B of p rows and no more columns, k, and its singular vectors, in working memory.
///
/// B = Q*R, and E has the eigenvectors of R^T*R: columns of X = R*E are orthogonal but for what squaring has lost, and
/// rotations J see to that: X*J = W*diag(s), so B = (Q*W)*diag(s)*(E*J)^T. Where so much is lost that many would be
/// needed, they are those of a triangle's rows, which are closer to orthogonal: X = Z*S, S^T*J = W*diag(s), and
/// B = (Q*Z*J)*diag(s)*(E*W)^T. Sources: Drmac and Veselic, New fast and accurate Jacobi SVD algorithm (2008), of the
/// triangles; Hestenes, Inversion of matrices by biorthogonalization (1958), of the rotations.
class SingularValues {
 public:
  SingularValues(Context& ctx, const char* operation, index_t p, index_t k)
      : ctx_(ctx), operation_(operation), p_(p), k_(k), columns_(allocate(2 * p * k)), pair_(allocate(2 * k * k)),
        square_(allocate(3 * k * k + 2 * k + OneSidedJacobi::workspace(k))) {
    q_ = column_major(in(columns_), p, k), u_ = column_major(in(columns_) + p * k, p, k);
    both_ = column_major(in(pair_), 2 * k, k), x_ = both_.row_block(0, k), e_ = both_.row_block(k, k);
    double* const squares = in(square_);
    r_ = column_major(squares, k, k), w_ = column_major(squares + k * k, k, k);
    z_ = column_major(squares + 2 * k * k, k, k);
    s_ = squares + 3 * k * k, order_ = reinterpret_cast<index_t*>(s_ + k), rotations_ = s_ + 2 * k;
  }

  /// B over 2^exponent, whose elements are below 2.
  template <Real T>
  void load(MatrixView<const T> b, int exponent) {
    exponent_ = exponent;
    HouseholderQr problem(ctx_, operation_, p_, k_);
    problem.load(b);
    problem.solve();
    problem.store(q_, r_, exponent);
  }

  void solve() {
    const bool steep = precondition();
    if (steep) turn_over();
    OneSidedJacobi jacobi(ctx_, operation_, both_, rotations_);
    if (!jacobi.run())
      throw NoConvergence(text::joined(operation_, ": columns of a matrix of ", p_, "x", k_,
                                       " were not made orthogonal; expected that after ", OneSidedJacobi::sweeps,
                                       " sweeps at most; no matrix is known that takes more: solve it with its rows "
                                       "and columns in another order, or by another backend"));
    sort(jacobi.lengths());
    normalise();
    if (steep) {
      product(r_, w_, x_);
      gather(e_, r_);
      product(z_, r_, w_);
    } else {
      gather(e_, x_);
    }
    product(q_, w_, u_);
    if (ctx_.control().stop.stop_requested()) throw Cancelled(operation_);  // outputs are written whole
  }

  /// Vectors of B's rows and of its columns; the largest element of each of the latter, or of the former, is positive.
  template <Real T>
  void store(MatrixView<T> of_rows, VectorView<T> s, MatrixView<T> of_columns, bool by_columns) const {
    for (index_t j = 0; j < k_; ++j) {
      const double *const x = &u_(0, j), *const y = &x_(0, j);
      const bool negative = by_columns ? largest_is_negative<T>(y, k_) : largest_is_negative<T>(x, p_);
      s(j) = static_cast<T>(std::ldexp(s_[j], exponent_));
      for (index_t i = 0; i < p_; ++i) of_rows(i, j) = static_cast<T>(negative ? -x[i] : x[i]);
      for (index_t i = 0; i < k_; ++i) of_columns(i, j) = static_cast<T>(negative ? -y[i] : y[i]);
    }
  }

 private:
  using Const = MatrixView<const double>;

  [[nodiscard]] Memory::allocation allocate(index_t elements) {
    return Memory::allocate(ctx_, static_cast<std::size_t>(elements) * sizeof(double), operation_);
  }
  [[nodiscard]] static double* in(const Memory::allocation& memory) { return static_cast<double*>(memory.get()); }
  void product(Const a, Const b, MatrixView<double> out) {
    Gemm::product<double>(ctx_, operation_, 1, a, b, 0, out).run();
  }
  static void copy(Const from, MatrixView<double> to) {
    for (index_t j = 0; j < to.columns; ++j)
      for (index_t i = 0; i < to.rows; ++i) to(i, j) = from(i, j);
  }

  /// X = R*E upon E, the eigenvectors of R^T*R from the largest value to the least; whether these span so much that
  /// products of X's last columns are rounding.
  [[nodiscard]] bool precondition() {
    product(transposed(r_), r_, w_);
    const VectorView<double> values(s_, k_);
    {
      SymmetricEigenproblem problem(ctx_, operation_, k_);
      problem.load(Const(w_));
      problem.solve();
      problem.store(values, w_);
    }
    for (index_t j = 0; j < k_; ++j) std::copy_n(&w_(0, k_ - 1 - j), k_, &e_(0, j));
    product(r_, e_, x_);
    return values(0) < 0x1p-40 * values(k_ - 1);
  }
  /// X = Z*S: S^T upon the identity, and E in place of R.
  void turn_over() {
    HouseholderQr problem(ctx_, operation_, k_, k_);
    problem.load(Const(x_));
    problem.solve();
    problem.store(z_, r_);
    copy(transposed(r_), x_);
    copy(e_, r_);
    for (index_t j = 0; j < k_; ++j)
      for (index_t i = 0; i < k_; ++i) e_(i, j) = i == j ? 1 : 0;
  }

  void sort(const double* lengths) {
    std::iota(order_, order_ + k_, index_t{0});
    std::sort(order_, order_ + k_,
              [&](index_t i, index_t j) { return lengths[i] > lengths[j] || (!(lengths[j] > lengths[i]) && i < j); });
    for (index_t j = 0; j < k_; ++j) s_[j] = lengths[order_[j]];
  }
  /// Columns by descending singular value.
  void gather(Const from, MatrixView<double> to) const {
    for (index_t j = 0; j < k_; ++j) std::copy_n(&from(0, order_[j]), k_, &to(0, j));
  }
  /// W: X's columns over their lengths, and for those of 0 what completes the others.
  void normalise() {
    index_t rank = 0;
    for (; rank < k_ && s_[rank] > 0; ++rank)
      for (index_t i = 0; i < k_; ++i) w_(i, rank) = x_(i, order_[rank]) / s_[rank];
    if (rank == k_) return;
    for (index_t j = rank; j < k_; ++j) std::fill_n(&w_(0, j), k_, 0.0);
    HouseholderQr problem(ctx_, operation_, k_, k_);
    problem.load(Const(w_));
    problem.solve();
    for (index_t j = rank; j < k_; ++j) std::copy_n(&problem.orthonormal()(0, j), k_, &w_(0, j));
  }
  /// Of what is stored, since rounding to T may make ties.
  template <Real T>
  [[nodiscard]] static bool largest_is_negative(const double* x, index_t n) {
    T largest = 0;
    bool negative = false;
    for (index_t i = 0; i < n; ++i)
      if (const T element = static_cast<T>(x[i]); std::abs(element) > largest)
        largest = std::abs(element), negative = element < 0;
    return negative;
  }

  Context& ctx_;
  const char* operation_;
  index_t p_, k_;
  Memory::allocation columns_, pair_, square_;
  MatrixView<double> q_, u_, both_, x_, e_, r_, w_, z_;
  double *s_ = nullptr, *rotations_ = nullptr;
  index_t* order_ = nullptr;
  int exponent_ = 0;
};

struct Svd {
  /// One result, in each bit, for any thread count, instruction set and compiler flags; float is solved in double. Of a
  /// wide matrix the transpose is solved. Singular values below 2^-480 of A's largest element are 0.
  template <Real T>
  static void svd(Context& ctx, MatrixView<const T> a, MatrixView<T> u, VectorView<T> s, MatrixView<T> v) {
    if (s.size == 0) return;
    const int exponent = exponent_of(ctx, a);
    SingularValues problem(ctx, "svd", std::max(a.rows, a.columns), s.size);
    const bool wide = a.rows < a.columns;
    problem.load(wide ? transposed(a) : a, exponent);
    problem.solve();
    if (wide)
      problem.store(v, s, u, true);
    else
      problem.store(u, s, v, false);
  }

 private:
  /// The exponent of A's largest element, 0 for that of 0. ValueError naming the first, by columns, that is not finite.
  template <Real T>
  [[nodiscard]] static int exponent_of(const Context& ctx, MatrixView<const T> a) {
    double largest = 0;
    serial_for(ctx, a.columns, "svd", [&](index_t j) {
      for (index_t i = 0; i < a.rows; ++i) {
        if (!std::isfinite(a(i, j))) isonomy::detail::element_not_finite("svd", i, j);
        largest = std::max(largest, std::abs(static_cast<double>(a(i, j))));
      }
    });
    return largest > 0 ? std::ilogb(largest) : 0;
  }
};

}  // namespace isonomy::cpu
