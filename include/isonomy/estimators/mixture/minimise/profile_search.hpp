// The crossing of a profile far from a parabola: minima in the other parameters, and a bracket that closes.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/estimators/mixture/minimise/crossing.hpp"
#include "isonomy/estimators/mixture/minimise/minimise.hpp"
#include "isonomy/estimators/mixture/minimise/objective.hpp"

namespace isonomy::mixture::detail {

/// An Objective in the parameters `others`, the rest standing where the ray has got to.
template <Objective F>
class RaySection {
 public:
  RaySection(F& f, const Minimum& minimum, const ProfileRay& ray, const std::vector<int>& others)
      : f_(f), minimum_(minimum), ray_(ray), others_(others), all_bounds_(f.bounds()), point_(minimum.parameters) {
    const std::vector<std::string> all_names = f.names();
    for (const int i : others) {
      names_.push_back(all_names[static_cast<std::size_t>(i)]);
      bounds_.push_back(all_bounds_[static_cast<std::size_t>(i)]);
    }
  }

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] const std::vector<Bounds>& bounds() const { return bounds_; }

  [[nodiscard]] Likelihood at(const std::vector<double>& theta, MixtureOrder order) {
    const Likelihood all = f_.at(whole(theta), order);
    Likelihood result{all.nll, {}, {}, all.nll_rest};
    for (const int i : others_) {
      if (!all.gradient.empty()) result.gradient.push_back(all.gradient[static_cast<std::size_t>(i)]);
      if (all.hessian.empty()) continue;
      for (const int j : others_)
        result.hessian.push_back(
            all.hessian[all.gradient.size() * static_cast<std::size_t>(i) + static_cast<std::size_t>(j)]);
    }
    return result;
  }

  /// All parameters at a point of this section.
  [[nodiscard]] std::vector<double> whole(const std::vector<double>& theta) const {
    std::vector<double> result = point_;
    for (std::size_t k = 0; k < others_.size(); ++k) result[static_cast<std::size_t>(others_[k])] = theta[k];
    return result;
  }

  void move_to(double distance) {
    for (std::size_t i = 0; i < ray_.parameters.size(); ++i) {
      const auto p = static_cast<std::size_t>(ray_.parameters[i]);
      point_[p] =
          std::clamp(minimum_.parameters[p] + distance * ray_.direction[i], all_bounds_[p].lower, all_bounds_[p].upper);
    }
  }

  /// How far the ray goes before it leaves the box.
  [[nodiscard]] double length() const {
    double result = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < ray_.parameters.size(); ++i) {
      const auto p = static_cast<std::size_t>(ray_.parameters[i]);
      const double along = ray_.direction[i];
      if (along == 0) continue;
      result = std::min(result,
                        ((along > 0 ? all_bounds_[p].upper : all_bounds_[p].lower) - minimum_.parameters[p]) / along);
    }
    return result;
  }

 private:
  F& f_;
  const Minimum& minimum_;
  const ProfileRay& ray_;
  const std::vector<int>& others_;
  std::vector<Bounds> all_bounds_;
  std::vector<double> point_;
  std::vector<std::string> names_;
  std::vector<Bounds> bounds_;
};

/// A point of the profile: how far along the ray, how far above the rise, the others there.
struct ProfilePoint {
  double distance = 0, excess = 0;
  std::vector<double> others;
  bool inside = true;  ///< no other parameter is held by the box
};

/// profile_crossing by its definition: the function is minimised in the other parameters at one distance after another,
/// which doubles from `unit` until the rise is passed and is then enclosed by regula falsi (the Illinois form) until
/// the profile is within 1e-9 of the rise. A point of the box's border is no new minimum: a component that closes in on
/// a data point is as low as one likes. Source: Dowell and Jarratt, BIT 11 (1971).
template <Objective F>
[[nodiscard]] Crossing search_crossing(F& f, const Minimum& minimum, const ProfileRay& ray,
                                       const std::vector<int>& others, double unit, double rise, int passes) {
  Crossing result;
  result.parameters = minimum.parameters;
  result.passes = passes;
  RaySection<F> section(f, minimum, ray, others);
  const double exact = std::max(1e-9 * rise, 1e-13 * std::abs(minimum.nll));
  const auto profile = [&](double distance, const std::vector<double>& begin) -> std::optional<ProfilePoint> {
    section.move_to(distance);
    if (others.empty()) {
      ++result.passes;
      const double nll = section.at({}, MixtureOrder::value).nll;
      if (!std::isfinite(nll)) return {};
      return ProfilePoint{distance, nll - minimum.nll - rise, {}, true};
    }
    if (!std::isfinite(section.at(begin, MixtureOrder::value).nll)) return {};
    const Minimum m = minimize(section, begin);
    result.passes += 1 + m.passes;
    if (!m.valid()) return {};
    return ProfilePoint{distance, m.nll - minimum.nll - rise, m.parameters, m.status == Status::converged};
  };
  const auto finish = [&](CrossingStatus status, const ProfilePoint& at) {
    result.status = status;
    if (status == CrossingStatus::found) result.distance = at.distance;
    section.move_to(at.distance);
    result.parameters = section.whole(at.others);
    return result;
  };

  ProfilePoint below{0, -rise, {}, true}, above;
  for (const int i : others) below.others.push_back(minimum.parameters[static_cast<std::size_t>(i)]);
  const double end = section.length();
  double step = unit;
  bool passed = false;
  for (int k = 0; k < 24 && !passed; ++k) {
    const auto point = profile(std::min(below.distance + step, end), below.others);
    if (!point) {
      step /= 4;
      continue;
    }
    if (point->excess < -rise - 1e-6 * rise - 1e-12 * std::abs(minimum.nll))
      return point->inside ? finish(CrossingStatus::new_minimum, *point) : result;
    passed = point->excess >= 0;
    (passed ? above : below) = *point;
    if (!passed && below.distance >= end) return finish(CrossingStatus::at_bound, below);
    step *= 2;
  }
  if (!passed) return result;
  double low = below.excess, high = above.excess;  // of the secant, halved for an end that stays
  for (int k = 0; k < 60; ++k) {
    if (above.excess <= exact) return finish(CrossingStatus::found, above);
    if (-below.excess <= exact && below.distance > 0) return finish(CrossingStatus::found, below);
    const double next = (below.distance * high - above.distance * low) / (high - low);
    const auto point = profile(next, below.others);
    if (!point) return result;
    if (point->excess >= 0) {
      above = *point, high = above.excess;
      low /= 2;
    } else {
      below = *point, low = below.excess;
      high /= 2;
    }
  }
  return result;
}

}  // namespace isonomy::mixture::detail
