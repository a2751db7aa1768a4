// Missing data: every unit counts in its own trials, every pair of units in those that both have.
#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <optional>
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
#include "isonomy/estimators/gsn/biconvex/problem.hpp"
#include "isonomy/estimators/gsn/covariance/dead_rows.hpp"
#include "isonomy/estimators/gsn/covariance/shrink.hpp"
#include "isonomy/estimators/gsn/covariance/trial_lists.hpp"
#include "isonomy/estimators/gsn/data_view.hpp"
#include "isonomy/estimators/gsn/dead_units.hpp"
#include "isonomy/estimators/gsn/levels/choice.hpp"
#include "isonomy/estimators/gsn/levels/choose_level.hpp"
#include "isonomy/estimators/gsn/levels/options.hpp"
#include "isonomy/estimators/gsn/levels/problem.hpp"
#include "isonomy/estimators/gsn/regimes/level_fallback.hpp"
#include "isonomy/estimators/gsn/regimes/pair_rows.hpp"
#include "isonomy/estimators/gsn/regimes/pairwise.hpp"
#include "isonomy/estimators/gsn/regimes/presence.hpp"
#include "isonomy/estimators/gsn/regimes/present_means.hpp"
#include "isonomy/estimators/gsn/regimes/whole_trials.hpp"
#include "isonomy/estimators/gsn/shrunken_covariance.hpp"
#include "isonomy/estimators/gsn/split.hpp"
#include "isonomy/ops/for_each.hpp"

namespace isonomy::gsn::detail {

/// out(:, j) = a(:, j) - b(:, j)*share(:, j).
template <MemorySpace Space>
struct LessShared {
  MatrixView<const double, Space> a, b, share;
  MatrixView<double, Space> out;

  ISONOMY_HD void operator()(index_t j) const {
    for (index_t i = 0; i < a.rows; ++i) out(i, j) = a(i, j) - rounded_product(b(i, j), share(i, j));
  }
};

/// The rows of NoiseRows or ConditionRows, with zeros for units that are left out.
template <ContextLike Ctx, class Source>
class RowsWithout {
 public:
  RowsWithout(Ctx& ctx, const Source& source, const std::vector<index_t>& units)
      : ctx_(ctx), source_(source), units_(units) {}

  [[nodiscard]] Rows<Ctx> of(const std::vector<index_t>& conditions) const {
    Rows<Ctx> rows = source_.of(conditions);
    clear_units(ctx_, rows.view(), units_);
    return rows;
  }
  [[nodiscard]] std::vector<index_t> groups(const std::vector<index_t>& conditions) const {
    return source_.groups(conditions);
  }
  [[nodiscard]] index_t rank_bound(const std::vector<index_t>& conditions) const {
    return source_.rank_bound(conditions);
  }
  [[nodiscard]] double epsilon() const { return source_.epsilon(); }
  [[nodiscard]] LevelRows<Ctx> split(const Split& split, std::vector<double> sizes) const {
    LevelRows<Ctx> rows = source_.split(split, std::move(sizes));
    clear_units(ctx_, rows.training.view(), units_);
    clear_units(ctx_, rows.held_out.view(), units_);
    return rows;
  }

 private:
  Ctx& ctx_;
  Source source_;
  std::vector<index_t> units_;
};

/// What fit() asks of data in which units lack trials of their own.
template <ContextLike Ctx, class T>
class MissingUnits {
 public:
  using Tag = typename Ctx::tag;
  using Space = typename Ctx::space;
  using Square = Matrix<double, Tag>;
  static constexpr double epsilon = std::numeric_limits<T>::epsilon();

  MissingUnits(Ctx& ctx, const DataView<T, Space>& data, Presence presence, const LevelOptions& how = {})
      : ctx_(ctx), how_(how), data_(data), presence_(std::move(presence)), means_(ctx, data) {}

  [[nodiscard]] const std::vector<double>& mean() const { return means_.of_units(); }

