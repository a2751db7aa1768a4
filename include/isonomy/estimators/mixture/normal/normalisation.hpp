// What a mixture's likelihood adds to the sum over points: the integral over the observable range, and the expected
// number of points of an extended likelihood.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "isonomy/core/numeric.hpp"
#include "isonomy/estimators/mixture/normal/model.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"
#include "isonomy/ops/special/normal_distribution.hpp"

namespace isonomy::mixture::detail {

/// Position of component k's weight, mean and deviation (i = 0, 1, 2) among derivatives by component.
inline std::size_t row(std::size_t k, std::size_t i) { return 3 * k + i; }

/// The part of a component inside a range, with derivatives by mean and deviation, in units of exp(log_scale).
struct Inside {
  double z = 1;
  double mu = 0, s = 0, mu_mu = 0, mu_s = 0, s_s = 0;
  double log_scale = 0;

  /// In units of exp(log).
  void rescale(double log) {
    const double factor = std::exp(log_scale - log);
    for (double* x : {&z, &mu, &s, &mu_mu, &mu_s, &s_s}) *x = rounded_product(*x, factor);
    log_scale = log;
  }
};

/// x^j phi(x) / exp(log_scale) at the upper end of a range less the same at the lower, j = 0 .. 3, and their integral.
struct Ends {
  double z, step[4], log_scale;
};

/// x^j for the few j of these formulas, rounded after each product.
inline Rounded power(double x, int j) {
  Rounded result = 1;
  for (int i = 0; i < j; ++i) result *= x;
  return result;
}

/// Of a range from a to b = a + width around `middle` that is narrow against the deviation: a difference of values at
/// the ends would be rounding. z by the Taylor series of phi around the middle, whose terms are Hermite polynomials.
inline Ends narrow_ends(Rounded a, Rounded b, Rounded middle, Rounded width) {
  const Rounded half = 0.5 * width, m = middle, h2 = half * half;
  Rounded before = 0, hermite = 1, factor = 1, z = 0;
  for (int j = 0; j <= 12; ++j) {
    if (j % 2 == 0) z += factor * hermite;
    const Rounded next = m * hermite - j * before;
    before = hermite, hermite = next, factor *= half / (j + 2);
  }
  const Rounded away = std::cosh(m * half), along = std::sinh(m * half),
                edge = inverse_root_two_pi * Rounded(std::exp(-0.5 * h2));
  const auto step = [&](Rounded difference, Rounded sum) { return edge * (difference * away - sum * along); };
  return {inverse_root_two_pi * width * z,
          {step(0, 2), step(width, a + b), step(width * (a + b), a * a + b * b),
           step(width * (3 * m * m + h2), 2 * m * (m * m + 3 * h2))},
          -0.5 * m * m};
}

/// Of a range from a > 30 on, beyond which all is nearly nothing, but nothing else than its logarithm counts.
inline Ends tail_ends(Rounded a, Rounded b, Rounded width) {
  const Rounded ratio = std::isinf(b) ? 0 : std::exp(-0.5 * width * (a + b));  // phi(b) / phi(a)
  const auto step = [&](int j) {
    return inverse_root_two_pi * ((ratio == 0 ? Rounded(0) : power(b, j) * ratio) - power(a, j));
  };
  const Rounded beyond = ratio == 0 ? Rounded(0) : ratio * scaled_normal_tail(b);
  return {scaled_normal_tail(a) - beyond, {step(0), step(1), step(2), step(3)}, -0.5 * a * a};
}

inline Ends ends(Rounded a, Rounded b, Rounded width) {
  const Rounded middle = 0.5 * (a + b);
  if (width * (1 + std::abs(middle)) < 0.5) return narrow_ends(a, b, middle, width);
  if (a > 30) return tail_ends(a, b, width);
  if (b < -30) {  // x^j phi(x) of a mirrored range: both ends change places, odd powers their sign twice
    const Ends t = tail_ends(-b, -a, width);
    return {t.z, {-t.step[0], t.step[1], -t.step[2], t.step[3]}, t.log_scale};
  }
  const auto edge = [](double x, int j) { return std::isinf(x) ? Rounded(0) : power(x, j) * normal_density(x); };
  const auto step = [&](int j) { return edge(b, j) - edge(a, j); };
  return {normal_probability(a, b), {step(0), step(1), step(2), step(3)}, 0};
}

inline Inside inside(const NormalComponent& c, const Range& range) {
  const double s = c.sigma, width = (range.upper - range.lower) / s;
  const auto [z, step, log_scale] = ends((range.lower - c.mean) / s, (range.upper - c.mean) / s, width);
  Inside result{z};
  result.mu = -step[0] / s;
  result.s = -step[1] / s;
  result.mu_mu = -step[1] / (s * s);
  result.mu_s = (step[0] - step[2]) / (s * s);
  result.s_s = (2 * step[1] - step[3]) / (s * s);
  result.log_scale = log_scale;
  return result;
}

/// log(sum_k w_k Z_k) over the parts Z_k inside the range, and its derivatives by component.
struct InsideSum {
  std::vector<Inside> parts;  ///< in units of exp(largest)
  double largest = -std::numeric_limits<double>::infinity(), z = 0;

