// Starting values for fits of one-dimensional mixtures: the best of several starts on a sample.
#pragma once

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/stage_timer.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/mixture/describe.hpp"
#include "isonomy/estimators/mixture/normal/likelihood.hpp"
#include "isonomy/estimators/mixture/normal/model.hpp"
#include "isonomy/estimators/mixture/normal/normal_sums.hpp"
#include "isonomy/estimators/mixture/normal/objective.hpp"
#include "isonomy/estimators/mixture/normal/starts/search.hpp"
#include "isonomy/estimators/mixture/sample.hpp"
#include "isonomy/estimators/mixture/starts.hpp"

namespace isonomy::mixture {

namespace detail {

/// A power of two near the spread of some points, or near their size where they have none.
inline double unit_of_spread(const std::vector<double>& sample) {
  const auto [least, most] = std::minmax_element(sample.begin(), sample.end());
  const double half = 0.5 * *most - 0.5 * *least, size = half > 0 ? half : std::abs(*most);
  return size > 0 && std::isfinite(size) ? std::ldexp(1.0, std::clamp(std::ilogb(size), -1022, 1022)) : 1;
}

/// Moments of all data, about the first point and then about their mean, worked out in units of `unit`, in which
/// squares are of ordinary size. ValueError for a point that is not finite and for data that are all equal.
template <ContextLike Ctx, class T>
NormalComponent whole(Ctx& ctx, VectorView<const T, typename Ctx::space> data, double unit) {
  NormalComponent all{1, static_cast<double>(to_host<Ctx, T>(ctx, data.subview(0, 1))[0]) / unit, 1, 0};
  if (!std::isfinite(all.mean)) require_finite(ctx, data, unit);
  const auto n = static_cast<double>(data.size);
  double square = 0;
  for (int pass = 0; pass < 2; ++pass) {
    const NormalSums sums = normal_sums(ctx, {whole_piece(all)}, MixtureOrder::gradient, data, unit);
    const double step = sums.components[0].s / n;
    square = std::fma(-step, step, sums.components[0].q / n);
    if (!std::isfinite(sums.log_likelihood.high) || !std::isfinite(square)) require_finite(ctx, data, unit);
    all.mean += step;
  }
  all.sigma = std::sqrt(std::max(square, 0.0));
  require_spread(all.mean, all.sigma);
  all.mean *= unit, all.sigma *= unit;
  return all;
}

/// Units in which points of any size are of ordinary size: a power of two about as large as their spread, counted from
/// their median.
class Units {
 public:
  Units(const std::vector<double>& ascending, double sigma)
      : centre_(ascending[ascending.size() / 2]),
        exponent_(std::ilogb(std::max(ascending.back() - ascending.front(), sigma))) {}

  [[nodiscard]] double of(double x) const { return std::ldexp(x - centre_, -exponent_); }
  [[nodiscard]] double back(double x) const { return std::ldexp(x, exponent_) + centre_; }
  [[nodiscard]] double width_of(double sigma) const { return std::ldexp(sigma, -exponent_); }
  [[nodiscard]] double width_back(double sigma) const { return std::ldexp(sigma, exponent_); }

