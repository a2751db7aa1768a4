// Where the profile likelihood has risen by a given amount: asymmetric errors and contours.
#pragma once

#include <cmath>
#include <limits>
#include <numbers>
#include <sstream>
#include <string>
#include <vector>

#include "isonomy/core/eigen.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/estimators/mixture/minimise/crossing.hpp"
#include "isonomy/estimators/mixture/minimise/minimum.hpp"
#include "isonomy/estimators/mixture/minimise/profile_search.hpp"
#include "isonomy/estimators/mixture/minimise/symmetric_errors.hpp"

namespace isonomy::mixture {

namespace detail {

/// The quadratic model of a function along a ray: after eliminating the other parameters,
/// F + b t + a t^2 - c with t measured from here, and the others as constant + slope * t.
struct RayModel {
  double a = 0, b = 0, drop = 0;  ///< drop: what the others gain at t = 0
  Eigen::VectorXd constant, slope;
  bool valid = false;
};

inline RayModel ray_model(const Likelihood& at, const ProfileRay& ray, const std::vector<int>& others) {
  const std::size_t size = at.gradient.size();
  const auto m = static_cast<Eigen::Index>(others.size());
  const auto h = [&](int i, int j) {
    return at.hessian[size * static_cast<std::size_t>(i) + static_cast<std::size_t>(j)];
  };
  const auto other = [&](Eigen::Index i) { return others[static_cast<std::size_t>(i)]; };
  double gradient = 0, curvature = 0;
  Eigen::VectorXd mixed = Eigen::VectorXd::Zero(m), g(m), scale(m);
  Eigen::MatrixXd inner(m, m);
  for (std::size_t i = 0; i < ray.parameters.size(); ++i) {
    const int p = ray.parameters[i];
    gradient += at.gradient[static_cast<std::size_t>(p)] * ray.direction[i];
    for (std::size_t j = 0; j < ray.parameters.size(); ++j)
      curvature += ray.direction[i] * h(p, ray.parameters[j]) * ray.direction[j];
    for (Eigen::Index k = 0; k < m; ++k) mixed(k) += ray.direction[i] * h(p, other(k));
  }
  for (Eigen::Index k = 0; k < m; ++k) {
    if (!(h(other(k), other(k)) > 0)) return {};
    scale(k) = 1 / std::sqrt(h(other(k), other(k)));
  }
  for (Eigen::Index i = 0; i < m; ++i) {
    g(i) = at.gradient[static_cast<std::size_t>(other(i))];
    for (Eigen::Index j = 0; j < m; ++j) inner(i, j) = scale(i) * h(other(i), other(j)) * scale(j);
  }
  RayModel result;
  result.constant.setZero(m), result.slope.setZero(m);
  if (m > 0) {
    const Eigen::LLT<Eigen::MatrixXd> factor(inner);
    if (factor.info() != Eigen::Success) return {};
    result.constant = -scale.cwiseProduct(factor.solve(scale.cwiseProduct(g)));
    result.slope = -scale.cwiseProduct(factor.solve(scale.cwiseProduct(mixed)));
  }
  result.a = 0.5 * (curvature + mixed.dot(result.slope));
  result.b = gradient + mixed.dot(result.constant);
  result.drop = -0.5 * g.dot(result.constant);
  result.valid = result.a > 0;
  return result;
}

}  // namespace detail

/// The point on the profile along `ray`, forwards from the minimum, where the function is `rise` above the minimum.
/// Each step solves the quadratic model of the last point, in which the other parameters are eliminated, for the rise;
/// it ends when the cubic remainder, as the last long step showed it, is below 1e-10 of the rise. Near a parabola that
/// takes one pass over the data, otherwise a few. Where the models lead nowhere (beyond a point of inflection, for
/// example), the profile is minimised point by point until a bracket closes. ValueError for a minimum that is not valid
/// or has no Hessian, or a ray of parameters that its box holds or that it has not; ShapeError for a ray with another
/// number of directions than parameters. Source: James, Statistical Methods in Experimental Physics (2006), 9.3.3.
template <Objective F>
[[nodiscard]] Crossing profile_crossing(F& f, const Minimum& minimum, const ProfileRay& ray, double rise = 0.5) {
  if (!minimum.valid())
    throw ValueError(std::string("profile_crossing: the minimum is ") + name(minimum.status) +
                     "; profiles start from a fit that has converged");
  if (minimum.hessian.empty())
    throw ValueError(
        "profile_crossing: the minimum has no Hessian; give a function that has one, or raise hessian_limit");
  if (!(rise > 0)) {
    std::ostringstream text;
    text << "profile_crossing: rise=" << rise << "; expected a number above 0; give 0.5 for one standard deviation";
    throw ValueError(text.str());
  }
  if (ray.direction.size() != ray.parameters.size())
    throw ShapeError("profile_crossing: the ray has " + std::to_string(ray.parameters.size()) + " parameters and " +
                     std::to_string(ray.direction.size()) + " directions; give one for each");
  for (const int p : ray.parameters)
    if (p < 0 || p >= static_cast<int>(minimum.parameters.size()))
      throw ValueError("profile_crossing: parameter " + std::to_string(p) + " of " +
                       std::to_string(minimum.parameters.size()) + "; give numbers from 0");
  const auto has = [](const std::vector<int>& v, int i) { return std::find(v.begin(), v.end(), i) != v.end(); };
  for (const int p : ray.parameters)
    if (has(minimum.bound, p))
      throw ValueError("profile_crossing: parameter " + std::to_string(p) + " is at its bound; it has no profile");
  const std::vector<Bounds> bounds = f.bounds();
  std::vector<int> others;
  for (int i = 0; i < static_cast<int>(minimum.parameters.size()); ++i)
    if (!has(minimum.bound, i) && !has(ray.parameters, i)) others.push_back(i);

  Crossing result;
  result.parameters = minimum.parameters;
  Likelihood here{minimum.nll, minimum.gradient, minimum.hessian};
  double unit = 0;  // where the parabola at the minimum reaches the rise
  const auto search = [&] { return detail::search_crossing(f, minimum, ray, others, unit, rise, result.passes); };
  double t = 0, cubic = 1, longest = std::numeric_limits<double>::infinity();
  for (int step = 0; step < 60; ++step) {
    const detail::RayModel model = detail::ray_model(here, ray, others);
    if (step == 0) unit = std::sqrt(rise / model.a);
    if (!model.valid) return step == 0 ? result : search();
    // a d^2 + b d = target, the root on the far side, in the form that does not cancel.
    const double target = minimum.nll + rise - (here.nll - model.drop);
    const double root = std::sqrt(std::max(model.b * model.b + 4 * model.a * target, 0.0));
    double move = model.b >= 0 ? 2 * target / (model.b + root) : (root - model.b) / (2 * model.a);
    if (!std::isfinite(move)) return search();
    const bool shortened = move > longest || move < -0.5 * t;
    move = std::clamp(move, -0.5 * t, longest);
    std::vector<double> next = result.parameters;
    bool outside = false;
    for (std::size_t i = 0; i < ray.parameters.size(); ++i) {
      const auto p = static_cast<std::size_t>(ray.parameters[i]);
      next[p] = minimum.parameters[p] + (t + move) * ray.direction[i];
      outside = outside || !(next[p] >= bounds[p].lower && next[p] <= bounds[p].upper);
    }
    for (std::size_t k = 0; k < others.size(); ++k) {
      const auto p = static_cast<std::size_t>(others[k]);
      const auto i = static_cast<Eigen::Index>(k);
      next[p] = std::clamp(next[p] + model.constant(i) + model.slope(i) * move, bounds[p].lower, bounds[p].upper);
    }
    // The length of the move, in units in which the rise is 1.
    const double length = std::sqrt(model.a / rise) * std::abs(move) + std::sqrt(model.drop / rise);
    if (result.passes > 0 && !outside && !shortened && cubic * length * length * length < 1e-10) {
      result.status = CrossingStatus::found;
      result.distance = t + move;
      result.parameters = next;
      return result;
    }
    if (outside) {
      // Is the rise reached before the box ends? If the last step inside was short, it is not.
      longest = 0.5 * std::abs(move);
      if (std::sqrt(model.a / rise) * longest < 1e-6) {
        result.status = CrossingStatus::at_bound;
        return result;
      }
      continue;
    }
    Likelihood there = f.at(next, MixtureOrder::hessian);
    ++result.passes;
    if (!detail::finite(there)) {
      longest = 0.25 * std::abs(move);
      if (std::sqrt(model.a / rise) * longest < 1e-6) return search();
      continue;
    }
    if (there.nll < minimum.nll - 1e-6 * rise - 1e-12 * std::abs(minimum.nll)) {
      result.status = CrossingStatus::new_minimum;
      result.parameters = next;
      return result;
    }
    // What the model missed, per cube of the length it was trusted for.
    const double predicted = here.nll - model.drop + (model.b + model.a * move) * move;
    if (length > 0.1) cubic = std::max(std::abs(there.nll - predicted) / rise / (length * length * length), 1e-3);
    t += move;
    longest = std::max(2 * t, std::abs(move));
    result.parameters = next;
    here = std::move(there);
  }
  return search();
}

/// Asymmetric errors of one parameter: how far it moves, the others following, until the NLL has risen by 1/2. NaN
/// where there is no crossing; the status says why.
struct MinosError {
  double lower = 0, upper = 0;  ///< lower is negative
  CrossingStatus lower_status = CrossingStatus::not_found, upper_status = CrossingStatus::not_found;
  std::vector<double> new_minimum;  ///< parameters of a lower point, if one was met
  int passes = 0;
};

/// profile_crossing in both directions of parameter number `parameter`.
template <Objective F>
[[nodiscard]] MinosError minos(F& f, const Minimum& minimum, int parameter, double rise = 0.5) {
  if (parameter < 0 || parameter >= static_cast<int>(minimum.parameters.size()))
    throw ValueError("minos: parameter " + std::to_string(parameter) + " of " +
                     std::to_string(minimum.parameters.size()) + "; give its number, from 0");
  MinosError result;
  const Crossing up = profile_crossing(f, minimum, {{parameter}, {1}}, rise);
  const Crossing down = profile_crossing(f, minimum, {{parameter}, {-1}}, rise);
  result.upper = up.distance, result.upper_status = up.status;
  result.lower = -down.distance, result.lower_status = down.status;
  result.passes = up.passes + down.passes;
  for (const Crossing* c : {&up, &down})
    if (c->status == CrossingStatus::new_minimum) result.new_minimum = c->parameters;
  return result;
}

/// `points` points of the contour of two parameters on which the profile likelihood is `rise` above the minimum (1/2:
/// the projections are the Minos errors; 1.148: 68.3 % coverage of both together), by angle in units of their errors.
template <Objective F>
[[nodiscard]] std::vector<Crossing> contour(F& f, const Minimum& minimum, int first, int second, int points = 32,
                                            double rise = 0.5) {
  const int size = static_cast<int>(minimum.parameters.size());
  if (first == second || std::min(first, second) < 0 || std::max(first, second) >= size)
    throw ValueError("contour: parameters " + std::to_string(first) + " and " + std::to_string(second) + " of " +
                     std::to_string(size) + "; give two different numbers, from 0");
  if (points < 3)
    throw ValueError("contour: points=" + std::to_string(points) +
                     "; expected at least 3; give as many as the figure needs");
  const HesseErrors errors = hesse(minimum);
  if (!errors.available())
    throw ValueError("contour: the minimum has no errors; they need a valid fit of a function with a Hessian");
  std::vector<Crossing> result;
  for (int i = 0; i < points; ++i) {
    const double angle = 2 * std::numbers::pi * i / points;
    result.push_back(profile_crossing(f, minimum,
                                      {{first, second},
                                       {errors.errors[static_cast<std::size_t>(first)] * std::cos(angle),
                                        errors.errors[static_cast<std::size_t>(second)] * std::sin(angle)}},
                                      rise));
  }
  return result;
}

}  // namespace isonomy::mixture
