// Where the profile likelihood has risen by a given amount along a ray: steps on quadratic models.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/small_matrix.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/mixture/minimise/crossing.hpp"
#include "isonomy/estimators/mixture/minimise/minimum.hpp"
#include "isonomy/estimators/mixture/minimise/profile_search.hpp"

namespace isonomy::mixture {

namespace detail {

/// The quadratic model of a function along a ray: after eliminating the other parameters,
/// F + b t + a t^2 - c with t measured from here, and the others as constant + slope * t.
struct RayModel {
  Rounded a = 0, b = 0, drop = 0;  ///< drop: what the others gain at t = 0
  std::vector<double> constant, slope;
  bool valid = false;

  /// The t > 0 (or the only one) at which the model is `target` above F - drop: a t^2 + b t = target, the root on the
  /// far side, in the form that does not cancel.
  [[nodiscard]] double root(double target) const {
    const double root = std::sqrt(std::max<double>(b * b + 4 * a * target, 0.0));
    return b >= 0 ? 2 * target / (b + root) : (root - b) / (2 * a);
  }
};

inline RayModel ray_model(const Likelihood& at, const ProfileRay& ray, const std::vector<int>& others) {
  const std::size_t size = at.gradient.size(), m = others.size();
  const auto h = [&](int i, int j) {
    return at.hessian[size * static_cast<std::size_t>(i) + static_cast<std::size_t>(j)];
  };
  double gradient = 0, curvature = 0;
  std::vector<double> mixed(m), g(m), scale(m);
  for (std::size_t i = 0; i < ray.parameters.size(); ++i) {
    const int p = ray.parameters[i];
    const double along = ray.direction[i];
    gradient = std::fma(at.gradient[static_cast<std::size_t>(p)], along, gradient);
    for (std::size_t j = 0; j < ray.parameters.size(); ++j)
      curvature = std::fma(along * h(p, ray.parameters[j]), ray.direction[j], curvature);
    for (std::size_t k = 0; k < m; ++k) mixed[k] = std::fma(along, h(p, others[k]), mixed[k]);
  }
  for (std::size_t k = 0; k < m; ++k) {
    if (!(h(others[k], others[k]) > 0)) return {};
    scale[k] = 1 / std::sqrt(h(others[k], others[k]));
    g[k] = at.gradient[static_cast<std::size_t>(others[k])];
  }
  SquareMatrix inner(m);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < m; ++j) inner(i, j) = Rounded(scale[i]) * h(others[i], others[j]) * scale[j];
  const Cholesky factor(std::move(inner));
  if (!factor.positive_definite()) return {};
  const auto minus_inverse_times = [&](std::vector<double> x) {
    for (std::size_t k = 0; k < m; ++k) x[k] = rounded_product(-scale[k], x[k]);
    x = factor.solve(std::move(x));
    for (std::size_t k = 0; k < m; ++k) x[k] = rounded_product(scale[k], x[k]);
    return x;
  };
  RayModel result;
  result.constant = minus_inverse_times(g);
  result.slope = minus_inverse_times(mixed);
  result.a = 0.5 * (curvature + dot(mixed, result.slope));
  result.b = gradient + dot(mixed, result.constant);
  result.drop = -0.5 * dot(g, result.constant);
  result.valid = result.a > 0;
  return result;
}

/// ValueError and ShapeError of profile_crossing.
inline void require_profile(const Minimum& minimum, const ProfileRay& ray, double rise) {
  if (!minimum.valid())
    throw ValueError(text::joined(
        {"profile_crossing: the minimum is ", name(minimum.status), "; profiles start from a fit that has converged"}));
  if (minimum.hessian.empty())
    throw ValueError(
        "profile_crossing: the minimum has no Hessian; give a function that has one, or raise hessian_limit");
  if (!(rise > 0)) {
    throw ValueError(text::joined("profile_crossing: rise=", rise,
                                  "; expected a number above 0; give 0.5 for one standard deviation"));
  }
  if (ray.direction.size() != ray.parameters.size())
    throw ShapeError(text::joined("profile_crossing: the ray has ", ray.parameters.size(), " parameters and ",
                                  ray.direction.size(), " directions; give one for each"));
  for (const int p : ray.parameters)
    if (p < 0 || p >= static_cast<int>(minimum.parameters.size()))
      throw ValueError(text::joined(
          {"profile_crossing: parameter ", p, " of ", minimum.parameters.size(), "; give numbers from 0"}));
  for (const int p : ray.parameters)
    if (std::find(minimum.bound.begin(), minimum.bound.end(), p) != minimum.bound.end())
      throw ValueError(text::joined("profile_crossing: parameter ", p, " is fixed or at its bound; it has no profile"));
}

/// The walk of profile_crossing: where it stands on the ray, and how far the models have proved right.
template <Objective F>
class CrossingWalk {
 public:
  CrossingWalk(F& f, const Minimum& minimum, const ProfileRay& ray, double rise)
      : f_(f), profile_(minimum, ray, rise, f.bounds()), here_{minimum.nll, minimum.gradient, minimum.hessian} {
    result_.parameters = minimum.parameters;
  }

