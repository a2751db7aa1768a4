// The steps of expectation maximisation: a pass over the data, the parameters it suggests, components without points.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/mixture/multivariate/cluster_sums.hpp"
#include "isonomy/estimators/mixture/multivariate/model.hpp"
#include "isonomy/estimators/mixture/multivariate/moments.hpp"
#include "isonomy/estimators/mixture/multivariate/rows.hpp"
#include "isonomy/ops/mixture/multivariate_mixture_sums.hpp"
#include "isonomy/ops/mixture/weighted_multivariate_mixture_sums.hpp"

namespace isonomy::mixture::detail {

/// A mixture with weights above 0 where the pass over the data runs.
template <ContextLike Ctx>
class DeviceDensities {
 public:
  DeviceDensities(Ctx& ctx, const NormalMixture& m, const std::vector<int>& units) {
    const MultivariateTables tables = multivariate_tables(m, units);
    std::vector<double> flat = tables.log_peaks;
    flat.insert(flat.end(), tables.means.begin(), tables.means.end());
    flat.insert(flat.end(), tables.factors.begin(), tables.factors.end());
    memory_ = to_device(ctx, flat, "mixture parameters");
    const double* const means = memory_.data() + tables.log_peaks.size();
    term_ = {memory_.data(), means, means + tables.means.size(), m.components(), m.dimensions, m.covariance};
  }

  [[nodiscard]] const MultivariateNormals& term() const { return term_; }

