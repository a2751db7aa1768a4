// Points with weights, the models that take them, and what their results must be close to.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "isonomy/core/random.hpp"
#include "isonomy/estimators/mixture/normal/model.hpp"
#include "support/catch.hpp"
#include "support/mixture/objectives.hpp"
#include "support/numbers.hpp"

namespace isonomy::test {

/// 60 % N(0, 1), 40 % N(4, 0.5).
inline std::vector<double> two_peaks(isonomy::index_t n, std::uint64_t seed = 1) {
  std::vector<double> x;
  for (isonomy::index_t i = 0; i < n; ++i) {
    const auto e = static_cast<std::uint64_t>(i);
    x.push_back(isonomy::random_unit(seed, e) < 0.6 ? normal(seed, e) : 4 + 0.5 * normal(seed, e));
  }
  return x;
}

/// A third N(1, 3), the others N(1, 0.8).
inline std::vector<double> one_mean(std::size_t n) {
  std::vector<double> x;
  for (std::uint64_t i = 0; i < n; ++i) x.push_back(1 + (i % 3 == 0 ? 3 : 0.8) * normal(5, i));
  return x;
}

/// Numbers from 0.2 to 2.2.
inline std::vector<double> some_weights(std::size_t n) {
  std::vector<double> w;
  for (std::size_t i = 0; i < n; ++i) w.push_back(0.2 + 2 * isonomy::random_unit(77, i));
  return w;
}

inline double norm(const std::vector<double>& v) {
  double sum = 0;
  for (const double x : v) sum += x * x;
  return std::sqrt(sum);
}

inline void check_close(const std::vector<double>& value, const std::vector<double>& expected, double tolerance) {
  REQUIRE(value.size() == expected.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    INFO("element " << i << ": " << value[i] << " instead of " << expected[i]);
    CHECK(std::abs(value[i] - expected[i]) <= tolerance * norm(expected));
  }
}

struct Kind {
  isonomy::mixture::NormalModel model;
  std::vector<double> at;
};
/// Every parametrisation, at points away from a minimum.
inline std::vector<Kind> kinds() {
  using isonomy::mixture::NormalModel, isonomy::mixture::Sharing, isonomy::mixture::Weighting;
  NormalModel shared_mean = isonomy::mixture::shared_mean_pair(), yields{2}, truncated{2}, truncated_yields{2};
  yields.weighting = truncated_yields.weighting = Weighting::yields;
  truncated.range = {-4, 7};
  truncated_yields.range = {-5, infinity};
  return {{NormalModel{1}, {1.5, 2}},
          {shared_mean, {0.3, 1, 3, 0.8}},
          {NormalModel{2}, {0.5, 0.2, 3.8, 1.1, 0.6}},
          {NormalModel{3, Sharing::free, Sharing::shared}, {0.3, 0.4, -0.5, 1, 4, 0.7}},
          {yields, {700, 500, 0.2, 3.8, 1.1, 0.6}},
          {truncated, {0.5, 0.2, 3.8, 1.6, 1.2}},
          {truncated_yields, {700, 500, -1, 3.8, 2, 1.2}}};
}

}  // namespace isonomy::test
