// biconvex: the covariances of signal and noise that are both positive semidefinite and fit the data.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/biconvex/problem.hpp"
#include "isonomy/estimators/gsn/biconvex/steps.hpp"
#include "isonomy/estimators/gsn/psd/nearest_psd.hpp"
#include "isonomy/ops/memory.hpp"

namespace isonomy::gsn {

namespace detail {

/// How far the last step of one of both went.
struct StepSize {
  bool of_last = false;  ///< small enough to be that of the last sweep, if the other's is too
  double correlation = std::numeric_limits<double>::quiet_NaN();
};

template <ContextLike Ctx>
StepSize step_size(const Steps<Ctx>& steps, const BiconvexProblem<Ctx>& p, Ridge ridge,
                   MatrixView<const double, typename Ctx::space> before,
                   MatrixView<const double, typename Ctx::space> after) {
  if (p.noise.rows == 1) {
    const double unit = ridge == Ridge::absolute ? 1 : std::max(steps.size_of(p.noise), steps.size_of(p.data));
    return {steps.change(before, after) < 1e-5 * unit || unit == 0};
  }
  const double correlation = steps.alike(before, after);
  return {correlation > 0.999, correlation};
}

/// Sweeps until one is small, or known to be the last. `start` is given up where nothing needs it any more, unless
/// `keep_start`.
template <ContextLike Ctx>
void sweep(const Steps<Ctx>& steps, const BiconvexProblem<Ctx>& p, const BiconvexOptions& options,
           Matrix<double, typename Ctx::tag>& start, bool keep_start, Biconvex<Ctx>& r) {
  auto signal_before = steps.start(), noise_before = p.noise;
  auto last_signal = Matrix<double, typename Ctx::tag>(), last_noise = Matrix<double, typename Ctx::tag>();
  while (r.iterations < options.max_iterations) {
    const bool first = r.iterations == 0;
    r.signal_projection = {};  // its eigenvectors make room for the next
    if (r.signal.rows() != p.noise.rows) r.signal = steps.empty("biconvex: signal");
    r.signal_projection = steps.signal_step(noise_before, r.signal);
    const StepSize of_signal = step_size(steps, p, options.ridge, signal_before, std::as_const(r.signal).view());
    if (first && !p.even() && !keep_start) start = {};
    last_signal = {};
    if (r.noise.rows() != p.noise.rows) r.noise = steps.empty("biconvex: noise");
    const Projection<Ctx> of_noise = steps.noise_step(r.signal, r.noise, first ? &r.signal_projection : nullptr);
    r.noise_projected = of_noise.projected;
    r.noise_ridge = of_noise.ridge;
    const bool last = first && p.even() && options.iteration != Iteration::loop && !of_noise.projected;
    if (last) {
      r.form = Iteration::closed;
      r.distance = 0;
    }
    const StepSize noise_step = step_size(steps, p, options.ridge, noise_before, std::as_const(r.noise).view());
    r.signal_correlation = of_signal.correlation;
    r.noise_correlation = noise_step.correlation;
    r.converged = of_signal.of_last && noise_step.of_last;
    if (r.converged) return;
    ++r.iterations;
    r.converged = last;
    if (last || r.iterations == options.max_iterations) return;
    last_signal = std::exchange(r.signal, {});
    last_noise = std::exchange(r.noise, {});
    signal_before = std::as_const(last_signal).view();
    noise_before = std::as_const(last_noise).view();
  }
}

/// Distance of sweeps over uneven data to their fixed point, where that has a closed form.
template <ContextLike Ctx>
void measure_distance(Ctx& ctx, const Steps<Ctx>& steps, Biconvex<Ctx>& r) {
  auto signal = steps.empty("biconvex: signal of the fixed point");
  Matrix<double, typename Ctx::tag> noise;
  Projection<Ctx> unused;
  if (!steps.limit(signal, noise, unused)) return;
  r.distance = std::max(relative_distance(ctx, flat(std::as_const(r.signal)), flat(signal)),
                        relative_distance(ctx, flat(std::as_const(r.noise)), flat(noise)));
  if (r.distance > 0.01)
    r.warnings.push_back(
        text::joined({"biconvex: the iteration ended ", text::decimals(100 * r.distance, 3),
                      " % from the point that it was going to; ask for Iteration::limit to have that"}));
}

/// The variance of each unit, of signal and noise together: what a ridge is to be small beside.
template <ContextLike Ctx>
[[nodiscard]] std::vector<double> unit_variances(Ctx& ctx, MatrixView<const double, typename Ctx::space> start,
                                                 MatrixView<const double, typename Ctx::space> noise) {
  Buffer<double, typename Ctx::tag> diagonal(ctx, noise.rows, "biconvex: variances");
  copy(ctx, noise.diagonal(), diagonal.view());
  std::vector<double> variances = to_host(ctx, diagonal);
  copy(ctx, start.diagonal(), diagonal.view());
  const std::vector<double> of_signal = to_host(ctx, diagonal);
  for (std::size_t i = 0; i < variances.size(); ++i) variances[i] += std::abs(of_signal[i]);
  return variances;
}

/// Warns of the first unit that varies, but by less than a thousand times a ridge.
template <ContextLike Ctx>
void warn_of_ridges(const std::vector<double>& variances, Biconvex<Ctx>& r) {
  const auto warn_of = [&](const char* which, double ridge) {
    const auto drowned = [&](double variance) { return variance > 0 && ridge > 1e-3 * variance; };
    const auto found = std::find_if(variances.begin(), variances.end(), drowned);
    if (found == variances.end()) return;
    r.warnings.push_back(text::joined({"biconvex: the ridge of the ", which, ", ", text::decimals(ridge, 3),
                                       ", is above a thousandth of the variance of unit ",
                                       static_cast<index_t>(found - variances.begin()), ", ", text::decimals(*found, 3),
                                       "; give units of like scales, or ask for Ridge::none"}));
  };
  warn_of("signal", r.signal_projection.ridge);
  warn_of("noise", r.noise_ridge);
}

/// biconvex() of a problem that may be solved. `start`: the data's covariance less that of the noise in it, given up
/// where nothing needs it any more, unless `keep_start`; of even data the problem's own data are read of one unit
/// alone.
template <ContextLike Ctx>
[[nodiscard]] Biconvex<Ctx> solve(Ctx& ctx, const BiconvexProblem<Ctx>& problem, const BiconvexOptions& options,
                                  Matrix<double, typename Ctx::tag>& start, bool keep_start) {
  const Steps<Ctx> steps(ctx, problem, options, start);
  Biconvex<Ctx> r;
  if (problem.noise.rows == 0) {
    r.converged = true;
    return r;
  }
  const bool uneven = !problem.even() && !problem.has_shares();
  const std::vector<double> variances = unit_variances(ctx, steps.start(), problem.noise);
  if (options.iteration == Iteration::limit && !problem.even()) {
    r.signal = steps.empty("biconvex: signal");
    if (steps.limit(r.signal, r.noise, r.signal_projection)) {
      r.form = Iteration::limit;
      r.converged = true;
      r.distance = 0;
      warn_of_ridges(variances, r);
      return r;
    }
    r.warnings.push_back("biconvex: the limit has no closed form here; the iteration was run instead");
  }
  sweep(steps, problem, options, start, keep_start, r);
  if (!r.converged) r.warnings.push_back(text::joined("biconvex: not converged after ", r.iterations, " sweeps"));
  if (uneven && options.measure_distance) measure_distance(ctx, steps, r);
  warn_of_ridges(variances, r);
  return r;
}

}  // namespace detail

/// Covariances of signal S and noise B, both positive semidefinite, with S + B/trials near to the data's and B near to
/// the noise's.
///
/// Sweeps of two steps, S = psd(data - B/t) and B = psd(k_N noise + k_D u (data - S)), begin with B = noise and end
/// where the correlations of all elements of S and of B with those of the sweep before are above 0.999 (of one unit:
/// where they change by less than 1e-5). `iterations` counts sweeps before the last, as the reference does.
///
/// Of even data the first sweep is the last wherever its B needs no projection: S is the positive part of data -
/// noise/t, which a second sweep finds again. So Iteration::closed stops there; the number of iterations is what sweeps
/// would count. For uneven data see Iteration::limit, and `distance`.
///
/// Warnings: no convergence, sweeps that ended more than 1 % from their end, a ridge above a thousandth of the variance
/// of some unit, which leaves little of that.
///
/// Errors: ShapeError, ValueError; as nearest_psd(). O(n^3). Workspace: 2 n^2 doubles, of which one is the signal, and
/// that of nearest_psd(); then the noise, which is the other result. From the second sweep on n^2 more, and n^2 for all
/// pairs if they are asked for. Inputs are unchanged. Deterministic as nearest_psd().
///
/// Source: Kay et al., PLOS Comput. Biol. 21(7), 2025. That the first sweep is the last: let A = data - noise/t, S its
/// positive part. With k_N + k_D = 1, B = noise - k_D t A_neg, and data - B/t = A_pos - k_N A_neg, of which the
/// positive part is S again.
template <ContextLike Ctx>
[[nodiscard]] Biconvex<Ctx> biconvex(Ctx& ctx, const BiconvexProblem<Ctx>& problem,
                                     const BiconvexOptions& options = {}) {
  detail::require_problem(ctx, problem, options);
  const index_t n = problem.noise.rows;
  Matrix<double, typename Ctx::tag> start(ctx, n, n, "biconvex: signal before its projection");
  detail::subtract_noise(ctx, problem, problem.noise, start);
  return detail::solve(ctx, problem, options, start, false);
}

}  // namespace isonomy::gsn
