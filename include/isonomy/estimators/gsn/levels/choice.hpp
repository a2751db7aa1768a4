// The choice of a level from its likelihood curve, with the margin and what deserves a warning.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/concepts.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/gsn/covariance/shrink.hpp"
#include "isonomy/estimators/gsn/covariance/trial_lists.hpp"
#include "isonomy/estimators/gsn/dead_units.hpp"
#include "isonomy/estimators/gsn/levels/low_rank.hpp"
#include "isonomy/estimators/gsn/levels/options.hpp"
#include "isonomy/estimators/gsn/levels/problem.hpp"
#include "isonomy/estimators/gsn/split.hpp"
#include "isonomy/ops/linalg/log_diagonal_sum.hpp"

namespace isonomy::gsn {

/// How the level of a covariance was chosen.
struct LevelChoice {
  double level = 1;
  index_t index = 0;           ///< of `levels`; -1 where the level had to be one that is not among them
  std::vector<double> levels;  ///< those tried, in the order given; where there was but one, that, which was not tried
  /// Mean negative log-likelihood of the held-out rows at each of them, NaN where singular; empty where there was but
  /// one level, which is taken untried, for LevelRule::analytic, and where too little was whole and the fallback tried
  /// none: LevelFallback::one and diagonal_loading.
  std::vector<double> nll;
  double level_nll = Decision::not_known;  ///< that of the level
  LevelRule rule = LevelRule::held_out;    ///< by which it was chosen
  double margin = Decision::not_known;     ///< by which the best other level is worse, of `levels`
  std::string form;                        ///< how the curve was found; empty where it was not
  bool factored = false;                   ///< whether the search factored covariances of levels
  /// Degrees of freedom of the training covariance; of the whole where one level was taken untried, and for
  /// LevelRule::analytic; 0 where these are not known, as for pairs of units that have trials of their own.
  index_t rank_bound = 0;
  std::optional<index_t> rank;           ///< of the training correlation matrix, where its search told
  index_t training = 0, validation = 0;  ///< conditions; of folds the fewest that train, and all that validate in some
  std::vector<index_t> dead_units;       ///< that do not vary in training, of some fold, left out of its likelihood
  index_t units = 0;                     ///< that are in the likelihood, of folds the fewest
  /// Of missing data: where the level comes from, if what is whole did not give it.
  std::optional<LevelFallback> fallback;
  bool checked = false;  ///< whether it was looked at which levels the covariance of pairs is positive definite
  /// Folds of pairs, from 0, which have no likelihood, as no two units vary in training and have rows held out.
  std::vector<index_t> folds_left_out;
  bool by_rounding = false;  ///< LevelCurve::by_rounding, of any fold
  /// The unit of whose variance in training rounding of its numbers may make up most, -1 where none varies, and that
  /// share: levels whose covariance has an eigenvalue below it, in units of spread, count as singular.
  index_t coarsest_unit = -1;
  double coarsest_share = 0;
};

/// A way to find the likelihood curve.
template <class S>
concept LevelSearch = std::same_as<S, automatic> || std::same_as<S, batched_cholesky> || std::same_as<S, tridiagonal> ||
    std::same_as<S, low_rank>;

namespace detail {

/// Likelihoods closer than this are rounding apart.
[[nodiscard]] inline double likelihood_rounding(double nll, index_t units) {
  return 16 * std::numeric_limits<double>::epsilon() * (std::abs(nll) + static_cast<double>(units));
}

/// The first level whose likelihood is the best but for rounding; the first of all where none has any.
inline void choose(LevelChoice& choice, index_t units) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  double least = infinite;
  for (const double nll : choice.nll) least = nll < least ? nll : least;
  std::size_t best = 0;
  if (least < infinite)
    while (!(choice.nll[best] <= least + likelihood_rounding(least, units))) ++best;
  choice.index = static_cast<index_t>(best);
  choice.level = choice.levels[best];
  choice.level_nll = choice.nll[best];
  choice.margin = Decision::no_runner_up;
  for (std::size_t k = 0; k < choice.nll.size(); ++k)
    if (choice.levels[k] != choice.level && choice.nll[k] == choice.nll[k])
      choice.margin = std::min(choice.margin, std::max(choice.nll[k] - choice.nll[best], 0.0));
  if (least == infinite) choice.margin = Decision::not_known;
}

/// Adds what is to be heeded about a choice; `of`: "noise" or "data", `items`: what split(n, leave_out) held out.
inline void warn(const LevelChoice& choice, const char* of, std::vector<std::string>& warnings, index_t leave_out = 5,
                 const char* items = "conditions") {
  const auto say = [&](std::initializer_list<text::Piece> what) {
    warnings.push_back(text::joined({of, " covariance: ", text::joined(what)}));
  };
  if (!choice.dead_units.empty())
    say({choice.rule == LevelRule::k_fold
             ? "units that do not vary in the training part of some fold and were left out of its likelihood: "
             : "units that do not vary in training and were left out of the likelihood: ",
         listed(choice.dead_units)});
  if (!choice.folds_left_out.empty())
    say({"folds left out of the likelihood, as no two units vary in their training part and have rows held out: ",
         listed(choice.folds_left_out), " (from 0); ", choice.validation, " conditions validate the level"});
  if (choice.by_rounding)
    say({"its training part lacks ranks, but so few that rounding decides under singular_rule cholesky which levels ",
         "have a likelihood; singular_rule rank gives none to those that are singular"});
  if (choice.rule == LevelRule::analytic && choice.units > 1 && (choice.level == 0 || choice.level == 1))
    say({"the analytic level, ", text::decimals(choice.level), ", is at an end of its range"});
  if (choice.nll.empty()) return;
  if (std::none_of(choice.nll.begin(), choice.nll.end(), [](double nll) { return nll == nll; })) {
    say({"all covariance matrices were singular; the first level, ", text::decimals(choice.level), ", was taken"});
    return;
  }
  constexpr double coarse = 1e-3;
  if (choice.coarsest_share > coarse &&
      std::any_of(choice.nll.begin(), choice.nll.end(), [](double nll) { return nll != nll; }))
    say({"numbers of unit ", choice.coarsest_unit, " are so large that their rounding may be ",
         text::decimals(100 * choice.coarsest_share, 3), " % of its variance, and levels that this much would make ",
         "definite count as singular; subtract a number near to its mean from the unit before it is stored, or store ",
         "it in double"});
  if (choice.validation < 2)
    say({"only 1 of the ", items, " validates the level; give ", fewest_to_hold_out(2, leave_out), " or more"});
  const auto [least, most] = std::minmax_element(choice.levels.begin(), choice.levels.end());
  if (choice.units > 1 && *least < *most && (choice.level == *least || choice.level == *most))
    say({"the level, ", text::decimals(choice.level), ", is at an end of its grid"});
}

/// Training and held-out rows, observations x units, with what says how to take them.
template <ContextLike Ctx>
struct LevelRows {
  Matrix<double, typename Ctx::tag> training, held_out;
  double divisor = 1;
  index_t rank_bound = 0;
  std::vector<double> sizes;  ///< of the numbers of each unit, to tell what rounding leaves
  double epsilon = 0;         ///< of the data's type
};

/// Takes a level between those of the grid that is better by more than rounding.
inline void choose_refined(LevelChoice& choice, LevelPoint refined, index_t units) {
  const double gain = choice.level_nll - refined.nll;
  if (!(gain > likelihood_rounding(choice.level_nll, units))) return;
  choice.level = refined.level;
  choice.level_nll = refined.nll;
  choice.index = -1;
  choice.margin = gain;
}

/// The likelihoods of a single unit whose variance each level multiplies.
template <ContextLike Ctx>
[[nodiscard]] std::vector<double> curve_of_single(Ctx& ctx, const LevelProblem<Ctx>& problem,
                                                  const std::vector<double>& levels) {
  const double squares = to_host(ctx, column_squares(ctx, problem.held_out.view())).front();
  std::vector<double> nll;
  for (const double level : levels)
    nll.push_back(level > 0 ? problem.nll(isonomy::detail::fixed_logarithm(level), squares / level)
                            : std::numeric_limits<double>::quiet_NaN());
  return nll;
}

/// Fills in the likelihoods of the levels and what else the search found; returns the best between them, where asked.
template <LevelSearch Search, ContextLike Ctx>
std::optional<LevelPoint> fill_curve(Ctx& ctx, LevelRows<Ctx> rows, const LevelOptions& how, LevelChoice& choice) {
  choice.rank_bound = rows.rank_bound;
  const std::vector<double> variances = to_host(ctx, column_squares(ctx, rows.training.view()));
  if (how.dead_units == DeadUnits::drop) choice.dead_units = dead_units(variances, rows.sizes, rows.epsilon);
  choice.units = static_cast<index_t>(variances.size() - choice.dead_units.size());
  choice.nll.assign(choice.levels.size(), std::numeric_limits<double>::quiet_NaN());
  const bool none_varies = choice.units == 0,
             some_literally = std::find(variances.begin(), variances.end(), 0.0) != variances.end() &&
                              how.dead_units == DeadUnits::literal;
  if (none_varies || some_literally) return std::nullopt;
  LevelProblem<Ctx> problem = level_problem(ctx, std::move(rows.training), std::move(rows.held_out), rows.divisor,
                                            rows.rank_bound, variances, choice.dead_units);
  problem.rounding = rounding_of(variances, choice.dead_units, rows.sizes, rows.epsilon);
  const CoarsestUnit coarsest = coarsest_unit(variances, choice.dead_units, rows.sizes, rows.epsilon);
  choice.coarsest_unit = coarsest.unit;
  choice.coarsest_share = coarsest.share;
  if (how.n1_rule == N1Rule::numpy && variances.size() == 1) {
    choice.nll = curve_of_single(ctx, problem, choice.levels);
    return std::nullopt;
  }
  LevelCurve curve = Search::curve(ctx, std::move(problem), choice.levels,
                                   {how.singular_rule, how.level_rule == LevelRule::continuous});
  choice.nll = std::move(curve.nll);
  choice.form = curve.form;
  choice.rank = curve.rank;
  choice.factored = curve.factored;
  choice.by_rounding = curve.by_rounding;
  return curve.refined;
}

}  // namespace detail

}  // namespace isonomy::gsn
