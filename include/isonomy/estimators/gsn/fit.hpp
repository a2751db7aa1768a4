// fit: covariances of signal and noise from responses to conditions in repeated trials.
#pragma once

#include <cstddef>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/core/concepts.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/gsn/covariance/trial_lists.hpp"
#include "isonomy/estimators/gsn/data_view.hpp"
#include "isonomy/estimators/gsn/levels/choice.hpp"
#include "isonomy/estimators/gsn/levels/options.hpp"
#include "isonomy/estimators/gsn/options.hpp"
#include "isonomy/estimators/gsn/regimes/missing_units.hpp"
#include "isonomy/estimators/gsn/regimes/presence.hpp"
#include "isonomy/estimators/gsn/regimes/steps.hpp"
#include "isonomy/estimators/gsn/regimes/whole_trials.hpp"
#include "isonomy/estimators/gsn/result.hpp"
#include "isonomy/estimators/gsn/shrunken_covariance.hpp"
#include "isonomy/estimators/gsn/split.hpp"

namespace isonomy::gsn {

namespace detail {

/// ValueError for options, and numbers of trials and conditions, that no data can be fitted with.
inline void require_fit(const char* operation, const GsnOptions& options, index_t conditions, index_t trials,
                        std::size_t levels) {
  if (options.max_iterations < 1)
    throw ValueError(text::joined(operation, ": max_iterations=", options.max_iterations,
                                  "; expected at least 1; 100 is the default"));
  if (options.level_rule == LevelRule::analytic && options.level_fallback == LevelFallback::pairwise_likelihood)
    throw ValueError(text::joined(operation,
                                  ": level_rule=analytic and level_fallback=pairwise_likelihood; expected a rule that "
                                  "tries levels beside this fallback; take held_out, or diagonal_loading"));
  require_trials(operation, trials);
  if (conditions < 2)
    throw ValueError(text::joined(operation, ": the data have ", conditions,
                                  " conditions; expected 2 at least, of which signal is the difference; give more"));
  require_items(operation, split(conditions), 2, levels, options.level_rule);
}

/// ValueError unless these trials, which no unit lacks, can be fitted.
inline void require_uneven(const char* operation, const TrialLists& lists, std::size_t levels, LevelRule rule) {
  require_whole_trials(operation, lists);
  if (levels == 1) return;
  const Split parts = split(lists.conditions());
  if (!holds_out(rule))
    return require_items(operation, {lists.repeated(parts.training), lists.repeated(parts.validation)}, 1, levels, rule,
                         5, "conditions with two trials without NaN");
  require_repeated(operation, lists, parts.training, "train");
  require_repeated(operation, lists, parts.validation, "validate");
}

template <LevelSearch Search, ContextLike Ctx, class T>
[[nodiscard]] GsnResult<typename Ctx::tag> fit_trials(Ctx& ctx, const DataView<T, typename Ctx::space>& data,
                                                      const GsnOptions& options, const std::vector<double>& levels,
                                                      const TrialLists& lists) {
  using Source = WholeTrials<Ctx, NoiseRows<Ctx, T>>;
  return Fit<Ctx, Source>(ctx, options).template run<Search>(levels, [&] {
    return Source(ctx, data, lists, options.levels());
  });
}

}  // namespace detail

/// Signal and noise of responses x = s_c + e_ct: their means, covariances, and each unit's signal-to-noise ratio.
///
/// data: units x conditions x trials, any strides, float or double, NaN where nothing was measured; arithmetic is
/// double. cN is the covariance within conditions, pooled over them, and cD that of the trial averages, each shrunk to
/// the level that shrunken_covariance() would choose; cS = cD - cN/trials. cNb and cSb are biconvex() of these. ncsnr
/// does not depend on levels. options.returns says which matrices there shall be; without any, and without shrinkage,
/// no matrix of units x units is made.
///
/// Uneven data, which are those with NaN, where options.uneven is `fast`: a trial of a condition counts where no unit
/// is NaN in it. cN is the mean of the covariances of the conditions with two trials or more, whatever their number of
/// trials, and these conditions alone train and validate its level. The means of conditions, and with them mnS and cD,
/// are over as many trials of each as the condition with the fewest has, the first in the order of permutation(); so
/// cS = cD - cN/fewest, while the pairs of the difference are those of cSb - cNb/(mean number of trials). biconvex() is
/// run with the mean over all conditions of the trials of those with two or more, 1 at least: see Iteration::limit and
/// `distance`.
///
/// Missing data, which are those with NaN, where options.uneven is `missing`: of every pair of units, cN is the mean,
/// over the conditions of which both have two trials in common, of the unbiased covariance over these trials; cD is the
/// covariance over the conditions that both have of the means of what each has; and instead of 1/trials there is the
/// share of the noise in it, the mean over these conditions of common trials over the product of the numbers of both.
/// So cS has no bias, and no covariance need be semidefinite. 0 where there is none to take the mean of. The noise's
/// level is chosen on trials that no unit lacks, the data's on conditions of which every unit has some, 5 at least, of
/// units that vary; without these it is 1, or what options.level_fallback says. biconvex() is run with the mean number
/// of trials of units in conditions, with DeadUnits::drop of those that vary, by sweeps. Offsets of units cost no
/// digits. O(units^2 * trials) where units lack some, and for the rest one product of matrices.
///
/// options.level_rule says how levels are chosen: see LevelRule. precision() inverts the covariances that are returned.
///
/// Search is how levels are tried: `automatic`, `tridiagonal`, `low_rank` or `batched_cholesky`.
///
/// Errors: ValueError for infinite data (the first place is named), units whose largest magnitude is not 0 and below
/// 1e-150 or above 1e150, options beyond their range, fewer than 2 trials or 2 conditions, or 3 where levels are to be
/// chosen, but by LevelRule::analytic; for this rule beside LevelFallback::pairwise_likelihood, whatever the data; of
/// data with NaN for units that are nothing else (they are named); of uneven data for conditions without a trial that
/// counts (they are named) and for none with two trials to train, or to validate, or by rules that hold out none of
/// these for fewer than two; of missing data where no unit has two trials of a condition, or two conditions;
/// ShapeError, OutOfMemory, NoConvergence. Inputs stay as they are. Warnings: units that do not vary, one condition
/// that validates, folds of pairs that had to be left out, a level at an end of its grid, none that is not singular,
/// some that rounding may have decided about, or that rounding of large numbers rules out, none that could be chosen
/// and what was done instead, a ridge, and one above a thousandth of the variance of some unit, no convergence, sweeps
/// that ended more than 1 % from their end, conditions or units that hardly repeat. Progress per stage; Cancelled.
///
/// Cost for N units, C conditions and T trials: the searches; N^2 C T for the covariances; O(N^3) for each projection
/// and for eigenpairs. Memory: some 2 C T N doubles of rows, that of a search, and N^2 for each covariance; with cNb or
/// cSb at most 4 N^2 beside what is returned, and that of eigh_subset(), pairs included, or eigh(). By default there is
/// little but what is returned and eigh_subset()'s, some 8 N^2 together. Where only one matrix, or only eigenvalues,
/// are asked for of data with NaN, it may be 1 or 2 N^2 more.
///
/// Scaling the data scales the covariances, unless Ridge::absolute is asked for. Deterministic: on Backend<Cpu> the
/// same bits for any thread count.
///
/// Source: Kay et al., PLOS Comput. Biol. 21(7), 2025; cvnlab/GSN 1.2.0.
template <LevelSearch Search = automatic, ContextLike Ctx, Real T>
[[nodiscard]] GsnResult<typename Ctx::tag> fit(Ctx& ctx, const DataView<T, typename Ctx::space>& data,
                                               const GsnOptions& options = {}) {
  constexpr const char* operation = "gsn::fit";
  detail::require_usable(data, operation);
  const std::vector<double> levels =
      level_grid(options.shrinklevels, options.wantshrinkage, options.allow_extrapolation, operation);
  detail::require_fit(operation, options, data.conditions, data.trials, levels.size());
  if (!detail::first_not_finite(ctx, data, false, operation)) {
    detail::require_squares(ctx, data, operation);
    return detail::fit_trials<Search>(ctx, data, options, levels, detail::TrialLists(data.conditions, data.trials));
  }
  if (const auto at = detail::first_not_finite(ctx, data, true, operation))
    detail::not_finite(operation, *at, "finite numbers or NaN; give NaN where nothing was measured");
  detail::require_squares(ctx, data, operation);
  detail::require_measured(ctx, data, operation);
  const detail::Presence presence = detail::presence(ctx, data);
  if (options.uneven == Uneven::missing) {
    using Source = detail::MissingUnits<Ctx, T>;
    return detail::Fit<Ctx, Source>(ctx, options).template run<Search>(levels, [&] {
      return Source(ctx, data, presence, options.levels());
    });
  }
  detail::require_uneven(operation, presence.whole, levels.size(), options.level_rule);
  return detail::fit_trials<Search>(ctx, data, options, levels, presence.whole);
}

}  // namespace isonomy::gsn
