// Maximum-likelihood fits of one-dimensional mixtures of normal densities.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/describe.hpp"
#include "isonomy/backend/stage_timer.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/mixture/describe.hpp"
#include "isonomy/estimators/mixture/minimise/minimize.hpp"
#include "isonomy/estimators/mixture/minimise/symmetric_errors.hpp"
#include "isonomy/estimators/mixture/normal/idle_components.hpp"
#include "isonomy/estimators/mixture/normal/objective.hpp"
#include "isonomy/estimators/mixture/normal/units.hpp"
#include "isonomy/estimators/mixture/sample.hpp"
#include "isonomy/ops/for_each.hpp"

namespace isonomy::mixture {

struct FitResult {
  std::vector<std::string> names;
  Minimum minimum;
  HesseErrors hesse;
  int sample_passes = 0;        ///< over every 16th point, before the fit of all
  std::vector<int> degenerate;  ///< components that closed in on a point: their width is what the bound allows
  std::vector<int> endless;     ///< of a fit without maximum in a range, components that became ever wider
  double aic = 0, bic = 0;      ///< 2 NLL + 2 P, 2 NLL + P log n, P the number of parameters that are not fixed
  double effective_points = 0;  ///< n; with weights (sum w)^2 / sum w^2
  Report report;
};

namespace detail {

/// Where a fit of a sixteenth of the points ends, one drawn from every 16, for data so large that a pass over a sample
/// costs little beside one over them all; `start` itself for other data and where that fit does not converge.
template <ContextLike Ctx, class T>
std::vector<double> sample_start(Ctx& ctx, const NormalModel& model, VectorView<const T, typename Ctx::space> data,
                                 const std::vector<double>& start, const MinimizeOptions& options, int& passes) {
  constexpr index_t every = 16, least = index_t{1} << 18;
  if (data.size < least) return start;
  const double scale = model.weighting == Weighting::yields ? static_cast<double>(every) : 1;
  std::vector<double> scaled = start;
  const auto rescale = [&](double factor) {
    for (int i = 0; i < model.weight_count(); ++i) scaled[static_cast<std::size_t>(i)] *= factor;
  };
  try {
    using Space = typename Ctx::space;
    Buffer<T, typename Ctx::tag> sample(ctx, data.size / every, "mixture sample");
    const MatrixView<const T, Space> rows(data.data, data.size, 1, data.stride, 1);
    const MatrixView<T, Space> drawn(sample.data(), 1, sample.size(), 1, 1);
    for_each(ctx, sample.size(), DrawRow<T, Space>{rows, drawn, every, 0});
    rescale(1 / scale);
    const bool by_gradients = model.size() > options.hessian_limit;
    NormalLikelihood<Ctx, T> likelihood(ctx, model, std::as_const(sample).view(), scaled,
                                        by_gradients ? MixtureOrder::gradient : MixtureOrder::hessian);
    InUnits in_units(likelihood);
    const Minimum minimum = minimize(in_units, in_units.from_data(scaled), options);
    passes += minimum.passes;
    if (minimum.status != Status::converged) return start;
    scaled = in_units.to_data(minimum.parameters);
    rescale(scale);
    return scaled;
  } catch (const Cancelled&) {
    throw;
  } catch (const Error&) {
    return start;  // the fit of all points says what is wrong, with the right index
  }
}

/// Finds out which components end nowhere, says why there are no errors, and which parameters have none.
template <class F>
void note_minimum(F& f, const MinimizeOptions& options, FitResult& result) {
  const NormalModel& model = f.model();
  Minimum& minimum = result.minimum;
  std::vector<std::string>& warnings = result.report.warnings;
  if (minimum.valid() && minimum.hessian.empty())
    warnings.push_back(
        text::joined("no errors: ", model.size(), " parameters are more than hessian_limit=", options.hessian_limit));
  for (const int i : minimum.bound) {
    if (std::binary_search(minimum.fixed.begin(), minimum.fixed.end(), i)) continue;
    const bool idle = std::binary_search(minimum.idle.begin(), minimum.idle.end(), i);
    warnings.push_back(
        text::joined(result.names[static_cast<std::size_t>(i)],
                     idle ? " has no error: its component has no weight" : " is at its bound and has no error"));
    for (int k = 0; k < model.components && !idle; ++k)
      if (i == model.sigma_index(k)) result.degenerate.push_back(k);
  }
  result.endless = endless_components(f, minimum);
  if (!result.degenerate.empty()) minimum.status = Status::degenerate;
  if (!result.endless.empty()) minimum.status = Status::no_maximum;
}

inline std::vector<double> within(std::vector<double> parameters, const std::vector<Bounds>& bounds) {
  for (std::size_t i = 0; i < parameters.size(); ++i)
    parameters[i] = std::clamp(parameters[i], bounds[i].lower, bounds[i].upper);
  return parameters;
}

/// A fit under way: what it was asked for and what it has found.
template <ContextLike Ctx>
struct FitRun {
  Ctx& ctx;
  const NormalModel& model;
  const std::vector<double>& start;
  const MinimizeOptions& options;
  FitResult result{};
  StageTimer<Ctx> timer{ctx, result.report};

