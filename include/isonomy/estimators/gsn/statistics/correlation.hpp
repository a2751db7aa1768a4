// convert_covariance_to_correlation: a covariance matrix in units of its standard deviations.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/memory.hpp"

namespace isonomy::gsn {

namespace detail {

/// out(i, j) = c(i, j)/sqrt(d(i))/sqrt(d(j)), 1 for i == j; NaN where a variance d is not positive.
template <MemorySpace Space>
struct Correlate {
  MatrixView<const double, Space> c;
  VectorView<const double, Space> d;
  MatrixView<double, Space> out;
  double nothing = std::numeric_limits<double>::quiet_NaN();

  ISONOMY_HD void operator()(index_t j) const {
    const double root = std::sqrt(d(j));
    for (index_t i = 0; i < c.rows; ++i) {
      const double found = i == j ? 1 : c(i, j) / std::sqrt(d(i)) / root;
      out(i, j) = d(i) > 0 && d(j) > 0 ? found : nothing;
    }
  }
};

}  // namespace detail

/// out(i, j) = c(i, j) over the standard deviations of units i and j; those on the diagonal are 1.
///
/// Rows and columns of units whose variance is not positive are NaN, and these units are returned, ascending. c and out
/// are n x n with any strides; c is not changed. ShapeError, AliasError. O(n^2), n doubles of workspace.
template <ContextLike Ctx>
std::vector<index_t> convert_covariance_to_correlation(Ctx& ctx, MatrixView<const double, typename Ctx::space> c,
                                                       MatrixView<double, typename Ctx::space> out) {
  constexpr const char* operation = "convert_covariance_to_correlation";
  check::usable(c, operation, "c");
  check::usable(out, operation, "out");
  check::that(c.rows == c.columns, operation, "c is ", check::shape(c), "; it must be square");
  check::that(out.rows == c.rows && out.columns == c.columns, operation, "out is ", check::shape(out), " and c is ",
              check::shape(c), "; give an output of that shape");
  check::distinct(out, operation, "out");
  check::no_overlap(out, c, operation, "out", "c");
  Buffer<double, typename Ctx::tag> variances(ctx, c.rows, operation);
  copy(ctx, c.diagonal(), variances.view());
  for_each(ctx, c.columns, detail::Correlate<typename Ctx::space>{c, variances.view(), out});
  std::vector<index_t> without;
  const std::vector<double> d = to_host(ctx, variances);
  for (std::size_t i = 0; i < d.size(); ++i)
    if (!(d[i] > 0)) without.push_back(static_cast<index_t>(i));
  return without;
}

}  // namespace isonomy::gsn
