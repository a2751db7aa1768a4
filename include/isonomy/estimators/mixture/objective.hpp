// What the minimiser works on: a function with exact first and second derivatives inside a box.
#pragma once

#include <concepts>
#include <limits>
#include <string>
#include <vector>

#include "isonomy/core/lanes/terms.hpp"
#include "isonomy/estimators/mixture/evaluate.hpp"

namespace isonomy::mixture {

/// The values a parameter may take, ends included.
struct Bounds {
  double lower = -std::numeric_limits<double>::infinity(), upper = std::numeric_limits<double>::infinity();
};

/// A negative log-likelihood. at(theta, order) is finite or says so: a value that is not finite marks a point the
/// minimiser must not step to; it never throws for a point within the bounds.
template <class F>
concept Objective = requires(F& f, const std::vector<double>& theta, MixtureOrder order) {
  { f.names() } -> std::convertible_to<std::vector<std::string>>;
  { f.bounds() } -> std::convertible_to<std::vector<Bounds>>;
  { f.at(theta, order) } -> std::same_as<Likelihood>;
};

}  // namespace isonomy::mixture
