// Correlations and variances of columns of numbers, and whether they are above a limit: fast arithmetic proposes, and
// close to the limit integers decide, or the reference's own sums.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/estimators/profiling/statistics/correlation_limit.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/residue/arithmetic.hpp"

namespace isonomy::profiling {

namespace detail {

/// Mean, sum of squared deviations, and the extremes of a column; finite is 0 where a value is not.
struct ColumnSpread {
  double mean = 0, squares = 0, largest = 0;
  std::uint8_t varies = 0, finite = 1;

  /// Bounds the part by which rounding, in any order of additions, may change the deviations of n values from their
  /// mean, as a vector; infinite where nothing varies.
  [[nodiscard]] double deviation_error(index_t n) const {
    if (squares <= 0) return std::numeric_limits<double>::infinity();
    const auto count = static_cast<double>(n);
    return 0x1p-52 * (1 + (count + 1) * std::sqrt(count) * largest / std::sqrt(squares));
  }
};

/// Plain sums in row order, two passes.
template <MemorySpace Space>
struct ColumnSpreads {
  MatrixView<const double, Space> x;
  ColumnSpread* out;

  ISONOMY_HD void operator()(index_t j) const {
    ColumnSpread s;
    double sum = 0;
    for (index_t i = 0; i < x.rows; ++i) {
      sum += x(i, j);
      s.largest = std::fmax(s.largest, std::fabs(x(i, j)));
      if (x(i, j) != x(0, j)) s.varies = 1;
      if (!(x(i, j) - x(i, j) == 0)) s.finite = 0;
    }
    s.mean = sum / static_cast<double>(x.rows);
    for (index_t i = 0; i < x.rows; ++i) {
      const double d = x(i, j) - s.mean;
      s.squares += rounded_product(d, d);
    }
    out[j] = s;
  }
};

/// out[k] = Pearson correlation of column order[first] with column order[first + 1 + k]; 0 where one is constant.
template <MemorySpace Space>
struct CorrelationsWith {
  MatrixView<const double, Space> x;
  const ColumnSpread* spreads;
  const index_t* order;
  index_t first;
  double* out;

