// Even and uneven data: a trial counts for all units or for none.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/biconvex/problem.hpp"
#include "isonomy/estimators/gsn/biconvex/steps.hpp"
#include "isonomy/estimators/gsn/covariance/condition_means.hpp"
#include "isonomy/estimators/gsn/covariance/dead_rows.hpp"
#include "isonomy/estimators/gsn/covariance/shrink.hpp"
#include "isonomy/estimators/gsn/covariance/trial_lists.hpp"
#include "isonomy/estimators/gsn/data_view.hpp"
#include "isonomy/estimators/gsn/dead_units.hpp"
#include "isonomy/estimators/gsn/levels/choice.hpp"
#include "isonomy/estimators/gsn/levels/choose_level.hpp"
#include "isonomy/estimators/gsn/levels/options.hpp"
#include "isonomy/estimators/gsn/levels/problem.hpp"
#include "isonomy/estimators/gsn/psd/symmetric.hpp"
#include "isonomy/estimators/gsn/regimes/presence.hpp"
#include "isonomy/estimators/gsn/shrunken_covariance.hpp"
#include "isonomy/estimators/gsn/split.hpp"
#include "isonomy/ops/reduce/transform.hpp"

namespace isonomy::gsn::detail {

/// A covariance on its way: variances, units without any, and the matrix if one was asked for.
template <class Tag>
struct Estimate {
  std::vector<double> variances;
  std::vector<index_t> dead;
  Matrix<double, Tag> covariance;
};

/// What fit() asks of data in which trials count whole: all of them, or those that no unit lacks.
///
/// Means of conditions are over as many trials as the condition with the fewest has, those that the permutation puts
/// first. `Noise` is where its rows come from: NoiseRows of data at hand, or a reference to a StreamedNoise.
template <ContextLike Ctx, class Noise>
class WholeTrials {
 public:
  using Tag = typename Ctx::tag;
  using Space = typename Ctx::space;
  using Square = Matrix<double, Tag>;

  template <class T>
  WholeTrials(Ctx& ctx, const DataView<T, Space>& data, const TrialLists& lists, const LevelOptions& how)
      : ctx_(ctx), how_(how), noise_(ctx, data, lists), all_(every(data.conditions)),
        parts_(gsn::split(data.conditions)), repeated_{lists.repeated(parts_.training),
                                                       lists.repeated(parts_.validation)} {
    index_t trials = 0, of_repeated = 0;
    for (const index_t c : all_) {
      least_ = std::min(least_, lists.count(c));
      trials += lists.count(c);
      of_repeated += lists.count(c) >= 2 ? lists.count(c) : 0;
    }
    mean_trials_ = static_cast<double>(trials) / static_cast<double>(data.conditions);
    effective_ = static_cast<double>(of_repeated) / static_cast<double>(data.conditions);
    TrialSelection first;
    for (const index_t c : all_) first.add(c, first_trials(lists.of(c)), 1);
    means_ = condition_means(ctx, data, first, Origin::first_value);
    of_units_ = with_origin(ctx, data, mean_over(ctx, means_.view(), all_));
    sizes_ = unit_sizes(ctx, data, means_.view(), Origin::first_value);
  }
  /// Of even data of which this is left: conditions have `trials` each, `means` are theirs less the first value of each
  /// unit, `of_units` are the means of these with that value, and `sizes` are those of the units' numbers.
  WholeTrials(Ctx& ctx, Noise noise, Matrix<double, Tag> means, std::vector<double> of_units, std::vector<double> sizes,
              index_t trials, const LevelOptions& how)
      : ctx_(ctx), how_(how), noise_(noise), all_(every(means.rows())), parts_(gsn::split(means.rows())),
        repeated_(parts_), least_(trials), mean_trials_(static_cast<double>(trials)), effective_(mean_trials_),
        means_(std::move(means)), of_units_(std::move(of_units)), sizes_(std::move(sizes)) {}

  /// Of each unit, over conditions.
  [[nodiscard]] const std::vector<double>& mean() const { return of_units_; }

