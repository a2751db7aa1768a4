// A start for fits in which some parameters have known values.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/mixture/minimise/minimum.hpp"
#include "isonomy/estimators/mixture/normal/model.hpp"

namespace isonomy::mixture {

/// A parameter, by its name, and the value that it is known to have.
struct KnownValue {
  std::string name;
  double value = 0;
};

namespace detail {

/// Known values by the place of their parameters; NaN where a value is not known.
inline std::vector<double> by_place(const NormalModel& model, const std::vector<KnownValue>& known) {
  std::vector<std::string> names;
  for (const KnownValue& k : known) names.push_back(k.name);
  static_cast<void>(fixed_parameters(model, names));
  const std::vector<std::string> all = model.names();
  std::vector<double> result(all.size(), std::nan(""));
  for (const KnownValue& k : known)
    result[static_cast<std::size_t>(std::find(all.begin(), all.end(), k.name) - all.begin())] = k.value;
  return result;
}

/// The standard deviation of the whole density, whose weights add up to `total`, without squares of its size.
inline double overall_deviation(const std::vector<NormalComponent>& c, double total) {
  double mean = 0, unit = 0, square = 0;
  for (const NormalComponent& k : c) mean += k.weight / total * k.mean;
  for (const NormalComponent& k : c) unit = std::max({unit, k.sigma, std::abs(k.mean - mean)});
  for (const NormalComponent& k : c) {
    const double width = k.sigma / unit, off = (k.mean - mean) / unit;
    square += k.weight / total * (width * width + off * off);
  }
  return unit * std::sqrt(square);
}

/// For each component of the model the one of `c` that comes closest to what is known of it: pairs are made in the
/// order of their distance, means in units of the whole's standard deviation, widths by their logarithm, weights by
/// their share. What is not known counts nothing, so that components of which nothing is known keep their order.
inline std::vector<std::size_t> matched(const NormalModel& model, const std::vector<NormalComponent>& c,
                                        const std::vector<double>& known) {
  double total = 0;
  for (const NormalComponent& k : c) total += k.weight;
  const double spread = overall_deviation(c, total);
  const auto part = [](double value, double off) { return std::isnan(value) ? 0 : off * off; };
  struct Pair {
    double distance;
    std::size_t mine, theirs;
  };
  std::vector<Pair> pairs;
  for (int k = 0; k < model.components; ++k)
    for (std::size_t j = 0; j < c.size(); ++j) {
      const double m = known[static_cast<std::size_t>(model.mean_index(k))],
                   s = known[static_cast<std::size_t>(model.sigma_index(k))],
                   w = k < model.weight_count() ? known[static_cast<std::size_t>(k)] : std::nan("");
      const bool nothing = std::isnan(m) && std::isnan(s) && std::isnan(w);
      const double distance =
          part(m, (m - c[j].mean) / spread) + part(s, std::log(s / c[j].sigma)) + part(w, (w - c[j].weight) / total);
      pairs.push_back({nothing ? HUGE_VAL : distance, static_cast<std::size_t>(k), j});
    }
  std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.distance < b.distance; });
  constexpr auto none = static_cast<std::size_t>(-1);
  std::vector<std::size_t> result(c.size(), none);
  for (const Pair& p : pairs)
    if (result[p.mine] == none && std::find(result.begin(), result.end(), p.theirs) == result.end())
      result[p.mine] = p.theirs;
  return result;
}

/// Scales the fractions that are not known to what the known ones leave of 1.
inline void share_the_rest(const NormalModel& model, const std::vector<double>& known,
                           std::vector<double>& parameters) {
  double taken = 0, others = 1;
  for (int k = 0; k < model.weight_count(); ++k) {
    const auto i = static_cast<std::size_t>(k);
    if (std::isnan(known[i])) continue;
    taken += known[i];
    others -= parameters[i];
  }
  for (int k = 0; k < model.weight_count(); ++k) {
    const auto i = static_cast<std::size_t>(k);
    parameters[i] = std::isnan(known[i]) ? parameters[i] * ((1 - taken) / others) : known[i];
  }
}

}  // namespace detail

/// `start`, from automatic_start for example, with the known values in place: its components are exchanged so that each
/// takes the place whose known values are closest to it, and fractions that are not known share what the others leave.
/// Give the names of the known values to MinimizeOptions::fixed, too, and a fit keeps them.
///
/// ValueError for a name that the model has not or that stands twice, for parameters outside their domain, and for
/// known fractions that leave a component nothing.
[[nodiscard]] inline std::vector<double> start_with(const NormalModel& model, const std::vector<double>& start,
                                                    const std::vector<KnownValue>& known) {
  const std::vector<NormalComponent> c = components_of(model, start);
  const std::vector<double> value = detail::by_place(model, known);
  const std::vector<std::size_t> order = detail::matched(model, c, value);
  std::vector<double> result;
  const auto append = [&](int count, auto of) {
    for (int k = 0; k < count; ++k) result.push_back(of(c[order[static_cast<std::size_t>(k)]]));
  };
  append(model.weight_count(), [](const NormalComponent& k) { return k.weight; });
  append(model.mean_count(), [](const NormalComponent& k) { return k.mean; });
  append(model.sigma_count(), [](const NormalComponent& k) { return k.sigma; });
  if (model.weighting == Weighting::fractions) detail::share_the_rest(model, value, result);
  for (std::size_t i = 0; i < result.size(); ++i)
    if (!std::isnan(value[i])) result[i] = value[i];
  const std::vector<NormalComponent> found = components_of(model, result);
  for (std::size_t k = 0; k < found.size(); ++k)
    if (!(found[k].weight > 0))
      throw ValueError(text::joined("mixture: the known values leave component ", k + 1,
                                    " no weight; expected a weight above 0 for each; lower them"));
  return result;
}

}  // namespace isonomy::mixture