  /// The fit of all points from `begin`, which is `start` itself or where the fit of a sample from there has ended.
  template <class Point, class Points>
  void from(const std::vector<double>& begin, const Points& data) {
    const std::vector<int> fixed = fixed_parameters(model, options.fixed);
    const bool by_gradients = model.size() > options.hessian_limit;
    NormalLikelihood<Ctx, Point, Points> likelihood(ctx, model, data, begin,
                                                    by_gradients ? MixtureOrder::gradient : MixtureOrder::hessian);
    result.names = likelihood.names();
    // A sample has no part in what an outlier makes of the bounds.
    const std::vector<double> first = begin == start ? start : within(begin, closed(likelihood.bounds(), fixed, start));
    require_start(likelihood, first);
    timer.lap("first pass");
    InUnits in_units(likelihood);
    const auto search = [](auto& f, const std::vector<double>& at, const MinimizeOptions& by) {
      return minimize(f, at, by);
    };
    const Minimum minimum = settled(in_units, detail::in_units(model, likelihood.unit()),
                                    search(in_units, in_units.from_data(first), options), options, search);
    result.minimum = in_units.to_data(minimum);
    timer.lap("minimise");
    const index_t parameters = model.size() - static_cast<int>(fixed.size());
    if (likelihood.points() < parameters)
      result.report.warnings.push_back(text::joined(likelihood.points(), " points for ", parameters, " parameters"));
    note_minimum(likelihood, options, result);
    if (result.minimum.valid()) result.hesse = in_units.to_data(hesse(minimum));
    timer.lap("errors");

    const auto size = static_cast<double>(parameters), n = static_cast<double>(likelihood.points());
    result.aic = 2 * result.minimum.nll + 2 * size;
    result.bic = std::fma(size, std::log(n), 2 * result.minimum.nll);
    result.effective_points = n;
    describe<op::mixture_sums, Point, SharedMeanPair>(ctx, "mixture::fit", result.report);
    if (!model.range.whole_line()) result.report.operations.push_back(ran<op::transform_reduce, std::int64_t>(ctx));
    result.report.decisions.push_back(status_decision(result.minimum, options));
  }
};

}  // namespace detail

/// The parameters of `model` that maximise the likelihood of the data near `start`, with errors. Starting values decide
/// which of several maxima is found. From 2^18 points on, a fit of a sixteenth of them comes first, and all points
/// start where it ends. A fit that has not converged has no errors: minimum.status says why.
///
/// data: float or double, any stride, in the context's memory. One pass over the data per Newton step, some 5 to 15 in
/// all; arithmetic is double throughout.
///
/// Parameters that options.fixed names stay at their start, with the error 0: the others' errors are those of a fit in
/// which they are known. If all are fixed, the likelihood there is what comes out.
///
/// Models of more than hessian_limit parameters go by gradients and have no errors (a warning says so). Iterations are
/// reported as stage "minimize".
///
/// The same bits for any thread count, instruction set and backend.
///
/// ValueError for parameters outside their domain (or a weight of 0 or 1), no data, a point that is not finite (with
/// its index), data that are all equal, a fixed name that the model has not; NumericalError where the likelihood is not
/// finite at the start; Cancelled. Of three fractions or more the last has no bound of its own: list a component that
/// may vanish before the others.
///
/// Warnings: fewer points than parameters, a component at a bound or without weight: the mean and the width of one that
/// has no weight left, and shares them with no other, have no error. One that coincides with a later one, or has a
/// share below 1e-9, ends as one without weight.
///
/// Source: exact Newton steps on the mixture likelihood; errors from H^-1 (James, Statistical Methods, 2006, 9.3).
template <ContextLike Ctx, class T>
[[nodiscard]] FitResult fit(Ctx& ctx, const NormalModel& model, VectorView<T, typename Ctx::space> data,
                            const std::vector<double>& start, const MinimizeOptions& options = {}) {
  using Point = std::remove_const_t<T>;
  detail::FitRun<Ctx> run{ctx, model, start, options};
  static_cast<void>(components_of(model, start));
  static_cast<void>(fixed_parameters(model, options.fixed));
  check::usable(data, "mixture", "x");
  const std::vector<double> begin =
      detail::sample_start<Ctx, Point>(ctx, model, data, start, options, run.result.sample_passes);
  run.timer.lap("sample");
  run.template from<Point>(begin, VectorView<const Point, typename Ctx::space>(data));
  return std::move(run.result);
}
/// The same over points that are read piece by piece in every pass, from `start` itself; memory: one piece.
template <ContextLike Ctx, class T>
[[nodiscard]] FitResult fit(Ctx& ctx, const NormalModel& model, const Chunks<T>& data, const std::vector<double>& start,
                            const MinimizeOptions& options = {}) {
  detail::FitRun<Ctx> run{ctx, model, start, options};
  run.template from<T>(start, data);
  return std::move(run.result);
}

/// A vector is no view; this form says so.
template <ContextLike Ctx, class T>
FitResult fit(Ctx&, const NormalModel&, const std::vector<T>&, const std::vector<double>&,
              const MinimizeOptions& = {}) {
  static_assert(never<T>, "mixture::fit takes a view of the points: use view(x)");
  return {};
}

}  // namespace isonomy::mixture
