// What the likelihood of every level needs: training and held-out rows in units of each unit's own spread.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/covariance/shrink.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/linalg/log_diagonal_sum.hpp"

namespace isonomy::gsn {

/// Which levels have no likelihood. `rank`: those at which the covariance has no full rank, be it for want of rows or
/// numerically. `cholesky`: those at which a factorisation meets a pivot that is not positive, as the published code
/// has it.
///
/// Where the rank is not full, rounding decides under `cholesky` whether the last pivots are positive, and need not as
/// in the library that the published code factors with, which factors the covariance where this takes correlations.
/// Reports warn where it may have decided, LevelCurve::by_rounding; the level is then one that other arithmetic need
/// not choose. With all switches as published both
/// levels are the published ones of all 101 cases of tests/reference/gsn but one, uneven-rank_deficient-0, whose
/// covariance of data lacks one rank: it was taken for definite, so that the published level is 1, and is singular
/// here, with 0.98.
enum class SingularRule { rank, cholesky };

/// A level and its mean negative log-likelihood.
struct LevelPoint {
  double level = 0, nll = 0;
};

/// The negative log-likelihood of held-out rows at each level, and what else its search found.
struct LevelCurve {
  std::vector<double> nll;      ///< NaN where the covariance is singular
  const char* form = "";        ///< the form that the search took
  std::optional<index_t> rank;  ///< of the training covariance, numerically, where the search tells
  bool factored = false;        ///< whether some level's covariance was factored
  /// Under SingularRule::cholesky: whether rounding decided about a level that is singular by rank. Of random matrices
  /// that lacked 5 ranks no factorisation found only positive pivots; batched_cholesky, which does not look for the
  /// rank, tells this of too few rows alone.
  bool by_rounding = false;
  std::optional<LevelPoint> refined;  ///< the best between levels, where that was asked for and some lie between
};

/// What a search does beside its levels.
struct CurveOptions {
  SingularRule singular_rule = SingularRule::rank;
  bool refine = false;  ///< look between levels too
};

namespace detail {

/// Training rows X and held-out rows of L units, each column divided by the unit's standard deviation over X, so that
/// the training correlation matrix is R = transposed(X)*X.
template <ContextLike Ctx>
struct LevelProblem {
  Matrix<double, typename Ctx::tag> training, held_out;
  double divisor = 1;        ///< held-out rows before contrasts took their place
  double log_variances = 0;  ///< sum over units
  index_t rank_bound = 0;    ///< degrees of freedom of the training covariance
  double rounding = 0;       ///< what rounding of the data may add to an eigenvalue of R

  [[nodiscard]] index_t units() const { return training.columns(); }
  /// The mean negative log-likelihood, from log det (a R + (1 - a) I) and the sum of the rows' quadratic forms.
  [[nodiscard]] double nll(double log_determinant, double quadratic) const {
    constexpr double log_two_pi = 1.8378770664093453;
    return 0.5 * ((rounded_product(static_cast<double>(units()), log_two_pi) + log_variances) + log_determinant +
                  quadratic / divisor);
  }
};

/// out(:, k) = in(:, units(k)) * scales(k).
template <MemorySpace Space>
struct ScaledColumns {
  MatrixView<const double, Space> in;
  VectorView<const index_t, Space> units;
  VectorView<const double, Space> scales;
  MatrixView<double, Space> out;

