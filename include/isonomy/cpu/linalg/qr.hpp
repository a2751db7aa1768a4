// qr of Backend<Cpu>: reflectors found in panels of columns, and applied to all else in products of blocks.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/eigen/kernels.hpp"
#include "isonomy/cpu/linalg/eigen/reflectors.hpp"
#include "isonomy/cpu/memory.hpp"
#include "isonomy/cpu/parallel.hpp"
#include "isonomy/ops/linalg/eigen/finite_triangle.hpp"

namespace isonomy::cpu {

/// A matrix, its reflectors and its orthonormal columns, in working memory.
///
/// Column j of A is divided by a power of 2 that leaves its largest element between 1 and 2: R then holds columns times
/// the same powers, and Q does not change. Source: Schreiber and Van Loan, A storage-efficient WY representation for
/// products of Householder transformations (1989).
class HouseholderQr {
 public:
  static constexpr index_t panel = 64;    ///< columns
  static constexpr index_t strip = 4096;  ///< rows whose sums are added at a time

  HouseholderQr(Context& ctx, const char* operation, index_t m, index_t n)
      : ctx_(ctx), operation_(operation), kernels_(eigen_kernels(ctx.instruction_set())), m_(m), n_(n),
        k_(std::min(m, n)), width_(std::min(panel, k_)), matrix_(allocate(m * n + n)), orthonormal_(allocate(m * k_)),
        workspace_(allocate(width_ * (m + k_ + 2 * n + strips(m) + 3))) {
    a_ = column_major(in(matrix_), m, n), q_ = column_major(in(orthonormal_), m, k_);
    exponents_ = in(matrix_) + m * n;
    v_ = in(workspace_), factors_ = v_ + m * width_, product_ = factors_ + k_ * width_;
    parts_ = product_ + 2 * width_ * n, sums_ = parts_ + width_ * strips(m);
  }

  /// ValueError naming the first element, by columns, that is not finite.
  template <Real T>
  void load(MatrixView<const T> a) {
    for (index_t j = 0; j < n_; ++j) {
      double* const x = &a_(0, j);
      for (index_t i = 0; i < m_; ++i) x[i] = static_cast<double>(a(i, j));
      double largest = 0;
      for (index_t i = 0; i < m_; ++i) {
        if (!std::isfinite(x[i])) isonomy::detail::element_not_finite(operation_, i, j);
        largest = std::max(largest, std::abs(x[i]));
      }
      const int exponent = largest > 0 ? std::ilogb(largest) : 0;
      exponents_[j] = exponent;
      const PowerOfTwo scale(-exponent);
      for (index_t i = 0; i < m_; ++i) x[i] = scale.times(x[i]);
    }
  }

  void solve() {
    for (index_t first = 0; first < k_; first += panel) {
      const index_t k = std::min(panel, k_ - first), behind = first + k;
      heed_stop();
      factorise(first, k);
      if (behind < n_) apply(first, k, true, a_.column_block(behind, n_ - behind));
    }
    for (index_t j = 0; j < k_; ++j)
      for (index_t i = 0; i < m_; ++i) q_(i, j) = i == j ? 1 : 0;
    for (index_t first = (k_ - 1) / panel * panel; first >= 0; first -= panel) {
      const index_t k = std::min(panel, k_ - first);
      heed_stop();
      for (index_t j = 0; j < k; ++j) keep(first, j);
      apply(first, k, false, q_.column_block(first, k_ - first));
    }
  }

  /// Q as solve() leaves it: columns times 1 or -1.
  [[nodiscard]] MatrixView<const double> orthonormal() const { return q_; }

  /// R over 2^exponent with a diagonal that is not negative, and Q with columns to suit.
  template <Real T>
  void store(MatrixView<T> q, MatrixView<T> r, int exponent = 0) {
    for (index_t j = 0; j < n_; ++j) {
      const index_t rows = std::min(j + 1, k_);
      const PowerOfTwo scale(static_cast<int>(exponents_[j]) - exponent);
      for (index_t i = 0; i < k_; ++i)
        r(i, j) = i < rows ? static_cast<T>(scale.times(a_(i, i) < 0 ? -a_(i, j) : a_(i, j))) : T{0};
    }
    for (index_t j = 0; j < k_; ++j)
      for (index_t i = 0; i < m_; ++i) q(i, j) = static_cast<T>(a_(j, j) < 0 ? -q_(i, j) : q_(i, j));
  }

