// What the minimisers work on: a function with exact derivatives inside a box.
#pragma once

#include <cmath>
#include <concepts>
#include <limits>
#include <string>
#include <vector>

#include "isonomy/core/control.hpp"
#include "isonomy/estimators/mixture/minimise/value.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"

namespace isonomy::mixture {

/// The values a parameter may take, ends included.
struct Bounds {
  double lower = -std::numeric_limits<double>::infinity(), upper = std::numeric_limits<double>::infinity();
};

/// A negative log-likelihood. at(theta, order) is finite or says so: a value that is not finite marks a point the
/// minimiser must not step to; it never throws for a point within the bounds.
/// Members that it may have besides:
///   bool has_hessian() const              false: it is never asked for more than the gradient; true without it
///   const Control& control() const        of its context: the minimiser reports to it and stops for it
///   std::vector<double> lengths(theta) const   what a step of each parameter is small beside; its size without it
///   std::vector<int> idle(theta, const std::vector<int>& free) const   parameters that the function does not depend on
///                                         at theta if all others than `free` are held, such as the width of a
///                                         component whose weight is
///   bool cut_short(theta, const std::vector<double>& gradient) const   whether a bound that arithmetic alone needs
///   keeps
///                                         the function from falling farther
///   std::vector<std::vector<int>> simplices() const   groups of parameters that are weights: of one lower bound, of a
///                                         sum that leaves at least that much of 1 to a last weight
template <class F>
concept Objective = requires(F& f, const std::vector<double>& theta, MixtureOrder order) {
  { f.names() } -> std::convertible_to<std::vector<std::string>>;
  { f.bounds() } -> std::convertible_to<std::vector<Bounds>>;
  { f.at(theta, order) } -> std::same_as<Likelihood>;
};

/// A control that asks for nothing: that of an Objective without a context.
[[nodiscard]] inline const Control& nobody() {
  static const Control control;
  return control;
}

/// Whether f can be asked for its Hessian.
template <Objective F>
[[nodiscard]] bool has_hessian(const F& f) {
  if constexpr (requires { f.has_hessian(); })
    return f.has_hessian();
  else
    return true;
}

/// Whom work on f reports to and is stopped by; nobody if f has no context.
template <Objective F>
[[nodiscard]] const Control& control_of(const F& f) {
  if constexpr (requires { f.control(); })
    return f.control();
  else
    return nobody();
}

/// What steps of the parameters are small beside at theta.
template <Objective F>
[[nodiscard]] std::vector<double> lengths_of(const F& f, const std::vector<double>& theta) {
  if constexpr (requires { f.lengths(theta); }) {
    return f.lengths(theta);
  } else {
    std::vector<double> result;
    for (const double x : theta) result.push_back(std::abs(x));
    return result;
  }
}

/// Whether a bound that arithmetic alone needs keeps f from falling farther; false for a function that does not say.
template <Objective F>
[[nodiscard]] bool cut_short(const F& f, const std::vector<double>& theta, const std::vector<double>& gradient) {
  if constexpr (requires { f.cut_short(theta, gradient); })
    return f.cut_short(theta, gradient);
  else
    return false;
}

/// The groups of weights among the parameters of f.
template <Objective F>
[[nodiscard]] std::vector<std::vector<int>> simplices_of(const F& f) {
  if constexpr (requires { f.simplices(); })
    return f.simplices();
  else
    return {};
}

}  // namespace isonomy::mixture
