// Components in ascending order: a mixture is the same in any order, comparisons want one.
#pragma once

#include <cstddef>
#include <vector>

#include "isonomy/core/order.hpp"
#include "isonomy/estimators/mixture/multivariate/model.hpp"
#include "isonomy/estimators/mixture/normal/model.hpp"

namespace isonomy::mixture {

/// The same mixture with its components by ascending (mean, covariance), elements compared one after the other: by the
/// first coordinate of the means unless it is equal. Equal components keep their order. Errors as validate().
[[nodiscard]] inline NormalMixture sorted(const NormalMixture& m) {
  validate(m);
  const std::size_t d = static_cast<std::size_t>(m.dimensions),
                    size = m.covariance == Covariance::tied ? 0 : m.covariance_size();
  const auto part = [](const std::vector<double>& v, std::size_t k, std::size_t count) {
    const auto first = v.begin() + static_cast<std::ptrdiff_t>(k * count);
    return std::vector<double>(first, first + static_cast<std::ptrdiff_t>(count));
  };
  const auto key = [&](std::size_t k) {
    std::vector<double> result = part(m.means, k, d);
    const std::vector<double> covariance = part(m.covariances, k, size);
    result.insert(result.end(), covariance.begin(), covariance.end());
    return result;
  };
  const auto order = sorted_places(m.weights.size(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  NormalMixture result{m.dimensions, m.covariance, {}, {}, {}};
  for (const std::size_t k : order) {
    const std::vector<double> mean = part(m.means, k, d), covariance = part(m.covariances, k, size);
    result.weights.push_back(m.weights[k]);
    result.means.insert(result.means.end(), mean.begin(), mean.end());
    result.covariances.insert(result.covariances.end(), covariance.begin(), covariance.end());
  }
  if (m.covariance == Covariance::tied) result.covariances = m.covariances;
  return result;
}

/// The parameters of the same density with its components by ascending (mean, standard deviation). A fit that starts
/// there ends there, with errors in that order. Errors as components_of().
[[nodiscard]] inline std::vector<double> sorted(const NormalModel& model, const std::vector<double>& parameters) {
  const std::vector<NormalComponent> components = components_of(model, parameters);
  const auto order = sorted_places(components.size(), [&](std::size_t i, std::size_t j) {
    const NormalComponent &a = components[i], &b = components[j];
    return a.mean < b.mean || (a.mean == b.mean && a.sigma < b.sigma);
  });
  const auto component = [&](int k) { return components[order[static_cast<std::size_t>(k)]]; };
  std::vector<double> result;
  for (int k = 0; k < model.weight_count(); ++k) result.push_back(component(k).weight);
  for (int k = 0; k < model.mean_count(); ++k) result.push_back(component(k).mean);
  for (int k = 0; k < model.sigma_count(); ++k) result.push_back(component(k).sigma);
  return result;
}

}  // namespace isonomy::mixture
