// The gradient and the Hessian of a mixture of normal densities, assembled from the sums of one pass over the data.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "isonomy/core/numeric.hpp"
#include "isonomy/estimators/mixture/minimise/value.hpp"
#include "isonomy/estimators/mixture/normal/model.hpp"
#include "isonomy/estimators/mixture/normal/normal_sums.hpp"
#include "isonomy/estimators/mixture/normal/normalisation.hpp"

namespace isonomy::mixture::detail {

/// Gradient in (w_k, mu_k, s_k) of every component, the weights taken as independent factors.
inline std::vector<double> component_gradient(const std::vector<NormalComponent>& c, const NormalSums& sums) {
  std::vector<double> gradient;
  for (std::size_t k = 0; k < c.size(); ++k) {
    const double s = c[k].sigma;
    const ComponentSums& t = sums.components[k];
    gradient.push_back(-t.g / c[k].weight);
    gradient.push_back(-t.s / (s * s));
    gradient.push_back(t.g / s - t.q / (s * s * s));
  }
  return gradient;
}

/// Adds factor * sum over points of (D_1 - D_2)(D_1 - D_2)^T r_1 r_2, D_k the derivatives of log(w_k N_k).
inline void add_pair_products(const std::vector<NormalComponent>& c, const std::vector<double>& moments, double factor,
                              std::vector<double>& hessian) {
  // D_1 - D_2 = sum_j coefficient[j] d^j.
  double coefficient[3][6] = {};
  for (std::size_t k = 0; k < 2; ++k) {
    const double sign = k == 0 ? 1 : -1, s = c[k].sigma;
    coefficient[0][row(k, 0)] = sign / c[k].weight;
    coefficient[1][row(k, 1)] = sign / (s * s);
    coefficient[0][row(k, 2)] = -sign / s;
    coefficient[2][row(k, 2)] = sign / (s * s * s);
  }
  for (std::size_t i = 0; i < 6; ++i)
    for (std::size_t j = 0; j < 6; ++j)
      for (std::size_t a = 0; a < 3; ++a)
        for (std::size_t b = 0; b < 3; ++b)
          hessian[6 * i + j] =
              std::fma(factor * coefficient[a][i] * coefficient[b][j], moments[a + b], hessian[6 * i + j]);
}

/// Adds the sum over points of v v^T, v the gradient of log p: v_k = T_k u_k.
inline void add_score_products(const std::vector<NormalComponent>& c, const std::vector<double>& products,
                               std::vector<double>& hessian) {
  const std::size_t n = 3 * c.size();
  std::vector<double> t(3 * n);  // rows of T_k
  for (std::size_t k = 0; k < c.size(); ++k) {
    const double s = c[k].sigma;
    t[3 * row(k, 0)] = 1 / c[k].weight;
    t[3 * row(k, 1) + 1] = 1 / (s * s);
    t[3 * row(k, 2)] = -1 / s;
    t[3 * row(k, 2) + 2] = 1 / (s * s * s);
  }
  const auto product = [&](std::size_t i, std::size_t j) {
    return i >= j ? products[i * (i + 1) / 2 + j] : products[j * (j + 1) / 2 + i];
  };
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t a = 0; a < 3; ++a)
        for (std::size_t b = 0; b < 3; ++b)
          hessian[n * i + j] =
              std::fma(t[3 * i + a] * t[3 * j + b], product(i / 3 * 3 + a, j / 3 * 3 + b), hessian[n * i + j]);
}

