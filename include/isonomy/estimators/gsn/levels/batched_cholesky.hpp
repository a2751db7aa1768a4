// batched_cholesky: the likelihood curve by one factorisation for each level, as published.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/levels/problem.hpp"
#include "isonomy/estimators/gsn/levels/refine.hpp"
#include "isonomy/estimators/gsn/levels/singular.hpp"
#include "isonomy/estimators/gsn/levels/tridiagonal_form.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/linalg/cholesky.hpp"
#include "isonomy/ops/linalg/log_diagonal_sum.hpp"
#include "isonomy/ops/linalg/solve_triangular.hpp"

namespace isonomy::gsn {

namespace detail {

/// Slot s of `matrices` becomes levels(s)*R + (1 - levels(s))*I, of `rows` a copy of the held-out rows.
template <MemorySpace Space>
struct FillSlots {
  MatrixView<const double, Space> r, held_out;
  VectorView<const double, Space> levels;
  BatchView<double, Space> matrices, rows;

  ISONOMY_HD void operator()(index_t at) const {
    const index_t slot = at / r.columns, j = at % r.columns;
    const double level = levels(slot);
    for (index_t i = 0; i < r.rows; ++i) matrices[slot](i, j) = i == j ? 1.0 : rounded_product(level, r(i, j));
    for (index_t m = 0; m < held_out.rows; ++m) rows[slot](m, j) = held_out(m, j);
  }
};

/// out(s*L + j) = the sum of squares of column j of slot s.
template <MemorySpace Space>
struct SquaresOfSlots {
  BatchView<const double, Space> rows;
  VectorView<double, Space> out;

