// fit: covariances of signal and noise from responses to conditions in repeated trials.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/describe.hpp"
#include "isonomy/backend/stage_timer.hpp"
#include "isonomy/core/concepts.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/biconvex/biconvex.hpp"
#include "isonomy/estimators/gsn/biconvex/problem.hpp"
#include "isonomy/estimators/gsn/covariance/condition_means.hpp"
#include "isonomy/estimators/gsn/covariance/dead_rows.hpp"
#include "isonomy/estimators/gsn/covariance/eigen_pairs.hpp"
#include "isonomy/estimators/gsn/covariance/shrink.hpp"
#include "isonomy/estimators/gsn/data_view.hpp"
#include "isonomy/estimators/gsn/levels/choice.hpp"
#include "isonomy/estimators/gsn/levels/problem.hpp"
#include "isonomy/estimators/gsn/options.hpp"
#include "isonomy/estimators/gsn/result.hpp"
#include "isonomy/estimators/gsn/shrunken_covariance.hpp"
#include "isonomy/estimators/gsn/split.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/linalg/eigen/eigh.hpp"

namespace isonomy::gsn {

namespace detail {

/// out(:, j) = a(:, j) - b(:, j)/divisor.
template <MemorySpace Space>
struct LessFraction {
  MatrixView<const double, Space> a, b;
  double divisor;
  MatrixView<double, Space> out;

  ISONOMY_HD void operator()(index_t j) const {
    for (index_t i = 0; i < a.rows; ++i) out(i, j) = a(i, j) - b(i, j) / divisor;
  }
};

template <ContextLike Ctx>
[[nodiscard]] Matrix<double, typename Ctx::tag> less_fraction(Ctx& ctx, const Matrix<double, typename Ctx::tag>& a,
                                                              const Matrix<double, typename Ctx::tag>& b,
                                                              double divisor) {
  Matrix<double, typename Ctx::tag> out(ctx, a.rows(), a.columns(), "gsn: difference of covariances");
  isonomy::for_each(ctx, a.columns(), LessFraction<typename Ctx::space>{a.view(), b.view(), divisor, out.view()});
  return out;
}

/// The steps of fit() on data of one number of trials for every condition.
template <LevelSearch Search, ContextLike Ctx, class T>
class EvenFit {
 public:
  using Tag = typename Ctx::tag;
  using Space = typename Ctx::space;

  EvenFit(Ctx& ctx, const DataView<T, Space>& data, const GsnOptions& options)
      : ctx_(ctx), data_(data), options_(options), all_(every(data.conditions)), parts_(split(data.conditions)),
        trials_(static_cast<double>(data.trials)) {}

  [[nodiscard]] GsnResult<Tag> run(const std::vector<double>& levels) {
    StageTimer timer(ctx_, result_.report);
    constexpr int stages = 4;
    ProgressMeter progress(ctx_.control(), "gsn", stages);
    const auto lap = [&](const char* stage) {
      timer.lap(stage);
      progress.advance();
    };
    means_ = condition_means(ctx_, data_, Origin::first_value);
    result_.mnS = with_origin(ctx_, data_, mean_over(ctx_, means_.view(), all_));
    sizes_ = unit_sizes(ctx_, data_, means_.view(), Origin::first_value);
    result_.mnN.assign(result_.mnS.size(), 0.0);
    choose_levels(levels);
    lap("levels");
    covariances();
    lap("covariances");
    if (options_.returns.biconvex()) make_semidefinite();
    lap("biconvex");
    eigen_outputs();
    if (options_.returns.cS) result_.cS = less_fraction(ctx_, result_.cD, result_.cN, trials_);
    lap("eigenvectors");
    describe();
    drop_what_was_not_asked_for();
    return std::move(result_);
  }

 private:
  using Square = Matrix<double, Tag>;
  static constexpr double epsilon = std::numeric_limits<T>::epsilon();

  [[nodiscard]] NoiseRows<Ctx, T> noise() { return {ctx_, data_}; }
  [[nodiscard]] ConditionRows<Ctx> conditions() { return {ctx_, means_.view(), epsilon}; }

