// Products of Householder reflectors applied to a matrix in blocks, by the compact WY representation.
#pragma once

#include <algorithm>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/gemm.hpp"

namespace isonomy::cpu {

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
                             f = column_major(factor_, k, k), w = column_major(product_, k, c.columns),
                             fw = column_major(product_ + block * c.columns, k, c.columns);
    for (index_t j = 0; j < k; ++j) {
      std::fill_n(&v(0, j), j, 0.0);
      v(j, j) = 1;
      for (index_t i = j + 1; i < m; ++i) v(i, j) = static_cast<double>(a_(first + 1 + i, first + j));
    }
    multiply(1, transposed(Const(v)), Const(v), 0, gram);
    for (index_t j = 0; j < k; ++j) factor_column(gram, static_cast<double>(tau_(first + j)), j, f);
    multiply(1, transposed(Const(v)), Const(c), 0, w);
    multiply(1, transpose ? transposed(Const(f)) : Const(f), Const(w), 0, fw);
    multiply(-1, Const(v), Const(fw), 1, c);
  }
  void multiply(double alpha, const Const& a, const Const& b, double beta, const MatrixView<double>& out) {
    Gemm::product<double>(ctx_, operation_, alpha, a, b, beta, out).run();
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