  /// Levels need what no unit lacks that varies: trials for the noise, conditions for the data. Without, a level is
  /// what LevelOptions::fallback says.
  template <LevelSearch Search>
  void choose_levels(LevelChoice& noise, LevelChoice& data, std::vector<std::string>& warnings) {
    means_.warn(warnings);
    noise.level = noise.levels.front();
    data.level = data.levels.front();
    if (noise.levels.size() == 1) return;
    const Split all = split(data_.conditions);
    const std::vector<index_t> silent = still(means_.noise_variances()), constant = still(means_.data_variances());
    const TrialLists lists = presence(ctx_, data_, all_but(silent)).whole;
    choose_one<Search>(RowsWithout(ctx_, NoiseRows<Ctx, T>(ctx_, data_, lists), silent),
                       NoisePairs<Ctx, T>(ctx_, data_, presence_),
                       {{lists.repeated(all.training), lists.repeated(all.validation)},
                        1,
                        "noise",
                        "none of the conditions that train, or that validate, has two trials without NaN",
                        {silent, means_.sizes(), epsilon}},
                       noise, warnings);
    constexpr std::size_t least_conditions = 5;
    const std::vector<index_t> whole = presence(ctx_, means_.as_trials(), all_but(constant)).whole.of(0);
    const Split parts = split(static_cast<index_t>(whole.size()));
    choose_one<Search>(RowsWithout(ctx_, ConditionRows<Ctx>(ctx_, means_.view(), epsilon), constant),
                       ConditionPairs<Ctx>(ctx_, means_.view()),
                       {{picked(whole, parts.training), picked(whole, parts.validation)},
                        least_conditions - 1,
                        "data",
                        "fewer than 5 conditions have every unit",
                        {constant, means_.sizes(), epsilon}},
                       data, warnings);
  }

  [[nodiscard]] Estimate<Tag> noise(double level, bool matrix) {
    const PairwiseCovariance<Ctx, T> pairs(ctx_, data_, presence_);
    auto [variances, shares] = pairs.of_units();
    shares_ = std::move(shares);
    Estimate<Tag> found = estimate(std::move(variances));
    if (!matrix) return with_single_shrunk(std::move(found), level);
    share_ = Square(ctx_, data_.units, data_.units, "gsn: shares of noise");
    found.covariance = pairs.shrunk(found.variances, level, share_.view());
    return with_single_shrunk(std::move(found), level);
  }
  [[nodiscard]] Estimate<Tag> data(double level, bool matrix) {
    const DataView<double, Space> means = means_.as_trials();
    const PairwiseCovariance<Ctx, double> pairs(ctx_, means, detail::presence(ctx_, means));
    Estimate<Tag> found = estimate(pairs.of_units().variances);
    if (matrix) found.covariance = pairs.shrunk(found.variances, level);
    return with_single_shrunk(std::move(found), level);
  }

  [[nodiscard]] double signal_variance(std::size_t unit, double data, double noise) const {
    return data - rounded_product(noise, shares_[unit]);
  }
  [[nodiscard]] Square signal(const Square& data, const Square& noise) const { return difference(data, noise); }
  [[nodiscard]] Square difference(const Square& a, const Square& b) const {
    Square out(ctx_, a.rows(), a.columns(), "gsn: difference of covariances");
    isonomy::for_each(ctx_, a.columns(), LessShared<Space>{a.view(), b.view(), share_.view(), out.view()});
    return out;
  }

  [[nodiscard]] BiconvexProblem<Ctx> problem(const Square& noise, const Square& data, std::vector<std::string>&) const {
    const std::vector<index_t> silent = still(means_.noise_variances()), constant = still(means_.data_variances());
    std::vector<index_t> dead;
    std::set_intersection(silent.begin(), silent.end(), constant.begin(), constant.end(), std::back_inserter(dead));
    return {noise.view(), data.view(), data_.conditions, 1, means_.mean_trials(dead), share_.view()};
  }

 private:
  [[nodiscard]] static std::vector<index_t> picked(const std::vector<index_t>& from, const std::vector<index_t>& at) {
    std::vector<index_t> out;
    for (const index_t k : at) out.push_back(from[static_cast<std::size_t>(k)]);
    return out;
  }

  /// The units that do not vary, or have not two trials, or conditions, to vary over: levels are chosen without them,
  /// so that what they lack costs the others nothing. None, where that would be all.
  [[nodiscard]] std::vector<index_t> still(const std::vector<double>& variances) const {
    if (how_.dead_units == DeadUnits::literal) return {};
    std::vector<index_t> units = dead_units(variances, means_.sizes(), epsilon);
    if (units.size() == variances.size()) units.clear();
    return units;
  }
  [[nodiscard]] std::vector<index_t> all_but(const std::vector<index_t>& units) const {
    std::vector<index_t> others;
    for (index_t unit = 0; unit < data_.units; ++unit)
      if (!std::binary_search(units.begin(), units.end(), unit)) others.push_back(unit);
    return others;
  }

