// Clumps of points that a mixture misses: where one of its components would do most good.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <numeric>
#include <vector>

#include "isonomy/core/numeric.hpp"
#include "isonomy/estimators/mixture/normal/model.hpp"
#include "isonomy/estimators/mixture/normal/starts/kinds.hpp"
#include "isonomy/estimators/mixture/starts.hpp"

namespace isonomy::mixture::detail {

/// A stretch of ascending points, and by how much it raises the log-likelihood as a component of its own.
struct Clump {
  std::size_t first, last;
  double gain;
};

/// Whether two stretches are much the same: they share half of the shorter one, and their sizes are of one order.
inline bool alike(const Clump& a, const Clump& b) {
  const std::size_t first = std::max(a.first, b.first), last = std::min(a.last, b.last);
  const std::size_t one = a.last - a.first, other = b.last - b.first;
  return first < last && 2 * (last - first) >= std::min(one, other) && std::max(one, other) <= 4 * std::min(one, other);
}

/// The component whose loss costs least, and the clumps of ascending points that the others miss, those that gain most
/// first.
///
/// Every start that moves a component to one of them is of use once: next() goes from each to the one after.
///
/// Source: Verbeek, Vlassis and Kröse, Efficient greedy learning of Gaussian mixture models (2003).
class MissedClumps {
 public:
  MissedClumps() = default;

  /// `least` is the least deviation of a clump; there must be two components or more.
  MissedClumps(const std::vector<double>& x, const std::vector<NormalComponent>& c, double least) {
    const WithoutLeast others = without_least_of(x, c);
    least_component_ = others.component;
    std::vector<double> missed = others.log_density;
    for (double& log_density : missed) log_density = -log_density;
    std::vector<double> sums{0};
    std::partial_sum(missed.begin(), missed.end(), std::back_inserter(sums));
    std::vector<Clump> found;
    for (std::size_t size = smallest; size <= x.size() / 2; size += (size + 1) / 2)
      for (const Clump& clump : best_stretches(x, sums, size, least)) found.push_back(clump);
    std::stable_sort(found.begin(), found.end(), [](const Clump& a, const Clump& b) { return a.gain > b.gain; });
    std::vector<Clump> taken;
    for (const Clump& clump : found) {
      if (taken.size() == most) break;
      if (std::none_of(taken.begin(), taken.end(), [&](const Clump& t) { return alike(t, clump); }))
        taken.push_back(clump);
    }
    for (const Clump& clump : taken) clumps_.push_back(band_of(x, clump.first, clump.last));
  }

  [[nodiscard]] std::size_t least_component() const { return least_component_; }
  [[nodiscard]] bool empty() const { return next_ == clumps_.size(); }
  [[nodiscard]] Band next() { return clumps_[next_++]; }

 private:
  static constexpr std::size_t smallest = 6, most = 64;

  static WithoutLeast without_least_of(const std::vector<double>& x, const std::vector<NormalComponent>& c) {
    std::vector<std::vector<double>> densities;
    std::vector<double> weights;
    for (const NormalComponent& k : c) {
      weights.push_back(k.weight);
      std::vector<double>& density = densities.emplace_back();
      for (const double v : x) {
        const Rounded z = (v - k.mean) / k.sigma;
        density.push_back(k.weight / k.sigma * std::exp(-0.5 * z * z));
      }
    }
    return without_least(densities, weights);
  }

  /// Of stretches of one size the best of every neighbourhood; `sums` are those of minus the logarithms of the density.
  static std::vector<Clump> best_stretches(const std::vector<double>& x, const std::vector<double>& sums,
                                           std::size_t size, double least) {
    const std::size_t step = std::max<std::size_t>(size / 8, 1);
    const auto points = static_cast<double>(size);
    std::vector<Clump> result;
    for (std::size_t first = 0; first + size <= x.size(); first += step) {
      const std::size_t last = first + size;
      const double sigma = std::max(std::sqrt(band_of(x, first, last).square), least);
      const double share = points / static_cast<double>(x.size());
      const Rounded own = points * Rounded(std::log(share / sigma) - 0.5);
      const Clump clump{first, last, own + (sums[last] - sums[first])};
      if (result.empty() || first / size != result.back().first / size)
        result.push_back(clump);
      else if (clump.gain > result.back().gain)
        result.back() = clump;
    }
    return result;
  }

  std::size_t least_component_ = 0, next_ = 0;
  std::vector<Band> clumps_;
};

}  // namespace isonomy::mixture::detail
