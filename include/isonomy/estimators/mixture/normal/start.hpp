// Starting values for fits of one-dimensional mixtures, from k-means.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/mixture/multivariate/kmeans.hpp"
#include "isonomy/estimators/mixture/normal/likelihood.hpp"
#include "isonomy/estimators/mixture/normal/model.hpp"
#include "isonomy/estimators/mixture/normal/normal_sums.hpp"
#include "isonomy/estimators/mixture/normal/objective.hpp"
#include "isonomy/estimators/mixture/sample.hpp"

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
    square = std::fma(-step, step, sums.components[0].q / n);
    if (!std::isfinite(sums.log_likelihood.high) || !std::isfinite(square)) require_finite(ctx, data);
    all.mean += step;
  }
  all.sigma = std::sqrt(std::max(square, 0.0));
  require_spread(all.mean, all.sigma);
  return all;
}

/// Clusters of some numbers that are not empty: how many, their mean and their mean square deviation.
struct Band {
  double size = 0, mean = 0, square = 0;
};

template <ContextLike Ctx>
std::vector<Band> bands(Ctx& ctx, const std::vector<double>& numbers, int components) {
  const auto device = to_device(ctx, numbers, "start");
  const MatrixView<const double, typename Ctx::space> x(device.data(), device.size(), 1, 1, 1);
  const Clusters found = best_clusters(ctx, components, x, {}, "start");
  const std::vector<DoubleDouble> sums = nearest_sums(ctx, found.centres, 1, x, Moments::second);
  const auto count = static_cast<std::size_t>(components);
  std::vector<Band> result;
  for (std::size_t k = 0; k < count; ++k) {
    const double size = sums[1 + k].high;
    if (!(size > 0)) continue;
    const double step = sums[1 + count + k].high / size;
    const double square = std::fma(-step, step, sums[1 + 2 * count + k].high / size);
    result.push_back({size, found.centres[k] + step, std::max(square, 0.0)});
  }
  return result;
}

/// Components of a sample, and the mean square that one more point in each of them would add: with it, none closes in
/// on equal points.
struct Sketch {
  std::vector<NormalComponent> components;
  double prior = 0;
};

/// Bands as components. Those that are missing, because there are fewer different points, become about as wide as all
/// data, between mean and largest value.
inline Sketch as_components(const std::vector<Band>& found, const NormalComponent& all, double largest, double n,
                            int components) {
  Sketch result;
  for (const Band& band : found) result.prior = std::fma(band.size, band.square, result.prior);
  result.prior = std::fma(all.sigma, all.sigma, result.prior) / (n + 1);
  const auto add = [&](double size, double mean, double square) {
    const double weight = (size + 1) / (n + components);
    result.components.push_back({weight, mean, std::sqrt(square), std::log(weight)});
  };
  for (const Band& band : found)
    add(band.size, band.mean, std::fma(band.size, band.square, result.prior) / (band.size + 1));
  const int missing = components - static_cast<int>(found.size());
  for (int k = 1; k <= missing; ++k) {
    const double sigma = rounded_product(all.sigma, 1 + 0.5 * k);
    add(0, all.mean + (largest - all.mean) * k / (missing + 1), sigma * sigma);
  }
  return result;
}

/// Steps of expectation maximisation over the sample, one more point in every component, as the model shares means and
/// deviations; `least` bounds the latter.
template <ContextLike Ctx>
void ascend(Ctx& ctx, const NormalModel& model, Sketch& sketch, double least,
            VectorView<const double, typename Ctx::space> sample) {
  constexpr int steps = 30;
  constexpr double least_gain = 1e-5;  // of the mean log-likelihood
  std::vector<NormalComponent>& c = sketch.components;
  const auto n = static_cast<double>(sample.size), count = static_cast<double>(c.size());
  double previous = -std::numeric_limits<double>::infinity();
  for (int step = 0; step < steps; ++step) {
    const NormalSums sums = normal_sums(ctx, c, MixtureOrder::gradient, sample);
    if (!std::isfinite(sums.log_likelihood.high) || !(sums.log_likelihood.high - previous > least_gain * n)) return;
    previous = sums.log_likelihood.high;
    double pull = 0, hold = 0;
    for (std::size_t k = 0; k < c.size(); ++k) {
      pull += sums.components[k].s / c[k].sigma / c[k].sigma;
      hold += (sums.components[k].g + 1) / c[k].sigma / c[k].sigma;
    }
    double squares = 0;
    for (std::size_t k = 0; k < c.size(); ++k) {
      const ComponentSums& t = sums.components[k];
      const Rounded move = model.means == Sharing::shared ? pull / hold : t.s / (t.g + 1);
      const double square = std::max<double>(t.q - 2 * move * t.s + move * move * t.g, 0.0);
      squares += square;
      c[k].mean += move;
      c[k].weight = (t.g + 1) / (n + count);
      c[k].log_weight = std::log(c[k].weight);
      c[k].sigma = std::max(std::sqrt((square + sketch.prior) / (t.g + 1)), least);
    }
    if (model.sigmas == Sharing::shared)
      for (NormalComponent& k : c) k.sigma = std::max(std::sqrt((squares + sketch.prior) / (n + 1)), least);
  }
}

}  // namespace detail

