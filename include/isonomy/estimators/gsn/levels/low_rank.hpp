// low_rank: the likelihood curve from the Gram matrix of fewer training rows than units; no units x units matrix.
#pragma once

#include <algorithm>
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
#include "isonomy/estimators/gsn/levels/batched_cholesky.hpp"
#include "isonomy/estimators/gsn/levels/problem.hpp"
#include "isonomy/estimators/gsn/levels/refine.hpp"
#include "isonomy/estimators/gsn/levels/singular.hpp"
#include "isonomy/estimators/gsn/levels/tridiagonal.hpp"
#include "isonomy/estimators/gsn/levels/tridiagonal_form.hpp"
#include "isonomy/ops/linalg/gemm.hpp"
#include "isonomy/ops/linalg/log_diagonal_sum.hpp"
#include "isonomy/ops/linalg/syrk.hpp"

namespace isonomy::gsn {

/// With n training rows X and G = X*transposed(X), which is n x n:
///
/// log det (a R + (1 - a) I) = (N - n) log(1 - a) + log det (a G + (1 - a) I) (Sylvester), and
/// z (a R + (1 - a) I)^-1 z = (z z - a u (a G + (1 - a) I)^-1 u) / (1 - a) with u = X z (Woodbury).
///
/// N n^2 + 4/3 n^3 + 2 N n M operations; 2 n^2 + n M numbers beside the rows, and the workspace of tridiagonalise().
///
/// Where held-out rows lie in the space that training rows span, the difference is as small as 1 - a beside its terms,
/// and relative errors grow as epsilon / (1 - a); of rows with some part outside, the quadratic form itself grows as
/// 1 / (1 - a), and they do not. Levels within 1e-6 of 1, but for 1 itself, are therefore better left to `tridiagonal`,
/// as `automatic` does. Where there are as many rows as units, this is `tridiagonal`. Level 1 is singular;
/// SingularRule::cholesky forms R for it, and a factor: 2 N^2 numbers, a copy of the held-out rows, and what
/// cholesky_batched() and solve_triangular_batched() take.
struct low_rank {
  template <ContextLike Ctx>
  [[nodiscard]] static LevelCurve curve(Ctx& ctx, detail::LevelProblem<Ctx> problem, const std::vector<double>& levels,
                                        CurveOptions how) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    using Tag = typename Ctx::tag;
    const index_t n = problem.training.rows(), units = problem.units(), m = problem.held_out.rows();
    if (n >= units) return tridiagonal::curve(ctx, std::move(problem), levels, how);
    LevelCurve result;
    result.form = "low_rank";
    std::optional<double> of_one;
    if (how.singular_rule == SingularRule::cholesky && std::find(levels.begin(), levels.end(), 1.0) != levels.end())
      of_one = detail::factor_level(ctx, problem, detail::correlation(ctx, problem).view());
    result.factored = of_one.has_value();
    double squares = 0;
    for (const double of_unit : to_host(ctx, detail::column_squares(ctx, problem.held_out.view()))) squares += of_unit;
    Matrix<double, Tag> gram(ctx, n, n, "gsn: Gram matrix"), products(ctx, m, n, "gsn: products of rows");
    syrk(ctx, 1, transposed(problem.training.view()), 0, gram.view());
    gemm(ctx, 1, problem.held_out.view(), transposed(problem.training.view()), 0, products.view());
    const detail::TridiagonalForm form = detail::tridiagonal_form(ctx, gram.view(), products);
    const double largest = form.extremes().largest;
    result.rank = std::min(detail::numerical_rank(form, units, problem.rounding, largest), problem.rank_bound);
    const auto is_singular = [&](double a) {
      return detail::is_singular(a, units, problem.rank_bound, problem.rounding, {0, largest});
    };
    result.by_rounding = detail::decided_by_rounding(how.singular_rule, units, *result.rank, levels, is_singular);
    const auto nll_at = [&](double a, const std::optional<detail::LevelTerms>& terms) {
      const double b = 1 - a;
      if (of_one && a == 1) return *of_one;
      if (is_singular(a) || b <= 0 || !terms) return nan;
      const double null_space = rounded_product(static_cast<double>(units - n), isonomy::detail::fixed_logarithm(b));
      return problem.nll(null_space + terms->log_determinant, (squares - rounded_product(a, terms->quadratic)) / b);
    };
    const std::vector<std::optional<detail::LevelTerms>> terms = detail::terms_of(ctx, form, levels);
    for (std::size_t k = 0; k < levels.size(); ++k) result.nll.push_back(nll_at(levels[k], terms[k]));
    if (how.refine)
      result.refined =
          detail::refined_level(levels, result.nll, [&](double a) { return nll_at(a, form.at(a, 1 - a)); });
    return result;
  }
};

/// `low_rank` where training rows are fewer than 0.6 of the units and no level comes within 1e-6 of 1 without being 1;
/// else `tridiagonal`.
struct automatic {
  template <ContextLike Ctx>
  [[nodiscard]] static LevelCurve curve(Ctx& ctx, detail::LevelProblem<Ctx> problem, const std::vector<double>& levels,
                                        CurveOptions how) {
    constexpr double worth = 0.6;
    const bool few = static_cast<double>(problem.training.rows()) < worth * static_cast<double>(problem.units());
    if (few && !loses_digits(levels)) return low_rank::curve(ctx, std::move(problem), levels, how);
    return tridiagonal::curve(ctx, std::move(problem), levels, how);
  }
  /// Is one of the levels so near to 1 that `low_rank` would lose digits?
  [[nodiscard]] static bool loses_digits(const std::vector<double>& levels) {
    constexpr double too_near = 1e-6;
    return std::any_of(levels.begin(), levels.end(), [](double a) { return a != 1 && a > 1 - too_near; });
  }
};

}  // namespace isonomy::gsn
