// The steps of fit(), whatever becomes of what was not measured.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/describe.hpp"
#include "isonomy/backend/stage_timer.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/gsn/biconvex/biconvex.hpp"
#include "isonomy/estimators/gsn/biconvex/problem.hpp"
#include "isonomy/estimators/gsn/biconvex/steps.hpp"
#include "isonomy/estimators/gsn/covariance/eigen_pairs.hpp"
#include "isonomy/estimators/gsn/levels/choice.hpp"
#include "isonomy/estimators/gsn/options.hpp"
#include "isonomy/estimators/gsn/regimes/presence.hpp"
#include "isonomy/estimators/gsn/regimes/whole_trials.hpp"
#include "isonomy/estimators/gsn/result.hpp"
#include "isonomy/estimators/gsn/shrunken_covariance.hpp"
#include "isonomy/ops/linalg/cholesky.hpp"
#include "isonomy/ops/linalg/eigen/eigh.hpp"
#include "isonomy/ops/linalg/eigen/eigh_subset.hpp"

namespace isonomy::gsn::detail {

/// The steps of fit(). `Source` is what they ask of the data: WholeTrials or MissingUnits.
template <ContextLike Ctx, class Source>
class Fit {
 public:
  using Tag = typename Ctx::tag;

  Fit(Ctx& ctx, const GsnOptions& options) : ctx_(ctx), options_(options) {}

  /// `make`: a function without arguments that prepares the source.
  template <LevelSearch Search, class Make>
  [[nodiscard]] GsnResult<Tag> run(const std::vector<double>& levels, const Make& make) {
    StageTimer timer(ctx_, result_.report);
    constexpr int stages = 4;
    ProgressMeter progress(ctx_.control(), "gsn", stages);
    const auto lap = [&](const char* stage) {
      timer.lap(stage);
      progress.advance();
    };
    Source source = make();
    result_.mnS = source.mean();
    result_.mnN.assign(result_.mnS.size(), 0.0);
    result_.noise.levels = result_.data.levels = levels;
    source.template choose_levels<Search>(result_.noise, result_.data, result_.report.warnings);
    result_.shrinklevelN = result_.noise.level;
    result_.shrinklevelD = result_.data.level;
    lap("levels");
    covariances(source);
    lap("covariances");
    if (options_.returns.biconvex()) make_semidefinite(source);
    lap("biconvex");
    if (options_.returns.cS && !options_.returns.biconvex()) result_.cS = source.signal(result_.cD, result_.cN);
    drop_what_was_not_asked_for();
    eigen_outputs(source);
    lap("eigenvectors");
    describe();
    return std::move(result_);
  }

 private:
  using Square = Matrix<double, Tag>;

  /// ncsnr, and of the matrices those that something needs.
  void covariances(Source& source) {
    Estimate<Tag> noise = source.noise(result_.shrinklevelN, options_.returns.noise());
    Estimate<Tag> data = source.data(result_.shrinklevelD, options_.returns.data());
    for (std::size_t i = 0; i < noise.variances.size(); ++i) {
      const double of_noise = noise.variances[i];
      const double signal = std::max(source.signal_variance(i, data.variances[i], of_noise), 0.0);
      result_.ncsnr.push_back(of_noise > 0 ? std::sqrt(signal) / std::sqrt(of_noise) : 0);
    }
    std::set_intersection(noise.dead.begin(), noise.dead.end(), data.dead.begin(), data.dead.end(),
                          std::back_inserter(result_.dead_units));
    result_.cN = std::move(noise.covariance);
    result_.cD = std::move(data.covariance);
    const double level = result_.shrinklevelN;
    if (level >= 0 && level < 1)  // a semidefinite matrix and the rest of its diagonal
      noise_least_ = (1 - level) * *std::min_element(noise.variances.begin(), noise.variances.end());
  }

