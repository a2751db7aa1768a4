// One-sided Jacobi rotations: columns of a square matrix turned until they are orthogonal, on all threads.
#pragma once

#include <algorithm>
#include <cmath>

#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/eigen/kernels.hpp"
#include "isonomy/cpu/parallel.hpp"

namespace isonomy::cpu {

/// Columns of X, k x k, made orthogonal by rotations of two at a time, and V turned with them.
///
/// A sweep meets every pair once, in k - 1 rounds of pairs that share no column: what a pair becomes depends on no
/// other of its round, so bits do not depend on threads. Columns are orthogonal where |x.y| <= (k + 8) u |x| |y|, about
/// what rounding leaves of such a sum: small columns are as orthogonal as large ones. Sources: Hestenes, Inversion of
/// matrices by biorthogonalization (1958); Brent and Luk, The solution of singular-value and symmetric eigenvalue
/// problems on multiprocessor arrays (1985); Demmel and Veselic, Jacobi's method is more accurate than QR (1992).
class OneSidedJacobi {
 public:
  static constexpr int sweeps = 60;
  /// Columns shorter than that are columns of 0: squares of their elements might underflow.
  static constexpr double shortest = 0x1p-480;

  [[nodiscard]] static index_t workspace(index_t k) { return 2 * k + 1; }
  /// X stands on V: column j of `both`, of 2 k rows, is (x_j, v_j). Elements are below 2^400.
  OneSidedJacobi(Context& ctx, const char* operation, MatrixView<double> both, double* workspace)
      : ctx_(ctx), operation_(operation), kernels_(eigen_kernels(ctx.instruction_set())), both_(both), k_(both.columns),
        lengths_(workspace), turned_(workspace + k_) {}

  /// False where 60 sweeps do not do; afterwards lengths() are those of X's columns.
  [[nodiscard]] bool run() {
    const index_t seats = k_ + k_ % 2, pairs = seats / 2;
    parallel_for(ctx_, k_, grain(), operation_, [this](index_t j) { measure(j); });
    for (int sweep = 0; sweep < sweeps; ++sweep) {
      std::fill_n(turned_, pairs, 0.0);
      for (index_t round = 0; round + 1 < seats; ++round)
        parallel_for(ctx_, pairs, grain(), operation_, [=, this](index_t p) { meet(round, p, seats); });
      if (std::find(turned_, turned_ + pairs, 1.0) == turned_ + pairs) return true;
    }
    return false;
  }
  [[nodiscard]] const double* lengths() const { return lengths_; }

 private:
  /// Pairs for a task: some ten microseconds' worth.
  [[nodiscard]] index_t grain() const { return 1 + 4096 / k_; }

  void measure(index_t j) {
    double* const x = &both_(0, j);
    double square = 0;
    kernels_.column_products(x, k_, k_, 1, x, &square);
    lengths_[j] = std::sqrt(square);
    if (lengths_[j] >= shortest) return;
    std::fill_n(x, k_, 0.0);
    lengths_[j] = 0;
  }
  /// Pair p of a round: one seat stays, all others go round a table whose opposite seats are a pair.
  void meet(index_t round, index_t p, index_t seats) {
    const index_t others = seats - 1, one = p == 0 ? others : (round + p) % others,
                  other = (round + others - p) % others;
    if (std::max(one, other) < k_ && turn(std::min(one, other), std::max(one, other))) turned_[p] = 1;
  }
  /// True where columns i < j were not orthogonal.
  bool turn(index_t i, index_t j) {
    const double a = lengths_[i], b = lengths_[j];
    if (a == 0 || b == 0) return false;
    double *const x = &both_(0, i), *const y = &both_(0, j), product = 0;
    kernels_.column_products(x, k_, k_, 1, y, &product);
    if (std::abs(product) <= static_cast<double>(k_ + 8) * 0x1p-53 * a * b) return false;
    // The smaller root t of t^2 + 2 zeta t = 1; no product is added but by fma, so compilers have nothing to fuse.
    const double zeta = (a - b) * (a + b) / (2 * product), size = std::abs(zeta),
                 t = std::copysign(size > 0x1p60 ? 0.5 / size : 1 / (size + std::sqrt(std::fma(zeta, zeta, 1.0))),
                                   zeta),
                 c = 1 / std::sqrt(std::fma(t, t, 1.0));
    kernels_.rotate(both_.rows, x, y, c, c * t);
    measure(i), measure(j);
    return true;
  }

  Context& ctx_;
  const char* operation_;
  EigenKernels kernels_;
  MatrixView<double> both_;
  index_t k_;
  double *lengths_, *turned_;
};

}  // namespace isonomy::cpu
