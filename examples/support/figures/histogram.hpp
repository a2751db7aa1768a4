// Points in bins of equal width, beside what a fitted mixture expects there.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "../mixture/point_data.hpp"
#include "../program/interrupt.hpp"
#include "canvas.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/mixture/normal/component_form.hpp"
#include "isonomy/estimators/mixture/normal/model.hpp"
#include "isonomy/estimators/mixture/normal/normal_sums.hpp"
#include "isonomy/estimators/mixture/normal/truncated_normal.hpp"

namespace examples {

struct Histogram {
  double lower = 0, width = 1;
  std::vector<double> counts;   ///< sums of weights, which are 1 without any
  std::vector<double> squares;  ///< of the weights
  std::int64_t outside = 0;     ///< points beyond the bins

  double edge(std::size_t bin) const { return lower + width * static_cast<double>(bin); }
  double centre(std::size_t bin) const { return lower + width * (static_cast<double>(bin) + 0.5); }
  double upper() const { return edge(counts.size()); }
  /// The weight of a point in a bin that has as many errors as its points have: 1 without weights.
  /// Source: Bohm and Zech, Nucl. Instrum. Methods A 748, 1 (2014).
  double scale(std::size_t bin) const { return squares[bin] > 0 ? squares[bin] / counts[bin] : 1; }
};

namespace detail {

/// At most 2^17 of the points, evenly spaced, in ascending order.
inline std::vector<double> sorted_sample(const PointData& data) {
  return data.visit([](auto x) {
    const index_t step = std::max<index_t>(1, x.size >> 16);
    std::vector<double> sample;
    for (index_t i = 0; i < x.size; i += step) sample.push_back(static_cast<double>(x(i)));
    std::sort(sample.begin(), sample.end());
    return sample;
  });
}

/// How far points of at most `most` different values lie apart at least; 0 for more.
inline double grain(const std::vector<double>& sorted, index_t most) {
  double least = std::numeric_limits<double>::infinity();
  index_t different = 1;
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i] == sorted[i - 1]) continue;
    least = std::min(least, sorted[i] - sorted[i - 1]);
    if (++different > most) return 0;
  }
  return static_cast<index_t>(sorted.size()) > 2 * different ? least : 0;
}

/// The one of 1, 2, 5, 10, ... times a power of ten that is nearest to `width`, as a ratio.
inline double round_width(double width) {
  const double below = round_step(width), next = round_step(2.51 * below);
  return width / below < next / width ? below : next;
}

/// A width that divides `length` into whole bins: a round one near `width` if there is one.
inline double dividing_width(double length, double width) {
  const double power = std::pow(10, std::floor(std::log10(width)));
  double best = length / std::max(1.0, std::round(length / width)), distance = 0.7;  // of log(2)
  for (const double digits : {1.0, 2.0, 2.5, 4.0, 5.0, 10.0}) {
    const double round = digits * power, bins = length / round, off = std::abs(std::log(round / width));
    if (std::abs(bins - std::round(bins)) < 1e-9 * bins && off < distance) best = round, distance = off;
  }
  return best;
}

}  // namespace detail

