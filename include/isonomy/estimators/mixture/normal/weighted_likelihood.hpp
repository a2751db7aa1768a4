// Mixtures of normal densities over points with weights: the likelihood and its derivatives, as a value and as an
// Objective.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/mixture/describe.hpp"
#include "isonomy/estimators/mixture/minimise/objective.hpp"
#include "isonomy/estimators/mixture/normal/likelihood.hpp"
#include "isonomy/estimators/mixture/normal/objective.hpp"
#include "isonomy/ops/mixture/kernels/weighted.hpp"
#include "isonomy/ops/mixture/weighted_mixture_sums.hpp"
#include "isonomy/ops/reduce/transform_reduce.hpp"

namespace isonomy::mixture {

/// The largest weight lies between these, so that sums of squares neither over- nor underflow.
inline constexpr double smallest_largest_weight = 1e-100, largest_weight = 1e100;

/// Weights of one type with the points they belong to.
template <class W, class T>
concept WeightOf = std::same_as<std::remove_const_t<W>, std::remove_const_t<T>>;

/// What is known of all weights of a data set.
struct WeightSummary {
  double largest = 0, sum = 0, squares = 0;
  std::int64_t refused = 0;  ///< negative, NaN or too large
};

namespace detail {

struct AddWeights {
  ISONOMY_HD WeightSummary operator()(const WeightSummary& a, const WeightSummary& b) const {
    return {a.largest < b.largest ? b.largest : a.largest, a.sum + b.sum, a.squares + b.squares, a.refused + b.refused};
  }
};
struct ReadWeight {
  template <class T>
  ISONOMY_HD WeightSummary operator()(T weight) const {
    const auto w = static_cast<double>(weight);
    return w >= 0 && w <= largest_weight ? WeightSummary{w, w, rounded_product(w, w), 0} : WeightSummary{0, 0, 0, 1};
  }
};

/// ValueError for the first weight that is not a number from 0 to largest_weight.
template <ContextLike Ctx, class T>
[[noreturn]] void refuse_weight(Ctx& ctx, VectorView<const T, typename Ctx::space> weights) {
  constexpr index_t piece = 1 << 20;
  for (index_t first = 0; first < weights.size; first += piece) {
    const std::vector<T> host = to_host<Ctx, T>(ctx, weights.subview(first, std::min(piece, weights.size - first)));
    for (std::size_t i = 0; i < host.size(); ++i) {
      if (ReadWeight{}(host[i]).refused == 0) continue;
      throw ValueError(text::joined("mixture: weights[", static_cast<std::size_t>(first) + i, "]=", host[i],
                                    "; expected a number from 0 to ", largest_weight,
                                    "; leave the point out, or rescale all weights"));
    }
  }
  throw NumericalError("mixture: the weights changed while they were read");
}

}  // namespace detail

/// What the weights of so many points are; their errors.
template <ContextLike Ctx, class T>
[[nodiscard]] WeightSummary require_weights(Ctx& ctx, VectorView<const T, typename Ctx::space> weights,
                                            index_t points) {
  if (weights.size != points)
    throw ShapeError(text::joined("mixture: ", weights.size, " weights for ", points, " points; give one for each"));
  const auto summary = transform_reduce(ctx, weights, WeightSummary{}, detail::AddWeights{}, detail::ReadWeight{});
  if (summary.refused > 0) detail::refuse_weight(ctx, weights);
  if (points > 0 && summary.largest < smallest_largest_weight) {
    throw ValueError(text::joined(
        "mixture: the largest weight is ", summary.largest, "; expected at least ", smallest_largest_weight,
        summary.largest > 0 ? "; multiply all weights by one factor" : "; some point must count"));
  }
  return summary;
}

namespace detail {

/// As normal_sums, every point counted as often as its weight says, or the weight's square: one pass.
template <ContextLike Ctx, class T>
NormalSums weighted_sums(Ctx& ctx, const std::vector<NormalPiece>& c, MixtureOrder order,
                         VectorView<const T, typename Ctx::space> x, VectorView<const T, typename Ctx::space> weights,
                         double unit, bool squared = false) {
  require_derivatives(c, order);
  const UploadedComponents<Ctx> uploaded(ctx, c, unit);
  const Weighted<NormalComponents> term{uploaded.term(), squared};
  std::vector<DoubleDouble> sums(static_cast<std::size_t>(term.outputs(order)));
  weighted_mixture_sums(ctx, term, order, x, weights, view(sums));
  NormalSums result{order, sums[1].high, sums[0], {}, {}, {}};
  read_component_sums(sums, 2, static_cast<std::size_t>(term.term.components), result);
  return result;
}

/// Sum over points of w^2 D D^T in the model's parameters, from the sums with squared weights. D is the gradient of log
/// p(x), or of log(N p(x)) for yields: the v of add_score_products less what the normalisation takes from every point.
inline std::vector<double> score_products(const NormalModel& model, const std::vector<ComponentForm>& c,
                                          const NormalSums& squares) {
  const std::size_t n = 3 * c.size();
  std::vector<double> products(n * n);
  add_score_products(c, squares, false, products);
  std::vector<Rounded> taken;  // from the score of every point
  for (const ComponentForm& form : c)
    for (const Rounded w : form.weighing) taken.push_back(form.inside * w);
  NormalSums scores = squares;
  scores.points = 0;  // so that nothing is taken off
  const std::vector<double> minus_v = component_gradient(c, scores);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      products[n * i + j] += minus_v[i] * taken[j] + taken[i] * minus_v[j] + squares.points * taken[i] * taken[j];
  return in_parameters(model, n, products);
}

}  // namespace detail

/// -sum_i w_i log p(x_i) at `parameters` with derivatives up to `order`; else as evaluate without weights: a range adds
/// sum w times the log of the part inside it, yields are expected sums of weights and add their own sum.
///
/// weights: one per point, of the points' type, any stride; a weight of 2 counts a point twice. One pass over points
/// and weights and one that checks the weights. O(n K), with the Hessian O(n K^2).
///
/// Relative error of nll at most 1e-14, of the derivatives 1e-12 of their norm; the same bits for any thread count,
/// instruction set and backend.
///
/// Errors as evaluate; ShapeError for another number of weights; ValueError for a weight that is negative, not finite
/// or above 1e100 (with its index) and if the largest is below 1e-100, or all are 0.
template <ContextLike Ctx, class T, WeightOf<T> W>
[[nodiscard]] Likelihood evaluate(Ctx& ctx, const NormalModel& model, VectorView<T, typename Ctx::space> data,
                                  VectorView<W, typename Ctx::space> weights, const std::vector<double>& parameters,
                                  MixtureOrder order = MixtureOrder::value) {
  using View = VectorView<const std::remove_const_t<T>, typename Ctx::space>;
  const std::vector<NormalComponent> c = components_of(model, parameters);
  const double unit = unit_of(model, c);
  detail::require_comparable(model, parameters, unit);
  static_cast<void>(require_weights(ctx, View(weights), data.size));
  detail::require_inside(ctx, model.range, View(data));
  const auto forms = component_forms(detail::in_units(model, unit), detail::in_units(c, unit));
  const NormalSums sums = detail::weighted_sums(ctx, pieces_of(forms), order, View(data), View(weights), unit);
  return detail::in_data_units(model, detail::assemble(model, forms, sums), sums.points, unit);
}

/// An Objective: a weighted likelihood over data and weights that outlive it. minimize_weighted finds its minimum;
/// neither hesse nor minos gives errors there: a likelihood whose points count double looks twice as sure, and its rise
/// by 1/2 marks no interval. sandwich with score_products does. Passes and errors as NormalLikelihood's.
template <ContextLike Ctx, class T>
class WeightedLikelihood {
 public:
  using View = VectorView<const T, typename Ctx::space>;

