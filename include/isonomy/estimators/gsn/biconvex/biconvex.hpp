// biconvex: the covariances of signal and noise that are both positive semidefinite and fit the data.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "isonomy/backend/backend.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/biconvex/problem.hpp"
#include "isonomy/estimators/gsn/biconvex/steps.hpp"
#include "isonomy/estimators/gsn/psd/nearest_psd.hpp"

namespace isonomy::gsn {

namespace detail {

/// Whether the last step of both was small enough to be the last of all.
template <ContextLike Ctx>
bool small_step(const Steps<Ctx>& steps, const BiconvexProblem<Ctx>& p, Ridge ridge,
                MatrixView<const double, typename Ctx::space> signal_before,
                MatrixView<const double, typename Ctx::space> noise_before, Biconvex<Ctx>& r) {
  const auto signal = std::as_const(r.signal).view(), noise = std::as_const(r.noise).view();
  if (p.noise.rows == 1) {
    const double unit = ridge == Ridge::absolute ? 1 : std::max(steps.size_of(p.noise), steps.size_of(p.data));
    const double least = 1e-5 * unit;
    return (steps.change(signal_before, signal) < least && steps.change(noise_before, noise) < least) || unit == 0;
  }
  r.signal_correlation = steps.alike(signal_before, signal);
  r.noise_correlation = steps.alike(noise_before, noise);
  return r.signal_correlation > 0.999 && r.noise_correlation > 0.999;
}

/// Sweeps until one is small, or known to be the last.
template <ContextLike Ctx>
void sweep(const Steps<Ctx>& steps, const BiconvexProblem<Ctx>& p, const BiconvexOptions& options, Biconvex<Ctx>& r) {
  auto signal_before = steps.start(), noise_before = p.noise;
  auto last_signal = Matrix<double, typename Ctx::tag>(), last_noise = Matrix<double, typename Ctx::tag>();
  while (r.iterations < options.max_iterations) {
    r.signal_projection = {};  // its eigenvectors make room for the next
    r.signal_projection = steps.signal_step(noise_before, r.signal);
    const Projection<Ctx> of_noise = steps.noise_step(r.signal, r.noise);
    r.noise_projected = of_noise.projected;
    r.noise_ridge = of_noise.ridge;
    const bool last = r.iterations == 0 && p.even() && options.iteration != Iteration::loop && !of_noise.projected;
    if (last) {
      r.form = Iteration::closed;
      r.distance = 0;
    }
    r.converged = small_step(steps, p, options.ridge, signal_before, noise_before, r);
    if (r.converged) return;
    ++r.iterations;
    r.converged = last;
    if (last || r.iterations == options.max_iterations) return;
    if (last_signal.rows() != r.signal.rows()) {
      last_signal = steps.empty("biconvex: signal of the sweep before");
      last_noise = steps.empty("biconvex: noise of the sweep before");
    }
    std::swap(last_signal, r.signal);
    std::swap(last_noise, r.noise);
    signal_before = std::as_const(last_signal).view();
    noise_before = std::as_const(last_noise).view();
  }
}

/// Distance of sweeps over uneven data to their fixed point, where that has a closed form.
template <ContextLike Ctx>
void measure_distance(Ctx& ctx, const Steps<Ctx>& steps, Biconvex<Ctx>& r) {
  auto signal = steps.empty("biconvex: signal of the fixed point");
  auto noise = steps.empty("biconvex: noise of the fixed point");
  Projection<Ctx> unused;
  if (!steps.limit(signal, noise, unused)) return;
  r.distance = std::max(relative_distance(ctx, flat(std::as_const(r.signal)), flat(signal)),
                        relative_distance(ctx, flat(std::as_const(r.noise)), flat(noise)));
  if (r.distance > 0.01)
    r.warnings.push_back(
        text::joined({"biconvex: the iteration ended ", text::decimals(100 * r.distance, 3),
                      " % from the point that it was going to; ask for Iteration::limit to have that"}));
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
/// Errors: ShapeError, ValueError; as nearest_psd(). O(n^3). Workspace: 3 n^2 doubles, of which two are the result (5
/// from the second sweep on), the eigenvectors of the signal where it was projected, which are n^2/2 at most or, with
/// all pairs, n^2, and that of nearest_psd(). Inputs are unchanged. Deterministic as nearest_psd().
///
/// Source: Kay et al., PLOS Comput. Biol. 21(7), 2025. That the first sweep is the last: let A = data - noise/t, S its
/// positive part. With k_N + k_D = 1, B = noise - k_D t A_neg, and data - B/t = A_pos - k_N A_neg, of which the
/// positive part is S again.
template <ContextLike Ctx>
[[nodiscard]] Biconvex<Ctx> biconvex(Ctx& ctx, const BiconvexProblem<Ctx>& problem,
                                     const BiconvexOptions& options = {}) {
  detail::require_problem(ctx, problem, options);
  const detail::Steps<Ctx> steps(ctx, problem, options);
  Biconvex<Ctx> r;
  r.signal = steps.empty("biconvex: signal");
  r.noise = steps.empty("biconvex: noise");
  if (problem.noise.rows == 0) {
    r.converged = true;
    return r;
  }
  const bool uneven = !problem.even() && !problem.has_shares();
  if (options.iteration == Iteration::limit && !problem.even()) {
    if (steps.limit(r.signal, r.noise, r.signal_projection)) {
      r.form = Iteration::limit;
      r.converged = true;
      r.distance = 0;
      return r;
    }
    r.warnings.push_back("biconvex: the limit has no closed form here; the iteration was run instead");
  }
  detail::sweep(steps, problem, options, r);
  if (!r.converged) r.warnings.push_back(text::joined("biconvex: not converged after ", r.iterations, " sweeps"));
  if (uneven && options.measure_distance) detail::measure_distance(ctx, steps, r);
  return r;
}

}  // namespace isonomy::gsn
