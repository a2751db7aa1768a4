// The gradient and the Hessian of a mixture of normal densities, assembled from the sums of one pass over the data.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "isonomy/core/numeric.hpp"
#include "isonomy/estimators/mixture/minimise/value.hpp"
#include "isonomy/estimators/mixture/normal/component_form.hpp"
#include "isonomy/estimators/mixture/normal/model.hpp"
#include "isonomy/estimators/mixture/normal/normal_sums.hpp"

namespace isonomy::mixture::detail {

/// Position of component k's weight, mean and deviation (i = 0, 1, 2) among derivatives by component.
inline std::size_t row(std::size_t k, std::size_t i) { return 3 * k + i; }

/// Value of a parabola's sum over points, weighted by a component's responsibilities.
inline Rounded over_points(const Parabola& p, const ComponentSums& t) { return p[0] * t.g + p[1] * t.s + p[2] * t.q; }

/// How many points component k has beyond those that its share lets expect, where shares depend on parameters.
inline Rounded surplus(const ComponentForm& form, const NormalSums& sums, std::size_t k) {
  return sums.components[k].g - sums.points * form.inside;
}

/// Gradient by component, the weights taken as independent factors: -sum_i sum_k r_k D_k + n sum_k f_k L_k = -sum_k
/// (sum r_k score_k + (G_k - n f_k) L_k), L_k the derivatives of log(w_k Z_k), f_k the shares that depend on Z_k, else
/// 0.
inline std::vector<double> component_gradient(const std::vector<ComponentForm>& c, const NormalSums& sums) {
  std::vector<double> gradient;
  for (std::size_t k = 0; k < c.size(); ++k) {
    const Rounded extra = surplus(c[k], sums, k);
    for (std::size_t i = 0; i < 3; ++i) {
      Rounded g = -over_points(c[k].score[i], sums.components[k]);
      if (extra != 0) g -= extra * c[k].weighing[i];
      gradient.push_back(g);
    }
  }
  return gradient;
}

/// D_k, the derivatives of log(w_k p_k): score and weighing together.
inline std::array<Parabola, 3> whole_score(const ComponentForm& form) {
  std::array<Parabola, 3> result = form.score;
  for (std::size_t i = 0; i < 3; ++i) result[i][0] += form.weighing[i];
  return result;
}

/// Adds to the block of components k and l: factor * sum_ab score_k(i, a) score_l(j, b) moment(a, b).
template <class Moment>
void add_products(const std::array<Parabola, 3>& k, const std::array<Parabola, 3>& l, double* block, std::size_t stride,
                  const Moment& moment) {
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) {
      Rounded sum = 0;
      for (std::size_t a = 0; a < 3; ++a)
        for (std::size_t b = 0; b < 3; ++b)
          if (k[i][a] != 0 && l[j][b] != 0) sum += k[i][a] * l[j][b] * moment(a, b);
      block[stride * i + j] += sum;
    }
}

/// Adds the sum over points of v v^T, v the gradient of log p but for the normalisation: v_k = r_k D_k. `less`: from
/// the blocks of one component the moments of r_k d^j are taken off first, so that what is left is the part of -sum_k
/// r_k D_k D_k^T + v v^T that does not vanish; for one component, nothing.
inline void add_score_products(const std::vector<ComponentForm>& c, const NormalSums& sums, bool less,
                               std::vector<double>& hessian) {
  const std::size_t n = 3 * c.size();
  const auto product = [&](std::size_t i, std::size_t j) {
    return i >= j ? sums.products[i * (i + 1) / 2 + j] : sums.products[j * (j + 1) / 2 + i];
  };
  std::vector<std::array<Parabola, 3>> scores;
  for (const ComponentForm& form : c) scores.push_back(whole_score(form));
  for (std::size_t k = 0; k < c.size(); ++k)
    for (std::size_t l = 0; l < c.size(); ++l)
      add_products(scores[k], scores[l], &hessian[n * 3 * k + 3 * l], n, [&](std::size_t a, std::size_t b) -> Rounded {
        const double both = product(3 * k + a, 3 * l + b);
        if (!less || k != l) return both;
        const ComponentSums& t = sums.components[k];
        const double moments[] = {t.g, t.s, t.q, t.cubes, t.fourths};
        return both - moments[a + b];
      });
}

