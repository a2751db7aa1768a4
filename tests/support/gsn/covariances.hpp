// Covariances and likelihoods of gsn by their definitions, loop by loop, and data to try them on.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/estimators/gsn/data_view.hpp"
#include "isonomy/estimators/gsn/simulation/portable_data.hpp"
#include "support/numbers.hpp"

namespace isonomy::test {

/// A square matrix by rows.
using Square = std::vector<std::vector<double>>;

/// Owned units x conditions x trials.
struct Trials {
  index_t units, conditions, trials;
  std::vector<double> x;

  [[nodiscard]] gsn::DataView<double> view() const { return gsn::trials_fastest(x.data(), units, conditions, trials); }
  double& operator()(index_t i, index_t c, index_t t) {
    return x[static_cast<std::size_t>((i * conditions + c) * trials + t)];
  }
};
inline Trials random_trials(index_t units, index_t conditions, index_t trials, std::uint32_t seed, index_t rank = 3,
                            double noise = 1, index_t noise_rank = 0) {
  return {units, conditions, trials, gsn::portable_data({units, conditions, trials, rank, noise, seed, noise_rank})};
}
/// Less the mean of all units, in every trial: what an average reference does to electrodes.
inline Trials average_referenced(Trials d) {
  for (index_t c = 0; c < d.conditions; ++c)
    for (index_t t = 0; t < d.trials; ++t) {
      double mean = 0;
      for (index_t i = 0; i < d.units; ++i) mean += d(i, c, t) / static_cast<double>(d.units);
      for (index_t i = 0; i < d.units; ++i) d(i, c, t) -= mean;
    }
  return d;
}

/// Centred trials of some conditions, a row each.
inline std::vector<std::vector<double>> centred_trials(const gsn::DataView<double>& d,
                                                       const std::vector<index_t>& conditions) {
  std::vector<std::vector<double>> rows;
  for (const index_t c : conditions)
    for (index_t t = 0; t < d.trials; ++t) {
      std::vector<double> row;
      for (index_t i = 0; i < d.units; ++i) {
        double mean = 0;
        for (index_t s = 0; s < d.trials; ++s) mean += d(i, c, s) / static_cast<double>(d.trials);
        row.push_back(d(i, c, t) - mean);
      }
      rows.push_back(row);
    }
  return rows;
}

/// The sum of the products of rows with themselves, over a divisor.
inline Square products(const std::vector<std::vector<double>>& rows, double divisor) {
  const std::size_t n = rows.front().size();
  Square c(n, std::vector<double>(n));
  for (const std::vector<double>& row : rows)
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) c[i][j] += row[i] * row[j] / divisor;
  return c;
}
inline Square shrunk(Square c, double level) {
  for (std::size_t i = 0; i < c.size(); ++i)
    for (std::size_t j = 0; j < c.size(); ++j)
      if (i != j) c[i][j] *= level;
  return c;
}

/// The mean negative log-likelihood of rows under a normal density of mean 0, by elimination in extended precision; NaN
/// where a pivot is not positive.
inline double normal_nll(const Square& covariance, const std::vector<std::vector<double>>& rows) {
  const std::size_t n = covariance.size();
  std::vector<std::vector<long double>> l(n, std::vector<long double>(n));
  long double half_determinant = 0, quadratic = 0;
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = j; i < n; ++i) {
      long double s = covariance[i][j];
      for (std::size_t k = 0; k < j; ++k) s -= l[i][k] * l[j][k];
      if (i == j && !(s > 0)) return not_a_number;
      l[i][j] = i == j ? std::sqrt(s) : s / l[j][j];
    }
    half_determinant += std::log(l[j][j]);
  }
  for (const std::vector<double>& row : rows) {
    std::vector<long double> y;
    for (std::size_t i = 0; i < n; ++i) {
      long double s = row[i];
      for (std::size_t k = 0; k < i; ++k) s -= l[i][k] * y[k];
      y.push_back(s / l[i][i]);
      quadratic += y[i] * y[i];
    }
  }
  constexpr long double log_two_pi = 1.83787706640934548356L;
  return static_cast<double>(quadratic / 2 / static_cast<long double>(rows.size()) + half_determinant +
                             static_cast<long double>(n) * log_two_pi / 2);
}

}  // namespace isonomy::test
