// What searches for starting values share: how they went, their draws, and maxima that several starts met.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"

namespace isonomy::mixture {

/// How a search for starting values went.
struct StartCounts {
  int tried = 0;
  int met_same = 0;  ///< starts that met the maximum chosen; 0 where none met one, and the values are those of k-means
  int met_none = 0;  ///< starts that ended in a spike or nowhere
  int first = 0;     ///< number of the first start that met it, from 1
  /// By how much the negative log-likelihood of the next best maximum exceeds its own, over the points of the search.
  double margin = Decision::not_known;

  /// Whether the best maximum appeared so late that more starts may find a better one.
  [[nodiscard]] bool late() const { return tried > 3 && 4 * first > 3 * tried; }
  [[nodiscard]] Decision decision() const {
    Decision result{"start: negative log-likelihood of the maximum it leads to",
                    text::joined("number ", std::max(first, 1), " of ", tried), margin};
    if (tried == 1) result.margin = Decision::no_runner_up;
    return result;
  }
};

namespace detail {

/// Points that starting values are worked out from, at most.
inline constexpr index_t start_points = index_t{1} << 14;
/// Points of the sample that every start is finished on, at most; the best go on over the whole sample.
inline constexpr std::size_t thinned_points = std::size_t{1} << 12;
/// Maxima that are compared over the whole sample, at most.
inline constexpr std::size_t compared_maxima = 3;
/// Likelihoods within this are of one maximum.
inline constexpr double same_maximum = 1e-3;
/// A component is a spike, not part of a maximum, if it is narrower than this part of the spread of the points, or has
/// fewer points.
inline constexpr double spike_width = 1e-3, spike_points = 5;

/// Draws of one start: its own stream of the seed.
struct StartDraws {
  std::uint64_t seed = 0, stream = 0, counter = 0;

  std::size_t below(std::size_t bound) {
    return static_cast<std::size_t>(random_below(bound, seed, counter++, stream));
  }
};

/// The draws of a start; k-means has streams of its own.
inline StartDraws draws_of(std::uint64_t seed, int start) {
  return {seed, (std::uint64_t{1} << 32) + static_cast<std::uint64_t>(start)};
}

/// A maximum of a sample's likelihood, and the starts that met it.
template <class Model>
struct MetMaximum {
  Model model;
  double nll = std::numeric_limits<double>::infinity();
  int first = 0, met = 1;  ///< number of the first start that met it, and how many did
};

/// What a search ends with: where the best maximum is, or without one where the first start ended.
template <class Model>
struct FoundStart {
  MetMaximum<Model> best;
  int tried = 1, met_none = 0;  ///< met_none: starts that met no maximum
  double margin = Decision::not_known;
};

template <class Model>
const MetMaximum<Model>& best_of(const std::vector<MetMaximum<Model>>& ends) {
  return *std::min_element(ends.begin(), ends.end(), [](const auto& a, const auto& b) { return a.nll < b.nll; });
}

/// One for each maximum, the best first.
template <class Model>
std::vector<MetMaximum<Model>> grouped(std::vector<MetMaximum<Model>> ends) {
  std::stable_sort(ends.begin(), ends.end(), [](const auto& a, const auto& b) { return a.nll < b.nll; });
  std::vector<MetMaximum<Model>> result;
  for (MetMaximum<Model>& end : ends) {
    if (result.empty() || end.nll - result.back().nll > same_maximum) {
      result.push_back(std::move(end));
      continue;
    }
    result.back().first = std::min(result.back().first, end.first);
    ++result.back().met;
  }
  return result;
}

/// How much larger than the least the least of another maximum is, of negative log-likelihoods at maxima.
inline double margin_of(const std::vector<double>& nll) {
  const double least = *std::min_element(nll.begin(), nll.end());
  double next = std::numeric_limits<double>::infinity();
  for (const double v : nll)
    if (v - least > same_maximum) next = std::min(next, v);
  return next - least;
}

/// The component of a mixture whose loss costs least, and the logarithm of the others' density at every point.
struct WithoutLeast {
  std::size_t component = 0;
  std::vector<double> log_density;  ///< up to a constant
};

/// `densities`: of every component at every point, times its weight. point_weights: how often each counts, none: once.
inline WithoutLeast without_least(const std::vector<std::vector<double>>& densities, const std::vector<double>& weights,
                                  const std::vector<double>& point_weights = {}) {
  WithoutLeast result;
  double largest = -std::numeric_limits<double>::infinity();
  for (std::size_t without = 0; without < densities.size(); ++without) {
    std::vector<double> rest(densities[without].size(), 0.0);
    double sum = 0;
    for (std::size_t k = 0; k < densities.size(); ++k)
      if (k != without)
        for (std::size_t i = 0; i < rest.size(); ++i) rest[i] += densities[k][i];
    for (std::size_t i = 0; i < rest.size(); ++i) {
      rest[i] = std::log(std::max(rest[i] / (1 - weights[without]), std::numeric_limits<double>::min()));
      sum = std::fma(point_weights.empty() ? 1 : point_weights[i], rest[i], sum);
    }
    if (sum > largest || result.log_density.empty()) largest = sum, result = {without, std::move(rest)};
  }
  return result;
}

}  // namespace detail
}  // namespace isonomy::mixture
