// Symmetric tridiagonal matrices in linear time: pivots of L*D*transposed(L) and the count of eigenvalues below a
// number.
#pragma once

#include <cmath>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy {

/// How many eigenvalues of the tridiagonal T with diagonal d and subdiagonal e are less than x.
///
/// d holds n elements, e at least n - 1 of them, none NaN. The count is that of the negative pivots of T - x
/// (Sylvester's law of inertia), a pivot of 0 taken for a tiny positive one. It is the exact count of a matrix whose
/// elements differ from those of T by some units in the last place, and does not fall as x grows.
///
/// No overflow that matters: an infinite pivot ends the coupling, as a large one does. No allocation, n divisions.
/// Source: Demmel, Dhillon and Ren, On the correctness of some bisection-like parallel eigenvalue algorithms in
/// floating point arithmetic (1995), 3.
[[nodiscard]] inline index_t eigenvalues_below(VectorView<const double> d, VectorView<const double> e, double x) {
  index_t count = 0;
  double pivot = 1;
  for (index_t i = 0; i < d.size; ++i) {
    const double coupling = i == 0 ? 0 : e(i - 1);
    const double taken = coupling == 0 ? 0 : rounded_product(coupling, coupling / pivot);
    pivot = (d(i) - x) - taken;
    if (pivot == 0) pivot = 0;  // not -0, whose reciprocal has the other sign
    if (pivot < 0) ++count;
  }
  return count;
}

/// Factors a T + b = L*D*transposed(L), L unit lower bidiagonal: the first pivot, counted from 1, that is not positive
/// (NaN is not), or 0.
///
/// pivots(i) are the elements of D, below(i) those of L beneath its diagonal; from a failing pivot on they are not
/// written. pivots holds n elements, below at least n - 1. Without exchanges this is stable where the matrix is
/// positive definite (Higham 2002, 9.6).
[[nodiscard]] inline index_t tridiagonal_factors(VectorView<const double> d, VectorView<const double> e, double a,
                                                 double b, VectorView<double> pivots, VectorView<double> below) {
  for (index_t i = 0; i < d.size; ++i) {
    double pivot = std::fma(a, d(i), b);
    if (i > 0) {
      const double coupling = rounded_product(a, e(i - 1)), l = coupling / pivots(i - 1);
      below(i - 1) = l;
      pivot = std::fma(-l, coupling, pivot);
    }
    if (!(pivot > 0)) return i + 1;
    pivots(i) = pivot;
  }
  return 0;
}

}  // namespace isonomy
