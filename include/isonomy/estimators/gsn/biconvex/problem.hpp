// The biconvex problem of signal and noise covariances: what goes in, the options, and what comes out.
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/dead_units.hpp"
#include "isonomy/estimators/gsn/psd/nearest_psd.hpp"
#include "isonomy/estimators/gsn/psd/symmetric.hpp"

namespace isonomy::gsn {

/// Covariances of noise and of data averaged over trials, both n x n and symmetric, and how they belong together.
template <ContextLike Ctx>
struct BiconvexProblem {
  MatrixView<const double, typename Ctx::space> noise, data;
  index_t conditions = 0;
  double trials = 1;            ///< noise in the data's covariance is noise/trials
  double effective_trials = 1;  ///< those that weigh the two covariances; of even data the same as `trials`
  /// The share of noise that each element of the data's covariance holds, n x n; without data: 1/trials everywhere.
  MatrixView<const double, typename Ctx::space> share = {};
  /// No eigenvalue of the noise is below this, as far as is known: where it is large enough, the noise's step is known
  /// to need no projection, and that is not tried.
  double noise_least = 0;

  [[nodiscard]] bool has_shares() const { return share.data != nullptr; }
  [[nodiscard]] bool even() const { return !has_shares() && trials == effective_trials; }
};

/// How biconvex() finds its answer.
///
/// - `closed`: for even data, one sweep where that is known to be the end; otherwise as `loop`;
/// - `loop`: sweeps until correlations are above 0.999, as the reference does;
/// - `limit`: the fixed point that sweeps without end would come to, where its closed form holds; otherwise as `loop`.
enum class Iteration { closed, loop, limit };

struct BiconvexOptions {
  Iteration iteration = Iteration::closed;
  /// With Ridge::absolute the threshold of a single unit is absolute too, 1e-5, as in the reference; otherwise it is
  /// 1e-5 of the larger covariance.
  Ridge ridge = Ridge::relative;
  int max_iterations = 100;
  Pairs signal_pairs = Pairs::fewer_sign;  ///< what `signal_projection` holds
  DeadUnits dead_units = DeadUnits::drop;  ///< literal: they get a ridge too
  bool measure_distance = true;            ///< of sweeps over uneven data to their fixed point, by one more projection
};

template <ContextLike Ctx>
struct Biconvex {
  Matrix<double, typename Ctx::tag> signal, noise;  ///< both positive semidefinite
  int iterations = 0;                               ///< sweeps that were not the last
  bool converged = false;
  Iteration form = Iteration::loop;  ///< what found the answer
  /// Between the last two of each, of all elements; NaN where `form` is `limit`, or there is but one unit.
  double signal_correlation = std::numeric_limits<double>::quiet_NaN();
  double noise_correlation = std::numeric_limits<double>::quiet_NaN();
  /// To the fixed point, the larger of both Frobenius distances, each relative to the larger of what sweeps and the
  /// fixed point have, so that nothing but 0 is 1 from 0: 0 by construction where `form` is not `loop`, NaN where the
  /// fixed point is not known.
  double distance = std::numeric_limits<double>::quiet_NaN();
  /// How `signal` was made, with eigenvalues where it was projected, and with eigenvectors where all were asked for.
  Projection<Ctx> signal_projection;
  bool noise_projected = false;
  double noise_ridge = 0;
  std::vector<std::string> warnings;
};

/// Weights of noise and data in the noise step: they add up to 1.
struct BiconvexWeights {
  double noise = 0, data = 1;
};

/// C(u - 1)u^2 and C - 1, over their sum, of C conditions and u effective trials.
[[nodiscard]] inline BiconvexWeights biconvex_weights(index_t conditions, double effective_trials) {
  const double c = static_cast<double>(conditions), u = effective_trials;
  const double noise = c * (u - 1) * u * u, data = c - 1;
  return {noise / (noise + data), data / (noise + data)};
}

namespace detail {

/// ShapeError, ValueError.
template <ContextLike Ctx>
void require_problem(Ctx& ctx, const BiconvexProblem<Ctx>& p, const BiconvexOptions& options) {
  constexpr const char* operation = "biconvex";
  require_square(p.noise, operation, "noise");
  require_square(p.data, operation, "data");
  check::equal(p.noise.rows, "noise", p.data.rows, "data", operation);
  if (p.has_shares()) {
    require_square(p.share, operation, "share");
    check::equal(p.noise.rows, "noise", p.share.rows, "share", operation);
  }
  const auto option = [](bool good, const char* name, auto value, const char* rule) {
    if (!good) throw ValueError(text::joined("biconvex: ", name, "=", value, "; expected ", rule));
  };
  option(p.conditions >= 2, "conditions", p.conditions,
         "at least 2, since one has no covariance of signals; give data of more");
  option(std::isfinite(p.trials) && p.trials >= 1, "trials", p.trials,
         "a finite number of at least 1; give the mean number of trials of a condition");
  option(std::isfinite(p.effective_trials) && p.effective_trials >= 1, "effective_trials", p.effective_trials,
         "a finite number of at least 1; give 1 where conditions have less on average");
  option(std::isfinite(p.noise_least), "noise_least", p.noise_least, "a finite number; 0 where nothing is known");
  option(options.max_iterations >= 1, "max_iterations", options.max_iterations, "at least 1; 100 is the default");
  require_finite(ctx, p.noise, operation, "noise");
  require_finite(ctx, p.data, operation, "data");
  if (p.has_shares()) require_finite(ctx, p.share, operation, "share");
}

}  // namespace detail
}  // namespace isonomy::gsn
