// The gradient of a mixture's likelihood in several dimensions, from the sums of one pass.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <type_traits>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/small_matrix.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/mixture/multivariate/em_steps.hpp"
#include "isonomy/estimators/mixture/multivariate/model.hpp"

namespace isonomy::mixture {

/// -sum_i log p(x_i) and its derivatives in coordinates without constraints.
struct NormalMixtureGradient {
  double nll = 0;
  std::vector<double> logits;  ///< by t_k with weights softmax(t); they add up to 0
  std::vector<double> means;   ///< components x dimensions by rows
  /// By the factors L that precision_factors gives, in their shape; 0 above a triangle's diagonal.
  std::vector<double> precision_factors;
};

/// Lower triangles L with Sigma^-1 = L L^T in the shape of NormalMixture::covariances; diagonal, spherical: inverse
/// standard deviations. Errors as validate(), and NumericalError for a covariance that only rounding keeps from being
/// singular. O(K d^3).
[[nodiscard]] inline std::vector<double> precision_factors(const NormalMixture& model) {
  validate(model);
  std::vector<double> result(model.covariances.size());
  if (model.covariance == Covariance::diagonal || model.covariance == Covariance::spherical) {
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = 1 / std::sqrt(model.covariances[i]);
    return result;
  }
  // With rows and columns in reverse order Sigma = M M^T; turned back, M^-T is the lower triangle.
  const auto d = static_cast<std::size_t>(model.dimensions);
  for (std::size_t at = 0; at < result.size(); at += d * d) {
    SquareMatrix reversed(d);
    for (std::size_t i = 0; i < d; ++i)
      for (std::size_t j = 0; j < d; ++j) reversed(i, j) = model.covariances[at + (d - 1 - i) * d + (d - 1 - j)];
    const Cholesky factor(reversed);
    if (!factor.positive_definite())  // in the other order it has passed validate()
      throw NumericalError(text::joined(
          {"mixture: covariances[", at, "] begins a matrix that is singular but for rounding; add to its diagonal"}));
    const SquareMatrix inverse = factor.inverse_lower();
    for (std::size_t i = 0; i < d; ++i)
      for (std::size_t j = 0; j <= i; ++j) result[at + i * d + j] = inverse(d - 1 - j, d - 1 - i);
  }
  return result;
}

namespace detail {

/// d NLL / d L = lower((Q - G Sigma) L) for the component, or where the covariance is tied for all, whose factor begins
/// at `at`; scalars for diagonal and spherical covariances.
inline void add_factor_gradient(const NormalMixture& m, const MomentView& sums, std::size_t k, double g,
                                const std::vector<double>& factors, std::vector<double>& out) {
  const std::size_t at = m.covariance_index(k), d = static_cast<std::size_t>(m.dimensions);
  const double* const sigma = m.covariances.data() + at;
  const double* const factor = factors.data() + at;
  double* const to = out.data() + at;
  if (m.covariance == Covariance::diagonal) {
    for (std::size_t j = 0; j < d; ++j) to[j] = std::fma(-g, sigma[j], sums.q(k, j)) * factor[j];
    return;
  }
  if (m.covariance == Covariance::spherical) {
    to[0] = std::fma(-static_cast<double>(d) * g, sigma[0], sums.q(k, 0)) * factor[0];
    return;
  }
  const auto excess = [&](std::size_t i, std::size_t j) {
    const std::size_t row = std::max(i, j), column = std::min(i, j);
    return std::fma(-g, sigma[i * d + j], sums.q(k, row * (row + 1) / 2 + column));
  };
  for (std::size_t i = 0; i < d; ++i)
    for (std::size_t j = 0; j <= i; ++j)
      for (std::size_t c = j; c < d; ++c) to[i * d + j] = std::fma(excess(i, c), factor[c * d + j], to[i * d + j]);
}

/// Appends d NLL / d mu = -Sigma^-1 S = -L (L^T S).
inline void add_mean_gradient(const NormalMixture& m, const MomentView& sums, std::size_t k,
                              const std::vector<double>& factors, std::vector<double>& out) {
  const std::size_t d = static_cast<std::size_t>(m.dimensions);
  const double* const factor = factors.data() + m.covariance_index(k);
  if (m.covariance == Covariance::diagonal || m.covariance == Covariance::spherical) {
    for (std::size_t j = 0; j < d; ++j) {
      const double l = factor[m.covariance == Covariance::diagonal ? j : 0];
      out.push_back(-l * l * sums.s(k, j));
    }
    return;
  }
  std::vector<double> inner(d);
  for (std::size_t i = 0; i < d; ++i)
    for (std::size_t j = 0; j <= i; ++j) inner[j] = std::fma(factor[i * d + j], sums.s(k, i), inner[j]);
  for (std::size_t i = 0; i < d; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j <= i; ++j) sum = std::fma(-factor[i * d + j], inner[j], sum);
    out.push_back(sum);
  }
}

}  // namespace detail

/// The gradient over the rows of x (n x dimensions, any strides, float or double): one pass, O(n K d^2) for full and
/// tied covariances, else O(n K d); workspace and determinism as multivariate_mixture_sums. nll has the bits of
/// negative_log_likelihood. A NaN in the data makes everything NaN. Errors as precision_factors; ShapeError; ValueError
/// for a weight of 0, whose logit is not finite. Source: the sums G, S and Q of responsibilities; Bishop, Pattern
/// Recognition and Machine Learning (2006), 9.2.2.
template <ContextLike Ctx, class T>
[[nodiscard]] NormalMixtureGradient gradient(Ctx& ctx, const NormalMixture& model,
                                             MatrixView<T, typename Ctx::space> x) {
  NormalMixtureGradient result;
  result.precision_factors.assign(model.covariances.size(), 0);
  const std::vector<double> factors = precision_factors(model);
  detail::require_countable(x, "mixture");
  detail::require_columns(model, x.columns);
  const std::size_t components = model.weights.size();
  for (std::size_t k = 0; k < components; ++k)
    if (model.weights[k] == 0)
      throw ValueError(
          text::joined("mixture: weights[", k, "]=0; expected more for a gradient; leave the component out"));

  const std::vector<int> units = detail::units_of(model);
  using View = MatrixView<const std::remove_const_t<T>, typename Ctx::space>;
  const std::vector<DoubleDouble> sums = detail::density_pass(ctx, model, MixtureOrder::gradient, View(x), {}, units);
  const detail::MomentView at(model, sums);
  const auto n = static_cast<double>(x.rows);
  result.nll = -detail::in_data_units(sums[0], n, units).high;
  const bool tied = model.covariance == Covariance::tied;
  for (std::size_t k = 0; k < components; ++k) {
    result.logits.push_back(std::fma(n, model.weights[k], -at.g(k)));
    if (!tied || k == 0)
      detail::add_factor_gradient(model, at, k, tied ? n : at.g(k), factors, result.precision_factors);
    detail::add_mean_gradient(model, at, k, factors, result.means);
  }
  return result;
}

}  // namespace isonomy::mixture
