// Units in which fits are made: a power of two near the widths, so that data of any size take the same steps.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/core/numeric.hpp"
#include "isonomy/core/small_matrix.hpp"
#include "isonomy/estimators/mixture/minimise/crossing.hpp"
#include "isonomy/estimators/mixture/minimise/minimum.hpp"
#include "isonomy/estimators/mixture/minimise/minos.hpp"
#include "isonomy/estimators/mixture/minimise/objective.hpp"
#include "isonomy/estimators/mixture/minimise/symmetric_errors.hpp"
#include "isonomy/estimators/mixture/minimise/value.hpp"
#include "isonomy/estimators/mixture/normal/model.hpp"
#include "isonomy/estimators/mixture/normal/truncated_normal.hpp"

namespace isonomy::mixture {

/// The power of two at or below the widest component, as far as the model's range leaves it. In units of it, squares
/// and products of widths neither over- nor underflow, and data that were multiplied by a power of two have the same
/// numbers.
[[nodiscard]] inline double unit_of(const NormalModel& model, const std::vector<NormalComponent>& c) {
  constexpr double most_units = 0x1p1000;  // of a mean far outside a range
  double largest = 0, least = smallest_sigma;
  for (const NormalComponent& k : c) {
    least = std::max(least, std::abs(k.mean) / most_units);
    if (k.weight > 0)
      largest = std::max(
          largest, std::min(detail::reach_of(k, model.range).length * k.sigma, model.range.upper - model.range.lower));
  }
  return std::ldexp(1.0, std::ilogb(std::clamp(largest, least, largest_sigma)));
}

/// Parameters with means and standard deviations times `factor`.
[[nodiscard]] inline std::vector<double> times(const NormalModel& model, std::vector<double> parameters,
                                               double factor) {
  for (std::size_t i = static_cast<std::size_t>(model.weight_count()); i < parameters.size(); ++i)
    parameters[i] *= factor;
  return parameters;
}

namespace detail {

inline NormalModel in_units(NormalModel model, double unit) {
  model.range.lower /= unit, model.range.upper /= unit;
  return model;
}

inline std::vector<NormalComponent> in_units(std::vector<NormalComponent> c, double unit) {
  for (NormalComponent& k : c) k.mean /= unit, k.sigma /= unit;
  return c;
}

/// Multiplies matrix(i, j), by rows, by factor^(how many of i and j are no weights).
inline void scale_locations(std::vector<double>& matrix, std::size_t size, std::size_t weights, double factor) {
  for (std::size_t e = 0; e < matrix.size(); ++e) {
    if (e / size >= weights) matrix[e] *= factor;
    if (e % size >= weights) matrix[e] *= factor;
  }
}

/// A likelihood of n points (or weights of sum n) in units as one of the data as they are.
inline Likelihood in_data_units(const NormalModel& model, Likelihood l, double n, double unit) {
  if (unit == 1) return l;
  if (std::isfinite(l.nll)) {
    const DoubleDouble nll = DoubleDouble{l.nll, l.nll_rest} + log_of_powers(n, std::ilogb(unit));
    l.nll = nll.high, l.nll_rest = nll.low;
  }
  l.gradient = times(model, std::move(l.gradient), 1 / unit);
  scale_locations(l.hessian, static_cast<std::size_t>(model.size()), static_cast<std::size_t>(model.weight_count()),
                  1 / unit);
  return l;
}

}  // namespace detail

/// An Objective: a likelihood of normal densities with means and standard deviations in units of f.unit(), near the
/// widths, whose value lacks the constant n log(unit). minimize, minos and contour find there what they find in f, at
/// any scale of the data: derivatives of f itself overflow at a spread below 1e-100 or so.
template <class F>
class InUnits {
 public:
  explicit InUnits(F& f) : f_(f) {}