  void make_semidefinite(Source& source) {
    BiconvexOptions how;
    how.iteration = options_.iteration;
    how.ridge = options_.ridge;
    how.max_iterations = options_.max_iterations;
    how.dead_units = options_.dead_units;
    if (options_.returns.eigvals_signal || options_.returns.eigvecs_signal) how.signal_pairs = Pairs::all;
    std::vector<std::string>& warnings = result_.report.warnings;
    BiconvexProblem<Ctx> problem = source.problem(result_.cN, result_.cD, warnings);
    if (!problem.has_shares()) problem.noise_least = noise_least_;
    if (problem.even() && !options_.returns.cD && problem.noise.rows > 1) {  // of these data nothing else is asked
      subtract_noise(ctx_, problem, problem.noise, result_.cD);
      result_.cS = std::move(result_.cD);
    } else {
      result_.cS = source.signal(result_.cD, result_.cN);
    }
    found_ = solve(ctx_, problem, how, result_.cS, options_.returns.cS);
    if (std::isfinite(found_.distance)) result_.distance = found_.distance;
    result_.numiters = found_.iterations;
    result_.iteration = found_.form;
    result_.ridge_signal = found_.signal_projection.ridge;
    result_.ridge_noise = found_.noise_ridge;
    for (std::string& warning : found_.warnings) warnings.push_back(std::move(warning));
    const auto note = [&](const char* which, bool projected, double ridge) {
      if (!projected) return;
      const std::string added = ridge > 0 ? ", and " + text::decimals(ridge) + " was added to its diagonal" : "";
      warnings.push_back(text::joined(which, " was not positive definite: negative eigenvalues became 0", added));
    };
    note("cSb", found_.signal_projection.projected, found_.signal_projection.ridge);
    note("cNb", found_.noise_projected, found_.noise_ridge);
  }

  void eigen_outputs(Source& source) {
    const Returns& asked = options_.returns;
    if (asked.eigvals_signal || asked.eigvecs_signal) {
      EigenPairs<Tag> pairs = eigen_pairs(ctx_, std::as_const(result_.cSb).view(), found_.signal_projection);
      result_.eigvals_signal = std::move(pairs.values);
      result_.eigvecs_signal = std::move(pairs.vectors);
      found_.signal_projection.eigenvectors = {};
    }
    if (!asked.cSb && !asked.eigvals_difference && !asked.eigvecs_difference) result_.cSb = {};
    if (asked.eigvals_difference || asked.eigvecs_difference) {
      const Square difference = source.difference(result_.cSb, result_.cNb);
      if (!asked.cSb) result_.cSb = {};
      if (!asked.cNb) result_.cNb = {};
      EigenPairs<Tag> pairs = eigen_pairs(ctx_, difference.view());
      result_.eigvals_difference = std::move(pairs.values);
      result_.eigvecs_difference = std::move(pairs.vectors);
    }
    if (!asked.eigvals_signal) result_.eigvals_signal.clear();
    if (!asked.eigvals_difference) result_.eigvals_difference.clear();
    if (!asked.eigvecs_signal) result_.eigvecs_signal = {};
    if (!asked.eigvecs_difference) result_.eigvecs_difference = {};
  }

  void describe() {
    Report& report = result_.report;
    if (!result_.dead_units.empty()) {
      report.warnings.push_back("units that do not vary, zeros in all covariances: " + listed(result_.dead_units));
    }
    report.decisions.push_back(decision(result_.noise, "shrinklevelN"));
    report.decisions.push_back(decision(result_.data, "shrinklevelD"));
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

  /// Before eigenvectors take their room.
  void drop_what_was_not_asked_for() {
    const Returns& asked = options_.returns;
    const bool of_difference = asked.eigvals_difference || asked.eigvecs_difference;
    if (!asked.cN) result_.cN = {};
    if (!asked.cS) result_.cS = {};
    if (!asked.cD) result_.cD = {};
    if (asked.cNb || of_difference) result_.cNb = std::move(found_.noise);
    if (asked.cSb || of_difference || asked.eigvals_signal || asked.eigvecs_signal)
      result_.cSb = std::move(found_.signal);
    found_.noise = {};
    found_.signal = {};
  }

  Ctx& ctx_;
  const GsnOptions& options_;
  Biconvex<Ctx> found_;
  double noise_least_ = 0;  ///< no eigenvalue of cN is below this
  GsnResult<Tag> result_;
};

}  // namespace isonomy::gsn::detail