  [[nodiscard]] Crossing run() {
    for (int step = 0; step < 60; ++step) {
      const RayModel model = ray_model(here_, profile_.ray, profile_.others);
      if (step == 0) unit_ = std::sqrt(profile_.rise / model.a);
      if (step == 0 && !model.valid) return result_;
      if (!model.valid) break;
      const Step next = advance(model);
      if (next == Step::done) return result_;
      if (next == Step::lost) break;
    }
    return CrossingSearch<F>(f_, profile_, unit_, result_.passes).run();
  }

 private:
  enum class Step { taken, done, lost };

  Step end(CrossingStatus status, std::vector<double> parameters) {
    result_.status = status;
    result_.parameters = std::move(parameters);
    return Step::done;
  }

  /// The point `move` further on, the others where the model has them; none if the ray leaves the box.
  [[nodiscard]] std::optional<std::vector<double>> point(const RayModel& model, double move) const {
    std::vector<double> next = result_.parameters;
    const std::vector<Bounds>& bounds = profile_.bounds;
    for (std::size_t i = 0; i < profile_.ray.parameters.size(); ++i) {
      const auto p = static_cast<std::size_t>(profile_.ray.parameters[i]);
      next[p] = profile_.on_ray(i, t_ + move);
      if (!(next[p] >= bounds[p].lower && next[p] <= bounds[p].upper)) return std::nullopt;
    }
    for (std::size_t k = 0; k < profile_.others.size(); ++k) {
      const auto p = static_cast<std::size_t>(profile_.others[k]);
      next[p] =
          std::clamp(std::fma(model.slope[k], move, next[p] + model.constant[k]), bounds[p].lower, bounds[p].upper);
    }
    return next;
  }

  /// One move on the model of the place it has got to.
  [[nodiscard]] Step advance(const RayModel& model) {
    const double rise = profile_.rise, lowest = profile_.minimum.nll;
    const double wanted = model.root(lowest + rise - (here_.nll - model.drop));
    if (!std::isfinite(wanted)) return Step::lost;
    const bool shortened = wanted > longest_ || wanted < -0.5 * t_;
    const double move = std::clamp(wanted, -0.5 * t_, longest_);
    const std::optional<std::vector<double>> next = point(model, move);
    // The length of the move, in units in which the rise is 1.
    const Rounded unit = std::sqrt(model.a / rise), length = unit * std::abs(move) + std::sqrt(model.drop / rise);
    if (!next) {
      // Is the rise reached before the box ends? If the last step inside was short, it is not.
      longest_ = 0.5 * std::abs(move);
      return unit * longest_ < 1e-6 ? end(CrossingStatus::at_bound, std::move(result_.parameters)) : Step::taken;
    }
    if (result_.passes > 0 && !shortened && cubic_ * length * length * length < 1e-10) {
      result_.distance = t_ + move;
      return end(CrossingStatus::found, *next);
    }
    Likelihood there = f_.at(*next, MixtureOrder::hessian);
    ++result_.passes;
    if (!finite(there)) {
      longest_ = 0.25 * std::abs(move);
      return unit * longest_ < 1e-6 ? Step::lost : Step::taken;
    }
    if (there.nll < lowest - 1e-6 * Rounded(rise) - 1e-12 * Rounded(std::abs(lowest)))
      return end(CrossingStatus::new_minimum, *next);
    // What the model missed, per cube of the length it was trusted for.
    const double predicted = here_.nll - model.drop + (model.b + model.a * move) * move;
    if (length > 0.1)
      cubic_ = std::max<double>(std::abs(there.nll - predicted) / rise / (length * length * length), 1e-3);
    t_ += move;
    longest_ = std::max(2 * t_, std::abs(move));
    result_.parameters = *next;
    here_ = std::move(there);
    return Step::taken;
  }

  F& f_;
  Profile profile_;
  Likelihood here_;
  Crossing result_;
  double unit_ = 0;  ///< where the parabola at the minimum reaches the rise
  double t_ = 0, longest_ = std::numeric_limits<double>::infinity();
  Rounded cubic_ = 1;
};

}  // namespace detail

/// The point on the profile along `ray`, forwards from the minimum, where the function is `rise` above the minimum.
///
/// Each step solves the quadratic model of the last point, in which the other parameters are eliminated, for the rise;
/// it ends when the cubic remainder, as the last long step showed it, is below 1e-10 of the rise. Near a parabola that
/// takes one pass over the data, otherwise a few. Where the models lead nowhere (beyond a point of inflection, for
/// example), the profile is minimised point by point until a bracket closes.
///
/// ValueError for a minimum that is not valid or has no Hessian, or a ray of parameters that are fixed, held by the box
/// or not there; ShapeError for a ray with another number of directions than parameters.
///
/// Source: James, Statistical Methods in Experimental Physics (2006), 9.3.3.
template <Objective F>
[[nodiscard]] Crossing profile_crossing(F& f, const Minimum& minimum, const ProfileRay& ray, double rise = 0.5) {
  detail::require_profile(minimum, ray, rise);
  return detail::CrossingWalk<F>(f, minimum, ray, rise).run();
}

}  // namespace isonomy::mixture
