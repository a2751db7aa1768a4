// Covariances and likelihoods of gsn by their definitions, loop by loop.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/estimators/gsn/data_view.hpp"
#include "support/gsn/matrices.hpp"
#include "support/gsn/trials.hpp"
#include "support/numbers.hpp"

namespace isonomy::test {

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
inline SquareMatrix products(const std::vector<std::vector<double>>& rows, double divisor) {
  return square_of(static_cast<index_t>(rows.front().size()), [&](index_t i, index_t j) {
    double sum = 0;
    for (const std::vector<double>& row : rows)
      sum += row[static_cast<std::size_t>(i)] * row[static_cast<std::size_t>(j)] / divisor;
    return sum;
  });
}
inline SquareMatrix shrunk(const SquareMatrix& c, double level) {
  return square_of(c.n, [&](index_t i, index_t j) { return (i == j ? 1 : level) * c(i, j); });
}

/// The mean negative log-likelihood of rows under a normal density of mean 0, by elimination in extended precision; NaN
/// where a pivot is not positive.
inline double normal_nll(const SquareMatrix& covariance, const std::vector<std::vector<double>>& rows) {
  const auto n = static_cast<std::size_t>(covariance.n);
  std::vector<std::vector<long double>> l(n, std::vector<long double>(n));
  long double half_determinant = 0, quadratic = 0;
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = j; i < n; ++i) {
      long double s = covariance(static_cast<index_t>(i), static_cast<index_t>(j));
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
