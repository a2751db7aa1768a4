// One step of divide and conquer: two solved tridiagonal problems and what couples them become one.
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/eigen/implicit_ql.hpp"
#include "isonomy/cpu/linalg/eigen/kernels.hpp"
#include "isonomy/cpu/linalg/eigen/secular.hpp"
#include "isonomy/cpu/linalg/gemm.hpp"
#include "isonomy/cpu/parallel.hpp"

namespace isonomy::cpu {

/// Which of n eigenvalues, in no order, are wanted: writes their places, ascending, and returns how many there are.
using Choose = std::function<index_t(const double* values, index_t* places)>;

/// diag(d) + rho z z^T in the basis Q of the two halves, z their rows beside the tear: eigenvectors of that, times Q.
///
/// Poles that z does not reach, or that lie so close that a rotation makes them such, are eigenvalues as they are
/// (deflation). The vectors of the others come from the z for which the computed roots are exact, so that they are
/// orthogonal however close the roots (Gu and Eisenstat 1995). Columns that live in one half only are multiplied
/// there only (LAPACK's dlaed2 and dlaed3).
class Merge {
 public:
  /// Elements of each of two workspaces.
  [[nodiscard]] static index_t workspace(index_t n) { return round_up(n * n, 8) + 10 * round_up(n, 8); }

  Merge(Context& ctx, const char* operation, const EigenKernels& kernels, MatrixView<double> q, double* d,
        double* workspace, double* further)
      : ctx_(ctx), operation_(operation), kernels_(kernels), q_(q), d_(d) {
    const index_t square = round_up(q.rows * q.rows, 8), line = round_up(q.rows, 8);
    columns_ = distances_ = workspace, vectors_ = further, z_ = vectors_ + square;
    pole_ = z_ + line, weight_ = pole_ + line, square_ = weight_ + line, origin_ = square_ + line;
    offset_ = origin_ + line;
    order_ = reinterpret_cast<index_t*>(offset_ + line), kept_ = order_ + line, place_ = kept_ + line;
    kind_ = place_ + line;
  }

  /// Rows and columns begin .. middle - 1 and middle .. end - 1, coupled by e. False where a root is not found.
  ///
  /// With `choose` the eigenvalues and vectors that it wants alone, in front of the others, whose columns are lost.
  [[nodiscard]] bool operator()(index_t begin, index_t middle, index_t end, double e, const Choose& choose) {
    take(begin, end);
    upper_ = middle - begin;
    if (!couple(e) || !deflate()) {
      if (choose) keep(choose);
      return true;
    }
    if (!roots()) return false;
    weights();
    for (index_t i = 0; i < n_; ++i) z_[i] = i < k_ ? origin_[i] + offset_[i] : lambda_[kept_[i]];
    std::iota(order_, order_ + n_, index_t{0});
    wanted_ = choose ? choose(z_, order_) : n_;
    vectors();
    multiply();
    return true;
  }
  /// Moves the eigenvalues and vectors of rows begin .. end - 1 that are wanted in front of the others.
  void keep(index_t begin, index_t end, const Choose& choose) {
    take(begin, end);
    keep(choose);
  }
  /// How many the last choice wanted.
  [[nodiscard]] index_t wanted() const { return wanted_; }

 private:
  static constexpr double eps = std::numeric_limits<double>::epsilon() / 2;
  enum Kind : index_t { upper, both, lower, deflated };

  void take(index_t begin, index_t end) {
    n_ = end - begin;
    lambda_ = d_ + begin;
    block_ = q_.row_block(begin, n_).column_block(begin, n_);
  }
  void keep(const Choose& choose) {
    wanted_ = choose(lambda_, order_);
    for (index_t c = 0; c < wanted_; ++c) {
      const index_t from = order_[c];
      if (from == c) continue;
      lambda_[c] = lambda_[from];
      std::copy_n(&block_(0, from), n_, &block_(0, c));
    }
  }

