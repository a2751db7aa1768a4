// tridiagonal: the likelihood curve from one tridiagonal form of the training correlation matrix.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/estimators/gsn/levels/batched_cholesky.hpp"
#include "isonomy/estimators/gsn/levels/problem.hpp"
#include "isonomy/estimators/gsn/levels/refine.hpp"
#include "isonomy/estimators/gsn/levels/singular.hpp"
#include "isonomy/estimators/gsn/levels/tridiagonal_form.hpp"

namespace isonomy::gsn {

/// a R + (1 - a) I = Q*(a T + (1 - a) I)*transposed(Q) for every level a: 4/3 N^3 + 2 N^2 M operations once, and O(N M)
/// for each level. 2 N^2 numbers.
///
/// On contexts without tridiagonalise eigenvectors give T, which is diagonal then. SingularRule::cholesky takes one
/// factorisation of R more, for level 1.
struct tridiagonal {
  template <ContextLike Ctx>
  [[nodiscard]] static LevelCurve curve(Ctx& ctx, detail::LevelProblem<Ctx> problem, const std::vector<double>& levels,
                                        CurveOptions how) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    LevelCurve result;
    result.form = "tridiagonal";
    const index_t n = problem.units();
    const Matrix<double, typename Ctx::tag> r = detail::correlation(ctx, problem);
    std::optional<double> of_one;
    if (how.singular_rule == SingularRule::cholesky && std::find(levels.begin(), levels.end(), 1.0) != levels.end())
      of_one = detail::factor_level(ctx, problem, r.view());
    result.factored = of_one.has_value();
    const detail::TridiagonalForm form = detail::tridiagonal_form(ctx, r.view(), problem.held_out);
    const detail::Extremes extremes = form.extremes();
    result.rank = detail::numerical_rank(form, n, problem.rounding, extremes.largest);
    const auto is_singular = [&](double level) {
      return detail::is_singular(level, n, problem.rank_bound, problem.rounding, extremes);
    };
    result.by_rounding = detail::decided_by_rounding(how.singular_rule, n, *result.rank, levels, is_singular);
    const auto nll_at = [&](double level, const std::optional<detail::LevelTerms>& terms) {
      if (of_one && level == 1) return *of_one;
      const bool singular = how.singular_rule == SingularRule::rank && is_singular(level);
      return singular || !terms ? nan : problem.nll(terms->log_determinant, terms->quadratic);
    };
    const std::vector<std::optional<detail::LevelTerms>> terms = detail::terms_of(ctx, form, levels);
    for (std::size_t k = 0; k < levels.size(); ++k) result.nll.push_back(nll_at(levels[k], terms[k]));
    if (how.refine)
      result.refined =
          detail::refined_level(levels, result.nll, [&](double a) { return nll_at(a, form.at(a, 1 - a)); });
    return result;
  }
};

}  // namespace isonomy::gsn
