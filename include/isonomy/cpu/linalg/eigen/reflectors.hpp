// Householder reflectors: one made, and products of them applied to a matrix in blocks by the compact WY
// representation.
#pragma once

#include <algorithm>
#include <cmath>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/gemm.hpp"

namespace isonomy::cpu {

/// Makes (x_0, x_1, ..) into (x_0, v_1, ..) with H x = (beta, 0, ..), H = I - tau v v^T and v_0 = 1; the tau.
/// square(x, m) is the sum of the squares of m elements.
template <class Square>
[[nodiscard]] double make_reflector(index_t m, double* x, double& beta, const Square& square) {
  double largest = 0;
  for (index_t i = 1; i < m; ++i) largest = std::max(largest, std::abs(x[i]));
  beta = x[0];
  if (largest == 0) return 0;
  // Squares of what lies below 2^-400 might underflow; powers of 2 are exact.
  largest = std::max(largest, std::abs(x[0]));
  const int exponent = largest < 0x1p-400 ? std::ilogb(largest) : 0;
  if (exponent != 0)
    for (index_t i = 0; i < m; ++i) x[i] = std::ldexp(x[i], -exponent);
  const double norm = std::sqrt(square(x, m)), alpha = x[0], end = alpha > 0 ? -norm : norm;
  for (index_t i = 1; i < m; ++i) x[i] /= alpha - end;
  beta = std::ldexp(end, exponent);
  return (end - alpha) / end;
}

/// C = (I - V*F*transposed(V))*C, or with F transposed: reflectors of which V holds the vectors, m x k with 1 on its
/// diagonal and 0 above, and F is upper triangular. C has columns of unit stride; `workspace` holds 2*k*C.columns
/// elements.
inline void apply_block(Context& ctx, const char* operation, MatrixView<const double> v, MatrixView<const double> f,
                        bool transpose, MatrixView<double> c, double* workspace) {
  const index_t k = v.columns;
  const MatrixView<double> w = column_major(workspace, k, c.columns),
                           fw = column_major(workspace + k * c.columns, k, c.columns);
  Gemm::product<double>(ctx, operation, 1, transposed(v), c, 0, w).run();
  Gemm::product<double>(ctx, operation, -1, transpose ? transposed(f) : f, w, 0, fw).run();
  Gemm::product<double>(ctx, operation, 1, v, fw, 1, c).run_onto();
}

/// C = Q*C or transposed(Q)*C for the reflectors that TridiagonalReduction leaves, whatever type they are kept in.
///
/// A block of them is I - V*F*transposed(V), F upper triangular: F_ii = tau_i, and above it the column
/// -tau_i F V^T v_i. Source: Schreiber and Van Loan, A storage-efficient WY representation for products of Householder
/// transformations (1989).
template <Real T>
class Reflectors {
 public:
  static constexpr index_t block = 64;

  [[nodiscard]] static index_t workspace(index_t n, index_t columns) {
    return round_up(n * block, 8) + 2 * block * block + 2 * block * columns;
  }
  Reflectors(Context& ctx, const char* operation, MatrixView<const T> a, VectorView<const T> tau, double* workspace)
      : ctx_(ctx), operation_(operation), a_(a), tau_(tau), v_(workspace), gram_(v_ + round_up(a.rows * block, 8)),
        factor_(gram_ + block * block), product_(factor_ + block * block) {}

  void apply(MatrixView<double> c, bool transpose) {
    const index_t count = a_.rows - 1, blocks = (count + block - 1) / block;
    for (index_t b = 0; b < blocks; ++b) {
      const index_t first = (transpose ? b : blocks - 1 - b) * block;
      apply(first, std::min(block, count - first), c.row_block(first + 1, count - first), transpose);
    }
  }

 private:
  using Const = MatrixView<const double>;

  /// Reflectors first .. first + k - 1 applied to the rows from first + 1 on.
  void apply(index_t first, index_t k, MatrixView<double> c, bool transpose) {
    const index_t m = c.rows;
    const MatrixView<double> v = column_major(v_, m, k), gram = column_major(gram_, k, k),
                             f = column_major(factor_, k, k);
    for (index_t j = 0; j < k; ++j) {
      std::fill_n(&v(0, j), j, 0.0);
      v(j, j) = 1;
      for (index_t i = j + 1; i < m; ++i) v(i, j) = static_cast<double>(a_(first + 1 + i, first + j));
    }
    Gemm::product<double>(ctx_, operation_, 1, transposed(Const(v)), Const(v), 0, gram).run();
    for (index_t j = 0; j < k; ++j) factor_column(gram, static_cast<double>(tau_(first + j)), j, f);
    apply_block(ctx_, operation_, v, f, transpose, c, product_);
  }

  static void factor_column(MatrixView<const double> gram, double tau, index_t j, MatrixView<double> f) {
    for (index_t i = 0; i < j; ++i) {
      Rounded sum = 0;
      for (index_t p = i; p < j; ++p) sum += Rounded(f(i, p)) * gram(p, j);
      f(i, j) = -tau * sum;
    }
    f(j, j) = tau;
    for (index_t i = j + 1; i < f.rows; ++i) f(i, j) = 0;
  }

  Context& ctx_;
  const char* operation_;
  MatrixView<const T> a_;
  VectorView<const T> tau_;
  double *v_, *gram_, *factor_, *product_;
};

}  // namespace isonomy::cpu