/// Hessian of the NLL in (w_k, mu_k, s_k) of every component:
/// - sum_i [sum_k r_k (A_k + D_k D_k^T) - (sum_k r_k D_k)(sum_k r_k D_k)^T], A_k and D_k the second and first
/// derivatives of log(w_k N_k); for two components the part in D is r_1 r_2 (D_1 - D_2)(D_1 - D_2)^T.
inline std::vector<double> component_hessian(const std::vector<NormalComponent>& c, const NormalSums& sums) {
  const std::size_t n = 3 * c.size();
  std::vector<double> hessian(n * n);
  const auto add = [&](std::size_t i, std::size_t j, double value) {
    hessian[n * i + j] += value;
    if (i != j) hessian[n * j + i] += value;
  };
  for (std::size_t k = 0; k < c.size(); ++k) {
    const double w = c[k].weight, s = c[k].sigma, s2 = s * s, s3 = s2 * s, s4 = s2 * s2;
    const ComponentSums& t = sums.components[k];
    if (!sums.pair.empty()) {
      add(row(k, 0), row(k, 0), t.g / (w * w));
      add(row(k, 1), row(k, 1), t.g / s2);
      add(row(k, 1), row(k, 2), 2 * t.s / s3);
      add(row(k, 2), row(k, 2), 3 * t.q / s4 - t.g / s2);
    } else {
      add(row(k, 0), row(k, 1), -t.s / (w * s2));
      add(row(k, 0), row(k, 2), -(t.q / s3 - t.g / s) / w);
      add(row(k, 1), row(k, 1), t.g / s2 - t.q / s4);
      add(row(k, 1), row(k, 2), 3 * t.s / s3 - t.cubes / (s2 * s3));
      add(row(k, 2), row(k, 2), 5 * t.q / s4 - 2 * t.g / s2 - t.fourths / (s3 * s3));
    }
  }
  if (!sums.pair.empty())
    add_pair_products(c, sums.pair, -1, hessian);
  else
    add_score_products(c, sums.products, hessian);
  return hessian;
}

/// The parameter behind (component k, i = weight, mean, deviation), and the factor of its derivative there: a fraction
/// counts against the last component, whose weight is what the others leave.
template <class F>
void for_each_parameter(const NormalModel& model, std::size_t k, std::size_t i, const F& f) {
  const int component = static_cast<int>(k),
            last = model.weighting == Weighting::yields ? model.components : model.components - 1;
  if (i == 1) return f(static_cast<std::size_t>(model.mean_index(component)), 1.0);
  if (i == 2) return f(static_cast<std::size_t>(model.sigma_index(component)), 1.0);
  if (component < last) return f(k, 1.0);
  for (int other = 0; other < last; ++other) f(static_cast<std::size_t>(other), -1.0);
}

/// Derivatives by component as derivatives in the model's parameters.
inline std::vector<double> in_parameters(const NormalModel& model, const std::vector<double>& gradient) {
  std::vector<double> result(static_cast<std::size_t>(model.size()));
  for (std::size_t a = 0; a < gradient.size(); ++a)
    for_each_parameter(model, a / 3, a % 3, [&](std::size_t p, double factor) { result[p] += factor * gradient[a]; });
  return result;
}
/// The same for a matrix of products of derivatives.
inline std::vector<double> in_parameters(const NormalModel& model, std::size_t n, const std::vector<double>& products) {
  const auto size = static_cast<std::size_t>(model.size());
  std::vector<double> result(size * size);
  for (std::size_t a = 0; a < n; ++a)
    for (std::size_t b = 0; b < n; ++b)
      for_each_parameter(model, a / 3, a % 3, [&](std::size_t p, double fp) {
        for_each_parameter(model, b / 3, b % 3,
                           [&](std::size_t q, double fq) { result[size * p + q] += fp * fq * products[n * a + b]; });
      });
  return result;
}

/// Sums of a pass as function and derivatives in the model's parameters.
inline Likelihood assemble(const NormalModel& model, const std::vector<NormalComponent>& c, const NormalSums& sums) {
  const MixtureOrder order = sums.order;
  std::vector<double> gradient, hessian;
  if (order != MixtureOrder::value) gradient = component_gradient(c, sums);
  if (order == MixtureOrder::hessian) hessian = component_hessian(c, sums);
  const double normalisation = add_normalisation(model, c, sums.points, order, gradient, hessian);
  Likelihood result;
  result.nll = normalisation - sums.log_likelihood.high;
  if (std::isfinite(result.nll)) {
    const DoubleDouble nll = DoubleDouble{normalisation, 0} - sums.log_likelihood;
    result.nll = nll.high, result.nll_rest = nll.low;
  }
  if (order != MixtureOrder::value) result.gradient = in_parameters(model, gradient);
  if (order == MixtureOrder::hessian) result.hessian = in_parameters(model, 3 * c.size(), hessian);
  return result;
}

}  // namespace isonomy::mixture::detail
