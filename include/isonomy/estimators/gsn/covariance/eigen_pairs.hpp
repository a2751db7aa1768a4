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
#include "isonomy/estimators/gsn/psd/living_pairs.hpp"
#include "isonomy/estimators/gsn/psd/nearest_psd.hpp"
#include "isonomy/ops/for_each.hpp"

namespace isonomy::gsn::detail {

/// out(:, j) = in(:, n - 1 - j), but for columns of `in` from `first` to `first + last`, which come last.
template <MemorySpace Space>
struct ReverseColumns {
  MatrixView<const double, Space> in;
  index_t first, last;
  MatrixView<double, Space> out;

  ISONOMY_HD void operator()(index_t j) const {
    const index_t turned = in.columns - 1 - j;
    const index_t to = turned >= first + last ? j : turned >= first ? in.columns - 1 - (turned - first) : j - last;
    for (index_t i = 0; i < in.rows; ++i) out(i, to) = in(i, turned);
  }
};

/// Eigenvalues from the largest to the least, with a column each.
template <class Tag>
struct EigenPairs {
  std::vector<double> values;
  Matrix<double, Tag> vectors;
};

/// Pairs in the order of eigh(), turned round; `last` of them, from `first` on, are moved to the end.
template <ContextLike Ctx>
[[nodiscard]] EigenPairs<typename Ctx::tag> descending(Ctx& ctx, VectorView<const double, typename Ctx::space> values,
                                                       MatrixView<const double, typename Ctx::space> vectors,
                                                       index_t first = 0, index_t last = 0) {
  EigenPairs<typename Ctx::tag> pairs{
      to_host<Ctx, double>(ctx, values),
      Matrix<double, typename Ctx::tag>(ctx, vectors.rows, vectors.columns, "gsn: eigenvectors")};
  const auto begin = pairs.values.begin();
  std::rotate(begin, begin + first, begin + first + last);
  std::reverse(pairs.values.begin(), pairs.values.end());
  isonomy::for_each(ctx, vectors.columns,
                    ReverseColumns<typename Ctx::space>{vectors, first, last, pairs.vectors.view()});
  return pairs;
}

/// The pairs of a symmetric matrix; those of units that are zeros in it are exactly 0 and themselves.
template <ContextLike Ctx>
[[nodiscard]] EigenPairs<typename Ctx::tag> eigen_pairs(Ctx& ctx, MatrixView<const double, typename Ctx::space> m) {
  Buffer<double, typename Ctx::tag> values(ctx, m.rows, "gsn: eigenvalues");
  Matrix<double, typename Ctx::tag> vectors(ctx, m.rows, m.rows, "gsn: eigenvectors");
  isonomy::for_each(ctx, m.rows, FindDead<typename Ctx::space>{m, values.view()});
  const std::vector<index_t> dead = dead_list(ctx, std::as_const(values).view());
  eigh_of_living(ctx, m, dead, values.view(), vectors.view());
  return descending(ctx, std::as_const(values).view(), std::as_const(vectors).view());
}

/// The pairs of a matrix that nearest_psd() made, none of them negative. Where it projected, its null space has the
/// vectors of what was projected, in the order of the eigenvalues that became 0: the same basis on every backend. Units
/// without variance got no ridge, so that their pairs are the last.
template <ContextLike Ctx>
[[nodiscard]] EigenPairs<typename Ctx::tag> eigen_pairs(Ctx& ctx, MatrixView<const double, typename Ctx::space> m,
                                                        const Projection<Ctx>& projection) {
  EigenPairs<typename Ctx::tag> pairs =
      projection.projected ? descending(ctx, projection.eigenvalues.view(), projection.eigenvectors.view(),
                                        projection.negative, projection.dead)
                           : eigen_pairs(ctx, m);
  for (double& value : pairs.values) value = std::max(value, 0.0);
  if (projection.projected)
    for (std::size_t k = 0; k + static_cast<std::size_t>(projection.dead) < pairs.values.size(); ++k)
      pairs.values[k] += projection.ridge;
  return pairs;
}

}  // namespace isonomy::gsn::detail
