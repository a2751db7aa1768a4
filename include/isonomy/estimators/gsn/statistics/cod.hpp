// calc_cod: how much of the variance of measurements a model explains, in percent.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "isonomy/core/check.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/statistics/scale.hpp"

namespace isonomy::gsn {

/// Whether the model is first multiplied by the factor that brings it nearest to the measurements; `not_negative`: by
/// 0 at least.
enum class Gain { none, any, not_negative };

struct CodOptions {
  Gain gain = Gain::none;
  bool subtract_mean = true;  ///< that of the measurements, from both
};

/// Along what a matrix is read: its columns, its rows, all elements as one, or as MATLAB does by itself: the row of a
/// matrix that has but one, else the columns.
enum class Along { automatic, columns, rows, all };

namespace detail {

/// Multiplies all numbers by a power of 2.
inline void scale(std::vector<Rounded>& numbers, double factor) {
  for (Rounded& x : numbers) x = x * factor;
}
[[nodiscard]] inline double largest_magnitude(const std::vector<Rounded>& numbers) {
  double largest = 0;
  for (const Rounded x : numbers) largest = std::max(largest, std::abs(double{x}));
  return largest;
}

/// calc_cod() of n pairs, which pair(k, x, y) gives.
template <class Pair>
[[nodiscard]] double coefficient_of_determination(index_t n, const CodOptions& options, const Pair& pair) {
  std::vector<Rounded> xs, ys;
  for (index_t k = 0; k < n; ++k) {
    double x = 0, y = 0;
    pair(k, x, y);
    if (std::isnan(x) || std::isnan(y)) continue;
    xs.emplace_back(x);
    ys.emplace_back(y);
  }
  constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
  const auto same = [&](Rounded y) { return double{y} == double{ys.front()}; };
  if (options.subtract_mean && std::all_of(ys.begin(), ys.end(), same)) return nothing;
  const double of_measurements = scale_for(largest_magnitude(ys));
  scale(xs, options.gain == Gain::none ? of_measurements : scale_for(largest_magnitude(xs)));
  scale(ys, of_measurements);
  Rounded gain = 1, mean = 0, xx = 0, xy = 0, residuals = 0, squares = 0;
  for (std::size_t k = 0; k < xs.size(); ++k) {
    xx += xs[k] * xs[k];
    xy += xs[k] * ys[k];
    mean += ys[k];
  }
  if (options.gain != Gain::none) gain = xx > 0 ? xy / xx : Rounded(0);
  if (options.gain == Gain::not_negative) gain = std::max(double{gain}, 0.0);
  mean = options.subtract_mean ? mean / static_cast<double>(xs.size()) : Rounded(0);
  for (std::size_t k = 0; k < xs.size(); ++k) {
    const Rounded y = ys[k] - mean, residual = y - (gain * xs[k] - mean);
    residuals += residual * residual;
    squares += y * y;
  }
  return squares > 0 ? 100 * (1 - double{residuals} / double{squares}) : nothing;
}

}  // namespace detail

/// 100*(1 - sum (y - x)^2/sum y^2) of a model x and measurements y, the mean of y subtracted from both before.
///
/// Pairs of which one is NaN do not count. NaN where no squares of y are left to divide by: of no pairs, and of
/// measurements that do not vary. Numbers of any size: squares are those of numbers near 1. ShapeError where sizes
/// differ. O(n), on the host, summed in order.
[[nodiscard]] inline double calc_cod(VectorView<const double> x, VectorView<const double> y,
                                     const CodOptions& options = {}) {
  check::usable(x, "calc_cod", "x");
  check::usable(y, "calc_cod", "y");
  check::equal(x.size, "x", y.size, "y", "calc_cod");
  return detail::coefficient_of_determination(x.size, options, [&](index_t k, double& a, double& b) {
    a = x(k);
    b = y(k);
  });
}

/// The same of every column or row of two matrices, or one number of all elements; none of an empty matrix.
///
/// Any strides; x and y stay as they are. ShapeError where shapes differ. O(mn), on the host.
[[nodiscard]] inline std::vector<double> calc_cod(MatrixView<const double> x, MatrixView<const double> y, Along along,
                                                  const CodOptions& options = {}) {
  check::usable(x, "calc_cod", "x");
  check::usable(y, "calc_cod", "y");
  check::that(x.rows == y.rows && x.columns == y.columns, "calc_cod", "x is ", check::shape(x), " and y is ",
              check::shape(y), "; give one element of the model for each measurement");
  if (x.rows == 0 || x.columns == 0) return {};
  if (along == Along::all)
    return {detail::coefficient_of_determination(x.rows * x.columns, options, [&](index_t k, double& a, double& b) {
      a = x(k % x.rows, k / x.rows);
      b = y(k % x.rows, k / x.rows);
    })};
  if (along == Along::rows || (along == Along::automatic && x.rows == 1)) x = transposed(x), y = transposed(y);
  std::vector<double> result;
  for (index_t j = 0; j < x.columns; ++j) result.push_back(calc_cod(x.column(j), y.column(j), options));
  return result;
}

}  // namespace isonomy::gsn
