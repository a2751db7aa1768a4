// Expectation maximisation for mixtures of normal densities in several dimensions, with scikit-learn's semantics.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/mixture/density_model.hpp"
#include "isonomy/estimators/mixture/describe.hpp"
#include "isonomy/ops/mixture/density_sums.hpp"

namespace isonomy::mixture {

/// What happens to a component that has lost all its points.
enum class EmptyComponent { error, drop };

/// Names and defaults of sklearn.mixture.GaussianMixture.
struct EmOptions {
  double tol = 1e-3;        ///< least change of the mean log-likelihood that is worth another iteration
  double reg_covar = 1e-6;  ///< added to variances
  int max_iter = 100;
  EmptyComponent empty = EmptyComponent::error;
};

struct EmResult {
  NormalMixture model;
  bool converged = false;
  int iterations = 0;
  double nll = std::numeric_limits<double>::quiet_NaN();  ///< of `model`
  std::vector<double> lower_bounds;                       ///< mean log-likelihood before each iteration's update
  double aic = 0, bic = 0;
  std::vector<int> dropped;  ///< components of the start that were empty and left out
  Report report;
};

namespace detail {

/// Output o of a pass at k: sums of r, of r d_j, and of the second moments.
struct MomentView {
  const std::vector<DoubleDouble>& sums;
  std::size_t components, dimensions, factor_size;
  bool tied;

