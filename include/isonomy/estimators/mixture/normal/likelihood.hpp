// The negative log-likelihood of a one-dimensional mixture, its gradient and its exact Hessian in the parameters.
#pragma once

#include <cmath>
#include <cstdint>
#include <sstream>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/functional.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/mixture/normal/model.hpp"
#include "isonomy/estimators/mixture/normal/normal_sums.hpp"
#include "isonomy/estimators/mixture/normal/normalisation.hpp"
#include "isonomy/ops/reduce/transform_reduce.hpp"

namespace isonomy::mixture {

/// At one point of parameter space. `hessian` is size x size, symmetric, by rows; empty below its order, as is the
/// gradient.
struct Likelihood {
  double nll = 0;
  std::vector<double> gradient, hessian;
  double nll_rest = 0;  ///< what rounding nll to one double took away
};

/// NLL(to) - NLL(from), although both may be so large that a double is as coarse as their difference: at 1e9 points,
/// where it is 2e-7, the difference keeps some 1e-9.
[[nodiscard]] inline double nll_rise(const Likelihood& from, const Likelihood& to) {
  return (to.nll - from.nll) + (to.nll_rest - from.nll_rest);
}

namespace detail {

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
          hessian[6 * i + j] += factor * coefficient[a][i] * coefficient[b][j] * moments[a + b];
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
          hessian[n * i + j] += t[3 * i + a] * t[3 * j + b] * product(i / 3 * 3 + a, j / 3 * 3 + b);
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

/// How many points lie outside a range, NaN among them.
struct IsOutside {
  double lower, upper;
  template <class T>
  ISONOMY_HD std::int64_t operator()(T x) const {
    return x >= lower && x <= upper ? 0 : 1;
  }
};

/// ValueError if a point lies outside the range.
template <ContextLike Ctx, class Points>
void require_inside(Ctx& ctx, const Range& range, const Points& x) {
  if (range.whole_line()) return;
  std::int64_t outside = 0;
  for_each_piece(ctx, x, [&](index_t, auto piece) {
    outside += transform_reduce(ctx, piece, std::int64_t{0}, Plus{}, IsOutside{range.lower, range.upper});
  });
  if (outside == 0) return;
  std::ostringstream text;
  text << "mixture: " << outside << " of " << x.size << " points lie outside the range from " << range.lower << " to "
       << range.upper << "; leave them out, or widen the range";
  throw ValueError(text.str());
}

/// As evaluate, for points in memory or in chunks.
template <ContextLike Ctx, class Points>
Likelihood evaluate_points(Ctx& ctx, const NormalModel& model, const Points& x, const std::vector<double>& parameters,
                           MixtureOrder order) {
  const std::vector<NormalComponent> c = components_of(model, parameters);
  require_inside(ctx, model.range, x);
  return assemble(model, c, normal_sums(ctx, c, order, x));
}

}  // namespace detail

/// -sum_i log p(x_i) at `parameters` (in the order of model.names()) with derivatives up to `order`: one pass over the
/// data. A range adds n log of the part inside it (and a pass that checks the data), yields add their sum; the constant
/// log n! of an extended likelihood is left out. Stable for every valid parameter vector: no point underflows, however
/// far out. data: float or double, any stride; arithmetic and accumulators are double. NaN in the data makes nll NaN,
/// an infinite value makes it infinite; unusable_points (objective.hpp) says how many there are and where.
/// Relative error of nll about 1e-16 (at most 1e-14), of the derivatives 1e-12 of their norm. O(n K), with the Hessian
/// O(n K^2) unless the model is a shared-mean pair. The same bits for any thread count, instruction set and backend;
/// nll has the same bits for every order. Errors: ValueError and ShapeError as components_of; ValueError for points
/// outside the range and for derivatives at a weight of 0; Cancelled. Source: the mixture likelihood; Hessian by the
/// identity of Louis (1982, eq. 3.2).
template <ContextLike Ctx, class T>
[[nodiscard]] Likelihood evaluate(Ctx& ctx, const NormalModel& model, VectorView<T, typename Ctx::space> data,
                                  const std::vector<double>& parameters, MixtureOrder order = MixtureOrder::value) {
  return detail::evaluate_points(ctx, model, VectorView<const std::remove_const_t<T>, typename Ctx::space>(data),
                                 parameters, order);
}
/// The same over points that are read piece by piece, with the same bits; memory: one piece.
template <ContextLike Ctx, class T>
[[nodiscard]] Likelihood evaluate(Ctx& ctx, const NormalModel& model, const Chunks<T>& data,
                                  const std::vector<double>& parameters, MixtureOrder order = MixtureOrder::value) {
  return detail::evaluate_points(ctx, model, data, parameters, order);
}

}  // namespace isonomy::mixture