  /// What the level of one covariance is to be chosen on.
  struct Whole {
    Split parts;             ///< conditions that have it, that train and that validate
    std::size_t least;       ///< that train
    const char* of;          ///< "noise" or "data"
    const char* too_little;  ///< what is wrong where these are less
    KnownUnits known;

    [[nodiscard]] bool suffices(LevelRule rule) const {
      return holds_out(rule) ? parts.training.size() >= least && !parts.validation.empty()
                             : parts.training.size() + parts.validation.size() > least;
    }
  };

  template <LevelSearch Search, class Source, class Pairs>
  void choose_one(const Source& rows, const Pairs& pairs, const Whole& whole, LevelChoice& choice,
                  std::vector<std::string>& warnings) const {
    const std::vector<double> grid = choice.levels;
    choice.training = static_cast<index_t>(whole.parts.training.size());
    choice.validation = static_cast<index_t>(whole.parts.validation.size());
    if (whole.suffices(how_.level_rule)) {
      choose_level<Search>(ctx_, rows, whole.parts, means_.sizes(), how_, choice);
      warn(choice, whole.of, warnings);
    } else {
      choose_otherwise(pairs, whole, choice, warnings);
    }
    if (how_.fallback == LevelFallback::diagonal_loading) load_diagonal(pairs, whole, grid, choice, warnings);
  }

  /// Where too little is whole.
  template <class Pairs>
  void choose_otherwise(const Pairs& pairs, const Whole& whole, LevelChoice& choice,
                        std::vector<std::string>& warnings) const {
    const auto say = [&](const char* what) {
      warnings.push_back(text::joined(whole.of, " covariance: ", whole.too_little, what));
    };
    const bool by_pairs = how_.fallback == LevelFallback::pairwise_likelihood;
    if (by_pairs && choose_by_pairs(ctx_, pairs, split(data_.conditions), whole.known, how_, choice)) {
      say(", so that the level was chosen by the likelihood of pairs of units");
      return warn(choice, whole.of, warnings);
    }
    take_level(choice, 1, LevelFallback::one);
    if (how_.fallback == LevelFallback::diagonal_loading)
      return say(", so that no level could be chosen; 1 is taken if the covariance is positive definite");
    say(by_pairs ? ", nor pairs of units what tells levels apart, so that no level could be chosen; 1 was taken, give "
                   "one level to have another"
                 : ", so that no level could be chosen; 1 was taken, give one level to have another, or choose "
                   "another level_fallback");
  }

  /// Takes a level at which the covariance is positive definite, if there is one.
  template <class Pairs>
  void load_diagonal(const Pairs& pairs, const Whole& whole, const std::vector<double>& grid, LevelChoice& choice,
                     std::vector<std::string>& warnings) const {
    const double from = choice.level;
    const std::optional<double> level = definite_level(ctx_, pairs, every(data_.conditions), whole.known, grid, choice);
    if (level == from) return;
    const auto say = [&](std::initializer_list<text::Piece> what) {
      warnings.push_back(text::joined(
          {whole.of, " covariance: it is not positive definite at level ", text::decimals(from), text::joined(what)}));
    };
    if (!level) return say({", nor at any other of the levels, so that it was left there; give lower levels"});
    take_level(choice, *level, LevelFallback::diagonal_loading);
    say({", so that ", text::decimals(*level), " was taken, the nearest at which it is"});
  }

  [[nodiscard]] Estimate<Tag> estimate(std::vector<double>&& variances) const {
    Estimate<Tag> found;
    found.variances = std::move(variances);
    if (how_.dead_units == DeadUnits::drop) found.dead = dead_units(found.variances, means_.sizes(), epsilon);
    for (const index_t unit : found.dead) found.variances[static_cast<std::size_t>(unit)] = 0;
    return found;
  }

  [[nodiscard]] Estimate<Tag> with_single_shrunk(Estimate<Tag>&& found, double level) const {
    shrink_single(ctx_, how_.n1_rule, level, found.variances, found.covariance);
    return std::move(found);
  }

  Ctx& ctx_;
  LevelOptions how_;
  DataView<T, Space> data_;
  Presence presence_;
  PresentMeans<Ctx> means_;
  std::vector<double> shares_;
  Square share_;
};

}  // namespace isonomy::gsn::detail