  [[nodiscard]] double g(std::size_t k) const { return sums[1 + k].high; }
  [[nodiscard]] double s(std::size_t k, std::size_t j) const { return sums[1 + components + k * dimensions + j].high; }
  [[nodiscard]] double q(std::size_t k, std::size_t e) const {
    return sums[1 + components * (1 + dimensions) + (tied ? 0 : k * factor_size) + e].high;
  }
};

template <ContextLike Ctx, class T>
std::vector<DoubleDouble> density_pass(Ctx& ctx, const NormalMixture& m, MixtureOrder order,
                                       MatrixView<const T, typename Ctx::space> x) {
  const DensityTables tables = density_tables(m);
  std::vector<double> flat = tables.log_peaks;
  flat.insert(flat.end(), tables.means.begin(), tables.means.end());
  flat.insert(flat.end(), tables.factors.begin(), tables.factors.end());
  const auto device = to_device(ctx, flat, "mixture parameters");
  const NormalDensities term{device.data(),
                             device.data() + tables.log_peaks.size(),
                             device.data() + tables.log_peaks.size() + tables.means.size(),
                             m.components(),
                             m.dimensions,
                             m.covariance};
  std::vector<DoubleDouble> sums(static_cast<std::size_t>(term.outputs(order)));
  density_sums(ctx, term, order, x, view(sums));
  return sums;
}

/// The parameters that a pass's responsibilities suggest. Second moments are about the old means: the square of each
/// mean's move is what they exceed those about the new ones by.
inline void maximise(NormalMixture& m, const std::vector<DoubleDouble>& sums, double points, double reg_covar) {
  const std::size_t k = m.weights.size(), d = static_cast<std::size_t>(m.dimensions), triangle = d * (d + 1) / 2;
  const bool tied = m.covariance == Covariance::tied;
  const MomentView at{sums, k, d,
                      m.covariance == Covariance::diagonal    ? d
                      : m.covariance == Covariance::spherical ? 1
                                                              : triangle,
                      tied};
  constexpr double epsilon = std::numeric_limits<double>::epsilon();
  double total = 0;
  std::vector<double> move(k * d), g(k);
  for (std::size_t c = 0; c < k; ++c) {
    g[c] = at.g(c) + 10 * epsilon;
    total += g[c];
    for (std::size_t j = 0; j < d; ++j) move[c * d + j] = at.s(c, j) / g[c];
  }
  std::vector<double> covariances(m.covariances.size(), 0);
  for (std::size_t c = 0; c < k; ++c) {
    const double* const step = move.data() + c * d;
    double* const out = covariances.data() + m.covariance_index(c);
    switch (m.covariance) {
    case Covariance::diagonal:
      for (std::size_t j = 0; j < d; ++j) out[j] = at.q(c, j) / g[c] - step[j] * step[j] + reg_covar;
      break;
    case Covariance::spherical: {
      double squares = 0;
      for (std::size_t j = 0; j < d; ++j) squares += step[j] * step[j];
      out[0] = (at.q(c, 0) / g[c] - squares) / static_cast<double>(d) + reg_covar;
      break;
    }
    default:
      for (std::size_t i = 0, e = 0; i < d; ++i)
        for (std::size_t j = 0; j <= i; ++j, ++e) {
          // Tied: one matrix over all points; its moments were added up already.
          const double own = tied ? (c == 0 ? at.q(0, e) / points : 0) - g[c] / points * step[i] * step[j]
                                  : at.q(c, e) / g[c] - step[i] * step[j];
          out[i * d + j] += own + (i == j && (c == 0 || !tied) ? reg_covar : 0);
          out[j * d + i] = out[i * d + j];
        }
    }
  }
  for (std::size_t c = 0; c < k; ++c) {
    m.weights[c] = g[c] / total;
    for (std::size_t j = 0; j < d; ++j) m.means[c * d + j] += move[c * d + j];
  }
  m.covariances = std::move(covariances);
}

/// Leaves out the components numbered in `empty`, ascending.
inline NormalMixture without(const NormalMixture& m, const std::vector<int>& empty) {
  NormalMixture result{m.dimensions, m.covariance, {}, {}, {}};
  const auto d = static_cast<std::ptrdiff_t>(m.dimensions);
  double sum = 0;
  for (int k = 0; k < m.components(); ++k) {
    if (std::binary_search(empty.begin(), empty.end(), k)) continue;
    result.weights.push_back(m.weights[static_cast<std::size_t>(k)]);
    sum += result.weights.back();
    result.means.insert(result.means.end(), m.means.begin() + k * d, m.means.begin() + (k + 1) * d);
    if (m.covariance == Covariance::tied) continue;
    const auto size = static_cast<std::ptrdiff_t>(m.covariance_size());
    result.covariances.insert(result.covariances.end(), m.covariances.begin() + k * size,
                              m.covariances.begin() + (k + 1) * size);
  }
  if (m.covariance == Covariance::tied) result.covariances = m.covariances;
  for (double& w : result.weights) w /= sum;
  return result;
}

}  // namespace detail

/// -sum_i log p(x_i) over the rows of x (n x dimensions, any strides): one pass. Errors as validate(), ShapeError.
template <ContextLike Ctx, class T>
[[nodiscard]] double negative_log_likelihood(Ctx& ctx, const NormalMixture& model,
                                             MatrixView<T, typename Ctx::space> x) {
  validate(model);
  std::vector<int> empty;
  for (int k = 0; k < model.components(); ++k)
    if (model.weights[static_cast<std::size_t>(k)] == 0) empty.push_back(k);
  const MatrixView<const std::remove_const_t<T>, typename Ctx::space> rows(x);
  return -detail::density_pass(ctx, detail::without(model, empty), MixtureOrder::value, rows)[0].high;
}

/// The mixture that expectation maximisation reaches from `start`: as scikit-learn's GaussianMixture.fit from those
/// weights, means and covariances, in one pass over the data per iteration, the likelihood that decides about the end
/// included, and one for the result's own. x: n x dimensions, any strides, float or double; arithmetic is double.
/// O(n K d^2) an iteration, a few MB of memory beside the data. The same bits for any thread count, instruction set and
/// backend. Progress per iteration; Cancelled.
/// Errors: validate() of the start; ValueError for data that are empty or not finite, for a component that has lost its
/// points (or it is dropped, by options.empty); NotPositiveDefinite if reg_covar is too small for the data.
/// Source: Dempster, Laird and Rubin (1977); scikit-learn's conventions for tol, reg_covar and weights.
template <ContextLike Ctx, class T>
[[nodiscard]] EmResult em(Ctx& ctx, NormalMixture start, MatrixView<T, typename Ctx::space> x,
                          const EmOptions& options = {}) {
  using Point = std::remove_const_t<T>;
  validate(start);
  if (x.rows == 0) throw ValueError("em: the data are empty; expected at least one row");
  if (!(options.tol >= 0) || !(options.reg_covar >= 0) || options.max_iter < 1)
    throw ValueError("em: tol=" + std::to_string(options.tol) + ", reg_covar=" + std::to_string(options.reg_covar) +
                     ", max_iter=" + std::to_string(options.max_iter) + "; expected at least 0, 0 and 1");
  const MatrixView<const Point, typename Ctx::space> rows(x);
  const auto n = static_cast<double>(x.rows);
  EmResult result;
  StageTimer timer(result.report);
  ProgressMeter progress(ctx.control(), "em", options.max_iter);
  result.model = std::move(start);
  std::vector<int> numbers;  // of the start's components
  for (int k = 0; k < result.model.components(); ++k) numbers.push_back(k);
  const auto drop_empty = [&](const auto& has_points) {
    std::vector<int> empty;
    for (int k = 0; k < result.model.components(); ++k)
      if (!has_points(static_cast<std::size_t>(k))) empty.push_back(k);
    if (empty.empty()) return false;
    const int first = numbers[static_cast<std::size_t>(empty.front())];
    if (options.empty == EmptyComponent::error || empty.size() == numbers.size())
      throw ValueError("em: component " + std::to_string(first) +
                       " has lost all its points; start it elsewhere, use fewer components, or drop empty ones");
    result.model = detail::without(result.model, empty);
    std::reverse(empty.begin(), empty.end());  // so that the places of those still to go stay
    for (const int k : empty) {
      result.dropped.push_back(numbers[static_cast<std::size_t>(k)]);
      numbers.erase(numbers.begin() + k);
    }
    return true;
  };
  drop_empty([&](std::size_t k) { return result.model.weights[k] > 0; });

  double previous = -std::numeric_limits<double>::infinity();
  while (result.iterations < options.max_iter) {
    const std::vector<DoubleDouble> sums = detail::density_pass(ctx, result.model, MixtureOrder::gradient, rows);
    if (!std::isfinite(sums[0].high))
      throw ValueError(
          "em: the likelihood is not finite; look for NaN, infinities and numbers beyond 1e150 in the data");
    const double least = 10 * std::numeric_limits<double>::epsilon() * n;
    if (drop_empty([&](std::size_t k) { return sums[1 + k].high >= least; })) continue;
    result.lower_bounds.push_back(sums[0].high / n);
    detail::maximise(result.model, sums, n, options.reg_covar);
    ++result.iterations;
    progress.advance();
    result.converged = std::abs(result.lower_bounds.back() - previous) < options.tol;
    if (result.converged) break;
    previous = result.lower_bounds.back();
  }
  timer.lap("iterations");
  result.nll = -detail::density_pass(ctx, result.model, MixtureOrder::value, rows)[0].high;
  timer.lap("likelihood");
  const auto parameters = static_cast<double>(result.model.free_parameters());
  result.aic = 2 * result.nll + 2 * parameters;
  result.bic = 2 * result.nll + parameters * std::log(n);
  std::sort(result.dropped.begin(), result.dropped.end());
  if (!result.converged)
    result.report.warnings.push_back("not converged after " + std::to_string(result.iterations) +
                                     " iterations; raise max_iter or tol");
  for (const int k : result.dropped)
    result.report.warnings.push_back("component " + std::to_string(k) + " lost its points and was dropped");
  detail::describe(ctx, "density_sums", HasDensitySums<backend_of<Ctx>, Point>, result.report);
  return result;
}

}  // namespace isonomy::mixture
