// precision: the inverse of a covariance and the logarithm of its determinant.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/biconvex/steps.hpp"
#include "isonomy/estimators/gsn/psd/living_pairs.hpp"
#include "isonomy/estimators/gsn/psd/symmetric.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/linalg/cholesky.hpp"
#include "isonomy/ops/linalg/log_diagonal_sum.hpp"
#include "isonomy/ops/linalg/solve_triangular.hpp"
#include "isonomy/ops/linalg/syrk.hpp"
#include "isonomy/ops/memory.hpp"

namespace isonomy::gsn {

/// An inverse, units x units with both triangles, and log det of what it is the inverse of.
template <class Tag>
struct Precision {
  Matrix<double, Tag> precision;
  double log_determinant = 0;
  std::vector<index_t> dead_units;  ///< left out of both, zeros in the precision
};

namespace detail {

/// out(i, j) = c(i, j)*scale(i)*scale(j), 1 on the diagonal; rows and columns of scale 0 are those of the identity.
template <MemorySpace Space>
struct ScaleToUnits {
  MatrixView<const double, Space> c;
  VectorView<const double, Space> scale;
  MatrixView<double, Space> out;

  ISONOMY_HD void operator()(index_t j) const {
    for (index_t i = 0; i < c.rows; ++i)
      out(i, j) = i == j ? 1 : rounded_product(rounded_product(c(i, j), scale(i)), scale(j));
  }
};

/// The identity.
template <MemorySpace Space>
struct FillIdentity {
  MatrixView<double, Space> out;

  ISONOMY_HD void operator()(index_t j) const {
    for (index_t i = 0; i < out.rows; ++i) out(i, j) = i == j ? 1 : 0;
  }
};

/// m(i, j) *= scale(i)*scale(j).
template <MemorySpace Space>
struct ScaleBack {
  VectorView<const double, Space> scale;
  MatrixView<double, Space> m;

  ISONOMY_HD void operator()(index_t j) const {
    for (index_t i = 0; i < m.rows; ++i) m(i, j) = rounded_product(m(i, j), rounded_product(scale(i), scale(j)));
  }
};

[[noreturn]] inline void singular_covariance(index_t pivot, const std::string& why) {
  throw NotPositiveDefinite(text::joined("gsn::precision: the covariance is singular: ", why,
                                         "; expected one that is positive definite; shrink it, or leave units out"),
                            0, pivot);
}

/// NotPositiveDefinite where the inverse of a correlation matrix is so large that its least eigenvalue is no more than
/// rounding.
inline void require_conditioned(double norm_of_inverse, index_t n) {
  constexpr double of_few = 16;
  const double least = (static_cast<double>(n) + of_few) * std::numeric_limits<double>::epsilon();
  if (1 / norm_of_inverse > least) return;
  singular_covariance(n, text::joined("in units of standard deviations an eigenvalue is ",
                                      text::decimals(1 / norm_of_inverse, 3), ", which may be rounding"));
}

/// The Cholesky factor of a correlation matrix, in its place, with its diagonal.
template <ContextLike Ctx>
[[nodiscard]] std::vector<double> factor_correlation(Ctx& ctx, MatrixView<double, typename Ctx::space> r) {
  try {
    cholesky(ctx, r);
  } catch (const NotPositiveDefinite& error) {
    singular_covariance(error.pivot, text::joined("pivot ", error.pivot, ", counted from 1, is not positive"));
  }
  Buffer<double, typename Ctx::tag> diagonal(ctx, r.rows, "gsn: diagonal of a factor");
  copy(ctx, MatrixView<const double, typename Ctx::space>(r).diagonal(), diagonal.view());
  return to_host(ctx, diagonal);
}

}  // namespace detail

/// The precision matrix and the log-determinant of a covariance: of the cN, cS, cNb, cSb that fit() returns, or any.
///
/// c: n x n, symmetric, of a Matrix. It is factored in units of each unit's standard deviation, so that scales cost no
/// digits. Units of nothing but zeros are left out, and are zeros in the precision. A matrix that is singular has none:
/// one whose least eigenvalue in these units is some n epsilon or less, whatever rounding makes of it. A ridge of
/// 1e-10, as cSb has it, is enough.
///
/// Errors: ShapeError, ValueError naming the first element that is not finite, NotPositiveDefinite,
/// OutOfMemory. c is not changed. 5/3 n^3 operations; 2 n^2 doubles beside the result, and what the operations take.
/// Deterministic as cholesky(), solve_triangular() and syrk().
template <ContextLike Ctx>
[[nodiscard]] Precision<typename Ctx::tag> precision(Ctx& ctx, MatrixView<const double, typename Ctx::space> c) {
  using Tag = typename Ctx::tag;
  using Space = typename Ctx::space;
  constexpr const char* operation = "gsn::precision";
  detail::require_square(c, operation, "c");
  detail::require_finite(ctx, c, operation, "c");
  const index_t n = c.rows;
  Buffer<double, Tag> numbers(ctx, n, operation);
  isonomy::for_each(ctx, n, detail::FindDead<Space>{c, numbers.view()});
  Precision<Tag> result;
  result.dead_units = detail::dead_list(ctx, std::as_const(numbers).view());
  copy(ctx, c.diagonal(), numbers.view());
  const std::vector<double> variances = to_host(ctx, numbers);
  std::vector<double> scales;
  for (std::size_t i = 0; i < variances.size(); ++i) {
    const bool dead = std::binary_search(result.dead_units.begin(), result.dead_units.end(), static_cast<index_t>(i));
    if (!dead && !(variances[i] > 0))
      detail::singular_covariance(static_cast<index_t>(i) + 1,
                                  text::joined("the variance of unit ", i, " is ", variances[i]));
    scales.push_back(dead ? 0 : 1 / std::sqrt(variances[i]));
    if (!dead) result.log_determinant += isonomy::detail::fixed_logarithm(variances[i]);
  }
  const auto scale = to_device(ctx, scales, operation);
  Matrix<double, Tag> factor(ctx, n, n, operation), inverse(ctx, n, n, operation);
  isonomy::for_each(ctx, n, detail::ScaleToUnits<Space>{c, scale.view(), factor.view()});
  for (const double pivot : detail::factor_correlation(ctx, factor.view()))
    result.log_determinant += 2 * isonomy::detail::fixed_logarithm(pivot);
  isonomy::for_each(ctx, n, detail::FillIdentity<Space>{inverse.view()});
  solve_triangular(ctx, std::as_const(factor).view(), inverse.view());
  result.precision = Matrix<double, Tag>(ctx, n, n, "gsn: precision");
  syrk(ctx, 1, std::as_const(inverse).view(), 0, result.precision.view());
  detail::require_conditioned(detail::frobenius(ctx, detail::flat(std::as_const(result.precision))), n);
  isonomy::for_each(ctx, n, detail::ScaleBack<Space>{scale.view(), result.precision.view()});
  return result;
}

}  // namespace isonomy::gsn
