// Expectation maximisation over rows that count more or less than once.
#pragma once

#include <cmath>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/mixture/multivariate/em.hpp"
#include "isonomy/estimators/mixture/normal/weighted_likelihood.hpp"

namespace isonomy::mixture {

namespace detail {

/// The rows of weight above 0, and these weights times the power of two that makes them 1 on average, so that what is
/// added to them for their rounding means the same for weights of any size. Copies only of what changes.
template <ContextLike Ctx, class T>
class CountedRows {
 public:
  CountedRows(Ctx& ctx, MatrixView<const T, typename Ctx::space> x, VectorView<const T, typename Ctx::space> weights)
      : rows_{x, weights, 0} {
    require_rows(x, "em");
    check::usable(weights, "em", "weights");
    rows_.points = require_weights(ctx, weights, x.rows).sum;
    const std::vector<T> all = to_host<Ctx, T>(ctx, weights);
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i] > 0) kept.push_back(i);
    rows_.factor = std::ldexp(1.0, -std::ilogb(rows_.points / static_cast<double>(kept.size())));
    if (kept.size() < all.size()) keep(ctx, kept);
    if (kept.size() == all.size() && rows_.factor == 1) return;
    std::vector<T> own;
    for (const std::size_t i : kept) own.push_back(static_cast<T>(rows_.factor * static_cast<double>(all[i])));
    weights_ = to_device(ctx, own, "em");
    rows_.weights = std::as_const(weights_).view();
  }

  [[nodiscard]] const EmRows<Ctx, T>& rows() const { return rows_; }

 private:
  void keep(Ctx& ctx, const std::vector<std::size_t>& kept) {
    const std::vector<T> all = all_rows<Ctx, T>(ctx, rows_.x);
    std::vector<T> own;
    const index_t d = rows_.x.columns;
    for (const std::size_t i : kept) {
      const auto first = all.begin() + static_cast<std::ptrdiff_t>(i) * d;
      own.insert(own.end(), first, first + d);
    }
    points_ = to_device(ctx, own, "em");
    rows_.x = row_major<typename Ctx::space>(std::as_const(points_).data(), static_cast<index_t>(kept.size()), d);
  }

  EmRows<Ctx, T> rows_;
  Buffer<T, typename Ctx::tag> points_, weights_;
};

}  // namespace detail

/// As em(), every row counted as often as its weight says: the same as rows that stand there so often, within rounding.
///
/// weights: one for each row, of x's type, any stride, from 0 to 1e100; a row of weight 0 is as good as absent,
/// whatever it holds. A common factor of all changes nothing but nll, aic and bic, in which the sum of the weights is
/// the number of points.
///
/// Cost as em(), with one logarithm a row; memory: a copy of the weights, and where one is 0 of
/// the other rows. The same bits for any thread count, instruction set and backend.
///
/// Errors as em(); ShapeError for another number of weights, ValueError for the first that is negative, NaN or too
/// large, and where none is above 0.
///
/// Source: the M-step with responsibilities times weights; asked for as scikit-learn#15647.
template <ContextLike Ctx, class T, WeightOf<T> W>
[[nodiscard]] EmResult em(Ctx& ctx, NormalMixture start, MatrixView<T, typename Ctx::space> x,
                          VectorView<W, typename Ctx::space> weights, const EmOptions& options = {}) {
  const detail::CountedRows<Ctx, std::remove_const_t<T>> counted(ctx, x, weights);
  return detail::run_em(ctx, std::move(start), counted.rows(), options);
}

/// The same without a start, in which rows count as often in the search for one, too.
template <ContextLike Ctx, class T, WeightOf<T> W>
[[nodiscard]] EmResult em(Ctx& ctx, int components, Covariance covariance, MatrixView<T, typename Ctx::space> x,
                          VectorView<W, typename Ctx::space> weights, const EmOptions& options = {}) {
  const detail::CountedRows<Ctx, std::remove_const_t<T>> counted(ctx, x, weights);
  return detail::run_em(ctx, components, covariance, counted.rows(), options);
}

}  // namespace isonomy::mixture
