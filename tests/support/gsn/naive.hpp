// What gsn computes, by loops that follow the definitions: covariances, shares of noise, numbers of trials.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/estimators/gsn/covariance/trial_lists.hpp"
#include "support/gsn/covariances.hpp"
#include "support/gsn/matrices.hpp"
#include "support/gsn/trials.hpp"

namespace isonomy::test {

/// The numbers of a unit in a condition that are there.
inline std::vector<double> present(const Trials& d, index_t i, index_t c) {
  std::vector<double> x;
  for (index_t t = 0; t < d.trials; ++t)
    if (!std::isnan(d(i, c, t))) x.push_back(d(i, c, t));
  return x;
}

inline double mean_of(const std::vector<double>& x) {
  double sum = 0;
  for (const double v : x) sum += v;
  return sum / static_cast<double>(x.size());
}

/// sum (a_k - mean a)(b_k - mean b).
inline double centred_product(const std::vector<double>& a, const std::vector<double>& b) {
  const double mean_a = mean_of(a), mean_b = mean_of(b);
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += (a[k] - mean_a) * (b[k] - mean_b);
  return sum;
}

/// Of whole data: the mean over conditions of the covariances of trials, off-diagonal elements times `level`.
inline SquareMatrix noise_covariance(const Trials& d, double level = 1) {
  const auto freedom = static_cast<double>((d.trials - 1) * d.conditions);
  return shrunk(products(centred_trials(d.view(), gsn::detail::every(d.conditions)), freedom), level);
}

/// Of whole data: the covariance of the means of conditions, off-diagonal elements times `level`.
inline SquareMatrix data_covariance(const Trials& d, double level = 1) {
  const auto means = [&](index_t i) {
    std::vector<double> m;
    for (index_t c = 0; c < d.conditions; ++c) m.push_back(mean_of(present(d, i, c)));
    return m;
  };
  return square_of(d.units, [&](index_t i, index_t j) {
    return (i == j ? 1 : level) * centred_product(means(std::max(i, j)), means(std::min(i, j))) /
           static_cast<double>(d.conditions - 1);
  });
}

/// Trials of each condition in which every unit is there.
inline std::vector<double> whole_trials(const Trials& d) {
  std::vector<double> count(static_cast<std::size_t>(d.conditions));
  for (index_t c = 0; c < d.conditions; ++c)
    for (index_t t = 0; t < d.trials; ++t) {
      bool whole = true;
      for (index_t i = 0; i < d.units; ++i) whole = whole && !std::isnan(d(i, c, t));
      count[static_cast<std::size_t>(c)] += whole ? 1 : 0;
    }
  return count;
}

/// The share of the noise in the covariance of the means of two units: the mean, over conditions that both have, of
/// their common trials over the product of the numbers of their trials.
inline SquareMatrix noise_shares(const Trials& d) {
  return square_of(d.units, [&](index_t i, index_t j) {
    double sum = 0, conditions = 0;
    for (index_t c = 0; c < d.conditions; ++c) {
      double common = 0;
      for (index_t t = 0; t < d.trials; ++t) common += std::isnan(d(i, c, t)) || std::isnan(d(j, c, t)) ? 0 : 1;
      const auto n = present(d, i, c).size(), m = present(d, j, c).size();
      if (n == 0 || m == 0) continue;
      sum += common / static_cast<double>(n * m);
      ++conditions;
    }
    return conditions > 0 ? sum / conditions : 0;
  });
}

/// The mean number of trials of a unit in a condition, where it has any.
inline double mean_trials(const Trials& d) {
  double sum = 0, pairs = 0;
  for (index_t i = 0; i < d.units; ++i)
    for (index_t c = 0; c < d.conditions; ++c) {
      const auto n = static_cast<double>(present(d, i, c).size());
      sum += n;
      pairs += n > 0 ? 1 : 0;
    }
  return pairs > 0 ? sum / pairs : 1;
}

/// sum_ij sin(i) cos(j) m_ij, i and j from 1.
inline double omega(const SquareMatrix& m) {
  double sum = 0;
  for (index_t i = 0; i < m.n; ++i)
    for (index_t j = 0; j < m.n; ++j)
      sum += std::sin(static_cast<double>(i + 1)) * std::cos(static_cast<double>(j + 1)) * m(i, j);
  return sum;
}

}  // namespace isonomy::test