/// Adds -sum over points of r_1 r_2 (D_1 - D_2)(D_1 - D_2)^T, what the same is for a pair with one origin.
inline void add_pair_products(const std::vector<ComponentForm>& c, const std::vector<double>& moments,
                              std::vector<double>& hessian) {
  const std::array<Parabola, 3> scores[] = {whole_score(c[0]), whole_score(c[1])};
  for (std::size_t k = 0; k < 2; ++k)
    for (std::size_t l = 0; l < 2; ++l)
      add_products(scores[k], scores[l], &hessian[6 * 3 * k + 3 * l], 6,
                   [&](std::size_t a, std::size_t b) -> Rounded { return k == l ? -moments[a + b] : moments[a + b]; });
}

/// Adds n times the second derivatives of log(sum_k w_k Z_k) less those of its parts, f_k of each.
inline void add_share_products(const std::vector<ComponentForm>& c, double n, std::vector<double>& hessian) {
  const std::size_t size = 3 * c.size();
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j) {
      const ComponentForm &a = c[i / 3], &b = c[j / 3];
      const Rounded factor = i / 3 == j / 3 ? a.inside * (1 - a.inside) : -a.inside * b.inside;
      if (factor != 0) hessian[size * i + j] += n * factor * a.weighing[i % 3] * b.weighing[j % 3];
    }
}

/// Hessian of the NLL by component, A_k the second derivatives of log p_k:
/// - sum_i [sum_k r_k (A_k + D_k D_k^T) - (sum_k r_k D_k)(sum_k r_k D_k)^T] - sum_k (G_k - n f_k) L'_k
/// + n [sum_k f_k L_k L_k^T - (sum_k f_k L_k)(sum_k f_k L_k)^T].
inline std::vector<double> component_hessian(const std::vector<ComponentForm>& c, const NormalSums& sums) {
  const std::size_t n = 3 * c.size();
  std::vector<double> hessian(n * n);
  for (std::size_t k = 0; k < c.size(); ++k) {
    const Rounded extra = surplus(c[k], sums, k);
    const auto add = [&](std::size_t i, std::size_t j, Rounded second) {
      hessian[n * row(k, i) + row(k, j)] -= second;
      if (i != j) hessian[n * row(k, j) + row(k, i)] -= second;
    };
    constexpr std::size_t places[3][2] = {{1, 1}, {1, 2}, {2, 2}};
    for (std::size_t e = 0; e < 3; ++e) {
      Rounded second = over_points(c[k].curvature[e], sums.components[k]);
      if (extra != 0) second += extra * c[k].weighing_second[e];
      add(places[e][0], places[e][1], second);
    }
    if (extra != 0) add(0, 0, -extra * c[k].weighing[0] * c[k].weighing[0]);
  }
  if (!sums.pair.empty())
    add_pair_products(c, sums.pair, hessian);
  else
    add_score_products(c, sums, true, hessian);
  add_share_products(c, sums.points, hessian);
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

/// Sums of a pass as function and derivatives in the model's parameters: -sum_i log p(x_i), and with yields N - sum_i
/// log(sum_k n_k p_k(x_i)), log n! left out.
inline Likelihood assemble(const NormalModel& model, const std::vector<ComponentForm>& c, const NormalSums& sums) {
  const MixtureOrder order = sums.order;
  const bool yields = model.weighting == Weighting::yields;
  double expected = 0;
  for (const ComponentForm& form : c) expected += yields ? form.piece.weight : 0;
  Likelihood result;
  result.nll = expected - sums.log_likelihood.high;
  if (std::isfinite(result.nll)) {
    const DoubleDouble nll = DoubleDouble{expected, 0} - sums.log_likelihood;
    result.nll = nll.high, result.nll_rest = nll.low;
  }
  if (order == MixtureOrder::value) return result;
  std::vector<double> gradient = component_gradient(c, sums);
  for (std::size_t k = 0; k < c.size() && yields; ++k) gradient[row(k, 0)] += 1;
  result.gradient = in_parameters(model, gradient);
  if (order == MixtureOrder::hessian) result.hessian = in_parameters(model, 3 * c.size(), component_hessian(c, sums));
  return result;
}

}  // namespace isonomy::mixture::detail