/// Starting values for fit() in the order of model.names(): k-means of the data (seeded from the context's seed), or of
/// 2^14 points if there are more, one drawn from each of as many equal stretches; then a few steps of expectation
/// maximisation over the same points. Components are in the order of their means. Where they have one mean, the
/// clusters are those of the distances from the median, and the widest is first. Yields are shares of the number of
/// points.
///
/// Always within what fit() takes: weights inside (0, 1), standard deviations above 0, also for ties and for no more
/// points than components. A range is respected by means, but widths are those of the points inside it.
///
/// Two passes over all data. data: float or double, any stride, in the context's memory. The same bits for any thread
/// count, instruction set and backend.
///
/// ShapeError for an unusable view. ValueError for a model without components, data that are empty, fewer than the
/// components, outside model.range, not finite (with the index), or all equal; Cancelled.
///
/// Source: Lloyd (1982); Dempster, Laird and Rubin (1977).
template <ContextLike Ctx, class T>
[[nodiscard]] std::vector<double> automatic_start(Ctx& ctx, const NormalModel& model,
                                                  VectorView<T, typename Ctx::space> data) {
  using Point = std::remove_const_t<T>;
  const VectorView<const Point, typename Ctx::space> x(data);
  const bool one_mean = model.means == Sharing::shared;
  check::usable(x, "mixture", "x");
  detail::require_model(model);
  if (x.size == 0) throw ValueError("start: the data are empty; expected at least one point");
  if (x.size < model.components)
    throw ValueError(
        text::joined("start: ", x.size, " points for ", model.components, " components; use fewer components"));
  detail::require_inside(ctx, model.range, x);
  const NormalComponent all = detail::whole(ctx, x);

  const MatrixView<const Point, typename Ctx::space> column(x.data, x.size, 1, x.stride, 1);
  std::vector<double> sample = sample_rows(ctx, column, std::max<index_t>(detail::start_points, model.components));
  const auto device = to_device(ctx, sample, "start");
  const double n = static_cast<double>(sample.size()),
               largest = std::max(*std::max_element(sample.begin(), sample.end()), all.mean);
  double middle = 0;
  if (one_mean) {
    const auto half = sample.begin() + static_cast<std::ptrdiff_t>(sample.size() / 2);
    std::nth_element(sample.begin(), half, sample.end());
    middle = *half;
    for (double& v : sample) v = std::abs(v - middle);
  }
  std::vector<detail::Band> bands = detail::bands(ctx, sample, model.components);
  for (detail::Band& band : bands)
    if (one_mean) band = {band.size, middle, std::fma(band.mean, band.mean, band.square)};
  detail::Sketch sketch = detail::as_components(bands, all, largest, n, model.components);
  std::vector<NormalComponent>& c = sketch.components;
  if (one_mean)
    for (NormalComponent& k : c) k.mean = middle;
  const double least = std::max(2 * smallest_relative_sigma * all.sigma, smallest_sigma);
  for (NormalComponent& k : c) k.sigma = std::max(k.sigma, least);
  detail::ascend(ctx, model, sketch, least, device.view());
  std::sort(c.begin(), c.end(), [one_mean](const NormalComponent& a, const NormalComponent& b) {
    return one_mean ? a.sigma > b.sigma : a.mean < b.mean;
  });

  std::vector<double> start;
  const auto append = [&](int count, auto value_of) {
    for (int k = 0; k < count; ++k) start.push_back(value_of(c[static_cast<std::size_t>(k)]));
  };
  const double scale = model.weighting == Weighting::yields ? static_cast<double>(x.size) : 1;
  append(model.weight_count(), [scale](const NormalComponent& k) { return scale * k.weight; });
  append(model.mean_count(), [](const NormalComponent& k) { return k.mean; });
  append(model.sigma_count(), [](const NormalComponent& k) { return k.sigma; });
  static_cast<void>(components_of(model, start));
  return start;
}

/// A vector is no view; this form says so.
template <ContextLike Ctx, class T>
std::vector<double> automatic_start(Ctx&, const NormalModel&, const std::vector<T>&) {
  static_assert(never<T>, "automatic_start takes a view of the points: use view(x)");
  return {};
}

}  // namespace isonomy::mixture
