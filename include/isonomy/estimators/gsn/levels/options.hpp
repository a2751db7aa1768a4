// Options of how a level is chosen, and of the estimation of one covariance.
#pragma once

#include <optional>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/estimators/gsn/covariance/shrink.hpp"
#include "isonomy/estimators/gsn/dead_units.hpp"
#include "isonomy/estimators/gsn/levels/problem.hpp"

namespace isonomy::gsn {

/// How the level of a covariance is chosen, where there are several to choose among.
///
/// - `held_out`: that of the grid with the least mean negative log-likelihood of one held-out part (split());
/// - `k_fold`: the same of all parts in turn, each under the covariance of the others (folds()): the mean over all
///   held-out rows; a level that is singular in one fold has none;
/// - `continuous`: where the likelihood of the held-out part is best between the grid's best level and its neighbours,
///   those that are singular aside: to 1e-7, by 30 evaluations more of the default grid (golden sections), or the
///   grid's best where nothing between is better by more than rounding;
/// - `analytic`: no likelihood and no grid: 1 less analytic_shrinkage(), from all conditions.
enum class LevelRule { held_out, k_fold, continuous, analytic };

/// Are levels of this rule tried on the items that split() holds out?
[[nodiscard]] constexpr bool holds_out(LevelRule rule) {
  return rule == LevelRule::held_out || rule == LevelRule::continuous;
}

/// What becomes of the level of missing data, of which too little is whole to choose one on.
///
/// - `one`: the level is 1, as published;
/// - `pairwise_likelihood`: it is chosen as LevelRule says, but by the likelihood of pairs of units instead of all
///   (detail::PairLikelihood), each pair in what both have; levels at which the training covariance is not positive
///   definite have none; folds in which no two units vary in training and have rows held out are left out, with a
///   warning;
/// - `diagonal_loading`: 1, if the covariance is positive definite there, else of the levels the nearest to 1 at which
///   it is: the covariance at 1 with 1/level - 1 times each variance added to it, scaled back to the same variances. A
///   level that could be chosen, but at which the covariance is not positive definite, is replaced by the nearest at
///   which it is; so both covariances are, if they are at some level.
///
/// What is positive definite is told by rank, as SingularRule::rank has it, whatever the singular_rule; ValueError for
/// pairwise_likelihood beside LevelRule::analytic, of any data. A single level is taken as it is.
///
/// Both take the covariance of pairs once more and its extreme eigenvalues, O(N^3) for N units; pairs 3 N^2 numbers,
/// and N^2 operations for each held-out row and each level.
enum class LevelFallback { one, pairwise_likelihood, diagonal_loading };

/// What the choice of a level depends on, beside the levels.
struct LevelOptions {
  LevelRule level_rule = LevelRule::held_out;
  SingularRule singular_rule = SingularRule::rank;
  N1Rule n1_rule = N1Rule::matlab;
  DeadUnits dead_units = DeadUnits::drop;
  index_t leave_out = 5;
  LevelFallback fallback = LevelFallback::one;  ///< of missing data
};

/// Defaults of calc_shrunken_covariance in cvnlab/GSN, and its names, but that `leaveout` is `leave_out` here.
struct ShrunkenCovarianceOptions {
  index_t leave_out = 5;                            ///< one part in so many validates
  std::optional<std::vector<double>> shrinklevels;  ///< as they are, in their order; none: 51 from 0 to 1
  bool wantfull = false;  ///< the mean and covariance of all items, shrunk by the level that was chosen on the training
                          ///< items; else those of the training items
  SingularRule singular_rule = SingularRule::rank;
  bool allow_extrapolation = false;  ///< levels beyond 0 and 1
  LevelRule level_rule = LevelRule::held_out;
  N1Rule n1_rule = N1Rule::matlab;         ///< numpy: as published for Python
  DeadUnits dead_units = DeadUnits::drop;  ///< literal: as published
  bool wantprecision = false;              ///< the inverse of the covariance, and its log-determinant

  [[nodiscard]] LevelOptions levels() const { return {level_rule, singular_rule, n1_rule, dead_units, leave_out}; }
};

}  // namespace isonomy::gsn