  /// Errors of evaluate and of NormalLikelihood; `first` as there.
  WeightedLikelihood(Ctx& ctx, const NormalModel& model, View data, View weights, const std::vector<double>& start,
                     MixtureOrder first = MixtureOrder::hessian)
      : ctx_(ctx), model_(model), data_(data), weights_(weights), unit_(unit_of(model, components_of(model, start))),
        model_in_units_(detail::in_units(model, unit_)), start_(times(model, start, 1 / unit_)),
        first_order_(std::max(first, MixtureOrder::gradient)) {
    detail::require_comparable(model, start, unit_);
    if (data.size == 0) throw ValueError("mixture: the data are empty; expected at least one point");
    summary_ = require_weights(ctx, weights, data.size);
    detail::require_inside(ctx, model.range, data);
    const auto forms = component_forms(model_in_units_, detail::in_units(components_of(model, start), unit_));
    const std::vector<NormalPiece> densities = pieces_of(forms);
    const NormalSums sums = detail::weighted_sums(ctx, densities, first_order_, data, weights, unit_);
    first_ = detail::assemble(model, forms, sums);
    if (!std::isfinite(first_.nll)) require_finite(ctx, data, unit_);
    sigma_ = detail::data_sigma(densities, sums, [&](const std::vector<NormalPiece>& one) {
      return detail::weighted_sums(ctx, one, MixtureOrder::gradient, data, weights, unit_);
    });
    detail::require_near(model, start, sigma_);
  }

