// Eigenvalues and eigenvectors in the order and with the signs of published results.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/psd/nearest_psd.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/linalg/eigen/eigh.hpp"

namespace isonomy::gsn::detail {

/// out(:, j) = in(:, n - 1 - j).
template <MemorySpace Space>
struct ReverseColumns {
  MatrixView<const double, Space> in;
  MatrixView<double, Space> out;

  ISONOMY_HD void operator()(index_t j) const {
    for (index_t i = 0; i < in.rows; ++i) out(i, j) = in(i, in.columns - 1 - j);
  }
};

/// Eigenvalues from the largest to the least, with a column each.
template <class Tag>
struct EigenPairs {
  std::vector<double> values;
  Matrix<double, Tag> vectors;
};

/// Pairs in the order of eigh(), turned round.
template <ContextLike Ctx>
[[nodiscard]] EigenPairs<typename Ctx::tag> descending(Ctx& ctx, VectorView<const double, typename Ctx::space> values,
                                                       MatrixView<const double, typename Ctx::space> vectors) {
  EigenPairs<typename Ctx::tag> pairs{
      to_host<Ctx, double>(ctx, values),
      Matrix<double, typename Ctx::tag>(ctx, vectors.rows, vectors.columns, "gsn: eigenvectors")};
  std::reverse(pairs.values.begin(), pairs.values.end());
  isonomy::for_each(ctx, vectors.columns, ReverseColumns<typename Ctx::space>{vectors, pairs.vectors.view()});
  return pairs;
}

/// The pairs of a symmetric matrix.
template <ContextLike Ctx>
[[nodiscard]] EigenPairs<typename Ctx::tag> eigen_pairs(Ctx& ctx, MatrixView<const double, typename Ctx::space> m) {
  Buffer<double, typename Ctx::tag> values(ctx, m.rows, "gsn: eigenvalues");
  Matrix<double, typename Ctx::tag> vectors(ctx, m.rows, m.rows, "gsn: eigenvectors");
  eigh(ctx, m, values.view(), vectors.view());
  return descending(ctx, std::as_const(values).view(), std::as_const(vectors).view());
}

/// The pairs of a matrix that nearest_psd() made. Where it projected, its null space has the vectors of what was
/// projected, in the order of the eigenvalues that became 0: the same basis on every backend.
template <ContextLike Ctx>
[[nodiscard]] EigenPairs<typename Ctx::tag> eigen_pairs(Ctx& ctx, MatrixView<const double, typename Ctx::space> m,
                                                        const Projection<Ctx>& projection) {
  if (!projection.projected) return eigen_pairs(ctx, m);
  EigenPairs<typename Ctx::tag> pairs = descending(ctx, projection.eigenvalues.view(), projection.eigenvectors.view());
  for (double& value : pairs.values) value = std::max(value, 0.0) + projection.ridge;
  return pairs;
}

}  // namespace isonomy::gsn::detail