  void choose_levels(const std::vector<double>& levels) {
    const auto choose_one = [&](const auto& rows, const char* of, LevelChoice& choice) {
      choice.levels = levels;
      choice.level = levels.front();
      choice.training = static_cast<index_t>(parts_.training.size());
      choice.validation = static_cast<index_t>(parts_.validation.size());
      if (levels.size() == 1) return;
      search_level<Search>(ctx_, rows.split(parts_, sizes_), options_.singular_rule, choice);
      warn(choice, of, result_.report.warnings);
    };
    choose_one(noise(), "noise", result_.noise);
    choose_one(conditions(), "data", result_.data);
    result_.shrinklevelN = result_.noise.level;
    result_.shrinklevelD = result_.data.level;
  }

  /// ncsnr, and of the matrices those that something needs.
  void covariances() {
    std::vector<index_t> still, constant;
    std::vector<double> of_noise, of_data;
    const auto covariance_of = [&](Rows<Ctx> rows, double level, bool matrix, std::vector<double>& variances,
                                   std::vector<index_t>& dead) {
      variances = to_host(ctx_, column_squares(ctx_, rows.view()));
      dead = dead_units(variances, sizes_, epsilon);
      clear_units(ctx_, rows.view(), dead, variances);
      return matrix ? covariance(ctx_, rows.view(), level) : Square();
    };
    const Returns& asked = options_.returns;
    result_.cN = covariance_of(noise().of(all_), result_.shrinklevelN, asked.noise(), of_noise, still);
    result_.cD = covariance_of(conditions().of(all_), result_.shrinklevelD, asked.data(), of_data, constant);
    for (std::size_t i = 0; i < of_noise.size(); ++i) {
      const double signal = std::max(of_data[i] - of_noise[i] / trials_, 0.0);
      result_.ncsnr.push_back(of_noise[i] > 0 ? std::sqrt(signal) / std::sqrt(of_noise[i]) : 0);
    }
    std::set_intersection(still.begin(), still.end(), constant.begin(), constant.end(),
                          std::back_inserter(result_.dead_units));
  }

  void make_semidefinite() {
    BiconvexOptions how;
    how.iteration = options_.iteration;
    how.ridge = options_.ridge;
    how.max_iterations = options_.max_iterations;
    if (options_.returns.eigvals_signal || options_.returns.eigvecs_signal) how.signal_pairs = Pairs::all;
    found_ = biconvex(
        ctx_, BiconvexProblem<Ctx>{result_.cN.view(), result_.cD.view(), data_.conditions, trials_, trials_}, how);
    result_.numiters = found_.iterations;
    std::vector<std::string>& warnings = result_.report.warnings;
    for (std::string& warning : found_.warnings) warnings.push_back(std::move(warning));
    const auto note = [&](const char* which, double ridge) {
      if (ridge > 0)
        warnings.push_back(text::joined({which, " was not positive definite: negative eigenvalues became 0, and ",
                                         text::decimals(ridge), " was added to its diagonal"}));
    };
    note("cSb", found_.signal_projection.ridge);
    note("cNb", found_.noise_ridge);
  }

  void eigen_outputs() {
    const Returns& asked = options_.returns;
    if (asked.eigvals_signal || asked.eigvecs_signal) {
      EigenPairs<Tag> pairs = eigen_pairs(ctx_, found_.signal.view(), found_.signal_projection);
      result_.eigvals_signal = std::move(pairs.values);
      result_.eigvecs_signal = std::move(pairs.vectors);
      found_.signal_projection.eigenvectors = {};
    }
    if (asked.eigvals_difference || asked.eigvecs_difference) {
      const Square difference = less_fraction(ctx_, found_.signal, found_.noise, trials_);
      EigenPairs<Tag> pairs = eigen_pairs(ctx_, difference.view());
      result_.eigvals_difference = std::move(pairs.values);
      result_.eigvecs_difference = std::move(pairs.vectors);
    }
  }

  void describe() {
    Report& report = result_.report;
    if (!result_.dead_units.empty()) {
      std::string list;
      for (const index_t unit : result_.dead_units) list += (list.empty() ? "" : ", ") + std::to_string(unit);
      report.warnings.push_back("units that do not vary, zeros in all covariances: " + list);
    }
    report.decisions.push_back(decision(result_.noise, "shrinklevelN: mean negative log-likelihood"));
    report.decisions.push_back(decision(result_.data, "shrinklevelD: mean negative log-likelihood"));
    describe_levels(ctx_, "gsn::fit", report, {&result_.noise, &result_.data}, options_.returns.matrices());
    if (options_.returns.biconvex()) describe_biconvex();
  }