  /// Fills in both choices among their levels.
  template <LevelSearch Search>
  void choose_levels(LevelChoice& noise, LevelChoice& data, std::vector<std::string>& warnings) {
    choose_one<Search>(noise_, repeated_, noise, "noise", warnings);
    choose_one<Search>(conditions(), parts_, data, "data", warnings);
  }

  [[nodiscard]] Estimate<Tag> noise(double level, bool matrix) { return estimate(noise_.of(all_), level, matrix); }
  [[nodiscard]] Estimate<Tag> data(double level, bool matrix) { return estimate(conditions().of(all_), level, matrix); }

  /// The unit's variance of signal, from those of its data and its noise.
  [[nodiscard]] double signal_variance(std::size_t, double data, double noise) const {
    return data - noise / static_cast<double>(least_);
  }
  /// cD less the noise in it.
  [[nodiscard]] Square signal(const Square& data, const Square& noise) {
    return less_fraction(data, noise, static_cast<double>(least_));
  }
  /// cSb less the noise in the mean of a condition.
  [[nodiscard]] Square difference(const Square& signal, const Square& noise) {
    return less_fraction(signal, noise, mean_trials_);
  }

  [[nodiscard]] BiconvexProblem<Ctx> problem(const Square& noise, const Square& data,
                                             std::vector<std::string>& warnings) const {
    if (effective_ < 1)
      warnings.push_back(text::joined("conditions are lopsided: those with two trials or more have ",
                                      text::decimals(effective_, 3),
                                      " trials for every condition of all; 1 was taken for it"));
    return {noise.view(), data.view(), static_cast<index_t>(all_.size()), static_cast<double>(least_),
            std::max(effective_, 1.0)};
  }

 private:
  /// Ascending, so that conditions which have no more are averaged as whole data are.
  [[nodiscard]] std::vector<index_t> first_trials(const std::vector<index_t>& trials) const {
    std::vector<index_t> first;
    const std::vector<index_t> order = permutation(static_cast<index_t>(trials.size()));
    for (index_t k = 0; k < least_; ++k)
      first.push_back(trials[static_cast<std::size_t>(order[static_cast<std::size_t>(k)])]);
    std::sort(first.begin(), first.end());
    return first;
  }

  [[nodiscard]] ConditionRows<Ctx> conditions() const { return {ctx_, means_.view(), noise_.epsilon()}; }

  template <LevelSearch Search, class Source>
  void choose_one(const Source& rows, const Split& parts, LevelChoice& choice, const char* of,
                  std::vector<std::string>& warnings) const {
    choice.level = choice.levels.front();
    choice.training = static_cast<index_t>(parts.training.size());
    choice.validation = static_cast<index_t>(parts.validation.size());
    if (choice.levels.size() == 1) {
      choice.rank_bound = rows.rank_bound(all_);
      return;
    }
    choose_level<Search>(ctx_, rows, parts, sizes_, how_, choice);
    warn(choice, of, warnings);
  }

  [[nodiscard]] Estimate<Tag> estimate(Rows<Ctx> rows, double level, bool matrix) const {
    Estimate<Tag> found;
    found.variances = to_host(ctx_, column_squares(ctx_, rows.view()));
    if (how_.dead_units == DeadUnits::drop) found.dead = dead_units(found.variances, sizes_, noise_.epsilon());
    clear_units(ctx_, rows.view(), found.dead, found.variances);
    if (matrix) found.covariance = covariance(ctx_, rows.view(), level);
    shrink_single(ctx_, how_.n1_rule, level, found.variances, found.covariance);
    return found;
  }

  [[nodiscard]] Square less_fraction(const Square& a, const Square& b, double divisor) const {
    Square out(ctx_, a.rows(), a.columns(), "gsn: difference of covariances");
    transform(ctx_, LessPart{divisor}, flat(out), flat(a), flat(b));
    return out;
  }

  Ctx& ctx_;
  LevelOptions how_;
  Noise noise_;
  std::vector<index_t> all_;
  Split parts_, repeated_;  ///< all conditions, and those that have a covariance of trials
  index_t least_ = std::numeric_limits<index_t>::max();
  double mean_trials_ = 0, effective_ = 0;
  Matrix<double, Tag> means_;
  std::vector<double> of_units_, sizes_;
};

}  // namespace isonomy::gsn::detail
