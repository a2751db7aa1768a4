// Clouds of points in two dimensions, and every restriction of covariances that a fit of them may have.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "isonomy/core/view.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"
#include "support/mixture/objectives.hpp"

namespace isonomy::test {

/// n rows around each of the centres, by rows.
inline std::vector<double> clouds(const std::vector<std::pair<double, double>>& centres, index_t n) {
  std::vector<double> x;
  for (std::size_t c = 0; c < centres.size(); ++c)
    for (index_t i = 0; i < n; ++i) {
      const auto e = static_cast<std::uint64_t>(i);
      x.push_back(centres[c].first + normal(10 + c, e));
      x.push_back(centres[c].second + normal(20 + c, e));
    }
  return x;
}

inline const std::vector<std::pair<double, double>> three_centres{{0, 0}, {12, 0}, {0, 15}};
inline const std::vector<Covariance> covariance_kinds{Covariance::full, Covariance::tied, Covariance::diagonal,
                                                      Covariance::spherical};

inline MatrixView<const double> rows_of_two(const std::vector<double>& x) {
  return row_major(x.data(), static_cast<index_t>(x.size() / 2), 2);
}

}  // namespace isonomy::test