 private:
  [[nodiscard]] static index_t strips(index_t m) { return (m + strip - 1) / strip; }
  [[nodiscard]] Memory::allocation allocate(index_t elements) {
    return Memory::allocate(ctx_, static_cast<std::size_t>(elements) * sizeof(double), operation_);
  }
  [[nodiscard]] static double* in(const Memory::allocation& memory) { return static_cast<double*>(memory.get()); }
  void heed_stop() const {
    if (ctx_.control().stop.stop_requested()) throw Cancelled(operation_);
  }

  /// Reflectors `first` to first + k - 1, each column brought up to date when its turn comes.
  void factorise(index_t first, index_t k) {
    const index_t m = m_ - first;
    const MatrixView<double> f = factor(first, k);
    double *const products = sums_, *const taken = sums_ + width_;
    for (index_t j = 0; j < k; ++j) {
      double *const x = &a_(first, first + j), *const v = v_ + j * m;
      if (j > 0) {
        column_products(v_, m, m, j, x, products);
        kernels_.column_products(f.data, k, j, j, products, taken);
        for (index_t c = 0; c < j; ++c) taken[c] = -taken[c];
        add_columns(v_, m, m, j, taken, x);
      }
      double beta = 0;
      const double tau = make_reflector(m - j, x + j, beta, [this](const double* y, index_t n) {
        double square = 0;
        column_products(y, n, n, 1, y, &square);
        return square;
      });
      keep(first, j);
      x[j] = beta;
      column_products(v_ + j, m, m - j, j, v + j, products);
      // The next column of F: -tau F V^T v, and tau.
      std::fill_n(&f(0, j), k, 0.0);
      kernels_.add_columns(f.data, k, j, j, products, &f(0, j));
      for (index_t i = 0; i < j; ++i) f(i, j) *= -tau;
      f(j, j) = tau;
    }
  }
  /// Vector j of a panel with its 1 and zeros, from beneath the diagonal of A.
  void keep(index_t first, index_t j) {
    const index_t m = m_ - first;
    double* const v = v_ + j * m;
    std::fill_n(v, j, 0.0);
    v[j] = 1;
    std::copy(&a_(first, first + j) + j + 1, &a_(first, first + j) + m, v + j + 1);
  }
  [[nodiscard]] MatrixView<double> factor(index_t first, index_t k) const {
    return column_major(factors_ + first * width_, k, k);
  }
  /// The reflectors of a panel, which v_ holds, on the rows from `first` on.
  void apply(index_t first, index_t k, bool transpose, MatrixView<double> c) {
    const index_t m = m_ - first;
    apply_block(ctx_, operation_, column_major(static_cast<const double*>(v_), m, k), factor(first, k), transpose,
                c.row_block(first, m), product_);
  }

  /// As the kernels' of these names, for any number of rows: sums of strips, on all threads, are added in order.
  void column_products(const double* p, index_t apart, index_t n, index_t columns, const double* x, double* out) {
    if (n <= strip) return kernels_.column_products(p, apart, n, columns, x, out);
    parallel_for(ctx_, strips(n), 1, operation_, [=, this](index_t s) {
      const index_t at = s * strip;
      kernels_.column_products(p + at, apart, std::min(strip, n - at), columns, x + at, parts_ + s * width_);
    });
    std::fill_n(out, columns, 0.0);
    for (index_t s = 0; s < strips(n); ++s)
      for (index_t c = 0; c < columns; ++c) out[c] += parts_[s * width_ + c];
  }
  void add_columns(const double* p, index_t apart, index_t n, index_t columns, const double* by, double* y) {
    if (n <= strip) return kernels_.add_columns(p, apart, n, columns, by, y);
    parallel_for(ctx_, strips(n), 1, operation_, [=, this](index_t s) {
      const index_t at = s * strip;
      kernels_.add_columns(p + at, apart, std::min(strip, n - at), columns, by, y + at);
    });
  }

  Context& ctx_;
  const char* operation_;
  EigenKernels kernels_;
  index_t m_, n_, k_;
  index_t width_;  ///< columns of the widest panel
  Memory::allocation matrix_, orthonormal_, workspace_;
  MatrixView<double> a_, q_;
  double *exponents_ = nullptr, *v_ = nullptr, *factors_ = nullptr, *product_ = nullptr, *parts_ = nullptr,
         *sums_ = nullptr;
};

struct Qr {
  /// One result, in each bit, for any thread count, instruction set and compiler flags. float is solved in double: the
  /// kernels of panels are in double alone, and its range needs no care there.
  template <Real T>
  static void qr(Context& ctx, MatrixView<const T> a, MatrixView<T> q, MatrixView<T> r) {
    if (a.rows == 0 || a.columns == 0) return;
    HouseholderQr problem(ctx, "qr", a.rows, a.columns);
    problem.load(a);
    problem.solve();
    problem.store(q, r);
  }
};

}  // namespace isonomy::cpu