  ISONOMY_HD void operator()(index_t k) const {
    for (index_t i = 0; i < in.rows; ++i) out(i, k) = rounded_product(in(i, units(k)), scales(k));
  }
};

/// The columns of these units times their scales; in place where these are all columns.
template <ContextLike Ctx>
[[nodiscard]] Matrix<double, typename Ctx::tag> scaled_columns(Ctx& ctx, Matrix<double, typename Ctx::tag> rows,
                                                               const std::vector<index_t>& units,
                                                               const std::vector<double>& scales) {
  using Space = typename Ctx::space;
  const auto count = static_cast<index_t>(units.size());
  const auto list = to_device(ctx, units, "gsn: units");
  const auto factors = to_device(ctx, scales, "gsn: scales");
  const bool all = count == rows.columns();
  Matrix<double, typename Ctx::tag> fewer;
  if (!all) fewer = Matrix<double, typename Ctx::tag>(ctx, rows.rows(), count, "gsn: rows of living units");
  const MatrixView<double, Space> out = all ? rows.view() : fewer.view();
  isonomy::for_each(
      ctx, count, ScaledColumns<Space>{MatrixView<const double, Space>(rows.view()), list.view(), factors.view(), out});
  return all ? std::move(rows) : std::move(fewer);
}

/// Is a variance no more than rounding leaves? `size`: of the unit's numbers, `epsilon`: of their type.
///
/// Constants are off by one unit in the last place of what they are stored in, or by some roundings of arithmetic,
/// which is that of double. Other units do not matter: one may be in volts, and another one in teslas.
[[nodiscard]] inline bool is_dead(double variance, double size, double epsilon) {
  const double of_numbers = std::max(8 * std::numeric_limits<double>::epsilon(), epsilon) * size;
  return variance <= of_numbers * of_numbers;
}

/// The units whose variance is no more than rounding, ascending. `sizes`: of the numbers of each.
[[nodiscard]] inline std::vector<index_t> dead_units(const std::vector<double>& variances,
                                                     const std::vector<double>& sizes, double epsilon) {
  std::vector<index_t> dead;
  for (std::size_t i = 0; i < variances.size(); ++i)
    if (is_dead(variances[i], sizes[i], epsilon)) dead.push_back(static_cast<index_t>(i));
  return dead;
}

/// The living unit of whose variance rounding of its numbers may make up most, and that share: numbers of some `size`
/// are off by epsilon times that. -1 where there is none.
struct CoarsestUnit {
  index_t unit = -1;
  double share = 0;
};
[[nodiscard]] inline CoarsestUnit coarsest_unit(const std::vector<double>& variances, const std::vector<index_t>& dead,
                                                const std::vector<double>& sizes, double epsilon) {
  CoarsestUnit coarsest;
  for (std::size_t i = 0; i < variances.size(); ++i) {
    const auto unit = static_cast<index_t>(i);
    if (std::binary_search(dead.begin(), dead.end(), unit)) continue;
    const double share = epsilon * sizes[i] / std::sqrt(variances[i]);
    if (share * share > coarsest.share) coarsest = {unit, share * share};
  }
  return coarsest;
}

/// What rounding of the data may add to an eigenvalue of their correlation matrix: numbers are off independently of
/// each other, so that a covariance without full rank seems to have it.
///
/// Epsilon at least for each living unit: data that were referenced in their own type are off, all units alike, by what
/// their numbers were before, which does not show any more.
[[nodiscard]] inline double rounding_of(const std::vector<double>& variances, const std::vector<index_t>& dead,
                                        const std::vector<double>& sizes, double epsilon) {
  return std::max(static_cast<double>(variances.size() - dead.size()) * epsilon,
                  coarsest_unit(variances, dead, sizes, epsilon).share);
}

/// The problem of training and held-out rows, observations x units, without the dead units.
template <ContextLike Ctx>
[[nodiscard]] LevelProblem<Ctx> level_problem(Ctx& ctx, Matrix<double, typename Ctx::tag> training,
                                              Matrix<double, typename Ctx::tag> held_out, double divisor,
                                              index_t rank_bound, const std::vector<double>& variances,
                                              const std::vector<index_t>& dead) {
  LevelProblem<Ctx> problem;
  std::vector<index_t> living;
  std::vector<double> scales;
  for (std::size_t i = 0, next = 0; i < variances.size(); ++i) {
    if (next < dead.size() && dead[next] == static_cast<index_t>(i)) {
      ++next;
      continue;
    }
    living.push_back(static_cast<index_t>(i));
    scales.push_back(1 / std::sqrt(variances[i]));
    problem.log_variances += isonomy::detail::fixed_logarithm(variances[i]);
  }
  problem.training = scaled_columns(ctx, std::move(training), living, scales);
  problem.held_out = scaled_columns(ctx, std::move(held_out), living, scales);
  problem.divisor = divisor;
  problem.rank_bound = rank_bound;
  return problem;
}

/// a(j, j) = 1.
template <MemorySpace Space>
struct UnitDiagonal {
  MatrixView<double, Space> a;
  ISONOMY_HD void operator()(index_t j) const { a(j, j) = 1; }
};

/// The training correlation matrix R.
template <ContextLike Ctx>
[[nodiscard]] Matrix<double, typename Ctx::tag> correlation(Ctx& ctx, const LevelProblem<Ctx>& problem) {
  Matrix<double, typename Ctx::tag> r = covariance(ctx, problem.training.view(), 1);
  isonomy::for_each(ctx, problem.units(), UnitDiagonal<typename Ctx::space>{r.view()});
  return r;
}

}  // namespace detail

}  // namespace isonomy::gsn
