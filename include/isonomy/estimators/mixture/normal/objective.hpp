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
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/mixture/minimise/objective.hpp"
#include "isonomy/estimators/mixture/normal/likelihood.hpp"

namespace isonomy::mixture {

/// Weights below this count as 0: the component has no point of its own in any data set that fits a machine.
inline constexpr double smallest_weight = 1e-12;
/// Least standard deviation of a component, relative to that of the data: the likelihood grows without limit where a
/// component closes in on one point.
inline constexpr double smallest_relative_sigma = 1e-12;

/// Points that no likelihood can be had of: NaN, infinite, or of 1e150 and more, whose square is infinite.
struct UnusablePoints {
  index_t count = 0, first = -1;  ///< first: number of the first one
  double value = 0;               ///< of the first one
};

/// Looks for them, for a likelihood that has turned out not to be finite. x: VectorView<const T> or Chunks. A copy of
/// the data to the host, a few MB at a time.
template <ContextLike Ctx, class Points>
[[nodiscard]] UnusablePoints unusable_points(Ctx& ctx, const Points& x) {
  constexpr index_t step = 1 << 20;
  UnusablePoints result;
  detail::for_each_piece(ctx, x, [&](index_t begin, auto piece) {
    for (index_t at = 0; at < piece.size; at += step) {
      const auto host = to_host(ctx, piece.subview(at, std::min(step, piece.size - at)));
      for (std::size_t i = 0; i < host.size(); ++i) {
        if (std::abs(static_cast<double>(host[i])) < 1e150) continue;
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
void require_finite(Ctx& ctx, const Points& x) {
  const UnusablePoints found = unusable_points(ctx, x);
  if (found.count == 0) return;
  throw ValueError(text::joined("mixture: x[", found.first, "]=", found.value,
                                "; expected a number below 1e150 in size; remove or rescale it",
                                found.count > 1 ? text::joined(", and ", found.count - 1, " more") : ""));
}

namespace detail {

/// ValueError for data of this mean and standard deviation if that is nothing but rounding.
inline void require_spread(double mean, double sigma) {
  if (!(sigma > 1e-14 * std::abs(mean)))
    throw ValueError("mixture: all data are equal, or as good as; a width cannot be estimated from them");
}

/// Standard deviation of all data from the sums of the components, each about its own mean, or where these lie so far
/// away that the squares cancel, from pass({one component}), the sums about the data's mean. ValueError if it is 0.
template <class Pass>
double data_sigma(const std::vector<NormalComponent>& c, const NormalSums& sums, const Pass& pass) {
  const double n = sums.points;
  double mean = 0, square = 0, largest = 0;
  for (std::size_t k = 0; k < c.size(); ++k)
    mean += std::fma(sums.components[k].g, c[k].mean, sums.components[k].s) / n;
  for (std::size_t k = 0; k < c.size(); ++k) {
    const ComponentSums& t = sums.components[k];
    const Rounded shift = c[k].mean - mean;
    square += (t.q + 2 * shift * t.s + shift * shift * t.g) / n;
    largest = std::max(largest, t.q / n);
  }
  if (square < 1e-6 * largest) {
    const double width = std::clamp(std::sqrt(largest), smallest_sigma, largest_sigma);
    const ComponentSums about_mean = pass({{1, mean, width, 0}}).components[0];
    const double step = about_mean.s / n;
    square = std::fma(-step, step, about_mean.q / n);
    mean += step;
  }
  const double sigma = std::sqrt(std::max(square, 0.0));
  require_spread(mean, sigma);
  return sigma;
}

/// Where the parameters of a fit to n points (or weights of sum n) of that standard deviation may lie.
inline std::vector<Bounds> parameter_bounds(const NormalModel& model, double n, double sigma) {
  const bool yields = model.weighting == Weighting::yields;
  std::vector<Bounds> result(static_cast<std::size_t>(model.weight_count()),
                             yields ? Bounds{smallest_weight * n, 1e6 * n}
                                    : Bounds{smallest_weight, 1 - smallest_weight});
  result.resize(result.size() + static_cast<std::size_t>(model.mean_count()));
  result.resize(result.size() + static_cast<std::size_t>(model.sigma_count()),
                Bounds{std::max(smallest_relative_sigma * sigma, smallest_sigma), largest_sigma});
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

/// Whether these parameters leave weight for the last component.
inline bool leaves_weight(const NormalModel& model, const std::vector<double>& parameters) {
  double sum = 0;
  if (model.weighting == Weighting::fractions)
    for (int k = 0; k < model.weight_count(); ++k) sum += parameters[static_cast<std::size_t>(k)];
  return sum <= 1 - smallest_weight;
}

}  // namespace detail

/// An Objective over data that outlive it, in memory or in Chunks. The first pass is made on construction, at `start`:
/// it shows whether the data are finite and how wide they spread.
template <ContextLike Ctx, class T, class Points = VectorView<const T, typename Ctx::space>>
class NormalLikelihood {
 public:
  /// The first pass prepares `first` or more derivatives, value excepted. ValueError for parameters outside their
  /// domain, no data, a point that is not finite (with its index), and data that are all equal.
  NormalLikelihood(Ctx& ctx, const NormalModel& model, Points data, const std::vector<double>& start,
                   MixtureOrder first = MixtureOrder::hessian)
      : ctx_(ctx), model_(model), data_(std::move(data)), start_(start),
        first_order_(std::max(first, MixtureOrder::gradient)) {
    const std::vector<NormalComponent> c = components_of(model, start);
    if (data_.size == 0) throw ValueError("mixture: the data are empty; expected at least one point");
    detail::require_inside(ctx, model.range, data_);
    const NormalSums sums = normal_sums(ctx, c, first_order_, data_);
    first_ = detail::assemble(model, c, sums);
    if (!std::isfinite(first_.nll)) require_finite(ctx, data_);
    sigma_ = detail::data_sigma(c, sums, [&](const std::vector<NormalComponent>& one) {
      return normal_sums(ctx, one, MixtureOrder::gradient, data_);
    });
  }

  [[nodiscard]] std::vector<std::string> names() const { return model_.names(); }
  [[nodiscard]] index_t points() const { return data_.size; }
  [[nodiscard]] const Control& control() const { return ctx_.control(); }
  [[nodiscard]] std::vector<std::vector<int>> simplices() const { return detail::weight_groups(model_); }
  [[nodiscard]] std::vector<int> idle(const std::vector<double>& theta, const std::vector<int>& free) const {
    return detail::idle_parameters(model_, theta, free);
  }
  [[nodiscard]] double data_sigma() const { return sigma_; }
  [[nodiscard]] std::vector<Bounds> bounds() const {
    return detail::parameter_bounds(model_, static_cast<double>(data_.size), sigma_);
  }

  /// NaN where the last component has no weight left.
  [[nodiscard]] Likelihood at(const std::vector<double>& parameters, MixtureOrder order) {
    if (parameters == start_ && order == first_order_) return first_;
    if (!detail::leaves_weight(model_, parameters)) return {std::numeric_limits<double>::quiet_NaN(), {}, {}};
    const std::vector<NormalComponent> c = components_of(model_, parameters);
    return detail::assemble(model_, c, normal_sums(ctx_, c, order, data_));
  }

 private:
  Ctx& ctx_;
  NormalModel model_;
  Points data_;
  std::vector<double> start_;
  MixtureOrder first_order_;
  Likelihood first_;
  double sigma_ = 0;
};

template <ContextLike Ctx, class T, class Space>
NormalLikelihood(Ctx&, const NormalModel&, VectorView<T, Space>, const std::vector<double>&,
                 MixtureOrder = MixtureOrder::hessian) -> NormalLikelihood<Ctx, std::remove_const_t<T>>;
template <ContextLike Ctx, class T>
NormalLikelihood(Ctx&, const NormalModel&, Chunks<T>, const std::vector<double>&, MixtureOrder = MixtureOrder::hessian)
    -> NormalLikelihood<Ctx, T, Chunks<T>>;

}  // namespace isonomy::mixture