  [[nodiscard]] std::vector<std::string> names() const { return f_.names(); }
  [[nodiscard]] std::vector<Bounds> bounds() const { return f_.bounds_in_units(); }
  [[nodiscard]] const Control& control() const { return f_.control(); }
  [[nodiscard]] double number_of_points() const { return f_.number_of_points(); }
  [[nodiscard]] std::vector<std::vector<int>> simplices() const { return f_.simplices(); }
  [[nodiscard]] std::vector<int> idle(const std::vector<double>& theta, const std::vector<int>& free) const {
    return f_.idle(theta, free);
  }
  [[nodiscard]] std::vector<double> lengths(const std::vector<double>& theta) const {
    return f_.lengths_in_units(theta);
  }
  [[nodiscard]] bool cut_short(const std::vector<double>& theta, const std::vector<double>& gradient) const {
    return mixture::cut_short(f_, theta, gradient);
  }
  [[nodiscard]] double sum_of_squares() const requires requires(const F& f) { f.sum_of_squares(); }
  { return f_.sum_of_squares(); }
  [[nodiscard]] double sum_of_weights() const requires requires(const F& f) { f.sum_of_weights(); }
  { return f_.sum_of_weights(); }
  [[nodiscard]] Likelihood at(const std::vector<double>& theta, MixtureOrder order) {
    return f_.in_units(theta, order);
  }

  /// Parameters in these units, and back.
  [[nodiscard]] std::vector<double> from_data(std::vector<double> parameters) const {
    return times(f_.model(), std::move(parameters), 1 / f_.unit());
  }
  [[nodiscard]] std::vector<double> to_data(std::vector<double> theta) const {
    std::vector<double> result = times(f_.model(), std::move(theta), f_.unit());
    // The mean of a likelihood without maximum may run off beyond double.
    constexpr double largest = std::numeric_limits<double>::max();
    for (double& p : result) p = std::clamp(p, -largest, largest);
    return result;
  }
  /// A minimum of f as one of this function: its derivatives are evaluated anew, which is no pass over the data where f
  /// begins there.
  [[nodiscard]] Minimum from_data(Minimum minimum) {
    minimum.parameters = from_data(std::move(minimum.parameters));
    Likelihood here = at(minimum.parameters, MixtureOrder::hessian);
    minimum.nll = here.nll;
    minimum.gradient = std::move(here.gradient), minimum.hessian = std::move(here.hessian);
    return minimum;
  }
  /// A minimum of this function as one of f.
  [[nodiscard]] Minimum to_data(Minimum minimum) const {
    const NormalModel& model = f_.model();
    const double n = f_.number_of_points(), unit = f_.unit();
    Likelihood l =
        detail::in_data_units(model, {minimum.nll, std::move(minimum.gradient), std::move(minimum.hessian)}, n, unit);
    minimum.parameters = to_data(std::move(minimum.parameters));
    minimum.nll = l.nll, minimum.gradient = std::move(l.gradient), minimum.hessian = std::move(l.hessian);
    std::vector<double> slope = minimum.gradient;
    for (const int i : minimum.bound) slope[static_cast<std::size_t>(i)] = 0;
    minimum.gradient_norm = norm(slope);
    return minimum;
  }
  /// Profile errors of parameter number `parameter`, and a point of a profile, as those of f.
  [[nodiscard]] MinosError to_data(MinosError error, int parameter) const {
    if (parameter >= f_.model().weight_count()) error.lower *= f_.unit(), error.upper *= f_.unit();
    error.new_minimum = to_data(std::move(error.new_minimum));
    return error;
  }
  [[nodiscard]] Crossing to_data(Crossing crossing) const {
    crossing.parameters = to_data(std::move(crossing.parameters));
    return crossing;
  }
  /// Errors at a minimum of this function as errors at one of f. Of a spread near 1e-200 or 1e200 the covariance under-
  /// or overflows, errors and correlations do not.
  [[nodiscard]] HesseErrors to_data(HesseErrors errors) const {
    const NormalModel& model = f_.model();
    errors.errors = times(model, std::move(errors.errors), f_.unit());
    detail::scale_locations(errors.covariance, static_cast<std::size_t>(model.size()),
                            static_cast<std::size_t>(model.weight_count()), f_.unit());
    return errors;
  }

 private:
  F& f_;
};

}  // namespace isonomy::mixture
