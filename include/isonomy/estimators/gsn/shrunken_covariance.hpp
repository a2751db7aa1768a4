// shrunken_covariance: a covariance whose off-diagonal part is shrunk by cross-validated likelihood.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/describe.hpp"
#include "isonomy/backend/stage_timer.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/concepts.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/covariance/condition_means.hpp"
#include "isonomy/estimators/gsn/covariance/helmert.hpp"
#include "isonomy/estimators/gsn/covariance/precision.hpp"
#include "isonomy/estimators/gsn/covariance/shrink.hpp"
#include "isonomy/estimators/gsn/covariance/trial_lists.hpp"
#include "isonomy/estimators/gsn/data_view.hpp"
#include "isonomy/estimators/gsn/levels/choice.hpp"
#include "isonomy/estimators/gsn/levels/choose_level.hpp"
#include "isonomy/estimators/gsn/levels/options.hpp"
#include "isonomy/estimators/gsn/split.hpp"
#include "isonomy/ops/linalg/cholesky.hpp"
#include "isonomy/ops/linalg/eigen/eigh.hpp"
#include "isonomy/ops/linalg/eigen/tridiagonalise.hpp"
#include "isonomy/ops/linalg/gemm.hpp"
#include "isonomy/ops/linalg/syrk.hpp"

namespace isonomy::gsn {

/// A covariance in the memory of its context, and how it came about.
template <class Tag>
struct ShrunkenCovariance {
  std::vector<double> mean;        ///< of each unit
  Matrix<double, Tag> covariance;  ///< units x units, both triangles; the diagonal is that of level 1
  Matrix<double, Tag> precision;   ///< where asked for: its inverse, as precision() has it; empty where it is singular
  std::optional<double> log_determinant;  ///< of the covariance, with the precision
  LevelChoice choice;
  Report report;
};

namespace detail {

/// What the two kinds of covariance are made of: the rows of some items, and held-out rows.
template <ContextLike Ctx>
using Rows = Matrix<double, typename Ctx::tag>;

/// The pooled noise covariance: within each condition, over those with two trials or more.
template <ContextLike Ctx, class T>
class NoiseRows {
 public:
  /// `lists`: the trials that count.
  NoiseRows(Ctx& ctx, const DataView<T, typename Ctx::space>& data, const TrialLists& lists)
      : ctx_(ctx), data_(data), lists_(lists) {}
  NoiseRows(Ctx& ctx, const DataView<T, typename Ctx::space>& data)
      : NoiseRows(ctx, data, TrialLists(data.conditions, data.trials)) {}

  [[nodiscard]] static double epsilon() { return std::numeric_limits<T>::epsilon(); }
  /// Rows whose product with themselves is the mean over conditions of their covariances.
  [[nodiscard]] Rows<Ctx> of(const std::vector<index_t>& conditions) const {
    return helmert_contrasts(ctx_, data_, lists_.averaged(lists_.repeated(conditions)));
  }
  /// Where the rows of each condition with two trials or more begin, and all end.
  [[nodiscard]] std::vector<index_t> groups(const std::vector<index_t>& conditions) const {
    std::vector<index_t> offsets{0};
    for (const index_t c : lists_.repeated(conditions)) offsets.push_back(offsets.back() + lists_.count(c) - 1);
    return offsets;
  }
  /// Degrees of freedom of the covariance of these conditions.
  [[nodiscard]] index_t rank_bound(const std::vector<index_t>& conditions) const { return groups(conditions).back(); }
  [[nodiscard]] LevelRows<Ctx> split(const Split& split, std::vector<double> sizes) const {
    const TrialSelection held = lists_.selection(lists_.repeated(split.validation));
    const TrialSelection training = lists_.averaged(lists_.repeated(split.training));
    return {helmert_contrasts(ctx_, data_, training),
            helmert_contrasts(ctx_, data_, held),
            static_cast<double>(held.trials.size()),
            training.contrasts(),
            std::move(sizes),
            epsilon()};
  }

 private:
  Ctx& ctx_;
  DataView<T, typename Ctx::space> data_;
  TrialLists lists_;
};

/// The covariance of conditions, given the mean of each over its trials.
template <ContextLike Ctx>
class ConditionRows {
 public:
  /// `epsilon`: of the type of the data behind the means.
  ConditionRows(Ctx& ctx, MatrixView<const double, typename Ctx::space> means, double epsilon)
      : ctx_(ctx), means_(means), epsilon_(epsilon) {}

