// A symmetric matrix made banded by blocks of Householder reflectors, nearly all of the work in products of blocks.
#pragma once

#include <algorithm>

#include "isonomy/core/error.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/eigen/kernels.hpp"
#include "isonomy/cpu/linalg/eigen/rank_update.hpp"
#include "isonomy/cpu/linalg/eigen/reflectors.hpp"
#include "isonomy/cpu/linalg/gemm.hpp"
#include "isonomy/cpu/linalg/two_stage/symmetric_product.hpp"

namespace isonomy::cpu {

/// A = Q*B*transposed(Q), b_ij = 0 where |i - j| > `band`. Q is the product of blocks I - V*F*transposed(V), one for
/// each `band` columns but the last.
///
/// Reads and writes the lower triangle of A, column-major with n elements from column to column; above it there is
/// anything afterwards. B stands in the band, and each block's V, without its ones and zeros, below. The F, upper
/// triangular, stand one behind the other in `factors`, of n*band elements. Elements of magnitude at most about 1.
/// Source: Bischof, Lang and Sun, A framework for symmetric band reduction (2000).
class BandReduction {
 public:
  /// Reflectors of the block of columns from `first`.
  [[nodiscard]] static index_t reflectors(index_t n, index_t band, index_t first) {
    return std::min(band, n - first - band - 1);
  }
  [[nodiscard]] static index_t workspace(const Context& ctx, index_t n, index_t band) {
    return RankUpdate::workspace(gemm_kernel<double>(ctx.instruction_set()), n, 2 * band) +
           round_up(SymmetricProduct::workspace(n, band), 8) + 3 * round_up(n * band, 8) + 2 * band * (band + 1);
  }
  /// `workspace` is 64-byte aligned.
  BandReduction(Context& ctx, const char* operation, MatrixView<double> a, index_t band, double* factors,
                double* workspace)
      : ctx_(ctx), operation_(operation), kernels_(eigen_kernels(ctx.instruction_set())), a_(a), n_(a.rows),
        band_(band), factors_(factors), update_(ctx, operation, workspace, n_, 2 * band),
        packed_(workspace + RankUpdate::workspace(gemm_kernel<double>(ctx.instruction_set()), n_, 2 * band)),
        product_(ctx, operation, packed_), p_(packed_ + round_up(SymmetricProduct::workspace(n_, band), 8)),
        u_(p_ + round_up(2 * n_ * band, 8)), squares_(u_ + round_up(n_ * band, 8)) {}

  void run() {
    for (index_t first = 0; reflectors(n_, band_, first) > 0; first += band_) {
      if (ctx_.control().stop.stop_requested()) throw Cancelled(operation_);
      factorise(first);
      apply(first);
    }
  }

 private:
  using Const = MatrixView<const double>;

  /// The columns `first` .. first + band - 1 below the band, each brought up to date when its turn comes. V goes to the
  /// even columns of p_.
  void factorise(index_t first) {
    const index_t top = first + band_, m = n_ - top, k = reflectors(n_, band_, first), apart = 2 * n_;
    double *const f = factors_ + first * band_, *const products = squares_, *const taken = squares_ + band_;
    for (index_t j = 0; j < band_; ++j) {
      double* const x = &a_(top, first + j);
      const index_t before = std::min(j, k);
      if (before > 0) {
        kernels_.column_products(p_, apart, m, before, x, products);
        kernels_.column_products(f, k, before, before, products, taken);
        for (index_t c = 0; c < before; ++c) taken[c] = -taken[c];
        kernels_.add_columns(p_, apart, m, before, taken, x);
      }
      if (j >= k) continue;
      double* const v = p_ + j * apart;
      double beta = 0;
      const double tau = make_reflector(m - j, x + j, beta, [this](const double* y, index_t n) {
        double square = 0;
        kernels_.column_products(y, n, n, 1, y, &square);
        return square;
      });
      std::fill_n(v, j, 0.0);
      v[j] = 1;
      std::copy(x + j + 1, x + m, v + j + 1);
      x[j] = beta;
      kernels_.column_products(p_ + j, apart, m - j, j, v + j, products);
      double* const column = f + j * k;  // -tau F V^T v, and tau
      std::fill_n(column, k, 0.0);
      kernels_.add_columns(f, k, j, j, products, column);
      for (index_t i = 0; i < j; ++i) column[i] *= -tau;
      column[j] = tau;
    }
  }

  /// Q^T*A*Q = A - V*Z^T - Z*V^T for what is right of those columns: Y = A*V*F and Z = Y - V*F^T*V^T*Y/2.
  void apply(index_t first) {
    const index_t top = first + band_, m = n_ - top, k = reflectors(n_, band_, first), apart = 2 * n_;
    const Const v(p_, m, k, 1, apart), f = column_major(static_cast<const double*>(factors_ + first * band_), k, k);
    const MatrixView<double> z(p_ + n_, m, k, 1, apart),
        u = column_major(u_, m, k), square = column_major(squares_, k, k), half = column_major(squares_ + k * k, k, k);
    const MatrixView<double> rest = a_.row_block(top, m).column_block(top, m);
    multiply(1, v, f, u);
    product_(rest, u, z);
    multiply(1, transposed(v), z, square);
    multiply(-0.5, transposed(f), square, half);
    Gemm::product<double>(ctx_, operation_, 1, v, half, 1, z).run_onto();
    update_(Const(p_, m, 2 * k, 1, n_), rest);
  }
  void multiply(double by, Const a, Const b, MatrixView<double> out) {
    Gemm::product<double>(ctx_, operation_, by, a, b, 0, out).run();
  }

  Context& ctx_;
  const char* operation_;
  EigenKernels kernels_;
  MatrixView<double> a_;
  index_t n_, band_;
  double* factors_;
  RankUpdate update_;
  double* packed_;
  SymmetricProduct product_;
  double *p_, *u_, *squares_;
};

}  // namespace isonomy::cpu
