// The Pearson correlation of all elements of two symmetric matrices.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/psd/symmetric.hpp"
#include "isonomy/estimators/gsn/statistics/scale.hpp"
#include "isonomy/ops/for_each.hpp"

namespace isonomy::gsn {

namespace detail {

/// Per column of the lower triangles, elements below the diagonal counting twice: the sums of both and their largest
/// magnitudes.
template <MemorySpace Space>
struct TriangleSums {
  MatrixView<const double, Space> x, y;
  MatrixView<double, Space> out;  ///< 4 rows, one column for each

  ISONOMY_HD void operator()(index_t j) const {
    double sum_x = x(j, j), sum_y = y(j, j), most_x = std::abs(sum_x), most_y = std::abs(sum_y);
    for (index_t i = j + 1; i < x.rows; ++i) {
      sum_x += x(i, j) + x(i, j);
      sum_y += y(i, j) + y(i, j);
      most_x = most_x < std::abs(x(i, j)) ? std::abs(x(i, j)) : most_x;
      most_y = most_y < std::abs(y(i, j)) ? std::abs(y(i, j)) : most_y;
    }
    out(0, j) = sum_x;
    out(1, j) = sum_y;
    out(2, j) = most_x;
    out(3, j) = most_y;
  }
};

/// Per column, of numbers less their mean and times a power of 2: the sums of squares of both and of their products.
template <MemorySpace Space>
struct TriangleProducts {
  MatrixView<const double, Space> x, y;
  MatrixView<double, Space> out;  ///< 3 rows, one column for each
  double mean_x, mean_y, scale_x, scale_y;

  ISONOMY_HD void operator()(index_t j) const {
    Rounded xx, yy, xy;
    for (index_t i = j; i < x.rows; ++i) {
      const Rounded a = (x(i, j) - mean_x) * scale_x, b = (y(i, j) - mean_y) * scale_y;
      const double times = i == j ? 1 : 2;
      xx += times * (a * a);
      yy += times * (b * b);
      xy += times * (a * b);
    }
    out(0, j) = xx;
    out(1, j) = yy;
    out(2, j) = xy;
  }
};

/// The sum of a row of sums that columns have, in their order.
inline double row_sum(const std::vector<double>& sums, std::size_t rows, std::size_t row) {
  double sum = 0;
  for (std::size_t k = row; k < sums.size(); k += rows) sum += sums[k];
  return sum;
}

}  // namespace detail

/// The Pearson correlation of all n^2 elements of two symmetric matrices, of which the lower triangles are read.
///
/// Two passes: means, then products of what is left, summed in double by columns and these in order, so the result has
/// the same bits for any number of threads, and does not depend on the scale of the matrices. NaN where one of them is
/// constant or holds NaN. ShapeError. O(n^2), 7 n doubles of workspace; waits for the result.
template <ContextLike Ctx>
[[nodiscard]] double flat_correlation(Ctx& ctx, MatrixView<const double, typename Ctx::space> x,
                                      MatrixView<const double, typename Ctx::space> y) {
  constexpr const char* operation = "flat_correlation";
  using Space = typename Ctx::space;
  detail::require_square(x, operation, "x");
  detail::require_square(y, operation, "y");
  check::equal(x.rows, "x", y.rows, "y", operation);
  if (x.rows == 0) return std::numeric_limits<double>::quiet_NaN();
  Matrix<double, typename Ctx::tag> of_columns(ctx, 4, x.rows, operation), products(ctx, 3, x.rows, operation);
  for_each(ctx, x.rows, detail::TriangleSums<Space>{x, y, of_columns.view()});
  const std::vector<double> first = to_host<Ctx, double>(ctx, detail::flat(std::as_const(of_columns)));
  std::array<double, 2> mean{}, most{};
  const double n = static_cast<double>(x.rows);
  for (std::size_t k = 0; k < 2; ++k) {
    mean[k] = detail::row_sum(first, 4, k) / n / n;
    for (std::size_t at = 2 + k; at < first.size(); at += 4) most[k] = std::max(most[k], first[at]);
  }
  for_each(ctx, x.rows,
           detail::TriangleProducts<Space>{x, y, products.view(), mean[0], mean[1], detail::scale_for(most[0]),
                                           detail::scale_for(most[1])});
  const std::vector<double> second = to_host<Ctx, double>(ctx, detail::flat(std::as_const(products)));
  const double xx = detail::row_sum(second, 3, 0), yy = detail::row_sum(second, 3, 1);
  return detail::row_sum(second, 3, 2) / std::sqrt(xx) / std::sqrt(yy);
}

}  // namespace isonomy::gsn
