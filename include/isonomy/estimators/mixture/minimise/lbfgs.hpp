// Minimisation from gradients alone: limited-memory BFGS in coordinates without bounds.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "isonomy/core/control.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/small_matrix.hpp"
#include "isonomy/estimators/mixture/minimise/coordinates.hpp"
#include "isonomy/estimators/mixture/minimise/line_search.hpp"
#include "isonomy/estimators/mixture/minimise/minimum.hpp"
#include "isonomy/estimators/mixture/minimise/newton.hpp"

namespace isonomy::mixture {
namespace detail {

/// An approximate inverse Hessian: the last ten steps s with the changes y of the gradient, on top of a diagonal that
/// learns the scale of each coordinate. Sources: Nocedal and Wright (2006), algorithm 7.4; the diagonal: Gilbert and
/// Lemarechal (1989), section 4.
class LbfgsMatrix {
 public:
  /// First steps have length 1.
  explicit LbfgsMatrix(const std::vector<double>& gradient) {
    const double length = norm(gradient);
    diagonal_.assign(gradient.size(), length > 0 ? length : 1);
  }

  void add(const std::vector<double>& s, const std::vector<double>& y) {
    const double sy = dot(s, y);
    if (!(sy > 1e-10 * norm(s) * norm(y))) return;  // no positive curvature along s
    // The diagonal of the BFGS update of `diagonal_`, brought to the scale of y first.
    const double scale = dot(quotients(y, diagonal_), y);
    for (double& d : diagonal_) d = d * scale / sy;
    std::vector<double> bs;
    for (std::size_t i = 0; i < s.size(); ++i) bs.push_back(rounded_product(diagonal_[i], s[i]));
    const double sbs = dot(s, bs);
    for (std::size_t i = 0; i < s.size(); ++i) diagonal_[i] += y[i] * y[i] / sy - bs[i] * bs[i] / sbs;
    pairs_.push_back({s, y, sy});
    if (pairs_.size() > 10) pairs_.pop_front();
  }
  /// Takes the curvature of coordinates for what a step of one unit would show where one unit gains more than `gain`:
  /// what they did so far then tells nothing of their scale. False if there are none.
  bool doubt(const std::vector<double>& gradient, const std::vector<double>& units, double gain) {
    bool doubtful = false;
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      if (!(std::abs(gradient[i]) * units[i] > gain)) continue;
      diagonal_[i] = std::abs(gradient[i]) / units[i];
      doubtful = true;
    }
    if (doubtful) forget();
    return doubtful;
  }
  /// Forgets the steps, not the scales.
  void forget() { pairs_.clear(); }
  [[nodiscard]] bool empty() const { return pairs_.empty(); }

  [[nodiscard]] std::vector<double> inverse_times(std::vector<double> g) const {
    std::vector<double> a(pairs_.size());
    for (std::size_t k = pairs_.size(); k-- > 0;) {
      a[k] = dot(pairs_[k].s, g) / pairs_[k].sy;
      add_multiple(-a[k], pairs_[k].y, g);
    }
    g = quotients(std::move(g), diagonal_);
    for (std::size_t k = 0; k < pairs_.size(); ++k)
      add_multiple(a[k] - dot(pairs_[k].y, g) / pairs_[k].sy, pairs_[k].s, g);
    return g;
  }

 private:
  struct Pair {
    std::vector<double> s, y;
    double sy;  ///< s^T y
  };

  static std::vector<double> quotients(std::vector<double> a, const std::vector<double>& b) {
    for (std::size_t i = 0; i < a.size(); ++i) a[i] /= b[i];
    return a;
  }