  [[nodiscard]] std::vector<std::string> names() const { return model_.names(); }
  [[nodiscard]] const NormalModel& model() const { return model_; }
  [[nodiscard]] double unit() const { return unit_; }
  [[nodiscard]] std::vector<Bounds> bounds() const { return detail::in_data_units(model_, bounds_in_units(), unit_); }
  [[nodiscard]] std::vector<Bounds> bounds_in_units() const {
    return detail::parameter_bounds(model_, summary_.sum, sigma_, unit_);
  }
  [[nodiscard]] std::vector<double> lengths(const std::vector<double>& theta) const {
    return detail::parameter_lengths(model_, theta, data_sigma());
  }
  [[nodiscard]] std::vector<double> lengths_in_units(const std::vector<double>& theta) const {
    return detail::parameter_lengths(model_, theta, sigma_);
  }
  /// Where passes over the data run, for report_of().
  void describe(Report& report) const {
    mixture::describe<op::weighted_mixture_sums, T, NormalComponents>(ctx_, "", report);
  }
  [[nodiscard]] std::vector<std::vector<int>> simplices() const { return detail::weight_groups(model_); }
  [[nodiscard]] std::vector<int> idle(const std::vector<double>& theta, const std::vector<int>& free) const {
    return detail::idle_parameters(model_, theta, free);
  }
  [[nodiscard]] double data_sigma() const { return sigma_ * unit_; }
  [[nodiscard]] const Control& control() const { return ctx_.control(); }
  [[nodiscard]] index_t points() const { return data_.size; }
  [[nodiscard]] double number_of_points() const { return summary_.sum; }
  [[nodiscard]] double sum_of_weights() const { return summary_.sum; }
  [[nodiscard]] double sum_of_squares() const { return summary_.squares; }
  /// (sum w)^2 / sum w^2: points of equal weight that would determine a mean as well.
  [[nodiscard]] double effective_points() const { return summary_.sum / summary_.squares * summary_.sum; }

  /// NaN where the last component has no weight left.
  [[nodiscard]] Likelihood at(const std::vector<double>& parameters, MixtureOrder order) {
    return detail::in_data_units(model_, in_units(times(model_, parameters, 1 / unit_), order), summary_.sum, unit_);
  }
  /// The same but for a constant, means and standard deviations in units of unit().
  [[nodiscard]] Likelihood in_units(const std::vector<double>& theta, MixtureOrder order) {
    if (theta == start_ && order == first_order_) return first_;
    if (!detail::leaves_weight(model_, theta)) return {std::numeric_limits<double>::quiet_NaN(), {}, {}};
    const auto forms = component_forms(model_in_units_, components_of(model_in_units_, theta));
    return detail::assemble(model_, forms,
                            detail::weighted_sums(ctx_, pieces_of(forms), order, data_, weights_, unit_));
  }

  /// Sum over points of w^2 D D^T by rows, D the gradient of log p(x) in the parameters, for yields of log(N p(x)), N
  /// their sum: the variance of the likelihood's gradient. One pass.
  [[nodiscard]] std::vector<double> score_products(const std::vector<double>& parameters) {
    std::vector<double> result = score_products_in_units(times(model_, parameters, 1 / unit_));
    detail::scale_locations(result, static_cast<std::size_t>(model_.size()),
                            static_cast<std::size_t>(model_.weight_count()), 1 / unit_);
    return result;
  }
  [[nodiscard]] std::vector<double> score_products_in_units(const std::vector<double>& theta) {
    const auto forms = component_forms(model_in_units_, components_of(model_in_units_, theta));
    return detail::score_products(
        model_, forms,
        detail::weighted_sums(ctx_, pieces_of(forms), MixtureOrder::hessian, data_, weights_, unit_, true));
  }

 private:
  Ctx& ctx_;
  NormalModel model_;
  View data_, weights_;
  double unit_;
  NormalModel model_in_units_;
  std::vector<double> start_;  ///< in units
  MixtureOrder first_order_;
  Likelihood first_;
  WeightSummary summary_;
  double sigma_ = 0;  ///< in units
};

template <ContextLike Ctx, class T, class W, class Space>
WeightedLikelihood(Ctx&, const NormalModel&, VectorView<T, Space>, VectorView<W, Space>, const std::vector<double>&,
                   MixtureOrder = MixtureOrder::hessian) -> WeightedLikelihood<Ctx, std::remove_const_t<T>>;

}  // namespace isonomy::mixture
