// Counts and moments of clusters: one pass of nearest_sums around centres that the host knows.
#pragma once

#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/mixture/kernels/nearest.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"
#include "isonomy/ops/mixture/nearest_sums.hpp"

namespace isonomy::mixture {

/// The outputs of nearest_sums over the rows of x, as NearestCentres lays them out. centres: by rows. weights: one for
/// each row, or none, so that every row counts once.
template <ContextLike Ctx, class T>
[[nodiscard]] std::vector<DoubleDouble>
cluster_sums(Ctx& ctx, const std::vector<double>& centres, int dimensions, MatrixView<const T, typename Ctx::space> x,
             ClusterMoments moments = ClusterMoments::first, Covariance covariance = Covariance::spherical,
             VectorView<const T, typename Ctx::space> weights = {}) {
  const auto device = to_device(ctx, centres, "centres");
  const NearestCentres term{device.data(), static_cast<int>(centres.size()) / dimensions, dimensions, moments,
                            covariance};
  std::vector<DoubleDouble> sums(static_cast<std::size_t>(term.outputs()));
  nearest_sums(ctx, term, x, weights, view(sums));
  return sums;
}

}  // namespace isonomy::mixture
