// Eigenvalues and vectors of a symmetric tridiagonal matrix by divide and conquer.
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/eigen/implicit_ql.hpp"
#include "isonomy/cpu/linalg/eigen/merge.hpp"
#include "isonomy/cpu/parallel.hpp"

namespace isonomy::cpu {

/// T = Q*diag(d)*transposed(Q) for the tridiagonal T with diagonal d and subdiagonal e, of elements of magnitude about
/// 1 at most.
///
/// T is torn into pieces of at most 32 rows, whose eigenproblems the QL method solves; pairs of neighbours are then put
/// together until one is left. Sources: Cuppen, A divide and conquer method for the symmetric tridiagonal eigenproblem
/// (1981); Gu and Eisenstat, A divide-and-conquer algorithm for the symmetric tridiagonal eigenproblem (1995).
class DivideAndConquer {
 public:
  static constexpr index_t leaf = 32;

  /// Elements of each of two workspaces.
  [[nodiscard]] static index_t workspace(index_t n) { return Merge::workspace(n); }
  DivideAndConquer(Context& ctx, const char* operation, MatrixView<double> q, double* d, const double* e,
                   double* workspace, double* further)
      : ctx_(ctx), operation_(operation), kernels_(eigen_kernels(ctx.instruction_set())), q_(q), d_(d), e_(e),
        merge_(ctx, operation, kernels_, q, d, workspace, further) {}

  /// All eigenvalues and vectors, or those that `choose` wants in front of the others, whose columns are lost: of the
  /// last merge no other vectors are formed. False where a root or an eigenvalue of a piece is not found.
  [[nodiscard]] bool run(const Choose& choose = {}) {
    const index_t n = q_.rows;
    index_t pieces = 1;
    while ((n + pieces - 1) / pieces > leaf) pieces *= 2;
    const auto begin = [=](index_t piece) { return piece * n / pieces; };
    // T = diag(T_1, T_2) + |e| u u^T, u being 1 and the sign of e beside the tear.
    for (index_t p = 1; p < pieces; ++p) {
      const index_t at = begin(p);
      d_[at - 1] -= std::abs(e_[at - 1]);
      d_[at] -= std::abs(e_[at - 1]);
    }
    for (index_t j = 0; j < n; ++j) std::fill_n(&q_(0, j), n, 0.0);
    std::atomic<bool> solved{true};
    parallel_for(ctx_, pieces, 1, operation_, [&](index_t p) {
      if (!solve_piece(begin(p), begin(p + 1))) solved = false;
    });
    for (index_t width = 1; width < pieces && solved; width *= 2)
      for (index_t p = 0; p < pieces && solved; p += 2 * width) {
        const index_t middle = begin(p + width);
        solved = merge_(begin(p), middle, begin(p + 2 * width), e_[middle - 1], 2 * width < pieces ? Choose{} : choose);
      }
    if (solved && choose && pieces == 1) merge_.keep(0, n, choose);
    return solved;
  }
  /// How many were wanted.
  [[nodiscard]] index_t wanted() const { return merge_.wanted(); }

 private:
  [[nodiscard]] bool solve_piece(index_t first, index_t last) const {
    double e[leaf];
    const index_t n = last - first;
    std::copy_n(e_ + first, n - 1, e);
    for (index_t i = first; i < last; ++i) q_(i, i) = 1;
    return implicit_ql(kernels_, n, d_ + first, e, q_.row_block(first, n).column_block(first, n));
  }

  Context& ctx_;
  const char* operation_;
  EigenKernels kernels_;
  MatrixView<double> q_;
  double* d_;
  const double* e_;
  Merge merge_;
};

}  // namespace isonomy::cpu
