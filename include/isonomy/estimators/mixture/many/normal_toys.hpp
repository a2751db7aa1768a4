// Toys: data sets drawn from a mixture of normal densities, for the parametric bootstrap and for coverage.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/mixture/normal/component_form.hpp"
#include "isonomy/estimators/mixture/normal/model.hpp"
#include "isonomy/ops/special/normal_distribution.hpp"
#include "isonomy/ops/special/normal_quantile.hpp"

namespace isonomy::mixture {

namespace detail {

/// The random numbers of one point of a toy: pairs from (0, 1), as many as it needs.
class PointStream {
 public:
  struct Pair {
    double first, second;
  };

  /// From pair number `first` on.
  PointStream(std::uint64_t seed, index_t toy, std::uint64_t point, std::uint64_t first = 0)
      : seed_(seed), toy_(static_cast<std::uint64_t>(toy)), counter_(point + first * most_points) {}

  [[nodiscard]] Pair next() {
    const PhiloxBlock b = philox(seed_, counter_, toy_);
    counter_ += most_points;
    return {unit(b.word[0], b.word[1]), unit(b.word[2], b.word[3])};
  }

  static constexpr std::uint64_t most_points = std::uint64_t{1} << 48;
  /// Of no point: for what belongs to a toy as a whole.
  static constexpr std::uint64_t beside_points = std::uint64_t{1} << 63;

 private:
  /// The middle of one of 2^52 equal parts of (0, 1): never an end.
  static double unit(std::uint32_t low, std::uint32_t high) {
    const auto bits = static_cast<std::int64_t>((std::uint64_t{high} << 32 | low) >> 12);
    return (static_cast<double>(bits) + 0.5) * 0x1p-52;
  }

  std::uint64_t seed_, toy_, counter_;
};

/// One component inside a range: how a point of it is drawn.
class ComponentInside {
 public:
  ComponentInside(const NormalComponent& c, const Range& range) : mean_(c.mean), sigma_(c.sigma), range_(range) {
    const double a = (range.lower - c.mean) / c.sigma, b = (range.upper - c.mean) / c.sigma;
    side_ = a > 0 ? -1 : 1;
    nearest_ = a > 0 ? a : b < 0 ? -b : 0;
    const double farthest = std::max(std::abs(a), std::abs(b));
    width_ = (range.upper - range.lower) / c.sigma;
    if (width_ * farthest < 0.5) {
      way_ = Way::flat;
    } else if (nearest_ > 30) {
      way_ = Way::tail;
      exponent_ = std::expm1(-0.5 * width_ * (nearest_ + farthest));
    } else {
      below_ = normal_probability(-std::numeric_limits<double>::infinity(), side_ < 0 ? -b : a);
      part_ = normal_probability(a, b);
    }
  }

  /// Whether a number of (0, 1) is enough for a point.
  [[nodiscard]] bool by_one_number() const { return way_ == Way::inverse; }
  [[nodiscard]] double draw(double unit) const {
    return mean_ + rounded_product(side_ * sigma_, normal_quantile(below_ + rounded_product(unit, part_)));
  }
  [[nodiscard]] double draw(PointStream numbers) const { return way_ == Way::flat ? flat(numbers) : tail(numbers); }

 private:
  /// By the inverse of the distribution function; where the density hardly falls within the range, evenly, and where
  /// all of it lies far out, with the density -x phi(x), some of whose points are not taken (Marsaglia 1964).
  enum class Way { inverse, flat, tail };

  [[nodiscard]] double flat(PointStream& more) const {
    for (;;) {
      const auto [at, taken] = more.next();
      // How much farther from the mean than the nearest point of the range.
      const double beyond = nearest_ > 0 ? width_ * (side_ < 0 ? at : 1 - at)
                                         : std::abs(std::fma(at, width_, (range_.lower - mean_) / sigma_));
      if (taken <= std::exp(-0.5 * beyond * (2 * nearest_ + beyond)))
        return range_.lower + rounded_product(at, range_.upper - range_.lower);
    }
  }
  [[nodiscard]] double tail(PointStream& more) const {
    for (;;) {
      const auto [at, taken] = more.next();
      const double more_square = -2 * std::log1p(rounded_product(at, exponent_));
      const double z = std::sqrt(std::fma(nearest_, nearest_, more_square)), beyond = more_square / (nearest_ + z);
      if (taken * z > nearest_) continue;
      return side_ < 0 ? std::fma(sigma_, beyond, range_.lower) : std::fma(-sigma_, beyond, range_.upper);
    }
  }