 private:
  Buffer<double, typename Ctx::tag> memory_;
  MultivariateNormals term_;
};

/// The sums of one pass at m, each row as often as its weight says; no weights: every row once. The log-likelihood
/// among them is one in `units`; none: units_of(m).
template <ContextLike Ctx, class T>
std::vector<DoubleDouble>
density_pass(Ctx& ctx, const NormalMixture& m, MixtureOrder order, MatrixView<const T, typename Ctx::space> x,
             VectorView<const T, typename Ctx::space> weights = {}, const std::vector<int>& units = {}) {
  const DeviceDensities<Ctx> densities(ctx, m, units.empty() ? units_of(m) : units);
  std::vector<DoubleDouble> sums(static_cast<std::size_t>(densities.term().outputs(order)));
  if (weights.size > 0)
    weighted_multivariate_mixture_sums(ctx, densities.term(), order, x, weights, view(sums));
  else
    multivariate_mixture_sums(ctx, densities.term(), order, x, view(sums));
  return sums;
}

/// What expectation maximisation is fitted to: rows, a weight above 0 for each or none, and their sum or number. The
/// weights that a pass reads are `factor` times those asked for.
template <ContextLike Ctx, class T>
struct EmRows {
  MatrixView<const T, typename Ctx::space> x;
  VectorView<const T, typename Ctx::space> weights;
  double points;
  double factor = 1;  ///< a power of two
};

/// Rows that count once each.
template <ContextLike Ctx, class T>
EmRows<Ctx, std::remove_const_t<T>> unweighted(MatrixView<T, typename Ctx::space> x) {
  return {x, {}, static_cast<double>(x.rows)};
}

/// -sum_i log p(x_i), rows counted with the weights asked for.
template <ContextLike Ctx, class T>
double negative_log_likelihood_of(Ctx& ctx, const NormalMixture& m, const EmRows<Ctx, T>& data) {
  const std::vector<int> units = units_of(m);
  const DoubleDouble sum = density_pass(ctx, m, MixtureOrder::value, data.x, data.weights, units)[0];
  return -in_data_units(sum, data.factor * data.points, units).high / data.factor;
}

/// Nothing for finite sums of a pass over x. ValueError for the first element of x that is not finite; NumericalError
/// if there is none, so that it was the sums that overflowed.
template <ContextLike Ctx, class T>
void require_finite_sums(Ctx& ctx, const std::vector<DoubleDouble>& sums, MatrixView<const T, typename Ctx::space> x) {
  if (std::all_of(sums.begin(), sums.end(), [](const DoubleDouble& s) { return std::isfinite(s.high); })) return;
  require_finite_rows(ctx, x, "em");
  throw NumericalError("em: sums over the data are not finite; rescale the data, or start nearer to them");
}

/// The parameters that a pass's responsibilities suggest. Second moments are about the old means: the square of each
/// mean's move is what they exceed those about the new ones by. reg: added to the variance of each column.
inline void maximise(NormalMixture& m, const std::vector<DoubleDouble>& sums, double points,
                     const std::vector<double>& reg) {
  const std::size_t k = m.weights.size(), d = static_cast<std::size_t>(m.dimensions);
  const bool tied = m.covariance == Covariance::tied;
  const MomentView at(m, sums);
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
      for (std::size_t j = 0; j < d; ++j) out[j] = std::fma(-step[j], step[j], at.q(c, j) / g[c]) + reg[j];
      break;
    case Covariance::spherical: {
      double squares = 0;
      for (std::size_t j = 0; j < d; ++j) squares = std::fma(step[j], step[j], squares);
      out[0] = (at.q(c, 0) / g[c] - squares) / static_cast<double>(d) + reg[0];
      break;
    }
    default:
      for (std::size_t i = 0, e = 0; i < d; ++i)
        for (std::size_t j = 0; j <= i; ++j, ++e) {
          // Tied: one matrix over all points; its moments were added up already.
          const double own = tied ? std::fma(-g[c] / points * step[i], step[j], c == 0 ? at.q(0, e) / points : 0)
                                  : std::fma(-step[i], step[j], at.q(c, e) / g[c]);
          out[i * d + j] += own + (i == j && (c == 0 || !tied) ? reg[i] : 0);
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

/// How badly the component that explains a row best explains it: minus log2 of the largest weighted density.
struct Misfit {
  MultivariateNormals term;

  template <class X>
  ISONOMY_HD double operator()(const X& x, index_t i) const {
    const bool triangle = term.covariance == Covariance::full || term.covariance == Covariance::tied;
    const bool diagonal = term.covariance == Covariance::diagonal;
    const int d = term.dimensions;
    double least = 0;
    for (int k = 0; k < term.components; ++k) {
      const double* a = term.factors + (term.covariance == Covariance::tied ? 0 : k) * term.factor_size();
      const auto deviation = [&](int j) { return static_cast<double>(x(i, j)) - term.means[k * d + j]; };
      double misfit = -term.log_peaks[k];
      for (int row = 0; row < d; ++row) {
        double y = 0;
        if (triangle)
          for (int c = 0; c <= row; ++c) y += rounded_product(*a++, deviation(c));
        else
          y = rounded_product(a[diagonal ? row : 0], deviation(row));
        misfit += rounded_product(y, y);
      }
      if (k == 0 || misfit < least) least = misfit;
    }
    return least;
  }
};

/// Gives component k, which has no points, the row that the others explain worst as its mean, the covariance of all
/// data, and the weight of one component among equals. `absent`: all without points, ascending.
template <ContextLike Ctx, class T>
void reseed(Ctx& ctx, NormalMixture& m, int k, const std::vector<int>& absent, const EmRows<Ctx, T>& data,
            std::optional<double> reg_covar) {
  const auto [x, weights, sum_of_weights, factor] = data;
  const NormalMixture others = without(m, absent);
  const std::vector<DoubleDouble> sums = density_pass(ctx, others, MixtureOrder::gradient, x, weights);
  require_finite_sums(ctx, sums, x);
  std::vector<double> covariance = data_covariance(others, sums, factor * sum_of_weights);
  const std::vector<double> reg = regularisation(reg_covar, others, sums, covariance, factor * sum_of_weights);
  const DeviceDensities<Ctx> densities(ctx, others, units_of(others));
  const std::vector<double> place = row_of(ctx, x, farthest_row(ctx, Misfit{densities.term()}, x).row);
  const auto at = static_cast<std::size_t>(k), d = static_cast<std::size_t>(m.dimensions);
  std::copy(place.begin(), place.end(), m.means.begin() + static_cast<std::ptrdiff_t>(at * d));
  if (m.covariance != Covariance::tied) {
    const bool full = m.covariance == Covariance::full;
    for (std::size_t e = 0, j = 0; e < covariance.size(); e += full ? d + 1 : 1) covariance[e] += reg[j++];
    std::copy(covariance.begin(), covariance.end(),
              m.covariances.begin() + static_cast<std::ptrdiff_t>(m.covariance_index(at)));
  }
  double sum = 0;
  m.weights[at] = 1 / static_cast<double>(m.components());
  for (const double w : m.weights) sum += w;
  for (double& w : m.weights) w /= sum;
}

/// Expectation maximisation's first update from k-means: every row belongs to the cluster of its nearest centre.
/// NotPositiveDefinite for a cluster that is flat in some direction if reg_covar does not hold it open.
template <ContextLike Ctx, class T>
NormalMixture from_clusters(Ctx& ctx, std::vector<double> centres, Covariance covariance,
                            MatrixView<const T, typename Ctx::space> x, std::optional<double> reg_covar,
                            VectorView<const T, typename Ctx::space> weights = {}) {
  const int d = static_cast<int>(x.columns);
  const std::size_t k = centres.size() / static_cast<std::size_t>(d);
  const std::vector<DoubleDouble> sums = cluster_sums(ctx, centres, d, x, ClusterMoments::second, covariance, weights);
  double points = 0;
  for (std::size_t c = 0; c < k; ++c) points += sums[1 + c].high;
  NormalMixture result{d, covariance, std::vector<double>(k), std::move(centres), {}};
  result.covariances.resize(covariance == Covariance::tied ? result.covariance_size() : k * result.covariance_size());
  const std::vector<double> spread = data_covariance(result, sums, points);
  maximise(result, sums, points, regularisation(reg_covar, result, sums, spread, points));
  for (std::size_t c = 0; c < (covariance == Covariance::tied ? 1 : k); ++c) {
    const int pivot = failing_pivot(result, c);
    if (pivot == 0) continue;
    const std::string whose = covariance == Covariance::tied ? "all clusters" : text::joined("cluster ", c);
    throw NotPositiveDefinite(
        text::joined("em: the covariance of ", whose, " of the start is not positive definite (pivot ", pivot,
                     ") with reg_covar=", reg_covar.value_or(0), "; raise reg_covar, or use fewer components"),
        static_cast<std::int64_t>(c), pivot);
  }
  return result;
}

}  // namespace isonomy::mixture::detail
