// Mixtures on the host, and their points.
#pragma once

#include <string>
#include <vector>

#include "host.hpp"
#include "isonomy/estimators/mixture/minimise/value.hpp"
#include "isonomy/estimators/mixture/multivariate/model.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"

namespace isonomy::gates {

/// Two peaks around 1, of widths 2 and 0.5, not quite normal: four uniform numbers added.
[[nodiscard]] std::vector<double> points_of_two_peaks(index_t n);
/// Where the likelihood of shared_mean_pair() is taken.
inline const std::vector<double> parameters_of_two_peaks{0.45, 1.1, 1.9, 0.55};
mixture::Likelihood likelihood(Host& host, const std::vector<double>& x, MixtureOrder order);
[[nodiscard]] std::string difference_of(const mixture::Likelihood& device, const mixture::Likelihood& host);

/// Rows around eight places in eight dimensions, one row behind the other, and a mixture to start from.
struct Clusters {
  static constexpr int dimensions = 8, components = 8;
  index_t rows;
  std::vector<double> points;
  mixture::NormalMixture start;
  explicit Clusters(index_t n);
};
/// What EM has found.
struct Found {
  mixture::NormalMixture model;
  std::vector<double> lower_bounds;
};
/// So many iterations of EM are timed in one run.
inline constexpr int em_iterations = 10;
Found em_of(Host& host, const Clusters& data);
[[nodiscard]] std::string difference_of(const Found& device, const Found& host);

}  // namespace isonomy::gates
