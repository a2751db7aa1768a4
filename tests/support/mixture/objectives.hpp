// Functions with known minima, as the minimisers of mixtures take them, and data with known peaks.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/core/random.hpp"
#include "isonomy/estimators/mixture/minimise/objective.hpp"

namespace isonomy::test {

/// An Objective without a Hessian: g(theta, gradient) returns the value and adds to a gradient of zeros.
template <class G>
struct GradientObjective {
  std::vector<isonomy::mixture::Bounds> box;
  G g;

  std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (std::size_t i = 0; i < box.size(); ++i) result.push_back("x" + std::to_string(i));
    return result;
  }
  const std::vector<isonomy::mixture::Bounds>& bounds() const { return box; }
  static bool has_hessian() { return false; }
  isonomy::mixture::Likelihood at(const std::vector<double>& theta, isonomy::MixtureOrder) {
    isonomy::mixture::Likelihood result;
    result.gradient.assign(theta.size(), 0);
    result.nll = g(theta, result.gradient);
    return result;
  }
};
template <class G>
GradientObjective<G> gradient_objective(std::vector<isonomy::mixture::Bounds> box, G g) {
  return {std::move(box), std::move(g)};
}

/// Any Objective, kept from giving its Hessian.
template <class F>
struct WithoutHessian {
  F& f;

  auto names() const { return f.names(); }
  auto bounds() const { return f.bounds(); }
  auto simplices() const { return isonomy::mixture::simplices_of(f); }
  const isonomy::Control& control() const { return isonomy::mixture::control_of(f); }
  static bool has_hessian() { return false; }
  isonomy::mixture::Likelihood at(const std::vector<double>& theta, isonomy::MixtureOrder order) {
    if (order == isonomy::MixtureOrder::hessian) throw std::logic_error("asked for a Hessian that is not there");
    return f.at(theta, order);
  }
};

/// sum_i 100 (x_i+1 - x_i^2)^2 + (1 - x_i)^2: a curved valley whose floor falls to (1, ..., 1).
inline double rosenbrock(const std::vector<double>& x, std::vector<double>& gradient) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
    sum += 100 * a * a + b * b;
    gradient[i] -= 400 * a * x[i] + 2 * b;
    gradient[i + 1] += 200 * a;
  }
  return sum;
}

inline double normal(std::uint64_t seed, std::uint64_t i) {
  const double u = 1 - isonomy::random_unit(seed, i, 1), v = isonomy::random_unit(seed, i, 2);
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * 3.14159265358979323846 * v);
}

/// Half N(1, 2), half N(1, 0.5): the notebook's model, drawn by Philox.
inline std::vector<double> shared_mean_points(std::uint64_t n, std::uint64_t seed = 5) {
  std::vector<double> x;
  for (std::uint64_t i = 0; i < n; ++i) x.push_back(1 + (i % 2 == 0 ? 2 : 0.5) * normal(seed, i));
  return x;
}

}  // namespace isonomy::test
