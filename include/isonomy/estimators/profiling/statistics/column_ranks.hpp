// Columns of feature values and what tests need of their ranks: U, ties, and whether the groups agree.
#pragma once

#include <cmath>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/estimators/profiling/search/arithmetic.hpp"
#include "isonomy/estimators/profiling/statistics/mann_whitney.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/residue/arithmetic.hpp"
#include "isonomy/ops/sort/rank_average.hpp"

namespace isonomy::profiling {

/// Values whose ranks are taken at a time: what bounds the workspace of everything that ranks columns.
inline constexpr index_t ranked_values_at_once = index_t{1} << 20;

/// Columns of `rows` values that are worked on at a time.
[[nodiscard]] constexpr index_t columns_at_once(index_t rows, index_t columns) {
  const index_t fit = rows < ranked_values_at_once ? ranked_values_at_once / (rows > 0 ? rows : 1) : 1;
  return fit < columns ? fit : columns;
}

/// The numbers of the rows, test rows first, each group in order of arrival.
[[nodiscard]] inline std::vector<index_t> test_rows_first(const std::vector<std::uint8_t>& is_test) {
  std::vector<index_t> out;
  out.reserve(is_test.size());
  for (const int wanted : {1, 0})
    for (std::size_t i = 0; i < is_test.size(); ++i)
      if ((is_test[i] != 0 ? 1 : 0) == wanted) out.push_back(static_cast<index_t>(i));
  return out;
}

namespace detail {

struct ColumnValue {
  const double* values;
  ISONOMY_HD double operator()(std::int32_t i) const { return values[i]; }
};
struct ColumnSquare {
  const double* values;
  double mean;
  ISONOMY_HD double operator()(std::int32_t i) const {
    const double d = values[i] - mean;
    return rounded_product(d, d);
  }
};

/// Whether mean and spread of the first n1 and the next n0 values agree: in integers of 1e-5 for `exact`, else in
/// NumPy's order of summation.
template <class Arithmetic>
[[nodiscard]] ISONOMY_HD bool groups_agree(const double* values, index_t n1, index_t n0) {
  if constexpr (std::is_same_v<Arithmetic, exact>) {
    __extension__ using uint128_t = unsigned __int128;  // products wrap around, equality survives
    uint128_t sum[2] = {0, 0}, squares[2] = {0, 0};
    for (index_t i = 0; i < n1 + n0; ++i) {
      const auto key = static_cast<std::int64_t>(std::rint(values[i] * static_cast<double>(residue::rounding)));
      const auto k = static_cast<uint128_t>(static_cast<int128_t>(key));
      sum[i < n1 ? 0 : 1] += k;
      squares[i < n1 ? 0 : 1] += k * k;
    }
    const auto a = static_cast<uint128_t>(n1), b = static_cast<uint128_t>(n0);
    return sum[0] * b == sum[1] * a && squares[0] * b == squares[1] * a;
  } else {
    double mean[2], spread[2];
    for (int g = 0; g < 2; ++g) {
      const double* first = g == 0 ? values : values + n1;
      const auto n = static_cast<std::int32_t>(g == 0 ? n1 : n0);
      mean[g] = residue::pairwise_sum(ColumnValue{first}, 0, n) / static_cast<double>(n);
      spread[g] = std::sqrt(residue::pairwise_sum(ColumnSquare{first, mean[g]}, 0, n) / static_cast<double>(n));
    }
    return mean[0] == mean[1] && spread[0] == spread[1];
  }
}

/// One column per index. With n rows and mid-ranks r, sum of t^3 - t over ties = 2n(n+1)(2n+1) - 3 sum (2r)^2.
template <class Arithmetic>
struct SummariseRanks {
  const double *values, *ranks;
  index_t rows, test_rows;
  RankSummary* out;

  ISONOMY_HD void operator()(index_t j) const {
    const double* r = ranks + j * rows;
    std::uint64_t twice_sum = 0;
    int128_t squares = 0;
    for (index_t i = 0; i < rows; ++i) {
      const auto twice = static_cast<std::int64_t>(2 * r[i]);
      if (i < test_rows) twice_sum += static_cast<std::uint64_t>(twice);
      squares += int128_t{twice} * twice;
    }
    const int128_t n = rows;
    out[j].twice_u = twice_sum - static_cast<std::uint64_t>(test_rows) * static_cast<std::uint64_t>(test_rows + 1);
    out[j].ties = static_cast<double>(2 * n * (n + 1) * (2 * n + 1) - 3 * squares);
    out[j].equal = groups_agree<Arithmetic>(values + j * rows, test_rows, rows - test_rows) ? 1 : 0;
  }
};

}  // namespace detail

/// What tests need of `columns` columns of `rows` finite values, column after column, test rows first.
/// O(rows log rows) a column; workspace one rank a value and what stable_sort_by_key takes. Exact, except that
/// `aaanalysis_1_1` compares means and spreads as the reference computes them.
template <class Arithmetic, class Tag>
[[nodiscard]] std::vector<RankSummary> rank_summaries(Context<Tag>& ctx, const Buffer<double, Tag>& values,
                                                      index_t rows, index_t test_rows, index_t columns) {
  std::vector<index_t> borders;
  for (index_t j = 0; j <= columns; ++j) borders.push_back(j * rows);
  const auto offsets = to_device(ctx, borders, "profiling: columns");
  Buffer<double, Tag> ranks(ctx, columns * rows, "profiling: ranks");
  Buffer<RankSummary, Tag> out(ctx, columns, "profiling: rank summaries");
  rank_average(ctx, values.view().subview(0, columns * rows), offsets.view(), ranks.view());
  for_each(ctx, columns, detail::SummariseRanks<Arithmetic>{values.data(), ranks.data(), rows, test_rows, out.data()});
  return to_host(ctx, out);
}

}  // namespace isonomy::profiling
