// Levels of missing data of which too little is whole: by the likelihood of pairs, or by diagonal loading.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/estimators/gsn/dead_units.hpp"
#include "isonomy/estimators/gsn/levels/choice.hpp"
#include "isonomy/estimators/gsn/levels/choose_level.hpp"
#include "isonomy/estimators/gsn/levels/options.hpp"
#include "isonomy/estimators/gsn/levels/problem.hpp"
#include "isonomy/estimators/gsn/levels/refine.hpp"
#include "isonomy/estimators/gsn/regimes/pair_likelihood.hpp"
#include "isonomy/estimators/gsn/regimes/pair_rows.hpp"
#include "isonomy/estimators/gsn/split.hpp"

namespace isonomy::gsn::detail {

/// What is known of the units of missing data, whichever conditions are looked at.
struct KnownUnits {
  std::vector<index_t> still;  ///< that do not vary
  std::vector<double> sizes;   ///< of the numbers of each
  double epsilon = 0;          ///< of the data's type
};

/// What the likelihood of pairs said of one split. A curve of NaN, of units that are taken literally, has a row.
struct PairCurve {
  double rows = 0, correlated_rows = 0;
  std::optional<LevelPoint> refined;
};

/// Fills in the likelihoods of levels at which the training covariance is positive definite: of none where a unit that
/// does not vary is taken literally. No rows where pairs have none. `pairs`: NoisePairs or ConditionPairs.
template <class Pairs, ContextLike Ctx>
[[nodiscard]] PairCurve fill_pair_curve(Ctx& ctx, const Pairs& pairs, const Split& split, const KnownUnits& known,
                                        const LevelOptions& how, LevelChoice& choice) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  choice.nll.assign(choice.levels.size(), nan);
  const PairCorrelation<Ctx> training =
      pair_correlation(ctx, pairs.covariance(split.training), known.still, known.sizes, known.epsilon, how.dead_units);
  choice.dead_units = training.dead;
  choice.units = training.units();
  choice.form = "pairs";
  if (!training.usable) return how.dead_units == DeadUnits::literal ? PairCurve{1, 1, std::nullopt} : PairCurve{};
  choice.rank = training.rank;
  const PairLikelihood<Ctx> likelihood(ctx, training.r.view(), pairs.held_out(split, training.living), training.logs);
  PairCurve curve{likelihood.rows(), likelihood.correlated_rows(), std::nullopt};
  if (curve.rows == 0) return curve;
  std::vector<double> regular;
  std::copy_if(choice.levels.begin(), choice.levels.end(), std::back_inserter(regular),
               [&](double level) { return !training.singular(level); });
  const std::vector<double> found = likelihood.at(regular);
  for (std::size_t k = 0, next = 0; k < choice.levels.size(); ++k)
    if (!training.singular(choice.levels[k])) choice.nll[k] = found[next++];
  if (how.level_rule == LevelRule::continuous)
    curve.refined = refined_level(choice.levels, choice.nll, [&](double level) {
      return training.singular(level) ? nan : likelihood.at({level}).front();
    });
  return curve;
}

/// The same of all folds, each weighted by its rows; those without are left out, and noted.
template <class Pairs, ContextLike Ctx>
[[nodiscard]] PairCurve fill_pair_curve_of_folds(Ctx& ctx, const Pairs& pairs, const std::vector<Split>& splits,
                                                 const KnownUnits& known, const LevelOptions& how,
                                                 LevelChoice& choice) {
  PairCurve all;
  std::vector<double> sums(choice.levels.size(), 0.0);
  for (std::size_t f = 0; f < splits.size(); ++f) {
    const Split& split = splits[f];
    LevelChoice fold;
    fold.levels = choice.levels;
    fold.training = static_cast<index_t>(split.training.size());
    const PairCurve curve = fill_pair_curve(ctx, pairs, split, known, how, fold);
    if (curve.rows == 0) {
      choice.folds_left_out.push_back(static_cast<index_t>(f));
      choice.validation -= static_cast<index_t>(split.validation.size());
      continue;
    }
    for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += rounded_product(curve.rows, fold.nll[k]);
    add_fold(choice, std::move(fold), all.rows == 0);
    all.rows += curve.rows;
    all.correlated_rows += curve.correlated_rows;
  }
  choice.nll.clear();
  for (const double sum : sums) choice.nll.push_back(sum / all.rows);
  return all;
}

/// Chooses among the levels by the likelihood of pairs; false, and nothing is changed, where no pair of units has rows
/// both in training and held out.
template <class Pairs, ContextLike Ctx>
[[nodiscard]] bool choose_by_pairs(Ctx& ctx, const Pairs& pairs, const Split& parts, const KnownUnits& known,
                                   const LevelOptions& how, LevelChoice& choice) {
  LevelChoice found = choice;
  found.rule = how.level_rule;
  found.fallback = LevelFallback::pairwise_likelihood;
  found.training = static_cast<index_t>(parts.training.size());
  found.validation = static_cast<index_t>(parts.validation.size());
  PairCurve curve;
  if (how.level_rule == LevelRule::k_fold) {
    found.validation += found.training;
    curve = fill_pair_curve_of_folds(ctx, pairs, folds(parts, how.leave_out), known, how, found);
  } else {
    curve = fill_pair_curve(ctx, pairs, parts, known, how, found);
  }
  if (curve.correlated_rows == 0) return false;
  choose(found, found.units);
  if (curve.refined) choose_refined(found, *curve.refined, found.units);
  choice = std::move(found);
  return true;
}

/// Of some levels the first of those nearest to the chosen one at which the covariance of all conditions is positive
/// definite, or the chosen one itself, if that is one; none where there is none.
template <class Pairs, ContextLike Ctx>
[[nodiscard]] std::optional<double> definite_level(Ctx& ctx, const Pairs& pairs, const std::vector<index_t>& conditions,
                                                   const KnownUnits& known, const std::vector<double>& levels,
                                                   LevelChoice& choice) {
  const double from = choice.level;
  const PairCorrelation<Ctx> all =
      pair_correlation(ctx, pairs.covariance(conditions), known.still, known.sizes, known.epsilon, DeadUnits::drop);
  choice.checked = all.usable;
  if (!all.usable || !all.singular(from)) return from;
  std::optional<double> best;
  for (const double level : levels)
    if (!all.singular(level) && (!best || std::abs(level - from) < std::abs(*best - from))) best = level;
  return best;
}

/// Puts a level of its grid in the place of the one that was chosen.
inline void take_level(LevelChoice& choice, double level, LevelFallback fallback) {
  const auto found = std::find(choice.levels.begin(), choice.levels.end(), level);
  choice.level = level;
  choice.index = found == choice.levels.end() ? -1 : static_cast<index_t>(found - choice.levels.begin());
  choice.level_nll =
      choice.index < 0 || choice.nll.empty() ? Decision::not_known : choice.nll[static_cast<std::size_t>(choice.index)];
  choice.margin = Decision::not_known;
  choice.fallback = fallback;
}

}  // namespace isonomy::gsn::detail