  std::deque<Pair> pairs_;
  std::vector<double> diagonal_;
};

/// theta with parameters that are about to end at a bound put onto it: the step left moves them outwards by a tenth of
/// their coordinate's unit or more although less than `gain` of the function is left on the way.
inline std::vector<double> onto_bounds(const std::vector<double>& theta, const std::vector<double>& gradient,
                                       const std::vector<double>& step, const std::vector<Bounds>& bounds,
                                       double gain) {
  std::vector<double> result = theta;
  for (std::size_t i = 0; i < theta.size(); ++i) {
    const double bound = gradient[i] > 0 ? bounds[i].lower : bounds[i].upper;
    if (std::abs(step[i]) > 0.1 && std::abs(gradient[i] * (theta[i] - bound)) < gain) result[i] = bound;
  }
  return result;
}

/// theta with free parameters that lie on a bound moved a little inside.
inline std::vector<double> off_bounds(std::vector<double> theta, const std::vector<int>& free,
                                      const std::vector<Bounds>& bounds) {
  for (const int index : free) {
    double& x = theta[static_cast<std::size_t>(index)];
    const auto [lower, upper] = bounds[static_cast<std::size_t>(index)];
    const double inside = rounded_product(1e-3, std::min(upper - lower, std::max(1.0, std::abs(x))));
    x = x <= lower ? lower + inside : x >= upper ? upper - inside : x;
  }
  return theta;
}

/// The descent of minimize_lbfgs: one function, where it stands, and what is known of the way.
template <Objective F>
class Lbfgs {
 public:
  Lbfgs(F& f, const std::vector<double>& start, const MinimizeOptions& options)
      : f_(f), options_(options), groups_(simplices_of(f)) {
    result_.parameters = start;
    result_.fixed = fixed_parameters(f, options.fixed);
    bounds_ = closed(f.bounds(), result_.fixed, start);
    here_ = at_start(f, start, MixtureOrder::gradient);
    result_.passes = 1;
    enter();
    matrix_.emplace(gradient_);
    leave_bounds();
  }

  [[nodiscard]] Minimum run() {
    ProgressMeter progress(control_of(f_), "minimize", options_.max_iterations);
    for (; iterate(); ++result_.iterations) progress.advance();
    conclude(f_, std::move(here_), result_);
    if (result_.status == Status::converged && result_.bound.size() > result_.fixed.size())
      result_.status = Status::at_bound;
    return std::move(result_);
  }

 private:
  /// One step; false if there is none to take, with the reason as status.
  bool iterate() {
    const std::vector<double> direction = scaled(-1, matrix_->inverse_times(gradient_));
    const double slope = dot(gradient_, direction), distance = std::sqrt(std::max(-slope, 0.0));
    const bool last = result_.iterations >= options_.max_iterations;
    result_.edm = -0.5 * slope;
    if (result_.edm < options_.edm) {
      const std::vector<double> reached =
          onto_bounds(result_.parameters, here_.gradient, direction, bounds_, options_.edm);
      if (!last && move_to(reached, true)) return true;
      if (distance <= options_.step || !changes(direction)) {
        if (!last && !std::exchange(doubted_, true) &&
            matrix_->doubt(gradient_, coordinates_->units(result_.parameters), std::sqrt(options_.edm)))
          return true;
        if (!last && leave_bounds()) return true;
        result_.status = on_bound_by_mistake() ? Status::no_progress : Status::converged;
        return false;
      }
    }
    result_.status = Status::max_iterations;
    if (last) return false;
    LinePoint start{0, here_.nll, slope, {}, {}, {}};
    std::optional<LinePoint> next = line_search(start, [&](double step) { return along(direction, step); });
    if (next) {
      std::vector<double> change = next->gradient;
      add_multiple(-1, gradient_, change);
      matrix_->add(scaled(next->step, direction), change);
      add_multiple(next->step, direction, t_);
      result_.parameters = std::move(next->theta), here_ = std::move(next->at), gradient_ = std::move(next->gradient);
      return true;
    }
    result_.status = result_.edm < options_.edm ? Status::converged : Status::no_progress;
    const bool again = !matrix_->empty();  // the way so far may mislead: once more without
    matrix_->forget();
    return again;
  }

