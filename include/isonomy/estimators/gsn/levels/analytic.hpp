// analytic_shrinkage: how much a covariance should be shrunk to its diagonal, from how much its elements vary.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/covariance/shrink.hpp"
#include "isonomy/estimators/gsn/levels/choice.hpp"
#include "isonomy/estimators/gsn/levels/problem.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/linalg/syrk.hpp"

namespace isonomy::gsn {

namespace detail {

/// out(g) = the sum of the squares of what is beside the diagonal of transposed(Y)*Y, of the rows Y of group g.
template <MemorySpace Space>
struct SquaresBesideDiagonal {
  MatrixView<const double, Space> rows;
  VectorView<const index_t, Space> offsets;
  VectorView<double, Space> out;

  ISONOMY_HD void operator()(index_t g) const {
    const index_t first = offsets(g), end = offsets(g + 1);
    Rounded all, diagonal;
    for (index_t k = first; k < end; ++k)
      for (index_t l = k; l < end; ++l) {
        Rounded product;
        for (index_t i = 0; i < rows.columns; ++i) product += Rounded(rows(k, i)) * rows(l, i);
        all += (k == l ? 1 : 2) * (product * product);
      }
    for (index_t i = 0; i < rows.columns; ++i) {
      Rounded square;
      for (index_t k = first; k < end; ++k) square += Rounded(rows(k, i)) * rows(k, i);
      diagonal += square * square;
    }
    out(g) = all - diagonal;
  }
};

/// out(j) = the sum of the squares of column j, without the diagonal if `beside`.
template <MemorySpace Space>
struct SquaresOfColumn {
  MatrixView<const double, Space> a;
  bool beside;
  VectorView<double, Space> out;

  ISONOMY_HD void operator()(index_t j) const {
    Rounded sum;
    for (index_t i = 0; i < a.rows; ++i)
      if (!beside || i != j) sum += Rounded(a(i, j)) * a(i, j);
    out(j) = sum;
  }
};

[[nodiscard]] inline double in_order(const std::vector<double>& terms) {
  return sum_fixed(terms.data(), static_cast<index_t>(terms.size()));
}

/// The sum of the squares of correlations of different units. Rows that are few have it in their own products, of which
/// the squares add up to those of all correlations.
template <ContextLike Ctx>
[[nodiscard]] double squared_correlations(Ctx& ctx, const LevelProblem<Ctx>& problem) {
  using Space = typename Ctx::space;
  const index_t n = problem.training.rows(), units = problem.units();
  const bool few = 2 * n <= units;
  Matrix<double, typename Ctx::tag> products;
  if (few) {
    products = Matrix<double, typename Ctx::tag>(ctx, n, n, "gsn: Gram matrix");
    syrk(ctx, 1, transposed(problem.training.view()), 0, products.view());
  } else {
    products = correlation(ctx, problem);
  }
  Buffer<double, typename Ctx::tag> sums(ctx, products.columns(), "gsn: sums of squares");
  isonomy::for_each(ctx, products.columns(),
                    SquaresOfColumn<Space>{MatrixView<const double, Space>(products.view()), !few, sums.view()});
  return in_order(to_host(ctx, sums)) - (few ? static_cast<double>(units) : 0);
}

}  // namespace detail

/// lambda = sum of var(r_ij) / sum of r_ij^2 over i != j, within 0 and 1; 1 where no correlation differs from 0.
///
/// The correlation matrix is the mean of n independent terms w_k, of which var(r_ij) = sum_k (w_k,ij - r_ij)^2/(n (n -
/// 1)); `groups` is the sum over k and i != j of (w_k,ij/n)^2, `all` that of r_ij^2.
///
/// Source: Schaefer and Strimmer, Stat. Appl. Genet. Mol. Biol. 4(1), 2005, article 32, of correlations, with the
/// identity as target: estimate.lambda of R's corpcor.
[[nodiscard]] inline double analytic_shrinkage(index_t n, double groups, double all) {
  if (n < 2 || !(all > 0)) return 1;
  const auto terms = static_cast<double>(n);
  return std::clamp((rounded_product(terms, groups) / all - 1) / (terms - 1), 0.0, 1.0);
}

namespace detail {

/// Fills in the analytic level of a covariance of these conditions.
///
/// What is independent, and varies, are conditions: of the data each is one term; of the noise its covariance over its
/// own trials is one. The numbers of each unit are taken in units of its spread, so that its scale does not count. A
/// single unit has no correlation to shrink, so that N1Rule::numpy, by which a level multiplies its variance, has 1.
/// N n^2 operations for n rows, of T trials in a condition N n T, and the smaller of N^2 and n^2 numbers.
template <class Source, ContextLike Ctx>
void analytic_level(Ctx& ctx, const Source& source, const std::vector<index_t>& conditions,
                    const std::vector<double>& sizes, N1Rule n1_rule, LevelChoice& choice) {
  using Tag = typename Ctx::tag;
  using Space = typename Ctx::space;
  Matrix<double, Tag> rows = source.of(conditions);
  const std::vector<index_t> groups = source.groups(conditions);
  const auto count = static_cast<index_t>(groups.size()) - 1;
  const std::vector<double> variances = to_host(ctx, column_squares(ctx, rows.view()));
  choice.dead_units = dead_units(variances, sizes, source.epsilon());
  choice.units = static_cast<index_t>(variances.size() - choice.dead_units.size());
  choice.rank_bound = source.rank_bound(conditions);
  choice.training = count;
  choice.validation = 0;
  choice.form = "analytic";
  double shrinkage = n1_rule == N1Rule::numpy && variances.size() == 1 ? 0 : 1;
  if (choice.units > 1) {
    const LevelProblem<Ctx> problem = level_problem(ctx, std::move(rows), Matrix<double, Tag>(ctx, 0, 0, "gsn: none"),
                                                    1, choice.rank_bound, variances, choice.dead_units);
    const auto offsets = to_device(ctx, groups, "gsn: rows of conditions");
    Buffer<double, Tag> sums(ctx, count, "gsn: sums of squares");
    isonomy::for_each(ctx, count, SquaresBesideDiagonal<Space>{problem.training.view(), offsets.view(), sums.view()});
    shrinkage = analytic_shrinkage(count, in_order(to_host(ctx, sums)), squared_correlations(ctx, problem));
  }
  choice.level = 1 - shrinkage;
  choice.levels = {choice.level};
  choice.index = 0;
}

}  // namespace detail

}  // namespace isonomy::gsn
