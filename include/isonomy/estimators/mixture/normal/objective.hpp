// The negative log-likelihood of a one-dimensional mixture over one data set, as the minimiser wants it.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/mixture/describe.hpp"
#include "isonomy/estimators/mixture/minimise/minimum.hpp"
#include "isonomy/estimators/mixture/minimise/objective.hpp"
#include "isonomy/estimators/mixture/normal/likelihood.hpp"

namespace isonomy::mixture {

/// Weights below this count as 0: the component has no point of its own in any data set that fits a machine.
inline constexpr double smallest_weight = 1e-12;
/// Least standard deviation of a component, relative to that of the data: the likelihood grows without limit where a
/// component closes in on one point.
inline constexpr double smallest_relative_sigma = 1e-12;

/// Points that no likelihood can be had of: NaN, infinite, or of 1e150 units and more, whose square is infinite.
struct UnusablePoints {
  index_t count = 0, first = -1;  ///< first: number of the first one
  double value = 0;               ///< of the first one
};

/// Looks for them, for a likelihood that has turned out not to be finite. x: VectorView<const T> or Chunks. A copy of
/// the data to the host, a few MB at a time.
template <ContextLike Ctx, class Points>
[[nodiscard]] UnusablePoints unusable_points(Ctx& ctx, const Points& x, double unit = 1) {
  constexpr index_t step = 1 << 20;
  UnusablePoints result;
  detail::for_each_piece(ctx, x, [&](index_t begin, auto piece) {
    for (index_t at = 0; at < piece.size; at += step) {
      const auto host = to_host(ctx, piece.subview(at, std::min(step, piece.size - at)));
      for (std::size_t i = 0; i < host.size(); ++i) {
        if (std::abs(static_cast<double>(host[i]) / unit) < 1e150) continue;
        if (result.count++ > 0) continue;
        result.first = begin + at + static_cast<index_t>(i);
        result.value = static_cast<double>(host[i]);
      }
    }
  });
  return result;
}

/// ValueError for the first element of x that is not finite, or whose square is not; nothing if there is none.
template <ContextLike Ctx, class Points>
void require_finite(Ctx& ctx, const Points& x, double unit = 1) {
  const UnusablePoints found = unusable_points(ctx, x, unit);
  if (found.count == 0) return;
  throw ValueError(text::joined("mixture: x[", found.first, "]=", found.value, "; expected a number below ",
                                unit == 1 || !std::isfinite(found.value) ? "1e150" : text::joined(1e150 * unit),
                                " in size; remove or rescale it",
                                found.count > 1 ? text::joined(", and ", found.count - 1, " more") : ""));
}

namespace detail {

/// ValueError for data of this mean and standard deviation if that is nothing but rounding.
inline void require_spread(double mean, double sigma) {
  if (!(sigma > 1e-14 * std::abs(mean)))
    throw ValueError(
        "mixture: all data are equal, or as good as; expected a spread beyond rounding; see where the data come from");
}

/// ValueError naming the mean farthest from 0 if the data's squared distances from a start's means have overflowed.
inline void require_near(const NormalModel& model, const std::vector<double>& start, double sigma) {
  if (std::isfinite(sigma)) return;
  const auto size = [&](int i) { return std::abs(start[static_cast<std::size_t>(i)]); };
  int farthest = model.weight_count();
  for (int i = farthest; i < model.weight_count() + model.mean_count(); ++i)
    if (size(i) > size(farthest)) farthest = i;
  reject(model.names()[static_cast<std::size_t>(farthest)], start[static_cast<std::size_t>(farthest)],
         "a mean nearer to the data, which are so far away that their squared distances overflow");
}

/// Standard deviation of all data from the sums of the densities, each about its own origin, or where these lie so far
/// away that the squares cancel, from pass({one density}), the sums about the data's mean. ValueError if it is 0.
template <class Pass>
double data_sigma(const std::vector<NormalPiece>& c, const NormalSums& sums, const Pass& pass) {
  const double n = sums.points;
  double mean = 0, square = 0, largest = 0;
  for (std::size_t k = 0; k < c.size(); ++k)
    mean += std::fma(sums.components[k].g, c[k].origin, sums.components[k].s) / n;
  for (std::size_t k = 0; k < c.size(); ++k) {
    const ComponentSums& t = sums.components[k];
    const Rounded shift = c[k].origin - mean;
    square += (t.q + 2 * shift * t.s + shift * shift * t.g) / n;
    largest = std::max(largest, t.q / n);
  }
  if (square < 1e-6 * largest) {
    const double width = std::clamp(std::sqrt(largest), least_ratio_of_sigmas, 1 / least_ratio_of_sigmas);
    const ComponentSums about_mean = pass({whole_piece({1, mean, width, 0})}).components[0];
    const double step = about_mean.s / n;
    square = std::fma(-step, step, about_mean.q / n);
    mean += step;
  }
  const double sigma = std::sqrt(std::max(square, 0.0));
  require_spread(mean, sigma);
  return sigma;
}

/// Where the parameters of a fit to n points (or weights of sum n) may lie, in units, and the data's standard
/// deviation.
inline std::vector<Bounds> parameter_bounds(const NormalModel& model, double n, double sigma, double unit) {
  const bool yields = model.weighting == Weighting::yields;
  std::vector<Bounds> result(static_cast<std::size_t>(model.weight_count()),
                             yields ? Bounds{smallest_weight * n, 1e6 * n}
                                    : Bounds{smallest_weight, 1 - smallest_weight});
  result.resize(result.size() + static_cast<std::size_t>(model.mean_count()));
  result.resize(result.size() + static_cast<std::size_t>(model.sigma_count()),
                Bounds{std::max({smallest_relative_sigma * sigma, least_ratio_of_sigmas, smallest_sigma / unit}),
                       std::min(1 / least_ratio_of_sigmas, largest_sigma / unit)});
  return result;
}

inline std::vector<Bounds> in_data_units(const NormalModel& model, std::vector<Bounds> bounds, double unit) {
  for (auto i = static_cast<std::size_t>(model.weight_count()); i < bounds.size(); ++i)
    bounds[i].lower *= unit, bounds[i].upper *= unit;
  return bounds;
}

/// What steps of the parameters are small beside: their sizes, of means the data's standard deviation, wherever 0 is.
inline std::vector<double> parameter_lengths(const NormalModel& model, const std::vector<double>& theta, double sigma) {
  std::vector<double> result;
  for (std::size_t i = 0; i < theta.size(); ++i)
    result.push_back(i >= static_cast<std::size_t>(model.weight_count()) &&
                             i < static_cast<std::size_t>(model.weight_count() + model.mean_count())
                         ? sigma
                         : std::abs(theta[i]));
  return result;
}

/// The groups of parameters that are weights of sum 1 with one more.
inline std::vector<std::vector<int>> weight_groups(const NormalModel& model) {
  if (model.weighting == Weighting::yields) return {};
  std::vector<int> weights(static_cast<std::size_t>(model.weight_count()));
  std::iota(weights.begin(), weights.end(), 0);
  return {weights};
}

/// A component of no larger share than this has no weight: it has no part in a point of any data set.
inline constexpr double negligible_share = 1e-9;

/// Whether component k has no weight at theta, and keeps none because its own weight, or of two the other's, is held.
inline bool without_weight(const NormalModel& model, const std::vector<double>& theta, const std::vector<int>& free,
                           int k) {
  const auto held = [&](int i) { return !std::binary_search(free.begin(), free.end(), i); };
  if (model.components == 1) return false;
  if (model.weighting == Weighting::fractions && k + 1 == model.components)
    return model.components == 2 && held(0) && 1 - theta[0] <= negligible_share;
  double sum = 1;
  if (model.weighting == Weighting::yields)
    sum = std::accumulate(theta.begin(), theta.begin() + model.weight_count(), 0.0);
  return held(k) && theta[static_cast<std::size_t>(k)] <= negligible_share * sum;
}

/// The means and standard deviations that belong to components without weight alone.
inline std::vector<int> idle_parameters(const NormalModel& model, const std::vector<double>& theta,
                                        const std::vector<int>& free) {
  std::vector<int> result;
  for (int k = 0; k < model.components; ++k) {
    if (!without_weight(model, theta, free, k)) continue;
    if (model.means == Sharing::free) result.push_back(model.mean_index(k));
    if (model.sigmas == Sharing::free) result.push_back(model.sigma_index(k));
  }
  std::sort(result.begin(), result.end());
  return result;
}

/// Whether the likelihood would grow noticeably if a weight at its bound went on towards 0: in a range, where fractions
/// are shares of the whole line, a component of the least weight may be most of what lies inside.
inline bool cut_short(const NormalModel& model, const std::vector<double>& theta, const std::vector<double>& gradient) {
  constexpr double noticeable = 1e-6;  // of the NLL, for a weight e times smaller
  if (model.range.whole_line() || model.weighting == Weighting::yields) return false;
  for (std::size_t i = 0; i < static_cast<std::size_t>(model.weight_count()); ++i) {
    if (theta[i] <= smallest_weight && gradient[i] * theta[i] > noticeable) return true;
    if (theta[i] >= 1 - smallest_weight && -gradient[i] * smallest_weight > noticeable) return true;
  }
  return false;
}

/// Whether these parameters leave weight for the last component.
inline bool leaves_weight(const NormalModel& model, const std::vector<double>& parameters) {
  double sum = 0;
  if (model.weighting == Weighting::fractions)
    for (int k = 0; k < model.weight_count(); ++k) sum += parameters[static_cast<std::size_t>(k)];
  return sum <= 1 - smallest_weight;
}

}  // namespace detail

/// An Objective over data that outlive it, in memory or in Chunks. The first pass is made on construction, at `start`:
/// it shows whether the data are finite and how wide they spread. InUnits makes of it the same function in units of the
/// widths at the start.
template <ContextLike Ctx, class T, class Points = VectorView<const T, typename Ctx::space>>
class NormalLikelihood {
 public:
  /// The first pass prepares `first` or more derivatives, value excepted. ValueError for parameters outside their
  /// domain, no data, a point that is not finite (with its index), and data that are all equal.
  NormalLikelihood(Ctx& ctx, const NormalModel& model, Points data, const std::vector<double>& start,
                   MixtureOrder first = MixtureOrder::hessian)
      : ctx_(ctx), model_(model), data_(std::move(data)), unit_(unit_of(model, components_of(model, start))),
        model_in_units_(detail::in_units(model, unit_)), start_(times(model, start, 1 / unit_)),
        first_order_(std::max(first, MixtureOrder::gradient)) {
    detail::require_comparable(model, start, unit_);
    if (data_.size == 0) throw ValueError("mixture: the data are empty; expected at least one point");
    detail::require_inside(ctx, model.range, data_);
    const auto forms = component_forms(model_in_units_, detail::in_units(components_of(model, start), unit_));
    const std::vector<NormalPiece> densities = pieces_of(forms);
    const NormalSums sums = normal_sums(ctx, densities, first_order_, data_, unit_);
    first_ = detail::assemble(model, forms, sums);
    if (!std::isfinite(first_.nll)) require_finite(ctx, data_, unit_);
    sigma_ = detail::data_sigma(densities, sums, [&](const std::vector<NormalPiece>& one) {
      return normal_sums(ctx, one, MixtureOrder::gradient, data_, unit_);
    });
    detail::require_near(model, start, sigma_);
  }

