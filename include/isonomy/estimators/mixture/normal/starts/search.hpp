// A search for starting values over a sample: sketches of several kinds, finished and compared.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/mixture/minimise/minimize.hpp"
#include "isonomy/estimators/mixture/normal/model.hpp"
#include "isonomy/estimators/mixture/normal/normal_sums.hpp"
#include "isonomy/estimators/mixture/normal/objective.hpp"
#include "isonomy/estimators/mixture/normal/starts/kinds.hpp"
#include "isonomy/estimators/mixture/normal/starts/missed_clumps.hpp"
#include "isonomy/estimators/mixture/starts.hpp"

namespace isonomy::mixture::detail {

/// Whether a component, of so many points and of such a spread, is a spike by this part of the limits.
inline bool is_spike(const NormalComponent& c, double points, double spread, double part = 1) {
  return c.sigma < part * spike_width * spread || c.weight * points < part * spike_points;
}

/// How much of the pooled mean square of its components one more point adds to each of them: with it, none closes in on
/// equal points. The first start has it whole; the others little of it, so that they find narrow peaks of few points.
inline constexpr double whole_prior = 1, little_prior = 0x1p-10;

/// Components of a sample, and the mean square that one more point adds to each.
struct Sketch {
  std::vector<NormalComponent> components;
  double prior = 0;
};

/// Bands as components. Those that are missing, because there are fewer different points, become about as wide as all
/// data, between mean and largest value.
inline Sketch as_components(const std::vector<Band>& found, const NormalComponent& all, double largest, int components,
                            double prior) {
  Sketch result;
  double n = 0;
  for (const Band& band : found) n += band.size;
  for (const Band& band : found) result.prior = std::fma(band.size, band.square, result.prior);
  result.prior = rounded_product(prior, std::fma(all.sigma, all.sigma, result.prior) / (n + 1));
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

/// Components in the order of their means, or where they have one, from the widest on, as parameters of the model.
inline std::vector<double> parameters_of(const NormalModel& model, std::vector<NormalComponent> c) {
  const bool one_mean = model.means == Sharing::shared;
  std::stable_sort(c.begin(), c.end(), [one_mean](const NormalComponent& a, const NormalComponent& b) {
    return one_mean ? a.sigma > b.sigma : a.mean < b.mean;
  });
  std::vector<double> result;
  const auto append = [&](int count, auto value_of) {
    for (int k = 0; k < count; ++k) result.push_back(value_of(c[static_cast<std::size_t>(k)]));
  };
  append(model.weight_count(), [](const NormalComponent& k) { return k.weight; });
  append(model.mean_count(), [](const NormalComponent& k) { return k.mean; });
  append(model.sigma_count(), [](const NormalComponent& k) { return k.sigma; });
  return result;
}

/// A search over ascending points. `model` has fractions for weights; model, points and `all`, the moments of all data,
/// are in the same units.
template <ContextLike Ctx>
class StartSearch {
 public:
  using Maximum = MetMaximum<std::vector<NormalComponent>>;
  using Found = FoundStart<std::vector<NormalComponent>>;

  StartSearch(Ctx& ctx, const NormalModel& model, const std::vector<double>& points, const NormalComponent& all)
      : ctx_(ctx), model_(model), all_(all), sample_(to_device(ctx, points, "start")), points_(thinned(points)),
        few_(to_device(ctx, points_, "start")), largest_(std::max(points.back(), all.mean)),
        least_(std::max(2 * smallest_relative_sigma * all.sigma, smallest_sigma)), spread_(all.sigma) {
    middle_ = points_[points_.size() / 2];
    if (model.means == Sharing::free) return;
    for (double& v : points_) v = std::abs(v - middle_);
    std::sort(points_.begin(), points_.end());
  }

  /// The best of so many starts; of the first alone where no maximum is without spikes, or there is but one.
  Found best_of(int starts) {
    Found result;
    const int components = model_.components;
    if (components == 1 || static_cast<double>(points_.size()) < spike_points * components) {
      Sketch sketch = sketch_of(0);
      ascend(ctx_, model_, sketch, least_, few_.view());
      result.best.model = sketch.components;
      return result;
    }
    result.tried = starts;
    std::vector<Maximum> ends;
    for (int start = 0; start < starts; ++start) {
      const bool moves = !ends.empty() && start >= fixed_starts && start % 3 != 0;
      Sketch sketch = moves ? moved(detail::best_of(ends), start) : sketch_of(start);
      ascend(ctx_, model_, sketch, least_, few_.view());
      if (start == 0) result.best.model = sketch.components;
      // What has become a spike by now stays one.
      const bool hopeless = has_spike(sketch.components, 0.5);
      Maximum end = hopeless ? Maximum{} : finished(sketch.components, few_.view());
      if (!std::isfinite(end.nll)) {
        ++result.met_none;
        continue;
      }
      end.first = start;
      ends.push_back(std::move(end));
    }
    const std::vector<Maximum> maxima = grouped(std::move(ends));
    if (maxima.empty()) return result;
    result.best = maxima.front();
    std::vector<double> nll;
    for (const Maximum& m : maxima) nll.push_back(m.nll);
    result.margin = margin_of(nll);
    if (sample_.size() == few_.size()) return result;
    double least = std::numeric_limits<double>::infinity();
    nll.clear();
    for (std::size_t i = 0; i < std::min(maxima.size(), compared_maxima); ++i) {
      const Maximum end = finished(maxima[i].model, sample_.view());
      nll.push_back(end.nll);
      if (!(end.nll < least)) continue;
      least = end.nll;
      result.best = {end.model, end.nll, maxima[i].first, maxima[i].met};
    }
    if (std::isfinite(least)) result.margin = margin_of(nll);
    return result;
  }

  /// What spikes are narrow beside.
  [[nodiscard]] double spread() const { return spread_; }

 private:
  static std::vector<double> thinned(const std::vector<double>& points) {
    const std::size_t n = std::min(points.size(), thinned_points);
    std::vector<double> result;
    for (std::size_t i = 0; i < n; ++i) result.push_back(points[(2 * i + 1) * points.size() / (2 * n)]);
    return result;
  }

  Sketch sketch_of(int start) {
    std::vector<Band> bands = start_bands(ctx_, points_, model_.components, start);
    if (start == 0) spread_ = std::min(all_.sigma, spread_within(bands));
    if (model_.means == Sharing::shared)
      for (Band& band : bands) band = {band.size, middle_, std::fma(band.mean, band.mean, band.square)};
    Sketch result = as_components(bands, all_, largest_, model_.components, start == 0 ? whole_prior : little_prior);
    if (start > 0) prior_ = result.prior;
    for (NormalComponent& c : result.components) {
      if (model_.means == Sharing::shared) c.mean = middle_;
      c.sigma = std::max(c.sigma, least_);
    }
    return result;
  }

  /// The components of a maximum, one of them moved: the one missed least to a clump that the others miss, or when
  /// those have all been tried and where components have one mean, any to a clump at random.
  Sketch moved(const Maximum& from, int start) {
    Sketch result{from.model, prior_};
    const bool one_mean = model_.means == Sharing::shared;
    if (!one_mean && from.nll < missed_by_) {
      missed_by_ = from.nll;
      missed_ = MissedClumps(points_, from.model, 2 * spike_width * spread_);
    }
    StartDraws draws = draws_of(ctx_.control().seed, start);
    const bool any = missed_.empty();
    NormalComponent& c = result.components[any ? draws.below(result.components.size()) : missed_.least_component()];
    const Band band = any ? clump(points_, draws) : missed_.next();
    const auto n = static_cast<double>(points_.size());
    const double weight = band.size / (n + band.size);
    if (!one_mean) c.mean = band.mean;
    c.sigma = std::max(std::sqrt(one_mean ? std::fma(band.mean, band.mean, band.square) : band.square), least_);
    c.weight = weight * (1 - c.weight) / (1 - weight);
    double sum = 0;
    for (const NormalComponent& k : result.components) sum += k.weight;
    for (NormalComponent& k : result.components) k.weight /= sum, k.log_weight = std::log(k.weight);
    return result;
  }

  /// Ten times the deviation within clusters: of ordinary points more than their deviation, but not of groups that lie
  /// far apart.
  static double spread_within(const std::vector<Band>& clusters) {
    double n = 0, squares = 0;
    for (const Band& band : clusters) n += band.size, squares = std::fma(band.size, band.square, squares);
    return 10 * std::sqrt(squares / n);
  }

  /// Whether a component is a spike by this part of the limits.
  [[nodiscard]] bool has_spike(const std::vector<NormalComponent>& c, double part) const {
    const auto points = static_cast<double>(points_.size());
    return std::any_of(c.begin(), c.end(),
                       [&](const NormalComponent& k) { return is_spike(k, points, spread_, part); });
  }

  /// The maximum near these components; its likelihood is infinite where there is none, or one with spikes.
  Maximum finished(const std::vector<NormalComponent>& c, VectorView<const double, typename Ctx::space> x) {
    MinimizeOptions options;
    options.max_iterations = 40;
    const std::vector<double> from = parameters_of(model_, c);
    try {
      const bool by_gradients = model_.size() > options.hessian_limit;
      NormalLikelihood<Ctx, double> likelihood(ctx_, model_, x, from,
                                               by_gradients ? MixtureOrder::gradient : MixtureOrder::hessian);
      const Minimum minimum = minimize(likelihood, from, options);
      if (minimum.status != Status::converged || !endless_components(likelihood, minimum).empty()) return {};
      Maximum result{components_of(model_, minimum.parameters), minimum.nll};
      if (has_spike(result.model, 1)) return {};
      return result;
    } catch (const Cancelled&) {
      throw;
    } catch (const Error&) {
      return {};  // points of the sample that are all equal, or a likelihood that overflows
    }
  }

  Ctx& ctx_;
  NormalModel model_;
  NormalComponent all_;
  Buffer<double, typename Ctx::tag> sample_;
  std::vector<double> points_;  // thinned, ascending; where the components have one mean, distances from the median
  Buffer<double, typename Ctx::tag> few_;
  double middle_ = 0, largest_, least_, spread_, prior_ = 0;
  MissedClumps missed_;  // by the best maximum so far
  double missed_by_ = std::numeric_limits<double>::infinity();
};

}  // namespace isonomy::mixture::detail
