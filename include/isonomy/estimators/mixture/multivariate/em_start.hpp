// The start of expectation maximisation where none is given: the best of several on a sample, or k-means alone.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/mixture/multivariate/em_search.hpp"
#include "isonomy/estimators/mixture/multivariate/em_steps.hpp"
#include "isonomy/estimators/mixture/multivariate/kmeans.hpp"
#include "isonomy/estimators/mixture/multivariate/moments.hpp"
#include "isonomy/estimators/mixture/multivariate/rows.hpp"
#include "isonomy/estimators/mixture/sample.hpp"
#include "isonomy/estimators/mixture/starts.hpp"

namespace isonomy::mixture::detail {

/// Units of columns: powers of two near half of what their numbers span, counted from their medians. Spherical
/// covariances allow but one.
class ColumnUnits {
 public:
  /// Rows of a sample, by rows; ValueError for a column whose variance is no double.
  ColumnUnits(const std::vector<double>& rows, std::size_t dimensions, bool together) : d_(dimensions) {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    std::vector<double> least(d_, infinite), half(d_, -infinite);
    widen(least, half, rows);
    for (std::size_t j = 0; j < d_; ++j) {
      half[j] = 0.5 * half[j] - 0.5 * least[j];
      std::vector<double> column;
      for (std::size_t e = j; e < rows.size(); e += d_) column.push_back(rows[e]);
      const auto middle = column.begin() + static_cast<std::ptrdiff_t>(column.size() / 2);
      std::nth_element(column.begin(), middle, column.end());
      medians_.push_back(*middle);
    }
    require_representable(half, together);
    const double widest = *std::max_element(half.begin(), half.end());
    for (std::size_t j = 0; j < d_; ++j) {
      const double own = together && widest > 0 ? widest : half[j];
      const double size = own > 0 ? own : std::abs(medians_[j]);
      exponents_.push_back(size > 0 ? std::ilogb(size) : 0);
    }
  }

  [[nodiscard]] std::vector<double> of(std::vector<double> rows) const {
    for (std::size_t e = 0; e < rows.size(); ++e) rows[e] = std::ldexp(rows[e] - medians_[e % d_], -exponents_[e % d_]);
    return rows;
  }
  /// What is added to variances, in these units: the number asked for, or the part of the variances of rows in these
  /// units that regularisation() adds.
  [[nodiscard]] std::vector<double> of(std::optional<double> reg, const std::vector<double>& variances) const {
    constexpr double largest = 0x1p500;
    std::vector<double> result;
    for (std::size_t j = 0; j < d_; ++j) {
      const double median = std::ldexp(medians_[j], -exponents_[j]), size = median == 0 ? 1 : median;
      const double square = variances[j] > 0 ? variances[j] : rounded_product(size, size);
      result.push_back(reg ? std::min(std::ldexp(*reg, -2 * exponents_[j]), largest) : relative_reg * square);
    }
    return result;
  }
  [[nodiscard]] NormalMixture back(NormalMixture m) const {
    for (std::size_t e = 0; e < m.means.size(); ++e)
      m.means[e] = std::ldexp(m.means[e], exponents_[e % d_]) + medians_[e % d_];
    const std::size_t size = m.covariance_size();
    for (std::size_t e = 0; e < m.covariances.size(); ++e) {
      const std::size_t at = e % size, i = m.has_matrices() ? at / d_ : at, j = m.has_matrices() ? at % d_ : at;
      m.covariances[e] = std::ldexp(m.covariances[e], exponents_[i] + exponents_[j]);
    }
    return m;
  }
  /// Centres by rows.
  [[nodiscard]] std::vector<double> back(const std::vector<double>& centres) const {
    NormalMixture m;
    m.means = centres;
    return back(std::move(m)).means;
  }

 private:
  std::size_t d_;
  std::vector<double> medians_;
  std::vector<int> exponents_;
};

/// A start and how it was found.
struct EmStart {
  NormalMixture model;
  StartCounts counts;
};

/// The start from so many kinds: the first is k-means, which stands alone where there are fewer than 5 rows a
/// component, or where none of them meets a maximum without spikes.
template <ContextLike Ctx, class T>
EmStart find_em_start(Ctx& ctx, int components, Covariance kind, const EmRows<Ctx, T>& data,
                      std::optional<double> reg_covar, int starts) {
  const auto d = static_cast<std::size_t>(data.x.columns);
  const index_t most = std::max<index_t>(start_points, components);
  const std::vector<double> rows = sample_rows(ctx, data.x, most);
  constexpr double largest = 1e150;
  if (!std::all_of(rows.begin(), rows.end(), [](double v) { return std::abs(v) < largest; }))
    require_finite_rows(ctx, data.x, "em");
  const ColumnUnits units(rows, d, kind == Covariance::spherical);
  EmSample sample{d, units.of(rows), {}, {}};
  if (data.weights.size > 0)
    sample.weights = sample_rows(
        ctx, MatrixView<const T, typename Ctx::space>(data.weights.data, data.weights.size, 1, data.weights.stride, 1),
        most);
  const GroupedRows all(d, sample.rows, sample.weights);
  std::vector<double> variances;
  for (std::size_t j = 0; j < d; ++j) variances.push_back(all.whole().covariance(j, j));
  if (kind == Covariance::spherical) variances.assign(d, restricted(kind, all.whole().covariance)[0]);
  sample.reg = units.of(reg_covar, variances);

  EmStart result;
  const bool searches = components > 1 && starts > 1 && static_cast<double>(sample.size()) >= spike_points * components;
  if (searches) {
    const FoundStart<NormalMixture> found = EmSearch<Ctx>(ctx, components, kind, sample).best_of(starts);
    result.counts = {found.tried, 0, found.met_none, 0, found.margin};
    if (std::isfinite(found.best.nll)) {
      result.counts.met_same = found.best.met;
      result.counts.first = found.best.first + 1;
      result.model = units.back(found.best.model);
      return result;
    }
  } else {
    result.counts = {1, 1, 0, 1};
  }
  const DeviceSample<Ctx> device(ctx, sample);
  const Clusters clusters = best_clusters(ctx, components, device.data().x, {}, "em", 0, device.data().weights);
  result.model = from_clusters(ctx, units.back(clusters.centres), kind, data.x, reg_covar, data.weights);
  return result;
}

}  // namespace isonomy::mixture::detail
