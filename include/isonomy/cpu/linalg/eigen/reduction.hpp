// A symmetric matrix made tridiagonal by Householder reflectors, half of the work in products of blocks.
#pragma once

#include <algorithm>
#include <cmath>

#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/eigen/kernels.hpp"
#include "isonomy/cpu/linalg/eigen/rank_update.hpp"
#include "isonomy/cpu/linalg/eigen/reflectors.hpp"
#include "isonomy/cpu/parallel.hpp"

namespace isonomy::cpu {

/// A = Q*T*transposed(Q), Q = H_0*H_1*...*H_(n-2) with H_j = I - tau_j v_j v_j^T; v_j is 0 up to row j and 1 in row
/// j + 1, and stands below that in column j of A.
///
/// Panels of 32 columns: within one, columns are brought up to date as they are needed, A itself once at its end.
/// Reads and writes the lower triangle of A, column-major with n elements from column to column. Elements of
/// magnitude at most about 1.
/// Source: Dongarra, Sorensen and Hammarling, Block reduction of matrices to condensed forms for eigenvalue
/// computations (1989).
class TridiagonalReduction {
 public:
  static constexpr index_t panel = 32, strip = 128;

  [[nodiscard]] static index_t workspace(const Context& ctx, index_t n) {
    const index_t strips = (n + strip - 1) / strip;
    return round_up(n * (2 * panel + strips + 1) + 4 * panel, 8) +
           RankUpdate::workspace(gemm_kernel<double>(ctx.instruction_set()), n, 2 * panel);
  }
  /// `workspace` is 64-byte aligned.
  TridiagonalReduction(Context& ctx, const char* operation, MatrixView<double> a, double* workspace)
      : ctx_(ctx), operation_(operation), kernels_(eigen_kernels(ctx.instruction_set())), a_(a), n_(a.rows),
        update_(ctx, operation, workspace, n_, 2 * panel),
        p_(workspace + RankUpdate::workspace(gemm_kernel<double>(ctx.instruction_set()), n_, 2 * panel)),
        parts_(p_ + n_ * 2 * panel), factors_(parts_ + n_ * ((n_ + strip - 1) / strip)) {}

  /// d holds n, e and tau n - 1 elements.
  void run(double* d, double* e, double* tau) {
    for (index_t first = 0; first < n_; first += panel) {
      const index_t last = std::min(first + panel, n_);
      for (index_t j = first; j < last; ++j) column(first, j, d, e, tau);
      if (last == n_) return;
      if (ctx_.control().stop.stop_requested()) throw Cancelled(operation_);
      update_(MatrixView<const double>(p_ + last, n_ - last, 2 * panel, 1, n_),
              a_.row_block(last, n_ - last).column_block(last, n_ - last));
    }
  }

 private:
  void column(index_t first, index_t j, double* d, double* e, double* tau) {
    const index_t before = 2 * (j - first), m = n_ - j - 1;
    double* const a = &a_(j, j);
    // What the columns of the panel before this one take from it: v_c w_c(j) + w_c v_c(j).
    for (index_t c = 0; c < before; ++c) factors_[c] = -p_[(c ^ 1) * n_ + j];
    kernels_.add_columns(p_ + j, n_, m + 1, before, factors_, a);
    d[j] = a[0];
    if (m == 0) return;
    tau[j] = reflector(m, a + 1, e[j]);
    double *const v = p_ + before * n_ + j + 1, *const w = v + n_;
    v[0] = 1;
    std::copy(a + 2, a + 1 + m, v + 1);
    if (tau[j] == 0) {
      std::fill_n(w, m, 0.0);
      return;
    }
    product(j + 1, v, w);
    // w = tau (A v - what the panel has changed), less the half that makes the update symmetric.
    kernels_.column_products(p_ + j + 1, n_, m, before, v, factors_ + 2 * panel);
    for (index_t c = 0; c < before; ++c) factors_[c] = -factors_[2 * panel + (c ^ 1)];
    kernels_.add_columns(p_ + j + 1, n_, m, before, factors_, w);
    for (index_t i = 0; i < m; ++i) w[i] *= tau[j];
    double half = 0;
    kernels_.column_products(w, n_, m, 1, v, &half);
    half = rounded_product(rounded_product(half, tau[j]), -0.5);
    kernels_.add_columns(v, n_, m, 1, &half, w);
  }

  /// y = A*v for the symmetric matrix from row and column `first` on: strips of columns, their parts added in order.
  void product(index_t first, const double* v, double* y) {
    const index_t m = n_ - first, strips = (m + strip - 1) / strip;
    const auto one = [&](index_t s) {
      const index_t at = s * strip;
      kernels_.symmetric_strip(&a_(first + at, first + at), n_, m - at, std::min(strip, m - at), v + at,
                               s == 0 ? y : parts_ + s * n_ + at);
    };
    if (m >= 384)
      parallel_for(ctx_, strips, 1, operation_, one);
    else
      for (index_t s = 0; s < strips; ++s) one(s);
    const double add = 1;
    for (index_t s = 1; s < strips; ++s) {
      const index_t at = s * strip;
      kernels_.add_columns(parts_ + s * n_ + at, n_, m - at, 1, &add, y + at);
    }
  }

  [[nodiscard]] double reflector(index_t m, double* x, double& beta) const {
    return make_reflector(m, x, beta, [this](const double* v, index_t n) {
      double square = 0;
      kernels_.column_products(v, n_, n, 1, v, &square);
      return square;
    });
  }

  Context& ctx_;
  const char* operation_;
  EigenKernels kernels_;
  MatrixView<double> a_;
  index_t n_;
  RankUpdate update_;
  double *p_, *parts_, *factors_;
};

}  // namespace isonomy::cpu
