// How a component of a model enters its likelihood: the density that a pass over the data adds up, and its derivatives.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "isonomy/core/numeric.hpp"
#include "isonomy/estimators/mixture/normal/model.hpp"
#include "isonomy/estimators/mixture/normal/normal_sums.hpp"
#include "isonomy/estimators/mixture/normal/truncated_normal.hpp"

namespace isonomy::mixture {

/// Coefficients of 1, d, d^2, d = x - origin.
using Parabola = std::array<Rounded, 3>;

/// A component as log(share) + log p_k(x), p_k normalised on the whole line or inside the range.
///
/// share: the yield; the weight; or in a range w_k Z_k / sum_j w_j Z_j, Z_k the part of component k inside it.
/// Derivatives are by weight (or yield), mean and deviation.
struct ComponentForm {
  NormalPiece piece;
  std::array<Parabola, 3> score{};      ///< of log p_k
  std::array<Parabola, 3> curvature{};  ///< of log p_k, second: mean mean, mean deviation, deviation deviation
  std::array<Rounded, 3> weighing{};    ///< of log(w_k), or of log(w_k Z_k) where shares depend on Z_k
  std::array<Rounded, 3>
      weighing_second{};  ///< second, as curvature; by the weight it is minus the square of the first
  Rounded inside = 0;     ///< the share where shares depend on Z_k, else 0
};

namespace detail {

/// Derivatives of log p_k, with t as TruncatedNormal has it: it is linear t - quadratic t^2 - log(integral) but for a
/// constant, an exponential family, whose derivatives are deviations of t and t^2 from their means and, second, minus
/// their covariances. On the whole line t has mean 0, t^2 mean 1.
inline void set_derivatives(const TruncatedNormal& t, double sigma, ComponentForm& form) {
  const Rounded s = sigma, p = t.linear, r = t.ratio, r2 = r * r, slope = form.piece.slope;
  const Rounded by_mean = r * t.mean, by_square = r2 * t.square;
  form.score[1] = {-by_mean / s, 1 / s / s, 0};
  form.score[2] = {(2 * p * t.mean - by_square) / s, -2 * slope / s, 1 / s / s / s};
  form.curvature[0] = {-r2 * t.variance / s / s, 0, 0};
  const Rounded mixed = 2 * p * r * t.variance - r2 * r * t.covariance;
  form.curvature[1] = {(2 * by_mean + mixed) / s / s, -2 / s / s / s, 0};
  const Rounded spread = 4 * p * p * t.variance - 4 * p * r2 * t.covariance + r2 * r2 * t.fourth;
  form.curvature[2] = {(3 * by_square - 6 * p * t.mean - spread) / s / s, 6 * slope / s / s, -3 / s / s / s / s};
}

/// Derivatives of log Z_k by mean and deviation: those of log p_k on the whole line, on the average over the range.
inline void set_weighing(const TruncatedNormal& t, double sigma, ComponentForm& form) {
  const Rounded s = sigma, p = t.linear, r = t.ratio, r2 = r * r, away = t.distance;
  const Rounded mean = r * t.mean - away, square = r2 * t.square - 2 * p * t.mean + away * away;
  form.weighing[1] = mean / s;
  form.weighing[2] = (square - 1) / s;
  form.weighing_second[0] = (r2 * t.variance - 1) / s / s;
  form.weighing_second[1] = (r2 * r * t.covariance - 2 * p * r * t.variance - 2 * mean) / s / s;
  form.weighing_second[2] =
      (1 - 3 * square + (r2 * r2 * t.fourth - 4 * p * r2 * t.covariance + 4 * p * p * t.variance)) / s / s;
}

/// log(w_k Z_k) of all components less the largest of them. Where the means lie so far outside the range that the
/// squares of their distances overflow, only the nearest count.
inline std::vector<double> log_parts(const std::vector<NormalComponent>& c, const std::vector<TruncatedNormal>& t) {
  constexpr double beyond = 1e150, none = -std::numeric_limits<double>::infinity();
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < c.size(); ++k)
    if (c[k].weight > 0) least = std::min(least, std::abs(t[k].distance));
  std::vector<DoubleDouble> parts(c.size());
  std::vector<bool> counts(c.size());
  DoubleDouble largest{none, 0};
  for (std::size_t k = 0; k < c.size(); ++k) {
    const double away = std::abs(t[k].distance);
    counts[k] = c[k].weight > 0 && (least > beyond ? away == least : away <= beyond);
    if (!counts[k]) continue;
    parts[k] = {c[k].log_weight + std::log(t[k].ratio * t[k].integral), 0};
    if (least <= beyond) {
      const DoubleDouble distance = two_sum(c[k].mean, -t[k].origin) / c[k].sigma, square = distance * distance;
      parts[k] = parts[k] - DoubleDouble{0.5 * square.high, 0.5 * square.low};
    }
    if (parts[k].high > largest.high) largest = parts[k];
  }
  std::vector<double> result;
  for (std::size_t k = 0; k < c.size(); ++k) result.push_back(counts[k] ? (parts[k] - largest).high : none);
  return result;
}

}  // namespace detail

/// The forms of a model's components. In a range, yields are numbers of points inside it: component k adds n_k p_k(x),
/// p_k normalised there. Fractions are shares of the whole line: what lies inside is divided by the sum of w_j Z_j.
[[nodiscard]] inline std::vector<ComponentForm> component_forms(const NormalModel& model,
                                                                const std::vector<NormalComponent>& c) {
  std::vector<ComponentForm> result(c.size());
  std::vector<TruncatedNormal> t(c.size());
  const bool cut = !model.range.whole_line();
  for (std::size_t k = 0; k < c.size(); ++k) {
    ComponentForm& form = result[k];
    if (cut) t[k] = truncated_normal(c[k], model.range);
    form.piece = detail::whole_piece(c[k]);
    if (cut) {
      const double log_integral = std::log(t[k].ratio * t[k].integral);
      form.piece.log_peak = c[k].log_weight - std::log(t[k].unit * t[k].integral);
      form.piece.log_weight += half_log_two_pi - log_integral;
      form.piece.origin = t[k].origin, form.piece.slope = t[k].distance / c[k].sigma;
    }
    detail::set_derivatives(t[k], c[k].sigma, form);
    form.weighing[0] = 1 / c[k].weight;
  }
  if (!cut || model.weighting == Weighting::yields) return result;
  const std::vector<double> parts = detail::log_parts(c, t);
  double sum = 0;
  for (const double part : parts) sum += std::exp(part);
  const double log_sum = std::log(sum);
  for (std::size_t k = 0; k < c.size(); ++k) {
    NormalPiece& piece = result[k].piece;
    piece.log_peak = (parts[k] - log_sum) - std::log(t[k].unit * t[k].integral);
    piece.log_weight += (parts[k] - log_sum) - c[k].log_weight;
    result[k].inside = std::exp(parts[k] - log_sum);
    if (c.size() > 1) detail::set_weighing(t[k], c[k].sigma, result[k]);
  }
  return result;
}

/// What a pass over the data adds up.
[[nodiscard]] inline std::vector<NormalPiece> pieces_of(const std::vector<ComponentForm>& forms) {
  std::vector<NormalPiece> result;
  for (const ComponentForm& form : forms) result.push_back(form.piece);
  return result;
}

}  // namespace isonomy::mixture
