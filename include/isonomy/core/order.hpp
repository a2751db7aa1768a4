// Places sorted by a rule: one form of the sort for every rule, which a program would otherwise compile once a rule.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <numeric>
#include <vector>

namespace isonomy {

/// Sorts places by `before`, a strict weak order.
///
/// Places of which neither comes first stand in ascending order: ascending places are sorted stably.
inline void sort_places(std::vector<std::size_t>& places, const std::function<bool(std::size_t, std::size_t)>& before) {
  std::sort(places.begin(), places.end(),
            [&](std::size_t i, std::size_t j) { return before(i, j) || (i < j && !before(j, i)); });
}

/// 0 to n - 1 sorted by `before`, stably.
[[nodiscard]] inline std::vector<std::size_t>
sorted_places(std::size_t n, const std::function<bool(std::size_t, std::size_t)>& before) {
  std::vector<std::size_t> places(n);
  std::iota(places.begin(), places.end(), std::size_t{0});
  sort_places(places, before);
  return places;
}

}  // namespace isonomy