  [[nodiscard]] LinePoint along(const std::vector<double>& direction, double step) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    LinePoint p{step, nan, nan, theta_after(direction, step), {}, {}};
    for (std::size_t i = 0; i < p.theta.size(); ++i)
      if (!std::isfinite(p.theta[i]) || p.theta[i] < bounds_[i].lower || p.theta[i] > bounds_[i].upper) return p;
    p.at = f_.at(p.theta, MixtureOrder::gradient);
    ++result_.passes;
    if (!finite(p.at)) return p;
    p.gradient = coordinates_->gradient(p.theta, p.at.gradient);
    p.value = p.at.nll, p.slope = dot(p.gradient, direction);
    return p;
  }
  /// The parameters so many steps of the coordinates from here.
  [[nodiscard]] std::vector<double> theta_after(const std::vector<double>& step, double count) const {
    std::vector<double> t = t_;
    add_multiple(count, step, t);
    return coordinates_->theta(t);
  }
  /// Whether a step of the coordinates is more than rounding in the parameters.
  [[nodiscard]] bool changes(const std::vector<double>& step) const {
    const std::vector<double> next = theta_after(step, 1);
    for (std::size_t i = 0; i < next.size(); ++i)
      if (std::abs(next[i] - result_.parameters[i]) > 1e-15 * std::abs(next[i])) return true;
    return false;
  }
  /// Goes to theta if that is elsewhere and the function finite there (`lower`: and no higher); coordinates start anew.
  bool move_to(std::vector<double> theta, bool lower) {
    if (theta == result_.parameters) return false;
    Likelihood there = f_.at(theta, MixtureOrder::gradient);
    ++result_.passes;
    if (!finite(there)) return false;
    if (lower && there.nll > here_.nll && !equal_but_for_rounding(here_.nll, there.nll)) return false;
    result_.parameters = std::move(theta), here_ = std::move(there);
    enter();
    matrix_->forget();
    return true;
  }
  /// Parameters that lie on a bound although the function falls inwards leave it.
  bool leave_bounds() { return move_to(inside(), false); }
  [[nodiscard]] bool on_bound_by_mistake() const { return inside() != result_.parameters; }
  [[nodiscard]] std::vector<double> inside() const {
    return off_bounds(result_.parameters, free_parameters(here_, result_.parameters, bounds_), bounds_);
  }
  void enter() {
    coordinates_.emplace(bounds_, groups_, result_.parameters);
    t_.assign(result_.parameters.size(), 0);
    gradient_ = coordinates_->gradient(result_.parameters, here_.gradient);
  }

  F& f_;
  MinimizeOptions options_;
  std::vector<Bounds> bounds_;
  std::vector<std::vector<int>> groups_;
  Minimum result_;
  Likelihood here_;
  std::optional<Coordinates> coordinates_;  ///< since bounds were last reached or left
  std::vector<double> t_, gradient_;
  std::optional<LbfgsMatrix> matrix_;
  bool doubted_ = false;
};

}  // namespace detail

/// A local minimum of f from `start`, from gradients alone: L-BFGS steps with a strong Wolfe search, in coordinates
/// without bounds (`detail::Coordinates`).
///
/// A point that is not finite shortens the step. Converged: with H the approximate Hessian and d the step left, edm =
/// g^T H^-1 g / 2 is below that of the options, and sqrt(2 edm), the distance in units of the errors, below `step`, or
/// d below rounding.
///
/// An unbounded parameter whose scale is far above both 1 and its own size gives itself away by the exact Hessian
/// alone: measure it in larger units. Parameters that approach a bound are put onto it and held for as long as the
/// gradient points outwards.
///
/// If f has a Hessian, and no more than hessian_limit parameters, Newton's method judges the end by the exact one, and
/// takes what steps are left; otherwise there is no Hessian in the result, hence neither hesse nor minos, and flat
/// directions and saddle points, where the gradient vanishes too, pass for minima.
///
/// ValueError if start lies outside the bounds or options.fixed names no parameter, NumericalError if f is not finite
/// there; Cancelled.
///
/// One pass over the data per iteration, now and then a few; O(size) beside it.
///
/// Source: Nocedal and Wright (2006), 7.2.
template <Objective F>
[[nodiscard]] Minimum minimize_lbfgs(F& f, const std::vector<double>& start, const MinimizeOptions& options = {}) {
  require_start(f, start);
  Minimum result = detail::Lbfgs<F>(f, start, options).run();
  if (result.status == Status::max_iterations || !affords_hessian(f, start.size(), options)) return result;
  Likelihood here = f.at(result.parameters, MixtureOrder::hessian);
  if (!finite(here)) {  // although value and gradient are
    ++result.passes;
    result.status = Status::hessian_not_positive_definite;
    return result;
  }
  MinimizeOptions rest = options;
  rest.max_iterations -= result.iterations;
  Minimum exact = detail::newton(f, result.parameters, std::move(here), rest);
  exact.iterations += result.iterations, exact.passes += result.passes;
  return exact;
}

}  // namespace isonomy::mixture