  double mean_, sigma_;
  Range range_;
  double side_ = 1, nearest_ = 0, width_ = 0;  ///< -1: above the mean; the nearer end and the length in deviations
  Way way_ = Way::inverse;
  double exponent_ = 0, below_ = 0, part_ = 1;
};

}  // namespace detail

/// Data sets drawn from a mixture at given parameters, numbered from 0: what fit_many asks for set after set.
///
/// Toy number i has the same points whoever asks for it, in whatever order and on whatever thread: they depend on
/// model, parameters, seed and i alone. With yields, in a range those inside it, a toy has as many points as a Poisson
/// law of their sum gives it, unless `points` says how many.
class NormalToys {
 public:
  static constexpr index_t by_yields = -1;

  /// ValueError and ShapeError for parameters outside their domain; ValueError for fractions without `points`, and for
  /// more than 2^48 of them.
  NormalToys(const NormalModel& model, const std::vector<double>& parameters, std::uint64_t seed = 0,
             index_t points = by_yields)
      : range_(model.range), seed_(seed), points_(points) {
    const std::vector<NormalComponent> c = components_of(model, parameters);
    for (const NormalComponent& k : c) expected_ += k.weight;
    const bool drawn = points == by_yields && model.weighting == Weighting::yields;
    constexpr auto most = static_cast<double>(detail::PointStream::most_points);
    if (!drawn && points < 0)
      throw ValueError(
          text::joined("toys: points=", points,
                       "; expected at least 0; give how many points a toy has, which fractions do not say"));
    if (!(drawn ? expected_ < 0.5 * most : static_cast<double>(points) <= most))
      throw ValueError(text::joined("toys: ", drawn ? expected_ : static_cast<double>(points),
                                    " points; expected at most 2^47; draw several toys"));
    double sum = 0;
    for (const double share : shares(model, c)) ends_.push_back(sum += share);
    for (double& end : ends_) end /= sum;
    for (const NormalComponent& k : c) components_.emplace_back(k, model.range);
  }

  /// Puts toy number `toy` into x, whose memory is kept. O(n).
  template <Real T>
  void operator()(index_t toy, std::vector<T>& x) const {
    x.resize(static_cast<std::size_t>(size(toy)));
    // Numbers for many points first: each loop then keeps the processor's pipelines full.
    constexpr std::size_t tile = 256;
    double units[tile];
    for (std::size_t first = 0; first < x.size(); first += tile) {
      const std::size_t n = std::min(tile, x.size() - first);
      for (std::size_t i = 0; i < n; i += 2) {
        const auto [one, other] = detail::PointStream(seed_, toy, first + i).next();
        units[i] = one, units[i + 1] = other;
      }
      for (std::size_t i = 0; i < n; ++i) x[first + i] = inside<T>(point(toy, first + i, units[i]));
    }
  }

  /// The number of points of a toy.
  [[nodiscard]] index_t size(index_t toy) const {
    if (points_ != by_yields) return points_;
    // As many as arrive, one after the other, while the expected number goes by.
    detail::PointStream stream(seed_, toy, detail::PointStream::beside_points);
    index_t arrived = 0;
    double time = 0;
    for (;; arrived += 2) {
      const auto [first, second] = stream.next();
      time -= std::log(first);
      if (time > expected_) return arrived;
      time -= std::log(second);
      if (time > expected_) return arrived + 1;
    }
  }

 private:
  /// What each component has of the points inside the range, in units of what all have.
  static std::vector<double> shares(const NormalModel& model, const std::vector<NormalComponent>& c) {
    std::vector<double> result;
    const bool cut = !model.range.whole_line() && model.weighting == Weighting::fractions;
    for (const ComponentForm& form : component_forms(model, c))
      result.push_back(cut ? form.inside.value : form.piece.weight);
    return result;
  }
  /// The component in whose share of (0, 1) `unit` lies gets the point, and where in its share says which.
  [[nodiscard]] double point(index_t toy, std::size_t i, double unit) const {
    std::size_t k = 0;
    for (std::size_t j = 0; j + 1 < components_.size(); ++j) k += unit > ends_[j + 1] ? 1 : 0;
    const detail::ComponentInside& component = components_[k];
    if (!component.by_one_number()) return component.draw(detail::PointStream(seed_, toy, i, 1));
    return component.draw(std::min((unit - ends_[k]) / (ends_[k + 1] - ends_[k]), 1 - 0x1p-53));
  }
  /// x as a T that rounding has not carried out of the range.
  template <Real T>
  [[nodiscard]] T inside(double x) const {
    const auto value = static_cast<T>(std::clamp(x, range_.lower, range_.upper));
    if (value < range_.lower) return std::nextafter(value, std::numeric_limits<T>::infinity());
    return value > range_.upper ? std::nextafter(value, -std::numeric_limits<T>::infinity()) : value;
  }

  Range range_;
  std::uint64_t seed_;
  index_t points_;
  double expected_ = 0;
  std::vector<double> ends_{0};  ///< of the shares of (0, 1) that the components have
  std::vector<detail::ComponentInside> components_;
};

}  // namespace isonomy::mixture
