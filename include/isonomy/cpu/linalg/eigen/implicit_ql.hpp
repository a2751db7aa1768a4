// Eigenvalues and vectors of a short tridiagonal matrix by the QL method with implicit shifts.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/linalg/eigen/kernels.hpp"

namespace isonomy::cpu {

/// c and s with c a + s b = r and c b - s a = 0, c^2 + s^2 = 1; no overflow or underflow that matters.
struct Rotation {
  Rounded c = 1, s = 0, r = 0;

  Rotation(double a, double b) : r(a) {
    if (b == 0) return;
    const bool first = std::abs(a) > std::abs(b);
    const Rounded t = first ? b / a : a / b, root = std::sqrt(1 + t * t);
    c = first ? 1 / root : t / root;
    s = first ? t / root : 1 / root;
    r = (first ? a : b) * root;
  }
};

/// Replaces d by the eigenvalues, in no order, and Q by Q*V, V the eigenvectors. e, of which the last of n elements may
/// be anything, is lost. False where an eigenvalue takes more than 50 steps; no matrix is known that does.
///
/// Source: Bowdler, Martin, Reinsch and Wilkinson, The QR and QL algorithms for symmetric matrices (1968).
[[nodiscard]] inline bool implicit_ql(const EigenKernels& kernels, index_t n, double* d, double* e,
                                      MatrixView<double> q) {
  constexpr double eps = std::numeric_limits<double>::epsilon() / 2;
  for (index_t l = 0; l < n; ++l)
    for (int step = 0;; ++step) {
      index_t m = l;
      while (m + 1 < n && std::abs(e[m]) > eps * (std::abs(d[m]) + std::abs(d[m + 1])) && std::abs(e[m]) > 0x1p-400)
        ++m;
      if (m == l) break;
      if (step == 50) return false;
      // Wilkinson's shift, from the leading two rows.
      const Rounded g0 = (d[l + 1] - d[l]) / (2 * Rounded(e[l]));
      const double r0 = std::abs(g0.value) > 0x1p100 ? std::abs(g0.value) : std::sqrt(1 + g0 * g0);
      Rounded g = d[m] - d[l] + e[l] / (g0 + std::copysign(r0, g0.value)), s = 1, c = 1, p = 0;
      index_t i = m - 1;
      for (; i >= l; --i) {
        const Rounded f = s * e[i], b = c * e[i];
        const Rotation turn(g, f);
        e[i + 1] = turn.r;
        if (turn.r == 0) {
          d[i + 1] -= p;
          e[m] = 0;
          break;
        }
        s = turn.s, c = turn.c;
        g = d[i + 1] - p;
        const Rounded r = (d[i] - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        kernels.rotate(q.rows, &q(0, i + 1), &q(0, i), c, s);
      }
      if (i >= l) continue;
      d[l] -= p;
      e[l] = g;
      e[m] = 0;
    }
  return true;
}

}  // namespace isonomy::cpu