/// Bins of a round width near 2 IQR n^(-1/3) (Freedman and Diaconis 1981), between some 25 (fewer for fewer than 300
/// points) and 200 of them, over all points; where a few lie far out, over the others. Points of few different values,
/// such as whole numbers, have no narrower bins than these lie apart. Bins end where the range of a truncated model
/// ends. Quartiles are those of at most 2^17 points.
inline Histogram histogram(const PointData& data, const isonomy::mixture::Range& range) {
  constexpr double most = 200;
  const std::vector<double> sample = detail::sorted_sample(data);
  const auto quantile = [&sample](double p) {
    return sample[static_cast<std::size_t>(p * static_cast<double>(sample.size() - 1))];
  };
  double lower = data.smallest, upper = data.largest;
  const double core = quantile(0.999) - quantile(0.001);
  if (core > 0 && upper - lower > 4 * core) {
    lower = std::max(lower, quantile(0.001) - core);
    upper = std::min(upper, quantile(0.999) + core);
  }
  if (std::isfinite(range.lower)) lower = range.lower;
  if (std::isfinite(range.upper)) upper = range.upper;
  const auto n = static_cast<double>(data.size());
  const double ideal = 2 * (quantile(0.75) - quantile(0.25)) / std::cbrt(n), length = upper - lower;
  const double fewest = std::clamp(1.5 * std::sqrt(n), 5.0, 25.0);
  const double width = detail::round_width(
      std::max(std::clamp(ideal, length / most, length / fewest), detail::grain(sample, static_cast<index_t>(most))));

  Histogram out;
  out.width = width;
  out.lower = std::isfinite(range.lower) ? range.lower : std::floor(lower / width) * width;
  double bins = std::floor((upper - out.lower) / width) + 1;
  if (std::isfinite(range.upper)) {
    if (!std::isfinite(range.lower)) out.lower = upper - std::ceil((upper - lower) / width) * width;
    out.width = detail::dividing_width(upper - out.lower, width);
    bins = std::round((upper - out.lower) / out.width);
  }
  out.counts.assign(static_cast<std::size_t>(bins), 0);
  out.squares = out.counts;
  data.visit_weighted([&out, &range](auto x, auto weights) {
    const auto last = static_cast<double>(out.counts.size());
    for (index_t i = 0; i < x.size; ++i) {
      if (i % (1 << 20) == 0) Interrupt::check("histogram");
      // What lies on an edge but for rounding belongs above it.
      double bin = std::floor((static_cast<double>(x(i)) - out.lower) / out.width + 1e-9);
      if (bin >= last && x(i) <= range.upper && std::isfinite(range.upper)) bin = last - 1;  // the closed end
      const double weight = weights.size > 0 ? static_cast<double>(weights(i)) : 1;
      if (bin >= 0 && bin < last) {
        out.counts[static_cast<std::size_t>(bin)] += weight;
        out.squares[static_cast<std::size_t>(bin)] += weight * weight;
      } else if (weight > 0) {
        ++out.outside;
      }
    }
  });
  return out;
}

/// A fitted mixture as expected numbers of points.
class ExpectedPoints {
 public:
  ExpectedPoints(const isonomy::mixture::NormalModel& model, const std::vector<double>& parameters, double points)
      : components_(components_of(model, parameters)),
        scale_(model.weighting == isonomy::mixture::Weighting::yields ? 1 : points) {
    for (const auto& form : component_forms(model, components_)) pieces_.push_back(form.piece);
  }

  std::size_t components() const { return components_.size(); }
  const isonomy::mixture::NormalComponent& component(std::size_t k) const { return components_[k]; }
  /// Of component k within [from, to].
  double between(std::size_t k, double from, double to) const {
    const auto inside = truncated_normal(components_[k], isonomy::mixture::Range{from, to});
    return density(k, inside.origin) * inside.unit * inside.integral;
  }
  double between(double from, double to) const {
    double sum = 0;
    for (std::size_t k = 0; k < components_.size(); ++k) sum += between(k, from, to);
    return sum;
  }
  /// Of component k, per unit of x.
  double density(std::size_t k, double x) const {
    const auto& piece = pieces_[k];
    if (!(piece.weight > 0)) return 0;
    const double d = x - piece.origin, z = d / piece.sigma;
    return scale_ * std::exp(piece.log_peak + piece.slope * d - 0.5 * z * z);
  }

 private:
  std::vector<isonomy::mixture::NormalComponent> components_;
  std::vector<isonomy::mixture::NormalPiece> pieces_;
  double scale_ = 1;
};

/// How far a count lies from its expectation, in units that are standard normal for a good model: the signed root of
/// the Poisson deviance, which stays meaningful for few points.
inline double poisson_pull(double count, double expected) {
  const double log_part = count > 0 ? count * std::log(count / expected) : 0;
  const double deviance = 2 * std::max(0.0, log_part - (count - expected));
  return count < expected ? -std::sqrt(deviance) : std::sqrt(deviance);
}

/// The ends of the 68.3 % interval of a Poisson mean after `count` points. Source: Gehrels (1986), equations 9 and 14.
struct PoissonInterval {
  double lower = 0, upper = 0;
};
inline PoissonInterval poisson_interval(double count) {
  const auto cube = [](double n, double sign) {
    const double root = 1 - 1 / (9 * n) + sign / (3 * std::sqrt(n));
    return n * root * root * root;
  };
  return {count > 0 ? cube(count, -1) : 0, cube(count + 1, 1)};
}

}  // namespace examples