  InsideSum(const std::vector<NormalComponent>& c, const Range& range) {
    for (const NormalComponent& k : c) {
      parts.push_back(inside(k, range));
      if (k.weight > 0) largest = std::max(largest, parts.back().log_scale);
    }
    for (std::size_t k = 0; k < c.size(); ++k) {
      if (!(c[k].weight > 0)) continue;
      parts[k].rescale(largest);
      z = std::fma(c[k].weight, parts[k].z, z);
    }
  }

  [[nodiscard]] std::vector<double> gradient(const std::vector<NormalComponent>& c) const {
    std::vector<double> g(3 * c.size());
    for (std::size_t k = 0; k < c.size(); ++k) {
      g[row(k, 0)] = parts[k].z / z;
      g[row(k, 1)] = c[k].weight * parts[k].mu / z;
      g[row(k, 2)] = c[k].weight * parts[k].s / z;
    }
    return g;
  }
  /// Adds n times the second derivatives.
  void add_hessian(const std::vector<NormalComponent>& c, double n, std::vector<double>& hessian) const {
    const std::size_t size = 3 * c.size();
    const std::vector<double> g = gradient(c);
    for (std::size_t i = 0; i < size; ++i)
      for (std::size_t j = 0; j < size; ++j) hessian[size * i + j] = std::fma(-n * g[i], g[j], hessian[size * i + j]);
    const auto add = [&](std::size_t i, std::size_t j, double second) {
      hessian[size * i + j] += n * second / z;
      if (i != j) hessian[size * j + i] += n * second / z;
    };
    for (std::size_t k = 0; k < c.size(); ++k) {
      const double w = c[k].weight;
      add(row(k, 0), row(k, 1), parts[k].mu);
      add(row(k, 0), row(k, 2), parts[k].s);
      add(row(k, 1), row(k, 1), w * parts[k].mu_mu);
      add(row(k, 1), row(k, 2), w * parts[k].mu_s);
      add(row(k, 2), row(k, 2), w * parts[k].s_s);
    }
  }
};

/// Value and derivatives by component of n log(sum_k w_k Z_k), n the number of points, Z_k the part inside the range,
/// and for yields of sum_k w_k - n log(sum_k w_k) beside it: with yields, the whole is N - sum_i log(N p(x_i)), log n!
/// left out.
inline double add_normalisation(const NormalModel& model, const std::vector<NormalComponent>& c, double n,
                                MixtureOrder order, std::vector<double>& gradient, std::vector<double>& hessian) {
  const bool yields = model.weighting == Weighting::yields;
  double value = 0, sum = 0;
  for (const NormalComponent& k : c) sum += k.weight;
  if (yields) value += sum;
  if (yields && order != MixtureOrder::value)
    for (std::size_t k = 0; k < c.size(); ++k) gradient[row(k, 0)] += 1;
  if (model.range.whole_line()) return value;

  const InsideSum inside(c, model.range);
  value = std::fma(n, std::log(yields ? inside.z / sum : inside.z) + inside.largest, value);
  if (order == MixtureOrder::value) return value;
  const std::vector<double> g = inside.gradient(c);
  for (std::size_t i = 0; i < g.size(); ++i) gradient[i] = std::fma(n, g[i], gradient[i]);
  for (std::size_t k = 0; k < c.size() && yields; ++k) gradient[row(k, 0)] -= n / sum;
  if (order == MixtureOrder::gradient) return value;
  inside.add_hessian(c, n, hessian);
  for (std::size_t k = 0; k < c.size() && yields; ++k)
    for (std::size_t l = 0; l < c.size(); ++l) hessian[g.size() * row(k, 0) + row(l, 0)] += n / (sum * sum);
  return value;
}

}  // namespace isonomy::mixture::detail
