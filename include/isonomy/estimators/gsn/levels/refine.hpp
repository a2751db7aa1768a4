// The best level between those of a grid.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

#include "isonomy/core/numeric.hpp"
#include "isonomy/estimators/gsn/levels/problem.hpp"

namespace isonomy::gsn::detail {

/// An interval of levels.
struct LevelInterval {
  double low = 0, high = 0;
};

/// From the neighbour below the best level to that above, as far as these have a likelihood; nothing where no level has
/// one.
[[nodiscard]] inline std::optional<LevelInterval> neighbourhood_of_best(const std::vector<double>& levels,
                                                                        const std::vector<double>& nll) {
  std::vector<LevelPoint> points;
  for (std::size_t k = 0; k < levels.size(); ++k) points.push_back({levels[k], nll[k]});
  std::stable_sort(points.begin(), points.end(), [](LevelPoint a, LevelPoint b) { return a.level < b.level; });
  const auto same = [](LevelPoint a, LevelPoint b) { return a.level == b.level; };
  points.erase(std::unique(points.begin(), points.end(), same), points.end());
  std::optional<std::size_t> best;
  for (std::size_t k = 0; k < points.size(); ++k)
    if (!std::isnan(points[k].nll) && (!best || points[k].nll < points[*best].nll)) best = k;
  if (!best) return std::nullopt;
  const auto level_of = [&](std::size_t neighbour) {
    const bool usable = neighbour < points.size() && !std::isnan(points[neighbour].nll);
    return points[usable ? neighbour : *best].level;
  };
  return LevelInterval{level_of(*best == 0 ? *best : *best - 1), level_of(*best + 1)};
}

/// The minimum of nll_at(level) in the neighbourhood of the best level, by golden sections: to 1e-7 where the
/// likelihood has one minimum there, and as well as its rounding lets tell. Of equal likelihoods the lower level.
///
/// Nothing where there is no neighbourhood. ceil(log(1e7*width)/0.48) + 3 evaluations, 30 for that of the default grid;
/// the same bits on every processor.
template <class Nll>
[[nodiscard]] std::optional<LevelPoint> refined_level(const std::vector<double>& levels, const std::vector<double>& nll,
                                                      const Nll& nll_at) {
  constexpr double golden = 0.61803398874989485, tolerance = 1e-7;
  const std::optional<LevelInterval> start = neighbourhood_of_best(levels, nll);
  if (!start || !(start->low < start->high)) return std::nullopt;
  LevelInterval within = *start;
  const auto point = [&](double share) {
    const double level = within.low + rounded_product(share, within.high - within.low);
    return LevelPoint{level, nll_at(level)};
  };
  LevelPoint left = point(1 - golden), right = point(golden);
  while (within.high - within.low > tolerance) {
    if (right.nll < left.nll) {
      within.low = left.level;
      left = right;
      right = point(golden);
    } else {
      within.high = right.level;
      right = left;
      left = point(1 - golden);
    }
  }
  return point(0.5);
}

}  // namespace isonomy::gsn::detail