  /// z, of norm 1, and the poles in ascending order; false where the coupling is nothing.
  [[nodiscard]] bool couple(double e) {
    const double scale = std::sqrt(0.5);
    double largest = 0, largest_z = 0;
    for (index_t i = 0; i < n_; ++i) {
      const bool above = i < upper_;
      const double z = above ? block_(upper_ - 1, i) : std::copysign(1.0, e) * block_(upper_, i);
      z_[i] = rounded_product(z, scale);
      largest = std::max(largest, std::abs(lambda_[i]));
      largest_z = std::max(largest_z, std::abs(z_[i]));
      order_[i] = i;
      kind_[i] = above ? upper : lower;
    }
    rho_ = 2 * std::abs(e);
    tolerance_ = 8 * eps * std::max(largest, largest_z);
    std::sort(order_, order_ + n_,
              [&](index_t i, index_t j) { return lambda_[i] < lambda_[j] || (!(lambda_[j] < lambda_[i]) && i < j); });
    return rho_ * largest_z > tolerance_;
  }

  /// Which columns remain, kept_ in ascending order of their poles, the rest behind them; false if none.
  [[nodiscard]] bool deflate() {
    k_ = 0;
    index_t gone = n_, open = -1;  // `open`: the last column not yet known to remain
    const auto leave = [&](index_t c) {
      kind_[c] = deflated;
      kept_[--gone] = c;
    };
    for (index_t o = 0; o < n_; ++o) {
      const index_t c = order_[o];
      if (rho_ * std::abs(z_[c]) <= tolerance_) {
        leave(c);
      } else {
        if (open >= 0) {
          if (rotated(open, c))
            leave(open);
          else
            kept_[k_++] = open;
        }
        open = c;
      }
    }
    if (open >= 0) kept_[k_++] = open;
    return k_ > 0;
  }

  /// Turns two columns so that z no longer reaches the first, if that changes the matrix by no more than rounding.
  [[nodiscard]] bool rotated(index_t first, index_t second) {
    const Rotation turn(z_[second], z_[first]);
    const Rounded c = turn.c, s = -turn.s, gap = lambda_[second] - lambda_[first];
    if (std::abs(gap * c * s) > tolerance_) return false;
    z_[second] = turn.r, z_[first] = 0;
    if (kind_[first] != kind_[second]) kind_[second] = both;
    kernels_.rotate(n_, &block_(0, first), &block_(0, second), c, s);
    const Rounded a = lambda_[first], b = lambda_[second];
    lambda_[first] = a * c * c + b * s * s;
    lambda_[second] = a * s * s + b * c * c;
    return true;
  }

  /// Roots, and in column j of distances_ the distances d_i - lambda_j.
  [[nodiscard]] bool roots() {
    for (index_t i = 0; i < k_; ++i) {
      pole_[i] = lambda_[kept_[i]];
      square_[i] = rounded_product(z_[kept_[i]], z_[kept_[i]]);
    }
    const SecularEquation equation(kernels_, k_, pole_, square_, rho_);
    std::atomic<bool> found{true};
    parallel_for(ctx_, k_, 16, operation_, [&](index_t j) {
      const SecularRoot root = equation.root(j);
      if (!root.converged) found = false;
      origin_[j] = root.origin, offset_[j] = root.offset;
      kernels_.differences(k_, pole_, root.origin, root.offset, distances_ + j * k_);
    });
    return found;
  }

  /// weight_i: the z_i for which the roots are exact: the square root of
  /// (lambda_i - d_i) prod_(j != i) (lambda_j - d_i) / (d_j - d_i).
  void weights() {
    parallel_chunks(ctx_, k_, 64, operation_, [&](index_t from, index_t to) {
      for (index_t i = from; i < to; ++i) weight_[i] = distances_[i * k_ + i];
      for (index_t j = 0; j < k_; ++j) {
        const auto range = [&](index_t begin, index_t end) {
          if (begin < end)
            kernels_.multiply_ratios(end - begin, distances_ + j * k_ + begin, pole_ + begin, pole_[j],
                                     weight_ + begin);
        };
        range(from, std::min(to, j));
        range(std::max(from, j + 1), to);
      }
      for (index_t i = from; i < to; ++i) weight_[i] = std::copysign(std::sqrt(std::abs(weight_[i])), z_[kept_[i]]);
    });
  }