  ISONOMY_HD void operator()(index_t k) const {
    const index_t a = order[first], b = order[first + 1 + k];
    const ColumnSpread p = spreads[a], q = spreads[b];
    double sum = 0;
    if (p.varies != 0 && q.varies != 0) {
      for (index_t i = 0; i < x.rows; ++i) sum += rounded_product(x(i, a) - p.mean, x(i, b) - q.mean);
      sum /= std::sqrt(p.squares) * std::sqrt(q.squares);
    }
    out[k] = sum;
  }
};

/// A column as integers in the ratios of its values.
struct ColumnIntegers {
  std::vector<std::int64_t> values;
  std::int64_t decimal_unit = 0;  ///< what stands for 1 where the values are decimals, else 0
  int binary_exponent = 0;        ///< 2 to this stands for 1 where they are none
};

/// Integers in the ratios of a column's values: decimals of at most six places without rounding where they have at
/// most 62 - log2(n) bits, others to as many bits below the power of two above the largest magnitude.
[[nodiscard]] inline ColumnIntegers column_integers(std::span<const double> values) {
  int rows = 0, exponent = 0;
  std::frexp(static_cast<double>(values.size()), &rows);
  const int bits = std::min(53, 62 - rows);
  double largest = 0;
  for (const double v : values) largest = std::max(largest, std::abs(v));
  std::frexp(largest, &exponent);
  const auto scaled = [&](double v, double unit) { return std::nearbyint(v * unit); };
  ColumnIntegers out;
  for (double unit = 1; unit <= 1e6 && largest * unit <= std::ldexp(1.0, bits); unit *= 10) {
    if (!std::all_of(values.begin(), values.end(), [&](double v) { return scaled(v, unit) / unit == v; })) continue;
    for (const double v : values) out.values.push_back(static_cast<std::int64_t>(scaled(v, unit)));
    out.decimal_unit = static_cast<std::int64_t>(unit);
    return out;
  }
  out.binary_exponent = bits - exponent;
  for (const double v : values)
    out.values.push_back(static_cast<std::int64_t>(std::nearbyint(std::ldexp(v, out.binary_exponent))));
  return out;
}

/// How NumPy adds up a column for its mean: as it stands in memory, pairwise along a contiguous column, else row by
/// row.
enum class MeanOrder { by_row, pairwise };

struct ElementOf {
  const double* column;
  ISONOMY_HD double operator()(std::int32_t i) const { return column[i]; }
};

[[nodiscard]] inline double numpy_sum(std::span<const double> x, MeanOrder order) {
  if (order == MeanOrder::pairwise)
    return residue::pairwise_sum(ElementOf{x.data()}, 0, static_cast<std::int32_t>(x.size()));
  double sum = 0;
  for (const double v : x) sum += v;
  return sum;
}

/// Deviations from the mean as numpy.cov and numpy.var find them.
[[nodiscard]] inline std::vector<double> numpy_deviations(std::span<const double> x, MeanOrder order) {
  const double mean = numpy_sum(x, order) / static_cast<double>(x.size());
  std::vector<double> out;
  for (const double v : x) out.push_back(v - mean);
  return out;
}

/// The product of two rows as OpenBLAS makes it on processors with fused multiplication, which NumPy's own packages
/// use: one sum from first to last within a block, blocks of 256, and two halves of what is left below 512.
[[nodiscard]] inline double blas_product(std::span<const double> x, std::span<const double> y) {
  constexpr std::size_t block = 256;
  double total = 0;
  for (std::size_t begin = 0; begin < x.size();) {
    const std::size_t left = x.size() - begin;
    const std::size_t end = begin + (left >= 2 * block ? block : left > block ? (left + 1) / 2 : left);
    double sum = 0;
    for (; begin < end; ++begin) sum = std::fma(x[begin], y[begin], sum);
    total += sum;
  }
  return total;
}

/// numpy.corrcoef of two columns, to the bit; NaN where one of them has no deviations.
[[nodiscard]] inline double numpy_correlation(std::span<const double> x, std::span<const double> y, MeanOrder order) {
  const std::vector<double> dx = numpy_deviations(x, order), dy = numpy_deviations(y, order);
  const double factor = 1 / (static_cast<double>(x.size()) - 1);
  const double r = blas_product(dx, dy) * factor / std::sqrt(blas_product(dx, dx) * factor) /
                   std::sqrt(blas_product(dy, dy) * factor);
  return std::clamp(r, -1.0, 1.0);
}

/// Whether the correlation of two columns is above `limit` in magnitude: under `exact` of the decimals that the values
/// stand for, under `aaanalysis_1_1` by the sums of NumPy.
template <class Arithmetic>
[[nodiscard]] bool correlates_above(std::span<const double> x, std::span<const double> y, double limit,
                                    MeanOrder order) {
  if constexpr (std::same_as<Arithmetic, exact>) {
    const std::vector<std::int64_t> m = column_integers(x).values;
    std::vector<std::int64_t> n = column_integers(y).values;
    if (correlates_above(m, n, limit)) return true;
    for (std::int64_t& value : n) value = -value;
    return correlates_above(m, n, limit);
  } else {
    return std::abs(numpy_correlation(x, y, order)) > limit;
  }
}

/// numpy.var of a column, to the bit.
[[nodiscard]] inline double numpy_variance(std::span<const double> x, MeanOrder order) {
  std::vector<double> squares = numpy_deviations(x, order);
  for (double& d : squares) d = rounded_product(d, d);
  return numpy_sum(squares, order) / static_cast<double>(x.size());
}

/// Whether the population variance of a column is above `threshold`: under `exact` of the decimals that the values and
/// the threshold stand for, under `aaanalysis_1_1` by the sums of NumPy.
template <class Arithmetic>
[[nodiscard]] bool varies_above(std::span<const double> x, double threshold, MeanOrder order) {
  if constexpr (std::same_as<Arithmetic, exact>) {
    const ColumnIntegers column = column_integers(x);
    const auto squares = joint_deviations(column.values, column.values);
    const auto n = static_cast<double>(x.size()), unit = static_cast<double>(column.decimal_unit);
    if (column.decimal_unit == 0)
      return static_cast<double>(squares) / (n * n) > std::ldexp(threshold, 2 * column.binary_exponent);
    for (double decimal = 1; decimal <= 1e12 && threshold * decimal < 0x1p53; decimal *= 10) {
      const double numerator = std::nearbyint(threshold * decimal);
      if (numerator / decimal != threshold) continue;
      const auto wide = [](auto value) { return WideInteger(static_cast<unsigned128_t>(value)); };
      const WideInteger one = wide(x.size()) * wide(column.decimal_unit);
      return wide(squares) * wide(decimal) > wide(numerator) * one * one;
    }
    return static_cast<double>(squares) / (n * n) / (unit * unit) > threshold;
  } else {
    return numpy_variance(x, order) > threshold;
  }
}

/// Column j, in host memory.
template <class Ctx>
[[nodiscard]] std::vector<double> column_on_host(Ctx& ctx, MatrixView<const double, typename Ctx::space> x, index_t j) {
  std::vector<double> out(static_cast<std::size_t>(x.rows));
  copy_to_host(ctx, x.column(j), VectorView<double>(out.data(), x.rows));
  return out;
}

}  // namespace detail

}  // namespace isonomy::profiling
