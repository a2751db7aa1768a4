// Starting values for fits of one-dimensional mixtures, from k-means.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/mixture/evaluate.hpp"
#include "isonomy/estimators/mixture/kmeans.hpp"
#include "isonomy/estimators/mixture/normal_likelihood.hpp"
#include "isonomy/estimators/mixture/normal_model.hpp"
#include "isonomy/estimators/mixture/normal_sums.hpp"
#include "isonomy/estimators/mixture/rows.hpp"

namespace isonomy::mixture {

namespace detail {

/// Points that starting values are worked out from, at most.
inline constexpr index_t start_points = index_t{1} << 14;

/// Moments of all data, about the first point and then about their mean. ValueError for a point that is not finite and
/// for data that are all equal.
template <ContextLike Ctx, class T>
NormalComponent whole(Ctx& ctx, VectorView<const T, typename Ctx::space> data) {
  NormalComponent all{1, static_cast<double>(to_host<Ctx, T>(ctx, data.subview(0, 1))[0]), 1, 0};
  if (!std::isfinite(all.mean)) require_finite(ctx, data);
  const auto n = static_cast<double>(data.size);
  double square = 0;
  for (int pass = 0; pass < 2; ++pass) {
    const NormalSums sums = normal_sums(ctx, {all}, MixtureOrder::gradient, data);
    const double step = sums.components[0].s / n;
    square = sums.components[0].q / n - step * step;
    if (!std::isfinite(sums.log_likelihood) || !std::isfinite(square)) require_finite(ctx, data);
    all.mean += step;
  }
  all.sigma = std::sqrt(std::max(square, 0.0));
  require_spread(all.mean, all.sigma);
  return all;
}

/// What k-means makes of some numbers: clusters of mean, mean square deviation and share.
struct Band {
  double mean = 0, square = 0, share = 0;
};

template <ContextLike Ctx>
std::vector<Band> bands(Ctx& ctx, const std::vector<double>& numbers, int components) {
  const auto device = to_device(ctx, numbers, "start");
  const auto n = static_cast<index_t>(numbers.size());
  const MatrixView<const double, typename Ctx::space> x(device.data(), n, 1, 1, 1);
  const Clusters found = best_clusters(ctx, components, x, {}, "start");
  const std::vector<DoubleDouble> sums = nearest_sums(ctx, found.centres, 1, x, Moments::second);
  const auto count = static_cast<std::size_t>(components);
  std::vector<Band> result;
  for (std::size_t k = 0; k < count; ++k) {
    const double size = sums[1 + k].high;
    if (!(size > 0)) continue;
    const double step = sums[1 + count + k].high / size;
    result.push_back({found.centres[k] + step, std::max(sums[1 + 2 * count + k].high / size - step * step, 0.0),
                      size / static_cast<double>(n)});
  }
  std::sort(result.begin(), result.end(), [](const Band& a, const Band& b) { return a.mean < b.mean; });
  return result;
}

/// Bands as components, in units of `sigma`, for a sample of n. Every width takes in one point more that lies a pooled
/// width away, and that one a point a sigma away: no component starts closed in on equal points. Bands that are
/// missing, because there are fewer different points, become components about as wide as all data, between mean and
/// largest value.
inline std::vector<NormalComponent> as_components(const std::vector<Band>& found, const NormalComponent& all,
                                                  double largest, double n, int components) {
  double pooled = 0;
  for (const Band& band : found) pooled += band.share * band.square;
  pooled = (n * pooled + all.sigma * all.sigma) / (n + 1);
  std::vector<NormalComponent> result;
  for (const Band& band : found) {
    const double size = n * band.share;
    result.push_back({size, band.mean, std::sqrt((size * band.square + pooled) / (size + 1)), 0});
  }
  const int missing = components - static_cast<int>(found.size());
  for (int k = 1; k <= missing; ++k)
    result.push_back({0, all.mean + (largest - all.mean) * k / (missing + 1), all.sigma * (1 + 0.5 * k), 0});
  for (NormalComponent& c : result) c.weight = (c.weight + 1) / (n + components);
  return result;
}

}  // namespace detail

/// Starting values for fit() in the order of model.names(): k-means of the data (seeded from the context's seed), or of
/// 2^14 evenly spaced points if there are more; weights, means and standard deviations of the clusters, by ascending
/// mean. Where components have one mean, it is the median, and they are clusters of the distances from it, the widest
/// first. One standard deviation in common is the pooled one; yields are shares of the number of points. Always within
/// what fit() takes: weights inside (0, 1), standard deviations above 0, also for ties and for no more points than
/// components; the clusters of truncated data are taken as they are. Two passes over the data. data: float or double,
/// any stride, in the context's memory. The same bits for any thread count, instruction set and backend. ValueError for
/// a model without components, data that are empty, fewer than the components, outside model.range, not finite (with
/// the index), or all equal; Cancelled. Source: Lloyd (1982).
template <ContextLike Ctx, class T>
[[nodiscard]] std::vector<double> automatic_start(Ctx& ctx, const NormalModel& model,
                                                  VectorView<T, typename Ctx::space> data) {
  using Point = std::remove_const_t<T>;
  const VectorView<const Point, typename Ctx::space> x(data);
  detail::require_model(model);
  if (x.size == 0) throw ValueError("start: the data are empty; expected at least one point");
  if (x.size < model.components)
    throw ValueError("start: " + std::to_string(x.size) + " points for " + std::to_string(model.components) +
                     " components; use fewer components");
  detail::require_inside(ctx, model.range, x);
  const NormalComponent all = detail::whole(ctx, x);

  const MatrixView<const Point, typename Ctx::space> column(x.data, x.size, 1, x.stride, 1);
  std::vector<double> sample =
      detail::sample_rows(ctx, column, std::max<index_t>(detail::start_points, model.components));
  const auto n = static_cast<double>(sample.size());
  double middle = 0, largest = *std::max_element(sample.begin(), sample.end());
  if (model.means == Sharing::shared) {
    const auto half = sample.begin() + static_cast<std::ptrdiff_t>(sample.size() / 2);
    std::nth_element(sample.begin(), half, sample.end());
    middle = *half;
    for (double& v : sample) v = std::abs(v - middle);
  }
  std::vector<detail::Band> bands = detail::bands(ctx, sample, model.components);
  if (model.means == Sharing::shared) {
    for (detail::Band& band : bands) band.square += band.mean * band.mean;  // about the middle
    std::reverse(bands.begin(), bands.end());
  }
  const std::vector<NormalComponent> components =
      detail::as_components(bands, all, std::max(largest, all.mean), n, model.components);

  const double points = static_cast<double>(x.size), least = 2 * smallest_relative_sigma * all.sigma;
  const auto width = [&](double sigma) { return std::max(sigma, std::max(least, smallest_sigma)); };
  std::vector<double> start;
  for (int k = 0; k < model.weight_count(); ++k) {
    const double weight = components[static_cast<std::size_t>(k)].weight;
    start.push_back(model.weighting == Weighting::yields ? weight * points : weight);
  }
  if (model.means == Sharing::shared)
    start.push_back(middle);
  else
    for (const NormalComponent& c : components) start.push_back(c.mean);
  if (model.sigmas == Sharing::shared) {
    double square = 0;
    for (const NormalComponent& c : components) square += c.weight * c.sigma * c.sigma;
    start.push_back(width(std::sqrt(square)));
  } else {
    for (const NormalComponent& c : components) start.push_back(width(c.sigma));
  }
  static_cast<void>(components_of(model, start));
  return start;
}

}  // namespace isonomy::mixture
