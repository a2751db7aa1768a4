// Which levels are singular by rank.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/estimators/gsn/levels/problem.hpp"
#include "isonomy/estimators/gsn/levels/tridiagonal_form.hpp"

namespace isonomy::gsn::detail {

/// Has a R + (1 - a) I no full rank, for an n x n matrix R with these eigenvalues at its ends and of rank at most
/// `bound`? Numerically, where its least eigenvalue is n epsilon times its largest, or less, or no more than
/// `rounding`, that of the data.
[[nodiscard]] inline bool is_singular(double a, index_t n, index_t bound, double rounding, Extremes r) {
  if (a == 1 && bound < n) return true;
  const double first = std::fma(a, r.least - 1, 1.0), second = std::fma(a, r.largest - 1, 1.0);
  const double limit = static_cast<double>(n) * std::numeric_limits<double>::epsilon();
  return std::min(first, second) <= std::max(limit * std::max(first, second), rounding);
}

/// Must extremes be known to tell whether a level is singular? Eigenvalues of a correlation matrix are between 0 and n.
[[nodiscard]] inline bool is_near_singular(double a, index_t n, double rounding) {
  const auto size = static_cast<double>(n);
  return !(a >= 0 && 1 - a > std::max(2 * size * size * std::numeric_limits<double>::epsilon(), rounding));
}

/// The eigenvalues that count for the rank of a correlation matrix of n units: those above n epsilon times the largest
/// and above the rounding of the data. The form may be that of a smaller matrix with the same eigenvalues but for
/// zeros.
[[nodiscard]] inline index_t numerical_rank(const TridiagonalForm& form, index_t n, double rounding, double largest) {
  const double limit = static_cast<double>(n) * std::numeric_limits<double>::epsilon() * largest;
  return form.size() - form.eigenvalues_below(std::max(limit, rounding));
}

/// Does rounding decide whether factors of levels of these are found, LevelCurve::by_rounding? `is_singular`: by rank.
template <class IsSingular>
[[nodiscard]] bool decided_by_rounding(SingularRule rule, index_t n, index_t rank, const std::vector<double>& levels,
                                       const IsSingular& is_singular) {
  // 200 matrices of each of 20, 50 and 200 units, that lacked 5 ranks, did not pass.
  constexpr index_t most_that_may_pass = 4;
  return rule == SingularRule::cholesky && n - rank <= most_that_may_pass &&
         std::any_of(levels.begin(), levels.end(), is_singular);
}

}  // namespace isonomy::gsn::detail
