// Groups of rows that a mixture misses: where one of its components would do most good.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "isonomy/core/numeric.hpp"
#include "isonomy/core/small_matrix.hpp"
#include "isonomy/estimators/mixture/multivariate/model.hpp"
#include "isonomy/estimators/mixture/multivariate/start_groups.hpp"
#include "isonomy/estimators/mixture/starts.hpp"

namespace isonomy::mixture::detail {

/// Rows around one, and by how much they raise the log-likelihood as a component of their own.
struct Neighbourhood {
  std::size_t centre = 0, rows = 0;
  double radius = 0;  ///< squared
  double gain = 0;
  Group group;
};

/// The component whose loss costs least, and the groups of rows that the others miss, those that gain most first.
/// Groups are the rows nearest to one, of several sizes, around some that are drawn.
///
/// Every start that moves a component to one of them is of use once: next() goes from each to the one after.
///
/// Source: Verbeek, Vlassis and Kröse, Efficient greedy learning of Gaussian mixture models (2003).
class MissedGroups {
 public:
  MissedGroups() = default;

  /// There must be two components or more.
  MissedGroups(const GroupedRows& rows, const NormalMixture& m, StartDraws draws) {
    std::vector<std::vector<double>> densities;
    for (std::size_t k = 0; k < m.weights.size(); ++k) densities.push_back(density_under(rows, m, k));
    const WithoutLeast others = without_least(densities, m.weights, rows.weights());
    least_component_ = others.component;
    const std::size_t n = rows.size();
    std::vector<Neighbourhood> found;
    for (std::size_t place = 0; place < std::min(places, n); ++place)
      for (Neighbourhood& around : neighbourhoods(rows, others.log_density, n <= places ? place : draws.below(n)))
        found.push_back(std::move(around));
    std::stable_sort(found.begin(), found.end(),
                     [](const Neighbourhood& a, const Neighbourhood& b) { return a.gain > b.gain; });
    for (Neighbourhood& candidate : found) {
      if (groups_.size() == most) break;
      const bool known = std::any_of(groups_.begin(), groups_.end(), [&](const Neighbourhood& taken) {
        const std::size_t d = rows.dimensions();
        return std::max(taken.rows, candidate.rows) <= 4 * std::min(taken.rows, candidate.rows) &&
               squared_distance(&rows.white_rows()[taken.centre * d], &rows.white_rows()[candidate.centre * d], d) <=
                   taken.radius;
      });
      if (!known) groups_.push_back(std::move(candidate));
    }
  }

  [[nodiscard]] std::size_t least_component() const { return least_component_; }
  [[nodiscard]] bool empty() const { return next_ == groups_.size(); }
  [[nodiscard]] const Group& next() { return groups_[next_++].group; }

 private:
  static constexpr std::size_t places = 32, most = 64;

  /// The density of every row under one component, times its weight, up to a constant.
  static std::vector<double> density_under(const GroupedRows& rows, const NormalMixture& m, std::size_t k) {
    const std::size_t d = rows.dimensions();
    SquareMatrix covariance(d);
    for (std::size_t i = 0; i < d; ++i)
      for (std::size_t j = 0; j < d; ++j) {
        const std::size_t at = m.has_matrices() ? i * d + j : m.covariance == Covariance::diagonal ? i : 0;
        if (i == j || m.has_matrices()) covariance(i, j) = m.covariances[m.covariance_index(k) + at];
      }
    const Cholesky factor(covariance);
    const SquareMatrix inverse = factor.inverse_lower();
    double peak = m.weights[k];
    for (std::size_t j = 0; j < d; ++j) peak = rounded_product(peak, inverse(j, j));
    std::vector<double> result, step(d);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (std::size_t j = 0; j < d; ++j) step[j] = rows.row(i)[j] - m.means[k * d + j];
      double square = 0;
      for (std::size_t j = 0; j < d; ++j) {
        const double z = dot(inverse.row(j), step);
        square = std::fma(z, z, square);
      }
      result.push_back(peak * std::exp(-0.5 * square));
    }
    return result;
  }

  /// The rows nearest to one, from a few to half of all.
  static std::vector<Neighbourhood> neighbourhoods(const GroupedRows& rows, const std::vector<double>& log_density,
                                                   std::size_t centre) {
    constexpr double least_square = 4 * spike_width * spike_width;
    const std::size_t d = rows.dimensions();
    const auto parameters = 0.5 * static_cast<double>(d * (d + 3));
    const std::vector<double> distance = rows.distances(&rows.white_rows()[centre * d]);
    const Members nearest = ordered(distance, rows.all());
    std::vector<Neighbourhood> result;
    double missed = 0;
    std::size_t summed = 0;
    for (std::size_t size = std::max<std::size_t>(d + 4, 6); size <= rows.size() / 2; size += (size + 1) / 2) {
      for (; summed < size; ++summed)
        missed = std::fma(-rows.weight(nearest[summed]), log_density[nearest[summed]], missed);
      Group group = rows.group_of({nearest.begin(), nearest.begin() + static_cast<std::ptrdiff_t>(size)});
      SquareMatrix covariance = group.covariance;
      for (std::size_t i = 0; i < d; ++i)
        for (std::size_t j = 0; j < d; ++j)
          covariance(i, j) = std::fma(least_square, rows.whole().covariance(i, j), covariance(i, j));
      const Cholesky factor(covariance);
      if (!factor.positive_definite()) continue;
      double log_peak = std::log(group.size / rows.whole().size) - 0.5 * static_cast<double>(d);
      for (std::size_t j = 0; j < d; ++j) log_peak -= std::log(factor.lower()(j, j));
      const double gain = std::fma(group.size, log_peak, missed) - parameters;
      result.push_back({centre, size, distance[nearest[size - 1]], gain, std::move(group)});
    }
    return result;
  }

  std::size_t least_component_ = 0, next_ = 0;
  std::vector<Neighbourhood> groups_;
};

}  // namespace isonomy::mixture::detail
