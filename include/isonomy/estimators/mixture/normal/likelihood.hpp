// The negative log-likelihood of a one-dimensional mixture, its gradient and its exact Hessian in the parameters.
#pragma once

#include <cstdint>
#include <type_traits>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/functional.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/mixture/minimise/value.hpp"
#include "isonomy/estimators/mixture/normal/chunks.hpp"
#include "isonomy/estimators/mixture/normal/gradient_and_hessian.hpp"
#include "isonomy/estimators/mixture/normal/model.hpp"
#include "isonomy/estimators/mixture/normal/normal_sums.hpp"
#include "isonomy/ops/reduce/transform_reduce.hpp"

namespace isonomy::mixture {

namespace detail {

/// How many points lie outside a range, NaN among them.
struct IsOutside {
  double lower, upper;
  template <class T>
  ISONOMY_HD std::int64_t operator()(T x) const {
    return x >= lower && x <= upper ? 0 : 1;
  }
};

/// ValueError if a point lies outside the range.
template <ContextLike Ctx, class Points>
void require_inside(Ctx& ctx, const Range& range, const Points& x) {
  if (range.whole_line()) return;
  std::int64_t outside = 0;
  for_each_piece(ctx, x, [&](index_t, auto piece) {
    outside += transform_reduce(ctx, piece, std::int64_t{0}, Plus{}, IsOutside{range.lower, range.upper});
  });
  if (outside == 0) return;
  throw ValueError(text::joined("mixture: ", outside, " of ", x.size, " points lie outside the range from ",
                                range.lower, " to ", range.upper, "; leave them out, or widen the range"));
}

/// As evaluate, for points in memory or in chunks.
template <ContextLike Ctx, class Points>
Likelihood evaluate_points(Ctx& ctx, const NormalModel& model, const Points& x, const std::vector<double>& parameters,
                           MixtureOrder order) {
  const std::vector<NormalComponent> c = components_of(model, parameters);
  require_inside(ctx, model.range, x);
  return assemble(model, c, normal_sums(ctx, c, order, x));
}

}  // namespace detail

/// -sum_i log p(x_i) at `parameters` (in the order of model.names()) with derivatives up to `order`: one pass over the
/// data. A range adds n log of the part inside it (and a pass that checks the data), yields add their sum; the constant
/// log n! of an extended likelihood is left out. Stable for every valid parameter vector: no point underflows, however
/// far out.
///
/// data: float or double, any stride; arithmetic and accumulators are double. NaN in the data makes nll NaN, an
/// infinite value makes it infinite; unusable_points (objective.hpp) says how many there are and where.
///
/// Relative error of nll about 1e-16 (at most 1e-14), of the derivatives 1e-12 of their norm. O(n K), with the Hessian
/// O(n K^2) unless the model is a shared-mean pair. The same bits for any thread count, instruction set and backend;
/// nll has the same bits for every order.
///
/// Errors: ValueError and ShapeError as components_of; ValueError for points outside the range and for derivatives at a
/// weight of 0; Cancelled.
///
/// Source: the mixture likelihood; Hessian by the identity of Louis (1982, eq. 3.2).
template <ContextLike Ctx, class T>
[[nodiscard]] Likelihood evaluate(Ctx& ctx, const NormalModel& model, VectorView<T, typename Ctx::space> data,
                                  const std::vector<double>& parameters, MixtureOrder order = MixtureOrder::value) {
  return detail::evaluate_points(ctx, model, VectorView<const std::remove_const_t<T>, typename Ctx::space>(data),
                                 parameters, order);
}
/// The same over points that are read piece by piece, with the same bits; memory: one piece.
template <ContextLike Ctx, class T>
[[nodiscard]] Likelihood evaluate(Ctx& ctx, const NormalModel& model, const Chunks<T>& data,
                                  const std::vector<double>& parameters, MixtureOrder order = MixtureOrder::value) {
  return detail::evaluate_points(ctx, model, data, parameters, order);
}

/// A vector is no view; this form says so.
template <ContextLike Ctx, class T>
Likelihood evaluate(Ctx&, const NormalModel&, const std::vector<T>&, const std::vector<double>&,
                    MixtureOrder = MixtureOrder::value) {
  static_assert(never<T>, "mixture::evaluate takes a view of the points: use view(x)");
  return {};
}

}  // namespace isonomy::mixture
