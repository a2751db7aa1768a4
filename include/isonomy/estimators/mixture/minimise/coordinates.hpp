// Coordinates without bounds, in which minimisers that know no box can work.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "isonomy/core/numeric.hpp"
#include "isonomy/core/small_matrix.hpp"
#include "isonomy/estimators/mixture/minimise/objective.hpp"

namespace isonomy::mixture::detail {

/// theta(t) with theta(0) = origin, every theta_i growing with t_i and inside its bounds for every t:
/// - no bound: origin + t;
/// - one bound: the distance to it times e^t or e^-t;
/// - two: the ratio of the distances to both times e^t (the logistic function);
/// - a group of weights of sum below 1: each one's ratio to the last weight times e^t (softmax; what exceeds the lower
///   bound counts as the weight).
/// Parameters on a bound do not move.
class Coordinates {
 public:
  Coordinates(std::vector<Bounds> bounds, const std::vector<std::vector<int>>& groups, std::vector<double> origin)
      : bounds_(std::move(bounds)), origin_(std::move(origin)), forms_(origin_.size()) {
    for (std::size_t i = 0; i < origin_.size(); ++i) forms_[i] = form(bounds_[i], origin_[i]);
    for (const std::vector<int>& group : groups) add(group);
  }

  [[nodiscard]] std::vector<double> theta(const std::vector<double>& t) const {
    std::vector<double> result = origin_;
    for (std::size_t i = 0; i < result.size(); ++i) {
      const double move = t[i], x = origin_[i];
      const auto [lower, upper] = bounds_[i];
      if (move == 0) continue;
      switch (forms_[i]) {
      case Form::shifted: result[i] = x + move; break;
      case Form::above: result[i] = std::fma(x - lower, std::exp(move), lower); break;
      case Form::below: result[i] = std::fma(x - upper, std::exp(-move), upper); break;
      case Form::between: result[i] = between(x, bounds_[i], move); break;
      default: break;
      }
    }
    for (const Weights& w : weights_) {
      const std::vector<double> e = excess(w, t);
      for (std::size_t k = 0; k < e.size(); ++k) result[w.members[k]] = bounds_[w.members[k]].lower + e[k];
    }
    return result;
  }

  /// Lengths in t that are no small change of the parameters at theta.
  [[nodiscard]] std::vector<double> units(const std::vector<double>& theta) const {
    std::vector<double> result(theta.size(), 1);
    for (std::size_t i = 0; i < theta.size(); ++i)
      if (forms_[i] == Form::shifted) result[i] = std::max(1.0, std::abs(theta[i]));
    return result;
  }
  /// The gradient in t from that in theta.
  [[nodiscard]] std::vector<double> gradient(const std::vector<double>& theta, const std::vector<double>& slope) const {
    std::vector<double> result;
    for (std::size_t i = 0; i < theta.size(); ++i) result.push_back(rounded_product(slope[i], derivative(i, theta[i])));
    for (const Weights& w : weights_) {
      double mean = 0;
      const auto above = [&](std::size_t i) { return theta[i] - bounds_[i].lower; };
      for (const std::size_t i : w.members) mean += slope[i] * above(i) / w.room;
      for (const std::size_t i : w.members) result[i] = rounded_product(above(i), slope[i] - mean);
    }
    return result;
  }

 private:
  enum class Form { held, shifted, above, below, between, weight };
  struct Weights {
    std::vector<std::size_t> members;
    double room, rest;  ///< what the members and the last weight have above their lower bounds, and the last alone
  };

  static Form form(const Bounds& b, double x) {
    if (x <= b.lower || x >= b.upper) return Form::held;
    if (std::isfinite(b.lower)) return std::isfinite(b.upper) ? Form::between : Form::above;
    return std::isfinite(b.upper) ? Form::below : Form::shifted;
  }
  /// Takes the moving parameters of a group together, unless one of them belongs to another.
  void add(const std::vector<int>& group) {
    Weights w{{}, 0, 1};
    for (const int index : group) {
      const auto i = static_cast<std::size_t>(index);
      if (forms_[i] != Form::between && forms_[i] != Form::held) return;
      w.rest -= origin_[i];
      if (forms_[i] == Form::held) continue;
      w.members.push_back(i);
      w.room += origin_[i] - bounds_[i].lower;
    }
    if (w.members.size() < 2 || !(w.rest > bounds_[w.members[0]].lower)) return;
    w.rest -= bounds_[w.members[0]].lower;
    w.room += w.rest;
    for (const std::size_t i : w.members) forms_[i] = Form::weight;
    weights_.push_back(std::move(w));
  }

  static double between(double x, const Bounds& b, double move) {
    const double odds = rounded_product((x - b.lower) / (b.upper - x), std::exp(move)), width = b.upper - b.lower;
    return odds < 1 ? std::fma(width, odds / (1 + odds), b.lower) : b.upper - width / (1 + odds);
  }
  [[nodiscard]] double derivative(std::size_t i, double x) const {
    const Bounds& b = bounds_[i];
    switch (forms_[i]) {
    case Form::shifted: return 1;
    case Form::above: return x - b.lower;
    case Form::below: return b.upper - x;
    case Form::between: return (x - b.lower) * ((b.upper - x) / (b.upper - b.lower));
    default: return 0;
    }
  }
  /// What each weight of a group has above its lower bound.
  [[nodiscard]] std::vector<double> excess(const Weights& w, const std::vector<double>& t) const {
    double largest = 0;  // the last weight's
    for (const std::size_t i : w.members) largest = std::max(largest, t[i]);
    std::vector<double> result;
    double sum = rounded_product(w.rest, std::exp(-largest));
    for (const std::size_t i : w.members) {
      result.push_back(rounded_product(origin_[i] - bounds_[i].lower, std::exp(t[i] - largest)));
      sum += result.back();
    }
    return scaled(w.room / sum, std::move(result));
  }

  std::vector<Bounds> bounds_;
  std::vector<double> origin_;
  std::vector<Form> forms_;
  std::vector<Weights> weights_;
};

}  // namespace isonomy::mixture::detail
