// What becomes of a component that a fit does not need: one that coincides with another, or has next to no weight.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "isonomy/core/numeric.hpp"
#include "isonomy/estimators/mixture/minimise/minimum.hpp"
#include "isonomy/estimators/mixture/minimise/newton_system.hpp"
#include "isonomy/estimators/mixture/normal/component_form.hpp"
#include "isonomy/estimators/mixture/normal/model.hpp"
#include "isonomy/estimators/mixture/normal/objective.hpp"

namespace isonomy::mixture::detail {

/// A point of the same likelihood at which one weight stands at its bound.
struct WeightAtBound {
  int weight;
  std::vector<double> parameters;
};

/// Whether the weight of component k moves, and nobody fixed the mean or the width that it alone has.
inline bool can_be_idle(const NormalModel& model, const Minimum& minimum, int k, int weight) {
  const auto among = [](const std::vector<int>& places, int i) {
    return std::binary_search(places.begin(), places.end(), i);
  };
  return !among(minimum.bound, weight) &&
         !(model.means == Sharing::free && among(minimum.fixed, model.mean_index(k))) &&
         !(model.sigmas == Sharing::free && among(minimum.fixed, model.sigma_index(k)));
}

/// What each component has of the whole: in a range with fractions, of what lies inside.
inline std::vector<double> shares_of(const NormalModel& model, const std::vector<NormalComponent>& c) {
  std::vector<double> result;
  double sum = 0;
  for (const NormalComponent& component : c) result.push_back(component.weight), sum += component.weight;
  if (model.weighting == Weighting::yields) return scaled(1 / sum, std::move(result));
  if (model.range.whole_line()) return result;
  const std::vector<ComponentForm> forms = component_forms(model, c);
  for (std::size_t k = 0; k < forms.size(); ++k) result[k] = forms[k].inside;
  return result;
}

/// Whether no data set that fits a machine tells two densities apart.
inline bool coincide(const NormalComponent& a, const NormalComponent& b) {
  constexpr double closeness = 1e-6;
  const double width = std::min(a.sigma, b.sigma);
  return std::abs(a.mean - b.mean) <= closeness * width && std::abs(a.sigma - b.sigma) <= closeness * width;
}

/// `minimum` with the weight of its first unneeded component at the bound; nothing if every component is needed. Of two
/// that coincide the earlier one leaves its weight to the other. `model` and `bounds` have the units of the minimum.
inline std::optional<WeightAtBound> with_weight_at_bound(const NormalModel& model, const Minimum& minimum,
                                                         const std::vector<Bounds>& bounds) {
  const std::vector<NormalComponent> c = components_of(model, minimum.parameters);
  const std::vector<double> shares = shares_of(model, c);
  const bool fractions = model.weighting == Weighting::fractions;
  for (int k = 0; k < model.components; ++k) {
    const bool last = fractions && k + 1 == model.components;
    const int weight = last ? 0 : k;
    if ((last && model.components != 2) || !can_be_idle(model, minimum, k, weight)) continue;
    const auto place = static_cast<std::size_t>(weight), at = static_cast<std::size_t>(k);
    std::vector<double> there = minimum.parameters;
    const Bounds& b = bounds[place];
    there[place] = last ? b.upper : b.lower;
    if (shares[at] <= negligible_share) return WeightAtBound{weight, std::move(there)};
    for (std::size_t other = at + 1; other < c.size(); ++other) {
      if (!coincide(c[at], c[other])) continue;
      if (other < static_cast<std::size_t>(model.weight_count())) {
        if (std::binary_search(minimum.bound.begin(), minimum.bound.end(), static_cast<int>(other))) continue;
        there[other] = std::min(there[other] + (minimum.parameters[place] - there[place]), bounds[other].upper);
      }
      return WeightAtBound{weight, std::move(there)};
    }
  }
  return std::nullopt;
}

/// Whether the likelihood still grows beside its stationary point while this weight, in which it may be level, stays:
/// of two that coincide the widths may be about to part.
inline bool is_saddle_beside(int weight, const Minimum& minimum) {
  constexpr double level = -1e-6;  // of a Hessian scaled to a unit diagonal
  std::vector<int> free;
  for (int i = 0; i < static_cast<int>(minimum.parameters.size()); ++i)
    if (i != weight && !std::binary_search(minimum.bound.begin(), minimum.bound.end(), i)) free.push_back(i);
  return NewtonSystem({minimum.nll, minimum.gradient, minimum.hessian}, std::move(free)).smallest_eigenvalue() < level;
}

/// The end of a fit as one without free weights that mean nothing: the likelihood is level in them, so that rounding
/// decides whether they end at their bound, where they are, or without any error at all. Each is put at its bound, as
/// often as the likelihood is no higher there. `minimize` continues a fit of f from a point with options.
template <class F, class Minimize>
Minimum settled(F& f, const NormalModel& model, Minimum minimum, MinimizeOptions options, const Minimize& minimize) {
  const std::vector<int> fixed = minimum.fixed;
  for (int k = 0; k + 1 < model.components; ++k) {
    const bool at_end = minimum.valid() || minimum.status == Status::hessian_not_positive_definite;
    if (!at_end || minimum.hessian.empty()) break;
    const std::optional<WeightAtBound> end = with_weight_at_bound(model, minimum, f.bounds());
    if (!end || is_saddle_beside(end->weight, minimum)) break;
    options.fixed.push_back(f.names()[static_cast<std::size_t>(end->weight)]);
    Minimum next = minimize(f, end->parameters, options);
    constexpr double same = 1e-9;
    if (!next.valid() || !all_finite(next.hessian) ||
        next.nll > minimum.nll + same * std::max(std::abs(minimum.nll), f.number_of_points()))
      break;
    next.iterations += minimum.iterations, next.passes += minimum.passes;
    next.fixed = fixed;
    next.status = Status::at_bound;
    minimum = std::move(next);
  }
  return minimum;
}

}  // namespace isonomy::mixture::detail
