// One-dimensional mixtures of normal densities: which parameters there are, their names, bounds and checks.
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"

namespace isonomy::mixture {

/// Whether the components of a mixture have one value in common or one each.
enum class Sharing { free, shared };

/// What weighs the components: fractions of sum 1, or yields, the expected numbers of points (an extended likelihood).
enum class Weighting { fractions, yields };

/// The observable range of data that were recorded only there: a truncated likelihood.
struct Range {
  double lower = -std::numeric_limits<double>::infinity(), upper = std::numeric_limits<double>::infinity();

  [[nodiscard]] bool whole_line() const { return std::isinf(lower) && std::isinf(upper); }
};

/// p(x) = sum_k w_k N(x; mu_k, s_k), normalised within `range`. Parameters in this order: the weights of all components
/// but the last (or the yields of all), the means (one if shared), the standard deviations (one if shared).
struct NormalModel {
  int components = 2;
  Sharing means = Sharing::free, sigmas = Sharing::free;
  Weighting weighting = Weighting::fractions;
  Range range{};

  [[nodiscard]] int weight_count() const { return weighting == Weighting::yields ? components : components - 1; }
  [[nodiscard]] int mean_count() const { return means == Sharing::shared ? 1 : components; }
  [[nodiscard]] int sigma_count() const { return sigmas == Sharing::shared ? 1 : components; }
  [[nodiscard]] int size() const { return weight_count() + mean_count() + sigma_count(); }
  /// Position of the mean and of the standard deviation of component k among the parameters.
  [[nodiscard]] int mean_index(int k) const { return weight_count() + (means == Sharing::shared ? 0 : k); }
  [[nodiscard]] int sigma_index(int k) const {
    return weight_count() + mean_count() + (sigmas == Sharing::shared ? 0 : k);
  }
  /// f, mu, s1, s2 for two components with one mean; else w1 ... or n1 ..., mu1 ... or mu, s1 ... or s.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> result;
    const auto add = [&](const char* stem, int count, bool numbered) {
      for (int k = 1; k <= count; ++k) result.push_back(numbered ? text::joined(stem, k) : stem);
    };
    if (weighting == Weighting::yields)
      add("n", components, components > 1);
    else
      add(components == 2 ? "f" : "w", components - 1, components > 2);
    add("mu", mean_count(), mean_count() > 1);
    add("s", sigma_count(), sigma_count() > 1);
    return result;
  }
};

/// Two normal densities around one mean: parameters f, mu, s1, s2, where f is the weight of the first.
[[nodiscard]] inline NormalModel shared_mean_pair() { return {2, Sharing::shared, Sharing::free}; }

/// Standard deviations that a double holds in full, and how far apart those of one mixture may be, so that their
/// squares in units of the largest neither over- nor underflow.
inline constexpr double smallest_sigma = 0x1p-1022, largest_sigma = 0x1p1022, least_ratio_of_sigmas = 0x1p-500;

/// One component as the parameters give it.
struct NormalComponent {
  double weight = 0, mean = 0, sigma = 1;
  double log_weight = 0;  ///< log1p of minus the sum of the others where the weight is what they leave
};

namespace detail {

[[noreturn]] inline void reject(const std::string& name, double value, const char* rule) {
  throw ValueError(text::joined("mixture: ", name, "=", value, "; expected ", rule));
}

inline void require_model(const NormalModel& model) {
  if (model.components < 1)
    throw ValueError(text::joined("mixture: components=", model.components, "; expected at least 1"));
  if (!(model.range.lower < model.range.upper)) reject("range.upper", model.range.upper, "more than range.lower");
}

}  // namespace detail

/// The components behind a parameter vector. ValueError naming the first parameter outside its domain: weights in [0,
/// 1] with a sum of at most 1 (+ 1e-12 for each), yields finite, at least 0 and not all 0, means finite, standard
/// deviations from 2^-1022 to 2^1022; for a range that is empty.
[[nodiscard]] inline std::vector<NormalComponent> components_of(const NormalModel& model,
                                                                const std::vector<double>& parameters) {
  detail::require_model(model);
  if (parameters.size() != static_cast<std::size_t>(model.size()))
    throw ShapeError(text::joined("mixture: ", parameters.size(), " parameters for a model of ", model.size(),
                                  "; give them in the order of names()"));
  const std::vector<std::string> names = model.names();
  const bool yields = model.weighting == Weighting::yields;
  const auto value = [&](int i) { return parameters[static_cast<std::size_t>(i)]; };
  const auto require = [&](bool ok, int i, const char* rule) {
    if (!ok) detail::reject(names[static_cast<std::size_t>(i)], value(i), rule);
  };
  double sum = 0;
  for (int i = 0; i < model.weight_count(); ++i) {
    if (yields)
      require(value(i) >= 0 && std::isfinite(value(i)), i,
              "a finite number of points, at least 0; give the points expected of the component");
    else
      require(value(i) >= 0 && value(i) <= 1, i, "a weight from 0 to 1; give the share of the component");
    sum += value(i);
  }
  if (yields && !(sum > 0)) detail::reject("sum of yields", sum, "more than 0; give one component points");
  if (!yields && sum - 1 > 1e-12 * model.weight_count())
    detail::reject("sum of weights", sum, "at most 1; lower some, the last component has the rest");
  for (int i = model.weight_count(); i < model.weight_count() + model.mean_count(); ++i)
    require(std::isfinite(value(i)), i, "a finite mean; give one near the data");
  for (int i = model.weight_count() + model.mean_count(); i < model.size(); ++i)
    require(value(i) >= smallest_sigma && value(i) <= largest_sigma, i,
            "a standard deviation above 0, from 2^-1022 to 2^1022; rescale the data");
  std::vector<NormalComponent> result;
  for (int k = 0; k < model.components; ++k) {
    const bool rest = !yields && k + 1 == model.components;
    const double weight = rest ? std::fmax(0.0, 1 - sum) : value(k);
    result.push_back({weight, value(model.mean_index(k)), value(model.sigma_index(k)),
                      rest ? std::log1p(-std::fmin(sum, 1.0)) : std::log(weight)});
  }
  return result;
}

}  // namespace isonomy::mixture
