// Expectation maximisation over a sample to the maximum nearby, in fewer steps than plain iterations take.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/estimators/mixture/multivariate/em_steps.hpp"
#include "isonomy/estimators/mixture/multivariate/model.hpp"

namespace isonomy::mixture::detail {

/// Whether every weight is above 0 and every covariance positive definite.
inline bool is_usable(const NormalMixture& m) {
  const auto positive = [](double w) { return w > 0; };
  if (!std::all_of(m.weights.begin(), m.weights.end(), positive)) return false;
  for (std::size_t k = 0; k < (m.covariance == Covariance::tied ? 1 : m.weights.size()); ++k)
    if (failing_pivot(m, k) != 0) return false;
  return true;
}

/// One step of expectation maximisation; the log-likelihood before it, or NaN where there is no such step. Units of all
/// columns are 1.
template <ContextLike Ctx, class T>
double em_step(Ctx& ctx, NormalMixture& m, const EmRows<Ctx, T>& data, const std::vector<double>& reg) {
  constexpr double nowhere = std::numeric_limits<double>::quiet_NaN();
  const std::vector<int> ones(static_cast<std::size_t>(m.dimensions), 0);
  const std::vector<DoubleDouble> sums = density_pass(ctx, m, MixtureOrder::gradient, data.x, data.weights, ones);
  for (const DoubleDouble& s : sums)
    if (!std::isfinite(s.high)) return nowhere;
  const double least = 10 * std::numeric_limits<double>::epsilon() * data.points;
  for (std::size_t k = 0; k < m.weights.size(); ++k)
    if (!(sums[1 + k].high >= least)) return nowhere;
  maximise(m, sums, data.points, reg);
  return is_usable(m) ? sums[0].high : nowhere;
}

/// Where two steps, from `a` to `b` to `c`, lead to if the rest shrinks as they did: a - 2 s r + s^2 v with r = b - a,
/// v = c - b - r and the length s = -|r| / |v|, but `longest` at most. c itself where that is no mixture.
/// Source: Varadhan and Roland (2008), scheme S3.
inline NormalMixture extrapolated(const NormalMixture& a, const NormalMixture& b, const NormalMixture& c,
                                  double longest) {
  const auto arrays = {&NormalMixture::weights, &NormalMixture::means, &NormalMixture::covariances};
  double step = 0, bend = 0;
  for (const auto array : arrays)
    for (std::size_t i = 0; i < (a.*array).size(); ++i) {
      const double r = (b.*array)[i] - (a.*array)[i], v = ((c.*array)[i] - (b.*array)[i]) - r;
      step = std::fma(r, r, step);
      bend = std::fma(v, v, bend);
    }
  if (!(step > bend) || !(bend > 0)) return c;
  const double length = std::min(std::sqrt(step / bend), longest);
  NormalMixture result = c;
  for (const auto array : arrays)
    for (std::size_t i = 0; i < (a.*array).size(); ++i) {
      const Rounded r = (b.*array)[i] - (a.*array)[i], v = ((c.*array)[i] - (b.*array)[i]) - r;
      (result.*array)[i] = (a.*array)[i] + (2 * length * r + length * length * v);
    }
  double sum = 0;
  for (const double w : result.weights) sum += w;
  for (double& w : result.weights) w /= sum;
  return is_usable(result) ? result : c;
}

/// Climbs from m until a cycle of steps gains next to nothing, or for so many of them; -log-likelihood where m is then,
/// infinity where a step led nowhere or give_up(m) once said so.
template <ContextLike Ctx, class T, class F>
double climb(Ctx& ctx, NormalMixture& m, const EmRows<Ctx, T>& data, const std::vector<double>& reg, int cycles,
             const F& give_up) {
  constexpr double nowhere = std::numeric_limits<double>::infinity(), next_to_nothing = 1e-6;
  double previous = -nowhere, longest = 4;
  for (int cycle = 0; cycle < cycles; ++cycle) {
    const NormalMixture first = m;
    const double before = em_step(ctx, m, data, reg);
    if (!std::isfinite(before) || give_up(m)) return nowhere;
    if (before - previous < next_to_nothing) return -before;
    previous = before;
    const NormalMixture second = m;
    const double after = em_step(ctx, m, data, reg);
    if (!std::isfinite(after)) return nowhere;
    const NormalMixture third = m;
    m = extrapolated(first, second, third, longest);
    const double there = em_step(ctx, m, data, reg);
    if (there >= after) {
      longest = 4 * longest;
      continue;
    }
    m = third;
    longest = std::max(longest / 4, 2.0);
  }
  return -previous;
}

}  // namespace isonomy::mixture::detail
