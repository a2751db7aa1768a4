// choose_level: the level of one covariance, by the rule that was asked for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/estimators/gsn/levels/analytic.hpp"
#include "isonomy/estimators/gsn/levels/choice.hpp"
#include "isonomy/estimators/gsn/levels/options.hpp"
#include "isonomy/estimators/gsn/levels/problem.hpp"
#include "isonomy/estimators/gsn/split.hpp"

namespace isonomy::gsn::detail {

/// Adds what one fold found to what is known of all: their first form, the least rank, every dead unit.
inline void add_fold(LevelChoice& all, LevelChoice&& fold, bool first) {
  all.rank_bound = first ? fold.rank_bound : std::min(all.rank_bound, fold.rank_bound);
  all.units = first ? fold.units : std::min(all.units, fold.units);
  all.training = first ? fold.training : std::min(all.training, fold.training);
  all.factored = all.factored || fold.factored;
  all.by_rounding = all.by_rounding || fold.by_rounding;
  if (first || fold.coarsest_share > all.coarsest_share) {
    all.coarsest_unit = fold.coarsest_unit;
    all.coarsest_share = fold.coarsest_share;
  }
  if (first) all.form = fold.form;
  if (first || (all.rank && fold.rank && *fold.rank < *all.rank)) all.rank = fold.rank;
  std::vector<index_t> dead;
  std::set_union(all.dead_units.begin(), all.dead_units.end(), fold.dead_units.begin(), fold.dead_units.end(),
                 std::back_inserter(dead));
  all.dead_units = std::move(dead);
}

/// The likelihoods of all folds, each weighted by its held-out rows.
template <LevelSearch Search, class Source, ContextLike Ctx>
void fill_curve_of_folds(Ctx& ctx, const Source& source, const std::vector<Split>& splits,
                         const std::vector<double>& sizes, const LevelOptions& how, LevelChoice& choice) {
  std::vector<double> sums(choice.levels.size(), 0.0);
  double rows_of_all = 0;
  for (const Split& split : splits) {
    LevelRows<Ctx> rows = source.split(split, sizes);
    const double count = rows.divisor;
    LevelChoice fold;
    fold.levels = choice.levels;
    fold.training = static_cast<index_t>(split.training.size());
    (void)fill_curve<Search>(ctx, std::move(rows), how, fold);
    for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += rounded_product(count, fold.nll[k]);
    add_fold(choice, std::move(fold), rows_of_all == 0);
    rows_of_all += count;
  }
  choice.nll.clear();
  for (const double sum : sums) choice.nll.push_back(sum / rows_of_all);
}

/// Fills in the choice among its levels, of which there are several. `source`: NoiseRows or ConditionRows, `parts`: the
/// conditions that train and validate, `sizes`: of the numbers of each unit. A source without groups is not asked for
/// LevelRule::analytic, which needs them.
template <LevelSearch Search, class Source, ContextLike Ctx>
void choose_level(Ctx& ctx, const Source& source, const Split& parts, const std::vector<double>& sizes,
                  const LevelOptions& how, LevelChoice& choice) {
  choice.rule = how.level_rule;
  if (how.level_rule == LevelRule::k_fold) {
    choice.validation = static_cast<index_t>(parts.training.size() + parts.validation.size());
    fill_curve_of_folds<Search>(ctx, source, folds(parts, how.leave_out), sizes, how, choice);
    return choose(choice, choice.units);
  }
  if constexpr (requires { source.groups(parts.training); }) {
    if (how.level_rule == LevelRule::analytic) {
      std::vector<index_t> all = parts.training;
      all.insert(all.end(), parts.validation.begin(), parts.validation.end());
      std::sort(all.begin(), all.end());
      return analytic_level(ctx, source, all, sizes, how.n1_rule, choice);
    }
  }
  const std::optional<LevelPoint> between = fill_curve<Search>(ctx, source.split(parts, sizes), how, choice);
  choose(choice, choice.units);
  if (between) choose_refined(choice, *between, choice.units);
}

}  // namespace isonomy::gsn::detail