 private:
  double centre_;
  int exponent_;
};

}  // namespace detail

/// How many starts a search makes, the first of them k-means. More find better maxima now and then:
/// benchmarks/starts.py compares the default with scikit-learn's best of 20.
struct StartOptions {
  int starts = 60;
};

/// Starting values, and how they were found.
struct Starts : StartCounts {
  std::vector<double> parameters;  ///< in the order of model.names()
  double spread = 0;               ///< of the points, which a spike is narrow beside
  Report report;
};

/// Starting values for fit() from several starts: k-means, quantiles, splits of the widest part, rings around the
/// median and ever narrower nests. Then come maxima of which the component that is missed least is moved to a clump
/// that the others miss, one clump after the other, and every third time clumps and cells at random. Each makes a few
/// steps of expectation maximisation, is finished by Newton steps, and the best maximum counts. A maximum with a spike
/// is none: a component narrower than 1e-3 of the spread, or of fewer than 5 points. The spread is the points' standard
/// deviation, or ten times that within the clusters of k-means if this is less.
///
/// All of this over the data, or over 2^14 points if there are more, one drawn from each of as many equal stretches, of
/// which every start uses 2^12 and the three best maxima all. Draws follow the context's seed.
///
/// Components are in the order of their means; where they have one mean, the widest is first. Yields are shares of the
/// number of points.
///
/// Always within what fit() takes: weights inside (0, 1), standard deviations above 0, also for ties and for no more
/// points than components. With fewer than 5 points a component k-means alone is tried.
///
/// Two passes over all data. data: float or double, any stride, in the context's memory. The same bits for any thread
/// count, instruction set and backend.
///
/// ShapeError for an unusable view. ValueError for starts below 1, a model without components, data that are empty,
/// fewer than the components, outside model.range, not finite (with the index), or all equal; Cancelled.
///
/// Source: Lloyd (1982); Dempster, Laird and Rubin (1977); McLachlan and Peel, Finite Mixture Models (2000), 2.12.
template <ContextLike Ctx, class T>
[[nodiscard]] Starts find_start(Ctx& ctx, const NormalModel& model, VectorView<T, typename Ctx::space> data,
                                const StartOptions& options = {}) {
  using Point = std::remove_const_t<T>;
  const VectorView<const Point, typename Ctx::space> x(data);
  Starts result;
  StageTimer timer(ctx, result.report);
  check::usable(x, "mixture", "x");
  detail::require_model(model);
  if (options.starts < 1)
    throw ValueError(text::joined("start: starts=", options.starts, "; expected at least 1; 60 are the default"));
  if (x.size == 0) throw ValueError("start: the data are empty; expected at least one point");
  if (x.size < model.components)
    throw ValueError(
        text::joined("start: ", x.size, " points for ", model.components, " components; use fewer components"));
  detail::require_inside(ctx, model.range, x);
  const MatrixView<const Point, typename Ctx::space> column(x.data, x.size, 1, x.stride, 1);
  std::vector<double> sample = sample_rows(ctx, column, std::max<index_t>(detail::start_points, model.components));
  const NormalComponent all = detail::whole(ctx, x, detail::unit_of_spread(sample));
  std::sort(sample.begin(), sample.end());
  const double least = std::min(sample.front(), all.mean), largest = std::max(sample.back(), all.mean);
  const detail::Units units(sample, all.sigma);
  for (double& v : sample) v = units.of(v);
  NormalModel scaled = model;
  scaled.weighting = Weighting::fractions;
  scaled.range = {units.of(model.range.lower), units.of(model.range.upper)};
  detail::StartSearch<Ctx> search(ctx, scaled, sample, {1, units.of(all.mean), units.width_of(all.sigma), 0});

  detail::FoundStart<std::vector<NormalComponent>> found = search.best_of(options.starts);
  for (NormalComponent& c : found.best.model) {
    c.mean = units.back(c.mean);
    if (model.range.whole_line()) c.mean = std::clamp(c.mean, least, largest);  // rounding may leave them
    c.sigma = units.width_back(c.sigma);
    if (model.weighting == Weighting::yields) c.weight *= static_cast<double>(x.size);
  }
  result.spread = units.width_back(search.spread());
  result.tried = found.tried;
  result.met_none = found.met_none;
  result.margin = found.margin;
  if (model.components == 1 || std::isfinite(found.best.nll)) {
    result.met_same = found.best.met;
    result.first = found.best.first + 1;
  }
  result.parameters = detail::parameters_of(model, std::move(found.best.model));
  static_cast<void>(components_of(model, result.parameters));
  timer.lap("start");
  describe<op::mixture_sums, Point, SharedMeanPair>(ctx, "mixture::find_start", result.report);
  result.report.decisions.push_back(result.decision());
  return result;
}

/// How many components are spikes, no part of a maximum: narrower than 1e-3 of `spread`, that of Starts, or with fewer
/// than 5 of so many points. A single component is none. ValueError and ShapeError as components_of.
[[nodiscard]] inline int spikes(const NormalModel& model, const std::vector<double>& parameters, double points,
                                double spread) {
  std::vector<NormalComponent> components = components_of(model, parameters);
  if (model.components == 1) return 0;
  double sum = 0;
  for (const NormalComponent& c : components) sum += c.weight;
  for (NormalComponent& c : components) c.weight /= sum;
  return static_cast<int>(std::count_if(components.begin(), components.end(),
                                        [&](const NormalComponent& c) { return detail::is_spike(c, points, spread); }));
}

/// The parameters of find_start() with its default options.
template <ContextLike Ctx, class T>
[[nodiscard]] std::vector<double> automatic_start(Ctx& ctx, const NormalModel& model,
                                                  VectorView<T, typename Ctx::space> data) {
  return find_start(ctx, model, data).parameters;
}

/// A vector is no view; this form says so.
template <ContextLike Ctx, class T>
std::vector<double> automatic_start(Ctx&, const NormalModel&, const std::vector<T>&) {
  static_assert(never<T>, "automatic_start takes a view of the points: use view(x)");
  return {};
}

}  // namespace isonomy::mixture