  /// Column c of vectors_: weight_i / (d_i - lambda_j) for the c-th root j wanted, normalised, its rows in the order
  /// upper, both, lower.
  void vectors() {
    index_t at = 0;
    for (const index_t kind : {upper, both, lower}) {
      for (index_t i = 0; i < k_; ++i)
        if (kind_[kept_[i]] == kind) place_[i] = at++;
      (kind == upper ? upper_count_ : kind == both ? both_end_ : k_) = at;
    }
    roots_wanted_ = std::lower_bound(order_, order_ + wanted_, k_) - order_;
    parallel_for(ctx_, roots_wanted_, 16, operation_, [&](index_t c) {
      double *const x = distances_ + order_[c] * k_, *const out = vectors_ + c * k_;
      const double norm = std::sqrt(kernels_.quotients(k_, weight_, x));
      for (index_t i = 0; i < k_; ++i) out[place_[i]] = x[i] / norm;
    });
  }

  /// The columns of Q times those vectors, and the deflated ones that are wanted behind them.
  void multiply() {
    const index_t rows = n_ - upper_;
    double *const top = columns_, *const bottom = top + upper_ * both_end_,
                  *const rest = bottom + rows * (k_ - upper_count_);
    parallel_for(ctx_, k_ + wanted_ - roots_wanted_, 16, operation_, [&](index_t c) {
      const index_t i = c < k_ ? c : order_[c - k_ + roots_wanted_];
      const double* const column = &block_(0, kept_[i]);
      if (c >= k_) {
        std::copy_n(column, n_, rest + (c - k_) * n_);
        return;
      }
      const index_t p = place_[i];
      if (p < both_end_) std::copy_n(column, upper_, top + p * upper_);
      if (p >= upper_count_) std::copy_n(column + upper_, rows, bottom + (p - upper_count_) * rows);
    });
    for (index_t c = 0; c < wanted_; ++c) lambda_[c] = z_[order_[c]];
    using Const = MatrixView<const double>;
    const Const s(vectors_, k_, roots_wanted_, 1, k_);
    const MatrixView<double> out = block_.column_block(0, roots_wanted_);
    product(Const(top, upper_, both_end_, 1, upper_), s.row_block(0, both_end_), out.row_block(0, upper_));
    product(Const(bottom, rows, k_ - upper_count_, 1, rows), s.row_block(upper_count_, k_ - upper_count_),
            out.row_block(upper_, rows));
    for (index_t c = roots_wanted_; c < wanted_; ++c) std::copy_n(rest + (c - roots_wanted_) * n_, n_, &block_(0, c));
  }
  void product(MatrixView<const double> a, MatrixView<const double> b, MatrixView<double> out) {
    Gemm::product<double>(ctx_, operation_, 1, a, b, 0, out).run();
  }

  Context& ctx_;
  const char* operation_;
  EigenKernels kernels_;
  MatrixView<double> q_, block_;
  double *d_, *lambda_ = nullptr;
  double *columns_, *distances_;  ///< the same memory: distances are no longer needed when columns are copied
  double *vectors_, *z_, *pole_, *weight_, *square_, *origin_, *offset_;
  index_t *order_, *kept_, *place_, *kind_;
  double rho_ = 0, tolerance_ = 0;
  index_t upper_ = 0, n_ = 0, k_ = 0, upper_count_ = 0, both_end_ = 0, wanted_ = 0, roots_wanted_ = 0;
};

}  // namespace isonomy::cpu