  [[nodiscard]] std::vector<std::string> names() const { return model_.names(); }
  [[nodiscard]] const NormalModel& model() const { return model_; }
  [[nodiscard]] index_t points() const { return data_.size; }
  [[nodiscard]] double number_of_points() const { return static_cast<double>(data_.size); }
  [[nodiscard]] const Control& control() const { return ctx_.control(); }
  /// Where passes over the data run, for report_of().
  void describe(Report& report) const { mixture::describe<op::mixture_sums, T, SharedMeanPair>(ctx_, "", report); }
  [[nodiscard]] std::vector<std::vector<int>> simplices() const { return detail::weight_groups(model_); }
  [[nodiscard]] std::vector<int> idle(const std::vector<double>& theta, const std::vector<int>& free) const {
    return detail::idle_parameters(model_, theta, free);
  }
  [[nodiscard]] bool cut_short(const std::vector<double>& theta, const std::vector<double>& gradient) const {
    return detail::cut_short(model_, theta, gradient);
  }
  [[nodiscard]] double data_sigma() const { return sigma_ * unit_; }
  [[nodiscard]] double unit() const { return unit_; }
  [[nodiscard]] std::vector<Bounds> bounds() const { return detail::in_data_units(model_, bounds_in_units(), unit_); }
  [[nodiscard]] std::vector<Bounds> bounds_in_units() const {
    return detail::parameter_bounds(model_, number_of_points(), sigma_, unit_);
  }
  [[nodiscard]] std::vector<double> lengths(const std::vector<double>& theta) const {
    return detail::parameter_lengths(model_, theta, data_sigma());
  }
  [[nodiscard]] std::vector<double> lengths_in_units(const std::vector<double>& theta) const {
    return detail::parameter_lengths(model_, theta, sigma_);
  }