  ISONOMY_HD void operator()(index_t at) const {
    const MatrixView<const double, Space> slot = rows[at / rows.columns];
    const index_t j = at % rows.columns;
    double sum = 0;
    for (index_t m = 0; m < slot.rows; ++m) sum += rounded_product(slot(m, j), slot(m, j));
    out(at) = sum;
  }
};

/// Elements of workspace that a factor of n x n takes at most on Backend<Cpu>, as cholesky() says.
[[nodiscard]] inline index_t factor_elements(index_t n) { return n * n / 2 + 170 * n + 12'100; }

/// Bytes of workspace for the factors of so many levels and their systems. Where the backend does not say, for each
/// level what is known of Backend<Cpu>, or the right-hand sides once more.
template <ContextLike Ctx>
[[nodiscard]] std::size_t factors_workspace(const Ctx& ctx, index_t units, index_t rows, index_t levels) {
  const auto told_or = [levels](std::size_t told, index_t elements) {
    return told > 0 ? told : sizeof(double) * static_cast<std::size_t>(levels * elements);
  };
  return std::max(told_or(cholesky_batched_workspace<double>(ctx, levels, units), factor_elements(units)),
                  told_or(solve_triangular_batched_workspace<double>(ctx, levels, units, rows),
                          units * rows + factor_elements(units)));
}

/// How many levels fit into half of `left` bytes with their workspace, and into 256 MiB without; one at least.
template <ContextLike Ctx>
[[nodiscard]] index_t levels_within(const Ctx& ctx, std::size_t left, index_t units, index_t rows, std::size_t levels) {
  constexpr std::size_t most = std::size_t{1} << 28;
  const std::size_t each = sizeof(double) * static_cast<std::size_t>(units * (units + rows + 1));
  std::size_t count = std::clamp<std::size_t>(each == 0 ? levels : std::min(most, left / 2) / each, 1, levels);
  while (count > 1 && count * each + factors_workspace(ctx, units, rows, static_cast<index_t>(count)) > left / 2)
    --count;
  return static_cast<index_t>(count);
}

/// How many levels fit into half of what is left of the workspace.
template <ContextLike Ctx>
[[nodiscard]] index_t levels_at_once(Ctx& ctx, index_t units, index_t rows, std::size_t levels) {
  return levels_within(ctx, room_left(ctx.control(), ctx.counters()), units, rows, levels);
}

/// The likelihoods of some levels by Cholesky factors; NaN where there is none.
template <ContextLike Ctx>
void factor_levels(Ctx& ctx, const LevelProblem<Ctx>& problem, MatrixView<const double, typename Ctx::space> r,
                   const std::vector<double>& levels, std::vector<double>& nll) {
  using Tag = typename Ctx::tag;
  using Space = typename Ctx::space;
  constexpr const char* purpose = "gsn: covariances of levels";
  const index_t n = problem.units(), m = problem.held_out.rows(), count = static_cast<index_t>(levels.size());
  const index_t at_once = levels_at_once(ctx, n, m, levels.size());
  const auto values = to_device(ctx, levels, purpose);
  Buffer<double, Tag> matrices(ctx, at_once * n * n, purpose), rows(ctx, at_once * n * m, purpose);
  Buffer<double, Tag> squares(ctx, at_once * n, purpose), halves(ctx, at_once, purpose);
  Buffer<index_t, Tag> info(ctx, at_once, purpose), zeros(ctx, at_once, purpose);
  for (index_t first = 0; first < count; first += at_once) {
    const index_t slots = std::min(at_once, count - first);
    const BatchView<double, Space> a(matrices.data(), slots, n, n, n * n, 1, n),
        z(rows.data(), slots, m, n, n * m, 1, m);
    const BatchView<double, Space> z_of_units(rows.data(), slots, n, m, n * m, m, 1);
    const auto status = info.view().subview(0, slots);
    const auto logs = halves.view().subview(0, slots);
    isonomy::for_each(ctx, slots * n,
                      FillSlots<Space>{r, problem.held_out.view(), values.view().subview(first, slots), a, z});
    cholesky_batched(ctx, a, status);
    solve_triangular_batched(ctx, a, z_of_units, zeros.view().subview(0, slots));
    log_diagonal_sum_batched(ctx, a, status, logs);
    isonomy::for_each(ctx, slots * n, SquaresOfSlots<Space>{z, squares.view().subview(0, slots * n)});
    const std::vector<double> half_logs = to_host<Ctx, double>(ctx, logs);
    const std::vector<double> sums = to_host<Ctx, double>(ctx, squares.view().subview(0, slots * n));
    for (index_t s = 0; s < slots; ++s) {
      double quadratic = 0;
      for (index_t j = 0; j < n; ++j) quadratic += sums[static_cast<std::size_t>(s * n + j)];
      const double log_determinant = 2 * half_logs[static_cast<std::size_t>(s)];  // NaN where there is no factor
      nll.push_back(problem.nll(log_determinant, log_determinant == log_determinant ? quadratic : log_determinant));
    }
  }
}

/// The likelihood of one level by a factorisation, whatever the rank is.
template <ContextLike Ctx>
[[nodiscard]] double factor_level(Ctx& ctx, const LevelProblem<Ctx>& problem,
                                  MatrixView<const double, typename Ctx::space> r, double level = 1) {
  std::vector<double> nll;
  factor_levels(ctx, problem, r, {level}, nll);
  return nll.front();
}

}  // namespace detail

/// A Cholesky factor for every level: S (N^3/3 + M N^2) operations, and N (N + M) numbers for each of the levels that
/// fit into the workspace at once, and what cholesky_batched() and solve_triangular_batched() take of these. Results do
/// not depend on how many do.
struct batched_cholesky {
  template <ContextLike Ctx>
  [[nodiscard]] static LevelCurve curve(Ctx& ctx, detail::LevelProblem<Ctx> problem, const std::vector<double>& levels,
                                        CurveOptions how) {
    LevelCurve result;
    result.form = "batched_cholesky";
    result.factored = true;
    const Matrix<double, typename Ctx::tag> r = detail::correlation(ctx, problem);
    detail::factor_levels(ctx, problem, r.view(), levels, result.nll);
    const index_t n = problem.units();
    result.by_rounding =
        detail::decided_by_rounding(how.singular_rule, n, problem.rank_bound, levels,
                                    [&](double level) { return level == 1 && problem.rank_bound < n; });
    if (how.singular_rule == SingularRule::rank) set_singular(ctx, problem, r.view(), levels, result);
    if (how.refine)
      result.refined = detail::refined_level(levels, result.nll,
                                             [&](double a) { return detail::factor_level(ctx, problem, r.view(), a); });
    return result;
  }

 private:
  /// Takes the likelihoods of levels that are singular by rank, and tells the rank where that had to be found.
  template <ContextLike Ctx>
  static void set_singular(Ctx& ctx, const detail::LevelProblem<Ctx>& problem,
                           MatrixView<const double, typename Ctx::space> r, const std::vector<double>& levels,
                           LevelCurve& result) {
    const index_t n = problem.units();
    const auto may_be_singular = [&](double a) { return detail::is_near_singular(a, n, problem.rounding); };
    if (std::none_of(levels.begin(), levels.end(), may_be_singular)) return;
    Matrix<double, typename Ctx::tag> no_rows(ctx, 0, n, "gsn: no rows");
    const detail::TridiagonalForm form = detail::tridiagonal_form(ctx, r, no_rows);
    const detail::Extremes extremes = form.extremes();
    result.rank = detail::numerical_rank(form, n, problem.rounding, extremes.largest);
    for (std::size_t k = 0; k < levels.size(); ++k)
      if (detail::is_singular(levels[k], n, problem.rank_bound, problem.rounding, extremes))
        result.nll[k] = std::numeric_limits<double>::quiet_NaN();
  }
};

}  // namespace isonomy::gsn
