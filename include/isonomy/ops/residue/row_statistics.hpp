// row_statistics: mean difference and spreads of many features over the rows of two classes.
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>

#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/residue/arithmetic.hpp"
#include "isonomy/ops/residue/problem.hpp"
#include "isonomy/ops/residue/statistics.hpp"

namespace isonomy {

namespace detail {

/// The plain form: a task a feature walks all rows.
template <class Arithmetic, RowValues values, MemorySpace Space>
struct DescribeFeature {
  FeatureProblem<Space> data;
  MatrixView<double, Space> out;

  ISONOMY_HD void operator()(index_t i) const {
    FeatureStatistics s;
    if constexpr (std::same_as<Arithmetic, exact>)
      s = by_groups(data.requests[i]);
    else
      s = in_order(data.requests[i]);
    out(i, 0) = s.difference;
    out(i, 1) = s.std_test;
    out(i, 2) = s.std_reference;
  }

 private:
  [[nodiscard]] ISONOMY_HD FeatureStatistics by_groups(const FeatureRequest& r) const {
    using Rows = residue::ExactRows<values>;
    residue::ExactSums sums;
    for (index_t g = 0; g < data.group_count; ++g) {
      const ResidueBlock b = data.block(r, g);
      const double residues = Rows::group_denominator(b.split);
      int128_t sum = 0, squares = 0;
      for (index_t row = 0; row < b.rows.rows; ++row) {
        if (row == b.rows.test_rows) {
          sums.add(1, sum, squares, residues);
          sum = squares = 0;
        }
        const std::int64_t m = Rows::value(data, r, b, row);
        sum += m;
        squares += int128_t{m} * m;
      }
      sums.add(b.rows.test_rows < b.rows.rows ? 0 : 1, sum, squares, residues);
    }
    return sums.statistics(Rows::denominator(data, r), static_cast<double>(data.rows - data.test_rows),
                           static_cast<double>(data.test_rows));
  }
  /// Plain sums in row order, two passes, every step rounded.
  [[nodiscard]] ISONOMY_HD FeatureStatistics in_order(const FeatureRequest& r) const {
    const auto value = [&](const ResidueBlock& b, index_t column) {
      return residue::reference_value<values>(data, r, b, column);
    };
    double sum[2] = {0, 0}, squares[2] = {0, 0};
    const double n[2] = {static_cast<double>(data.rows - data.test_rows), static_cast<double>(data.test_rows)};
    residue::visit_rows(data, r, [&](int k, const ResidueBlock& b, index_t column) { sum[k] += value(b, column); });
    const double mean[2] = {sum[0] / n[0], sum[1] / n[1]};
    residue::visit_rows(data, r, [&](int k, const ResidueBlock& b, index_t column) {
      const double d = value(b, column) - mean[k];
      squares[k] += rounded_product(d, d);
    });
    return {mean[1] - mean[0], std::sqrt(squares[1] / n[1]), std::sqrt(squares[0] / n[0])};
  }
};

}  // namespace detail

namespace op {
/// Means and spreads of features over rows. Exact although values round: the order of every step is defined.
struct row_statistics : Declaration {
  static constexpr const char* name = "row_statistics";
  using elements = std::tuple<Codes>;
  static constexpr Reach reach = Reach::pointers;
  template <class B, class = Codes>
  static constexpr bool own = requires(ContextOf<B>& c, const FeatureProblem<typename B::space>& p, RowValues values,
                                       MatrixOutput<B, double> out) {
    B::template row_statistics<exact>(c, p, values, out);
    B::template row_statistics<aaanalysis_1_1>(c, p, values, out);
  };
  template <class B, class = Codes>
  static constexpr bool derived = Runs<for_each, B>;
  template <class B, class Arithmetic, class... A>
  static void call(ContextOf<B>& ctx, Arithmetic, A&&... arguments) {
    B::template row_statistics<Arithmetic>(ctx, std::forward<A>(arguments)...);
  }
  template <class B, class Ctx>
    requires requires(const Ctx& c, index_t n) { B::row_statistics_workspace(c, n, n, n); }
  static std::size_t workspace(const Ctx& ctx, index_t features, index_t rows, index_t groups) {
    return B::row_statistics_workspace(ctx, features, rows, groups);
  }
  template <class Ctx, class Arithmetic>
  static void derive(Ctx& ctx, Arithmetic, const FeatureProblem<typename Ctx::space>& problem, RowValues values,
                     MatrixView<double, typename Ctx::space> out) {
    using Space = typename Ctx::space;
    if (values == RowValues::averaged)
      isonomy::for_each(ctx, problem.features,
                        detail::DescribeFeature<Arithmetic, RowValues::averaged, Space>{problem, out});
    else
      isonomy::for_each(ctx, problem.features,
                        detail::DescribeFeature<Arithmetic, RowValues::rounded, Space>{problem, out});
  }
};
}  // namespace op

/// Row i of `out`: FeatureStatistics of feature i, as difference of the means, spread of the tests, spread of the
/// references.
///
/// Under `exact` the values of a row are integers over common denominators: they are summed, with their squares,
/// without error within a group and a class of rows, and over groups, in their order, in about 106 bits. Under
/// `aaanalysis_1_1` the values are summed in the order of the rows, each class by itself, and their squared distances
/// from the mean in a second pass, every step rounded. Where a class has no rows the difference is NaN, and the spread
/// of the class too, or 0 under `exact`.
///
/// Slots, scales and places must be within their lists (unchecked: they come from an enumeration), every split must
/// have residues in every group, and sums of squares must be below 2^127.
///
/// Errors: ShapeError, AliasError. O(rows * residues) a feature; no workspace in the plain form. Deterministic: the
/// same bits for every backend and thread count, under `exact` for any order of the rows within a group too.
template <class Arithmetic, ContextLike Ctx>
  requires Runs<op::row_statistics, backend_of<Ctx>>
void row_statistics(Ctx& ctx, const FeatureProblem<typename Ctx::space>& problem, RowValues values,
                    MatrixView<double, typename Ctx::space> out) {
  static constexpr const char* operation = "row_statistics";
  check::usable(out, operation, "out");
  check::distinct(out, operation, "out");
  check::that(out.rows == problem.features && out.columns == 3, operation, "out is ", out.rows, "x", out.columns,
              " for ", problem.features, " features; give three columns and a row per feature");
  index_t rows = 0, test_rows = 0;
  for (index_t g = 0; g < problem.group_count; ++g) {
    const ResidueRows& group = problem.host_groups[g];
    check::that(group.test_rows >= 0 && group.test_rows <= group.rows, operation, "group ", g, " has ", group.test_rows,
                " test rows among ", group.rows, " rows");
    rows += group.rows;
    test_rows += group.test_rows;
  }
  check::that(rows == problem.rows && test_rows == problem.test_rows, operation, "the groups have ", test_rows,
              " test rows among ", rows, " rows, and the problem ", problem.test_rows, " among ", problem.rows,
              "; give the sums over groups");
  check::no_overlap(out, VectorView<const FeatureRequest, typename Ctx::space>(problem.requests, problem.features),
                    operation, "out", "requests");
  begin_operation(ctx, operation);
  if (problem.features == 0) return;
  invoke<op::row_statistics>(ctx, Arithmetic{}, problem, values, out);
}

/// The bytes that row_statistics() takes from the context at most, for so many features of `rows` rows in `groups`
/// groups, under either arithmetic; 0 where the backend does not say, by a member of this name and arguments.
template <ContextLike Ctx>
[[nodiscard]] std::size_t row_statistics_workspace(const Ctx& ctx, index_t features, index_t rows, index_t groups) {
  return workspace_of<op::row_statistics>(ctx, features, rows, groups);
}

}  // namespace isonomy
