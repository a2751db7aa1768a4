// A normal density cut off by a range: its integral and its moments, wherever its mean lies.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "isonomy/core/numeric.hpp"
#include "isonomy/estimators/mixture/normal/model.hpp"

namespace isonomy::mixture {

/// The piece of N(mean, sigma) inside a range, as an exponential family in t = (x - origin) / unit: the density of x is
/// exp(linear t - quadratic t^2) / (unit integral) from t = first to last. The origin is the mean where that lies
/// inside the range, else the end next to it, so that nothing is larger than it has to be: at means far outside, the
/// piece is one of an exponential, and the squares of the distances from the mean, which would cancel, never appear.
struct TruncatedNormal {
  double origin = 0, unit = 1;
  double linear = 0, quadratic = 0.5;
  double ratio = 1;                                 ///< unit / sigma
  double distance = 0;                              ///< (mean - origin) / sigma
  double integral = 1;                              ///< of exp(linear t - quadratic t^2)
  double mean = 0, square = 1;                      ///< of t and of t^2
  double variance = 1, covariance = 0, fourth = 2;  ///< of t; of t and t^2; of t^2
};

namespace detail {

/// Positive nodes and weights of the Gauss-Legendre rule of 16 points, each correctly rounded.
struct LegendreNode {
  double place, weight;
};
inline constexpr std::array<LegendreNode, 8> legendre_nodes{{{0x1.852bd6676a9f9p-4, 0x1.83feae80e4dfcp-3},
                                                             {0x1.205cae642337cp-2, 0x1.75f8c77e0c00fp-3},
                                                             {0x1.d50259a43a772p-2, 0x1.5a6ebbb5a75fcp-3},
                                                             {0x1.3c5a466d5e8b8p-1, 0x1.325f61bca3cbfp-3},
                                                             {0x1.82c45dda4726bp-1, 0x1.fe7af2bad386ap-4},
                                                             {0x1.bb3403514e483p-1, 0x1.85c4ee79cc258p-4},
                                                             {0x1.e39f56616f9b0p-1, 0x1.fdfb1a2c1265dp-5},
                                                             {0x1.fa92c264d787ep-1, 0x1.bcddab4b7c211p-6}}};

/// Integral and moments of exp(linear t - quadratic t^2) over [first, last], on which it is nowhere larger than 1 and
/// falls by no more than e^-50: Gauss-Legendre panels, over each of which it falls by no more than a few powers of e.
/// All terms are positive, so that nothing cancels: relative errors of some 1e-15, central moments included.
inline void integrate(double first, double last, TruncatedNormal& t) {
  constexpr std::size_t most = 12;
  struct Point {
    double place, weight;
  };
  std::array<Point, 16 * most> points;
  const Rounded length = last - first;
  const double fall =
      std::abs(t.linear) * length + 2 * t.quadratic * length * std::max(std::abs(first), std::abs(last));
  const auto panels = std::min(most, 1 + static_cast<std::size_t>(fall / 10));
  const Rounded half = 0.5 * length / static_cast<double>(panels), linear = t.linear, quadratic = t.quadratic;
  std::size_t count = 0;
  double integral = 0, mean = 0, square = 0;
  for (std::size_t p = 0; p < panels; ++p) {
    const double middle = std::fma(half, static_cast<double>(2 * p + 1), first);
    for (const LegendreNode& node : legendre_nodes)
      for (const double side : {-1.0, 1.0}) {
        const Rounded place = std::fma(side * node.place, half, middle);
        const double weight = half * node.weight * std::exp(place * linear - quadratic * place * place);
        points[count++] = {place, weight};
        integral += weight;
        mean = std::fma(weight, place, mean);
        square = std::fma(weight, place * place, square);
      }
  }
  t.integral = integral, t.mean = mean / integral, t.square = square / integral;
  Rounded variance = 0, covariance = 0, fourth = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Rounded place = points[i].place, d = place - t.mean, e = place * place - t.square, weight = points[i].weight;
    variance += weight * d * d;
    covariance += weight * d * e;
    fourth += weight * e * e;
  }
  t.variance = variance / integral, t.covariance = covariance / integral, t.fourth = fourth / integral;
}

/// How far the piece of a component inside a range reaches: its deviation where the mean lies inside, else how far from
/// the end next to it anything is left.
struct Reach {
  double distance = 0;  ///< of the mean from that end, in deviations, signed
  double length = 1;    ///< in deviations
};
inline Reach reach_of(const NormalComponent& c, const Range& range) {
  constexpr double cut = 10;  // exp(-cut^2 / 2) is nothing beside 1
  if (c.mean >= range.lower && c.mean <= range.upper) return {};
  const double distance = (c.mean - (c.mean < range.lower ? range.lower : range.upper)) / c.sigma;
  // Where |distance| u + u^2 / 2 is cut^2 / 2, or the range ends.
  const double length = cut * (cut / (std::abs(distance) + std::hypot(distance, cut)));
  return {distance, std::min(length, (range.upper - range.lower) / c.sigma)};
}

}  // namespace detail

/// The piece of a component inside a range: some 200 exponentials at most.
[[nodiscard]] inline TruncatedNormal truncated_normal(const NormalComponent& c, const Range& range) {
  constexpr double cut = 10;  // as in reach_of
  TruncatedNormal t;
  t.origin = std::clamp(c.mean, range.lower, range.upper);
  const detail::Reach reach = detail::reach_of(c, range);
  t.distance = reach.distance, t.ratio = reach.length;
  t.unit = Rounded(t.ratio) * c.sigma;
  if (t.origin == c.mean) {
    detail::integrate(std::max((range.lower - c.mean) / c.sigma, -cut), std::min((range.upper - c.mean) / c.sigma, cut),
                      t);
    return t;
  }
  t.linear = Rounded(t.distance) * t.ratio;
  t.quadratic = 0.5 * Rounded(t.ratio) * t.ratio;
  const bool below = c.mean < range.lower;
  detail::integrate(below ? 0 : -1, below ? 1 : 0, t);
  return t;
}

}  // namespace isonomy::mixture
