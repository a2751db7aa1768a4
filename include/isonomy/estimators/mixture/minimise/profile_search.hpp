// The crossing of a profile far from a parabola: minima in the other parameters, and a bracket that closes.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/core/numeric.hpp"
#include "isonomy/estimators/mixture/minimise/crossing.hpp"
#include "isonomy/estimators/mixture/minimise/minimize.hpp"
#include "isonomy/estimators/mixture/minimise/objective.hpp"

namespace isonomy::mixture::detail {

/// What a profile is searched for: a rise along a ray from a minimum, the `others` following inside the box. Minimum
/// and ray outlive it.
struct Profile {
  const Minimum& minimum;
  const ProfileRay& ray;
  double rise;
  std::vector<Bounds> bounds;
  std::vector<int> others;

  Profile(const Minimum& from, const ProfileRay& along, double by, std::vector<Bounds> box)
      : minimum(from), ray(along), rise(by), bounds(std::move(box)) {
    const auto has = [](const std::vector<int>& v, int i) { return std::find(v.begin(), v.end(), i) != v.end(); };
    for (int i = 0; i < static_cast<int>(minimum.parameters.size()); ++i)
      if (!has(minimum.bound, i) && !has(ray.parameters, i)) others.push_back(i);
  }

  /// The ray's parameter number i so far along.
  [[nodiscard]] double on_ray(std::size_t i, double distance) const {
    return std::fma(distance, ray.direction[i], minimum.parameters[static_cast<std::size_t>(ray.parameters[i])]);
  }
};

/// An Objective in the parameters `others`, the rest standing where the ray has got to.
template <Objective F>
class RaySection {
 public:
  RaySection(F& f, const Profile& profile) : f_(f), profile_(profile), point_(profile.minimum.parameters) {
    const std::vector<std::string> all_names = f.names();
    for (const int i : profile.others) {
      names_.push_back(all_names[static_cast<std::size_t>(i)]);
      bounds_.push_back(profile.bounds[static_cast<std::size_t>(i)]);
    }
  }

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] const std::vector<Bounds>& bounds() const { return bounds_; }

  [[nodiscard]] Likelihood at(const std::vector<double>& theta, MixtureOrder order) {
    const Likelihood all = f_.at(whole(theta), order);
    Likelihood result{all.nll, {}, {}, all.nll_rest};
    for (const int i : profile_.others) {
      if (!all.gradient.empty()) result.gradient.push_back(all.gradient[static_cast<std::size_t>(i)]);
      if (all.hessian.empty()) continue;
      for (const int j : profile_.others)
        result.hessian.push_back(
            all.hessian[all.gradient.size() * static_cast<std::size_t>(i) + static_cast<std::size_t>(j)]);
    }
    return result;
  }

  /// All parameters at a point of this section.
  [[nodiscard]] std::vector<double> whole(const std::vector<double>& theta) const {
    std::vector<double> result = point_;
    for (std::size_t k = 0; k < theta.size(); ++k) result[static_cast<std::size_t>(profile_.others[k])] = theta[k];
    return result;
  }

  void move_to(double distance) {
    for (std::size_t i = 0; i < profile_.ray.parameters.size(); ++i) {
      const auto p = static_cast<std::size_t>(profile_.ray.parameters[i]);
      point_[p] = std::clamp(profile_.on_ray(i, distance), profile_.bounds[p].lower, profile_.bounds[p].upper);
    }
  }

  /// Whether a minimum of this section lies at a bound that arithmetic alone needs.
  [[nodiscard]] bool cut_short(const Minimum& minimum) const {
    std::vector<double> gradient(point_.size());
    for (std::size_t k = 0; k < minimum.gradient.size(); ++k)
      gradient[static_cast<std::size_t>(profile_.others[k])] = minimum.gradient[k];
    return mixture::cut_short(f_, whole(minimum.parameters), gradient);
  }

  /// How far the ray goes before it leaves the box.
  [[nodiscard]] double length() const {
    double result = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < profile_.ray.parameters.size(); ++i) {
      const auto p = static_cast<std::size_t>(profile_.ray.parameters[i]);
      const double along = profile_.ray.direction[i];
      if (along == 0) continue;
      const double end = along > 0 ? profile_.bounds[p].upper : profile_.bounds[p].lower;
      result = std::min(result, (end - profile_.minimum.parameters[p]) / along);
    }
    return result;
  }

 private:
  F& f_;
  const Profile& profile_;
  std::vector<double> point_;
  std::vector<std::string> names_;
  std::vector<Bounds> bounds_;
};

