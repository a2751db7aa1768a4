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
#include "isonomy/estimators/mixture/chunks.hpp"
#include "isonomy/estimators/mixture/minimise/value.hpp"
#include "isonomy/estimators/mixture/normal/component_form.hpp"
#include "isonomy/estimators/mixture/normal/gradient_and_hessian.hpp"
#include "isonomy/estimators/mixture/normal/model.hpp"
#include "isonomy/estimators/mixture/normal/normal_sums.hpp"
#include "isonomy/estimators/mixture/normal/units.hpp"
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

/// ValueError for a standard deviation too small beside the largest.
inline void require_comparable(const NormalModel& model, const std::vector<double>& parameters, double unit) {
  for (int i = model.size() - model.sigma_count(); i < model.size(); ++i)
    if (const double sigma = parameters[static_cast<std::size_t>(i)]; sigma / unit < least_ratio_of_sigmas)
      reject(model.names()[static_cast<std::size_t>(i)], sigma,
             "at least 2^-500 of the largest standard deviation; leave the component out");
}

/// As evaluate, for points in memory or in chunks.
template <ContextLike Ctx, class Points>
Likelihood evaluate_points(Ctx& ctx, const NormalModel& model, const Points& x, const std::vector<double>& parameters,
                           MixtureOrder order) {
  const std::vector<NormalComponent> c = components_of(model, parameters);
  const double unit = unit_of(model, c);
  require_comparable(model, parameters, unit);
  require_inside(ctx, model.range, x);
  const std::vector<ComponentForm> forms = component_forms(in_units(model, unit), in_units(c, unit));
  const NormalSums sums = normal_sums(ctx, pieces_of(forms), order, x, unit);
  return in_data_units(model, assemble(model, forms, sums), sums.points, unit);
}

}  // namespace detail

/// -sum_i log p(x_i) at `parameters` (in the order of model.names()) with derivatives up to `order`: one pass over the
/// data. A range normalises p inside it (and adds a pass that checks the data), yields add their sum; the constant log
/// n! of an extended likelihood is left out. Yields in a range are numbers of points inside it: sum_k n_k - sum_i
/// log(sum_k n_k p_k(x_i)), p_k normalised there. Stable for every valid parameter vector: no point underflows, and no
/// mean is too far outside a range.
///
/// data: float or double, any stride; arithmetic and accumulators are double. NaN in the data makes nll NaN, an
/// infinite value makes it infinite; unusable_points (objective.hpp) says how many there are and where.
///
/// Error of nll about 1e-16, at most 1e-14, of the larger of its size and n; of the derivatives 1e-12 of their norm.
/// (Fractions of several components in a range: n 2^-100 of the largest ((edge - mean) / s)^2 more, the size by which
/// their parts inside differ.) A nll or a derivative beyond the range of double is infinite, or not a number. O(n K),
/// with the Hessian O(n K^2) unless two components have one mean. The same bits for any thread count, instruction set
/// and backend; nll has the same bits for every order. Data and parameters times a power of two give derivatives times
/// powers of it, bit for bit.
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