  [[nodiscard]] Buffer<double, typename Ctx::tag> mean(const std::vector<index_t>& conditions) const {
    return mean_over(ctx_, means_, conditions);
  }
  /// Rows whose product with themselves is the covariance.
  [[nodiscard]] Rows<Ctx> of(const std::vector<index_t>& conditions) const {
    return centred(ctx_, means_, conditions, mean(conditions).view(), 1 / std::sqrt(freedom(conditions)));
  }
  [[nodiscard]] static std::vector<index_t> groups(const std::vector<index_t>& conditions) {
    return every(static_cast<index_t>(conditions.size()) + 1);
  }
  [[nodiscard]] double epsilon() const { return epsilon_; }
  [[nodiscard]] static index_t rank_bound(const std::vector<index_t>& conditions) {
    return static_cast<index_t>(conditions.size()) - 1;
  }
  [[nodiscard]] LevelRows<Ctx> split(const Split& split, std::vector<double> sizes) const {
    const auto mean_of_training = mean(split.training);
    return {of(split.training),
            centred(ctx_, means_, split.validation, mean_of_training.view(), 1),
            static_cast<double>(split.validation.size()),
            rank_bound(split.training),
            std::move(sizes),
            epsilon_};
  }

 private:
  [[nodiscard]] static double freedom(const std::vector<index_t>& conditions) {
    return static_cast<double>(rank_bound(conditions));
  }
  Ctx& ctx_;
  MatrixView<const double, typename Ctx::space> means_;
  double epsilon_;
};

/// ValueError for fewer than 2 trials.
inline void require_trials(const char* operation, index_t trials) {
  if (trials < 2)
    throw ValueError(text::joined(operation, ": the data have ", trials,
                                  " trials; expected 2 at least, of which noise is the difference; give single trials, "
                                  "not their means"));
}

/// How many items the covariances are of, by which a level is chosen: of folds the fewest.
[[nodiscard]] inline std::size_t fewest_that_train(const Split& split, std::size_t levels, LevelRule rule,
                                                   index_t leave_out) {
  if (holds_out(rule)) return split.training.size();
  std::size_t fewest = split.training.size() + split.validation.size();
  if (levels > 1 && rule == LevelRule::k_fold)
    for (const Split& fold : folds(split, leave_out)) fewest = std::min(fewest, fold.training.size());
  return fewest;
}

/// ValueError where too few items train, of split(n, leave_out) or by a rule that holds out none of it, and where none
/// is left to validate several levels.
inline void require_items(const char* operation, const Split& split, std::size_t least, std::size_t levels,
                          LevelRule rule, index_t leave_out = 5, const char* items = "conditions") {
  const auto count = static_cast<index_t>(split.training.size() + split.validation.size());
  const std::size_t training = fewest_that_train(split, levels, rule, leave_out);
  if (levels > 1 && rule == LevelRule::analytic) least = std::max<std::size_t>(least, 2);  // of which they vary
  if (training < least)
    throw ValueError(text::joined({operation, ": ", static_cast<index_t>(training), " of ", count, " ", items,
                                   " train; expected at least ", least, "; give more ", items}));
  if (levels > 1 && holds_out(rule) && split.validation.empty())
    throw ValueError(text::joined({operation, ": none of ", count, " ", items, " is left to validate ", levels,
                                   " levels; expected one at least; give ", fewest_to_hold_out(1, leave_out), " ",
                                   items, " or more, or one level"}));
}

/// Adds where an operation ran, unless that is told already.
inline void add_operation(Report& report, OperationBackend where) {
  const auto is_told = [&](const OperationBackend& told) { return told.operation == where.operation; };
  if (std::none_of(report.operations.begin(), report.operations.end(), is_told))
    report.operations.push_back(std::move(where));
}

/// Where the operations of level searches ran, and those of a covariance if one was made; how exactly, and with how
/// much memory.
template <ContextLike Ctx>
void describe_levels(Ctx& ctx, const char* estimator, Report& report,
                     const std::vector<const LevelChoice*>& choices = {}, bool made_covariance = true) {
  report.estimator = estimator;
  if (made_covariance) add_operation(report, ran<op::syrk, double>(ctx));
  for (const LevelChoice* choice : choices) {
    if (choice->form.empty() && !choice->checked) continue;
    add_operation(report, ran<op::syrk, double>(ctx));
    if (choice->form == "low_rank" || (!tridiagonalises<Ctx> && choice->form == "tridiagonal"))
      add_operation(report, ran<op::gemm, double>(ctx));
    if (choice->factored) add_operation(report, ran<op::cholesky_batched, double>(ctx));
    if (!choice->rank && !choice->checked) continue;
    if constexpr (tridiagonalises<Ctx>)
      add_operation(report, ran<op::tridiagonalise, double>(ctx));
    else
      add_operation(report, ran<op::eigh, double>(ctx));
  }
  report.precision = "double";
  report.math_mode = math_mode<op::gemm, double>(ctx);
  report.determinism = "that of the backend's dense algebra; likelihoods are summed in a fixed order on the host";
  describe_context(ctx, report);
}

/// What decided about a level.
[[nodiscard]] inline const char* criterion(const LevelChoice& choice) {
  if (choice.fallback == LevelFallback::one) return "no level could be chosen";
  if (choice.fallback == LevelFallback::diagonal_loading) return "a positive definite covariance";
  if (choice.fallback == LevelFallback::pairwise_likelihood) return "mean negative log-likelihood of pairs";
  if (choice.nll.empty() && choice.form.empty()) return "one level, taken untried";
  const bool analytic = choice.rule == LevelRule::analytic && !choice.form.empty();
  return analytic ? "variance of correlations" : "mean negative log-likelihood";
}

[[nodiscard]] inline Decision decision(const LevelChoice& choice, const char* name) {
  return {text::joined(name, ": ", criterion(choice)), text::joined(text::decimals(choice.level)), choice.margin};
}

/// The items that the covariance is of: all, or where a level was chosen on a part those that train it.
[[nodiscard]] inline std::vector<index_t> items_of(const Split& split, const ShrunkenCovarianceOptions& options) {
  if (holds_out(options.level_rule) && !options.wantfull) return split.training;
  return every(static_cast<index_t>(split.training.size() + split.validation.size()));
}

/// The precision matrix and the log-determinant of the result, or a warning where it is singular.
template <ContextLike Ctx>
void add_precision(Ctx& ctx, ShrunkenCovariance<typename Ctx::tag>& result) {
  try {
    Precision<typename Ctx::tag> found = precision(ctx, std::as_const(result.covariance).view());
    result.precision = std::move(found.precision);
    result.log_determinant = found.log_determinant;
  } catch (const NotPositiveDefinite&) {
    result.report.warnings.push_back("the covariance is singular and has no precision matrix; give levels below 1");
  }
}

/// The choice of a level from rows, and the covariance of those that the options ask for.
template <LevelSearch Search, class Source, ContextLike Ctx>
void estimate(Ctx& ctx, const Source& source, const Split& split, const ShrunkenCovarianceOptions& options,
              const std::vector<double>& sizes, const char* of, const char* items,
              ShrunkenCovariance<typename Ctx::tag>& result) {
  StageTimer timer(ctx, result.report);
  LevelChoice& choice = result.choice;
  choice.level = choice.levels.front();
  choice.training = static_cast<index_t>(split.training.size());
  choice.validation = static_cast<index_t>(split.validation.size());
  if (choice.levels.size() > 1)
    choose_level<Search>(ctx, source, split, sizes, options.levels(), choice);
  else
    choice.rank_bound = source.rank_bound(items_of(split, options));
  timer.lap("levels");
  result.covariance = covariance(ctx, source.of(items_of(split, options)).view(), choice.level);
  std::vector<double> variances(static_cast<std::size_t>(result.covariance.rows()));
  shrink_single(ctx, options.n1_rule, choice.level, variances, result.covariance);
  timer.lap("covariance");
  warn(choice, of, result.report.warnings, options.leave_out, items);
  if (options.wantprecision) add_precision(ctx, result);
  result.report.decisions.push_back(decision(choice, "level"));
  describe_levels(ctx, "gsn::shrunken_covariance", result.report, {&choice});
}

}  // namespace detail

/// The covariance of trials within conditions, pooled over conditions, off-diagonal elements times a level.
///
/// data: units x conditions x trials, any strides, float or double; arithmetic is double. Of the conditions a fifth is
/// held out (split()). The level is the first of those with the least mean negative log-likelihood of the held-out
/// trials, each less the mean of its condition, under the covariance of the others; levels are compared to within
/// rounding. The covariance has the divisor (trials - 1) * conditions, and its mean is 0.
///
/// That is LevelRule::held_out; for the other rules see there. With k_fold and analytic the covariance is of all
/// conditions, whatever wantfull says. With wantprecision there are its inverse and log-determinant too.
///
/// Units that do not vary are left out of the likelihood and keep their place in the result. Warnings: such units, one
/// condition that validates, a level at an end of the grid, no level that is not singular, a covariance without
/// inverse.
///
/// Search: `automatic`, `tridiagonal`, `low_rank` or `batched_cholesky`, which agree within rounding.
///
/// Errors: ValueError for data that are not finite (the first place is named), units whose largest magnitude is not 0
/// and below 1e-150 or above 1e150, options beyond their range, fewer than 2 trials or too few conditions; OutOfMemory.
/// Inputs stay as they are.
///
/// Cost for N units, C conditions and T trials: that of the search, and N^2 C T for the covariance. Memory: the
/// training and held-out rows, C (T - 1) N doubles and as much again where some units do not vary, and that of the
/// search; then the rows of the covariance, and the N^2 of the result.
///
/// Deterministic: on Backend<Cpu> the same bits for any thread count. Source: calc_shrunken_covariance of cvnlab/GSN.
template <LevelSearch Search = automatic, ContextLike Ctx, Real T>
[[nodiscard]] ShrunkenCovariance<typename Ctx::tag> shrunken_covariance(Ctx& ctx,
                                                                        const DataView<T, typename Ctx::space>& data,
                                                                        const ShrunkenCovarianceOptions& options = {}) {
  constexpr const char* operation = "gsn::shrunken_covariance";
  detail::require_usable(data, operation);
  ShrunkenCovariance<typename Ctx::tag> result;
  result.choice.levels = level_grid(options.shrinklevels, true, options.allow_extrapolation, operation);
  detail::require_trials(operation, data.trials);
  const Split parts = split(data.conditions, options.leave_out);
  detail::require_items(operation, parts, 1, result.choice.levels.size(), options.level_rule, options.leave_out);
  detail::require_finite(ctx, data, operation);
  detail::require_squares(ctx, data, operation);
  std::vector<double> sizes;
  {
    const auto means = detail::condition_means(ctx, data);
    sizes = detail::unit_sizes(ctx, data, means.view(), detail::Origin::zero);
  }
  result.mean.assign(static_cast<std::size_t>(data.units), 0.0);
  detail::estimate<Search>(ctx, detail::NoiseRows<Ctx, T>(ctx, data), parts, options, sizes, "noise", "conditions",
                           result);
  return result;
}

/// The covariance of rows, off-diagonal elements times a level.
///
/// rows: observations x units. The same as the other form, with observations in the place of conditions, less the mean
/// of those that train; the divisor is one less than their number.
template <LevelSearch Search = automatic, ContextLike Ctx, class T>
  requires Real<std::remove_const_t<T>>
[[nodiscard]] ShrunkenCovariance<typename Ctx::tag>
shrunken_covariance(Ctx& ctx, MatrixView<T, typename Ctx::space> rows, const ShrunkenCovarianceOptions& options = {}) {
  constexpr const char* operation = "gsn::shrunken_covariance";
  using Number = std::remove_const_t<T>;
  const DataView<Number, typename Ctx::space> data = as_conditions(MatrixView<const Number, typename Ctx::space>(rows));
  detail::require_usable(data, operation);
  ShrunkenCovariance<typename Ctx::tag> result;
  result.choice.levels = level_grid(options.shrinklevels, true, options.allow_extrapolation, operation);
  const Split parts = split(data.conditions, options.leave_out);
  detail::require_items(operation, parts, 2, result.choice.levels.size(), options.level_rule, options.leave_out,
                        "rows");
  detail::require_finite(ctx, data, operation);
  detail::require_squares(ctx, data, operation);
  const auto means = detail::condition_means(ctx, data, detail::Origin::first_value);
  const detail::ConditionRows<Ctx> source(ctx, means.view(), std::numeric_limits<Number>::epsilon());
  const std::vector<double> sizes = detail::unit_sizes(ctx, data, means.view(), detail::Origin::first_value);
  result.mean = detail::with_origin(ctx, data, source.mean(detail::items_of(parts, options)));
  detail::estimate<Search>(ctx, source, parts, options, sizes, "data", "rows", result);
  return result;
}

}  // namespace isonomy::gsn