/// A point of the profile: how far along the ray, how far above the rise, the others there.
struct ProfilePoint {
  double distance = 0, excess = 0;
  std::vector<double> others;
  bool inside = true;  ///< no other parameter is held by the box
  bool cut = false;    ///< one is, by a bound that arithmetic alone needs
};

/// A profile's crossing by its definition: the function is minimised in the other parameters at one distance after
/// another, which doubles from `unit` until the rise is passed and is then enclosed by regula falsi (the Illinois form)
/// until the profile is within 1e-9 of the rise, or some 1000 passes have found no end. A point of the box's border is
/// no new minimum: a component that closes in on a data point is as low as one likes. Source: Dowell and Jarratt, BIT
/// 11 (1971).
template <Objective F>
class CrossingSearch {
 public:
  CrossingSearch(F& f, const Profile& profile, double unit, int passes)
      : profile_(profile), section_(f, profile), unit_(unit),
        exact_(std::max(1e-9 * profile.rise, 1e-13 * std::abs(profile.minimum.nll))) {
    result_.parameters = profile.minimum.parameters;
    result_.passes = passes;
    for (const int i : profile.others) below_.others.push_back(profile.minimum.parameters[static_cast<std::size_t>(i)]);
    below_.excess = -profile.rise;
  }

  [[nodiscard]] Crossing run() {
    if (passes_the_rise()) enclose();
    return std::move(result_);
  }

 private:
  /// The profile at one distance, its minimum looked for from `begin`; nothing where it cannot be had.
  [[nodiscard]] std::optional<ProfilePoint> profile(double distance, const std::vector<double>& begin) {
    if (result_.passes > most_passes) return {};
    section_.move_to(distance);
    const auto excess = [&](double nll) { return nll - profile_.minimum.nll - profile_.rise; };
    if (profile_.others.empty()) {
      ++result_.passes;
      const double nll = section_.at({}, MixtureOrder::value).nll;
      if (!std::isfinite(nll)) return {};
      return ProfilePoint{distance, excess(nll), {}};
    }
    if (!std::isfinite(section_.at(begin, MixtureOrder::value).nll)) return {};
    const Minimum m = minimize(section_, begin);
    result_.passes += 1 + m.passes;
    if (!m.valid()) return {};
    return ProfilePoint{distance, excess(m.nll), m.parameters, m.status == Status::converged, section_.cut_short(m)};
  }

  void finish(CrossingStatus status, const ProfilePoint& at) {
    if (status == CrossingStatus::found && at.cut) status = CrossingStatus::others_at_bound;
    result_.status = status;
    if (status == CrossingStatus::found) result_.distance = at.distance;
    section_.move_to(at.distance);
    result_.parameters = section_.whole(at.others);
  }

  /// Whether a point above the rise was found; the last below it lies before it.
  [[nodiscard]] bool passes_the_rise() {
    const double end = section_.length();
    const Rounded rise = profile_.rise, rounding = 1e-12 * Rounded(std::abs(profile_.minimum.nll));
    double step = unit_;
    for (int k = 0; k < 24 && result_.passes <= most_passes; ++k) {
      const auto point = profile(std::min(below_.distance + step, end), below_.others);
      if (!point) {
        step /= 4;
        continue;
      }
      if (point->excess < -rise - 1e-6 * rise - rounding) {
        if (point->inside) finish(CrossingStatus::new_minimum, *point);
        return false;
      }
      if (point->excess >= 0) {
        above_ = *point;
        return true;
      }
      below_ = *point;
      if (below_.distance >= end) {
        finish(CrossingStatus::at_bound, below_);
        return false;
      }
      step *= 2;
    }
    return false;
  }

  void enclose() {
    Rounded low = below_.excess, high = above_.excess;  // of the secant, halved for an end that stays
    for (int k = 0; k < 60; ++k) {
      if (above_.excess <= exact_) return finish(CrossingStatus::found, above_);
      if (-below_.excess <= exact_ && below_.distance > 0) return finish(CrossingStatus::found, below_);
      const double next = (below_.distance * high - above_.distance * low) / (high - low);
      const auto point = profile(next, below_.others);
      if (!point) return;
      if (point->excess >= 0) {
        above_ = *point, high = above_.excess;
        low /= 2;
      } else {
        below_ = *point, low = below_.excess;
        high /= 2;
      }
    }
  }

  /// A search that needs more is in a valley in which minimisation takes hundreds of steps at every point.
  static constexpr int most_passes = 1000;

  const Profile& profile_;
  RaySection<F> section_;
  double unit_, exact_;
  Crossing result_;
  ProfilePoint below_, above_;
};

}  // namespace isonomy::mixture::detail
