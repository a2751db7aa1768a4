// What a mixture's likelihood adds to the sum over points: the integral over the observable range, and the expected
// number of points of an extended likelihood.
#pragma once

#include <cmath>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/lanes/terms.hpp"
#include "isonomy/estimators/mixture/normal_model.hpp"
#include "isonomy/ops/special/normal_distribution.hpp"

namespace isonomy::mixture::detail {

/// Position of component k's weight, mean and deviation (i = 0, 1, 2) among derivatives by component.
inline std::size_t row(std::size_t k, std::size_t i) { return 3 * k + i; }

/// The part of a component inside a range, with derivatives by mean and deviation.
struct Inside {
  double z = 1;
  double mu = 0, s = 0, mu_mu = 0, mu_s = 0, s_s = 0;
};

inline Inside inside(const NormalComponent& c, const Range& range) {
  const double a = (range.lower - c.mean) / c.sigma, b = (range.upper - c.mean) / c.sigma, s = c.sigma;
  // x^j phi(x) at both ends; 0 at infinity.
  const auto edge = [](double x, int j) { return std::isinf(x) ? 0 : std::pow(x, j) * normal_density(x); };
  const auto step = [&](int j) { return edge(b, j) - edge(a, j); };
  Inside result{normal_probability(a, b)};
  result.mu = -step(0) / s;
  result.s = -step(1) / s;
  result.mu_mu = -step(1) / (s * s);
  result.mu_s = (step(0) - step(2)) / (s * s);
  result.s_s = (2 * step(1) - step(3)) / (s * s);
  return result;
}

/// Value and derivatives by component of n log(sum_k w_k Z_k), n the number of points, Z_k the part inside the range,
/// and for yields of sum_k w_k - n log(sum_k w_k) beside it: with yields, the whole is N - sum_i log(N p(x_i)), log n!
/// left out.
inline double add_normalisation(const NormalModel& model, const std::vector<NormalComponent>& c, double n,
                                MixtureOrder order, std::vector<double>& gradient, std::vector<double>& hessian) {
  const std::size_t size = 3 * c.size();
  const bool yields = model.weighting == Weighting::yields;
  double value = 0, sum = 0;
  for (const NormalComponent& k : c) sum += k.weight;
  if (yields) value += sum;
  if (yields && order != MixtureOrder::value)
    for (std::size_t k = 0; k < c.size(); ++k) gradient[row(k, 0)] += 1;
  if (model.range.whole_line()) return value;

  std::vector<Inside> parts;
  double z = 0;
  for (const NormalComponent& k : c) {
    parts.push_back(inside(k, model.range));
    z += k.weight * parts.back().z;
  }
  value += n * std::log(yields ? z / sum : z);
  if (order == MixtureOrder::value) return value;
  std::vector<double> g(size);
  for (std::size_t k = 0; k < c.size(); ++k) {
    g[row(k, 0)] = parts[k].z / z;
    g[row(k, 1)] = c[k].weight * parts[k].mu / z;
    g[row(k, 2)] = c[k].weight * parts[k].s / z;
    for (std::size_t i = 0; i < 3; ++i) gradient[row(k, i)] += n * g[row(k, i)];
    if (yields) gradient[row(k, 0)] -= n / sum;
  }
  if (order == MixtureOrder::gradient) return value;
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j) hessian[size * i + j] -= n * g[i] * g[j];
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
    if (yields)
      for (std::size_t l = 0; l < c.size(); ++l) hessian[size * row(k, 0) + row(l, 0)] += n / (sum * sum);
  }
  return value;
}

}  // namespace isonomy::mixture::detail