  /// NaN where the last component has no weight left.
  [[nodiscard]] Likelihood at(const std::vector<double>& parameters, MixtureOrder order) {
    return detail::in_data_units(model_, in_units(times(model_, parameters, 1 / unit_), order), number_of_points(),
                                 unit_);
  }
  /// The same but for the constant n log(unit()), means and standard deviations in units of unit().
  [[nodiscard]] Likelihood in_units(const std::vector<double>& theta, MixtureOrder order) {
    if (theta == start_ && order == first_order_) return first_;
    if (!detail::leaves_weight(model_, theta)) return {std::numeric_limits<double>::quiet_NaN(), {}, {}};
    const auto forms = component_forms(model_in_units_, components_of(model_in_units_, theta));
    return detail::assemble(model_, forms, normal_sums(ctx_, pieces_of(forms), order, data_, unit_));
  }

 private:
  Ctx& ctx_;
  NormalModel model_;
  Points data_;
  double unit_;
  NormalModel model_in_units_;
  std::vector<double> start_;  ///< in units
  MixtureOrder first_order_;
  Likelihood first_;
  double sigma_ = 0;  ///< in units
};

template <ContextLike Ctx, class T, class Space>
NormalLikelihood(Ctx&, const NormalModel&, VectorView<T, Space>, const std::vector<double>&,
                 MixtureOrder = MixtureOrder::hessian) -> NormalLikelihood<Ctx, std::remove_const_t<T>>;
template <ContextLike Ctx, class T>
NormalLikelihood(Ctx&, const NormalModel&, Chunks<T>, const std::vector<double>&, MixtureOrder = MixtureOrder::hessian)
    -> NormalLikelihood<Ctx, T, Chunks<T>>;

namespace detail {

/// Whether f is no higher where component k is wider by far and its mean farther away, so that inside the range its
/// density has nearly the same slope: it then goes on falling towards an exponential there, or is as good as one.
template <class F>
bool open_towards_infinity(F& f, const Minimum& minimum, int k) {
  constexpr double wider = 8;
  const NormalModel& model = f.model();
  std::vector<double> there = minimum.parameters;
  double &mean = there[static_cast<std::size_t>(model.mean_index(k))],
         &sigma = there[static_cast<std::size_t>(model.sigma_index(k))];
  const double edge = std::clamp(mean, model.range.lower, model.range.upper);
  mean = std::fma(wider * wider, mean - edge, edge), sigma *= wider;
  if (!std::isfinite(mean) || sigma > f.bounds()[static_cast<std::size_t>(model.sigma_index(k))].upper) return true;
  const Likelihood here = f.at(minimum.parameters, MixtureOrder::value), beyond = f.at(there, MixtureOrder::value);
  return !(nll_rise(here, beyond) > 1e-14 * std::max(std::abs(here.nll), f.number_of_points()));
}

/// Components of a model with a range that have left it: ever wider, and ever farther away, until what the range cuts
/// out of them is a piece of an exponential. Nearly there, the likelihood is so flat that it passes for a minimum.
template <class F>
std::vector<int> endless_components(F& f, const Minimum& minimum) {
  constexpr double much = 10;
  const NormalModel& model = f.model();
  std::vector<int> result;
  if (model.range.whole_line()) return result;
  for (int k = 0; k < model.components; ++k) {
    const int place = model.sigma_index(k);
    const bool wide = minimum.parameters[static_cast<std::size_t>(place)] > much * f.data_sigma();
    const bool moves = !std::binary_search(minimum.bound.begin(), minimum.bound.end(), place);
    if (wide && moves && (!minimum.valid() || open_towards_infinity(f, minimum, k))) result.push_back(k);
  }
  return result;
}

}  // namespace detail
}  // namespace isonomy::mixture