  void describe_biconvex() {
    const Returns& asked = options_.returns;
    const bool pairs_of_signal = asked.eigvals_signal || asked.eigvecs_signal;
    const bool projected = found_.signal_projection.projected;
    add_operation(result_.report, ran<op::cholesky, double>(ctx_));
    if ((projected && !pairs_of_signal) || found_.noise_projected)
      add_operation(result_.report, ran<op::eigh_subset, double>(ctx_));
    if (pairs_of_signal || asked.eigvals_difference || asked.eigvecs_difference)
      add_operation(result_.report, ran<op::eigh, double>(ctx_));
  }

  void drop_what_was_not_asked_for() {
    const Returns& asked = options_.returns;
    if (!asked.cN) result_.cN = {};
    if (!asked.cS) result_.cS = {};
    if (!asked.cD) result_.cD = {};
    if (asked.cNb) result_.cNb = std::move(found_.noise);
    if (asked.cSb) result_.cSb = std::move(found_.signal);
    if (!asked.eigvals_signal) result_.eigvals_signal.clear();
    if (!asked.eigvals_difference) result_.eigvals_difference.clear();
    if (!asked.eigvecs_signal) result_.eigvecs_signal = {};
    if (!asked.eigvecs_difference) result_.eigvecs_difference = {};
  }

  Ctx& ctx_;
  DataView<T, Space> data_;
  const GsnOptions& options_;
  std::vector<index_t> all_;
  Split parts_;
  double trials_;
  Matrix<double, Tag> means_;
  std::vector<double> sizes_;
  Biconvex<Ctx> found_;
  GsnResult<Tag> result_;
};

}  // namespace detail

/// Signal and noise of responses x = s_c + e_ct: their means, covariances, and each unit's signal-to-noise ratio.
///
/// data: units x conditions x trials, any strides, float or double, of every condition as many trials; arithmetic is
/// double. cN is the covariance within conditions, pooled over them, and cD that of the trial averages, each shrunk to
/// the level that shrunken_covariance() would choose; cS = cD - cN/trials. cNb and cSb are biconvex() of these. ncsnr
/// does not depend on levels. options.returns says which matrices there shall be; without any, and without shrinkage,
/// no matrix of units x units is made.
///
/// Uneven and missing data (NaN) are not offered.
///
/// Search is how levels are tried: `automatic`, `tridiagonal`, `low_rank` or `batched_cholesky`.
///
/// Errors: ValueError for data that are not finite (the first place is named), units whose largest magnitude is not 0
/// and below 1e-150 or above 1e150, options beyond their range, fewer than 2 trials or 2 conditions, or 3 where levels
/// are to be chosen; ShapeError, OutOfMemory, NoConvergence. Inputs stay as they are. Warnings: units that do not vary,
/// one condition that validates, a level at an end of its grid or none that is not singular, a ridge, no convergence.
/// Progress per stage; Cancelled.
///
/// Cost for N units, C conditions and T trials: the searches; N^2 C T for the covariances; O(N^3) for each projection
/// and for eigenpairs. Memory: some 2 C T N doubles of rows, that of a search, and N^2 for each covariance; with cNb or
/// cSb some 10 N^2 at its peak, of which results are 4 and the workspace of eigh() is more than 4, and 13 N^2 where
/// sweeps go on or all is asked for.
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
  if (options.max_iterations < 1)
    throw ValueError(text::joined(operation, ": max_iterations=", options.max_iterations,
                                  "; expected at least 1; 100 is the default"));
  detail::require_trials(operation, data.trials);
  if (data.conditions < 2)
    throw ValueError(text::joined(operation, ": the data have ", data.conditions,
                                  " conditions; expected 2 at least, of which signal is the difference; give more"));
  detail::require_items(operation, split(data.conditions), 2, levels.size());
  detail::require_finite(ctx, data, operation);
  detail::require_squares(ctx, data, operation);
  return detail::EvenFit<Search, Ctx, T>(ctx, data, options).run(levels);
}

}  // namespace isonomy::gsn
