// What a search along the profile of a likelihood starts from and ends with.
#pragma once

#include <limits>
#include <vector>

namespace isonomy::mixture {

/// How a search along the profile ended. `at_bound`: the box ends before the rise is reached. `new_minimum`: a point
/// lower than the minimum was met; fit again from there. `others_at_bound`: the rise is reached only where another
/// parameter stands at a bound that arithmetic alone needs, and where the function would fall beyond it.
enum class CrossingStatus { found, at_bound, new_minimum, not_found, others_at_bound };

[[nodiscard]] constexpr const char* name(CrossingStatus s) {
  switch (s) {
  case CrossingStatus::found: return "found";
  case CrossingStatus::at_bound: return "at_bound";
  case CrossingStatus::new_minimum: return "new_minimum";
  case CrossingStatus::others_at_bound: return "others_at_bound";
  default: return "not_found";
  }
}

/// The end of a search: how far along the direction, all parameters there, and the passes over the data it took.
struct Crossing {
  CrossingStatus status = CrossingStatus::not_found;
  double distance = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> parameters;
  int passes = 0;
};

/// A ray in the space of some parameters; the others follow at their conditional minimum.
struct ProfileRay {
  std::vector<int> parameters;
  std::vector<double> direction;  ///< one element for each of them
};

}  // namespace isonomy::mixture
