// Fits of mixtures to points with weights, with sandwich errors.
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/describe.hpp"
#include "isonomy/backend/stage_timer.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/mixture/describe.hpp"
#include "isonomy/estimators/mixture/minimise/minimize.hpp"
#include "isonomy/estimators/mixture/minimise/symmetric_errors.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "isonomy/estimators/mixture/normal/idle_components.hpp"
#include "isonomy/estimators/mixture/normal/weighted_likelihood.hpp"

namespace isonomy::mixture {

namespace detail {

/// An Objective: a power of two times another, so that nothing is rounded.
template <Objective F>
struct Scaled {
  F& f;
  double factor;

  [[nodiscard]] std::vector<std::string> names() const { return f.names(); }
  [[nodiscard]] std::vector<Bounds> bounds() const { return f.bounds(); }
  [[nodiscard]] bool has_hessian() const { return mixture::has_hessian(f); }
  [[nodiscard]] const Control& control() const { return control_of(f); }
  void require_finite_data() const {
    if constexpr (requires { f.require_finite_data(); }) f.require_finite_data();
  }
  [[nodiscard]] std::vector<double> to_data(std::vector<double> theta) const {
    if constexpr (requires { f.to_data(theta); }) return f.to_data(std::move(theta));
    return theta;
  }
  [[nodiscard]] std::vector<std::vector<int>> simplices() const { return mixture::simplices_of(f); }
  [[nodiscard]] std::vector<double> lengths(const std::vector<double>& theta) const {
    return mixture::lengths_of(f, theta);
  }
  [[nodiscard]] std::vector<int> idle(const std::vector<double>& theta, const std::vector<int>& free) const {
    return mixture::idle_parameters(f, theta, free);
  }
  [[nodiscard]] Likelihood at(const std::vector<double>& parameters, MixtureOrder order) {
    Likelihood result = f.at(parameters, order);
    result.nll *= factor, result.nll_rest *= factor;
    for (double& g : result.gradient) g *= factor;
    for (double& h : result.hessian) h *= factor;
    return result;
  }
};

/// A minimum of F from one of factor * F.
inline void unscale(Minimum& minimum, double factor) {
  minimum.nll /= factor, minimum.edm /= factor, minimum.gradient_norm /= factor;
  for (double& g : minimum.gradient) g /= factor;
  for (double& h : minimum.hessian) h /= factor;
}

}  // namespace detail

/// minimize for a weighted likelihood, so that a common factor of all weights changes nothing but scales: the limits of
/// `options` hold for f divided by sum w^2 / sum w, to the next power of two, whose rise is about that of points that
/// count once. The result has f's own scale. Errors as minimize.
template <Objective F>
  requires requires(const F& f) { f.sum_of_squares() / f.sum_of_weights(); }
[[nodiscard]] Minimum minimize_weighted(F& f, const std::vector<double>& start, const MinimizeOptions& options = {}) {
  const double factor = std::ldexp(1.0, -std::ilogb(f.sum_of_squares() / f.sum_of_weights()));
  detail::Scaled<F> scaled{f, factor};
  Minimum result = minimize(scaled, start, options);
  detail::unscale(result, factor);
  return result;
}

/// The parameters of `model` that maximise sum_i w_i log p(x_i) near `start`.
///
/// weights: as evaluate. result.hesse is the sandwich H^-1 (sum w^2 D D^T) H^-1, the variance over samples in which
/// points and their weights are drawn anew: a common factor of all weights does not change it. H^-1 itself, which does
/// change, is hesse(result.minimum).
///
/// Minos and likelihood ratios rest on a rise of the likelihood that weights make arbitrary; they have no meaning here,
/// and neither have aic and bic, which are NaN. Yields are expected sums of weights, and their errors include the
/// fluctuation of the number of points. `options` as for minimize_weighted.
///
/// Passes as fit without weights, with one more for the errors and no fit of a sample first; O(n K^2) each; the same
/// bits for any thread count, instruction set and backend.
///
/// Errors as fit and evaluate; Cancelled. Warnings: fewer effective points than parameters, a component at a bound, no
/// errors because too few points have weight or their squares overflow.
///
/// Source: Huber (1967); Langenbruch, Eur. Phys. J. C 82, 393 (2022).
template <ContextLike Ctx, class T, WeightOf<T> W>
[[nodiscard]] FitResult fit(Ctx& ctx, const NormalModel& model, VectorView<T, typename Ctx::space> data,
                            VectorView<W, typename Ctx::space> weights, const std::vector<double>& start,
                            const MinimizeOptions& options = {}) {
  using Point = std::remove_const_t<T>;
  FitResult result;
  StageTimer timer(ctx, result.report);
  static_cast<void>(fixed_parameters(model, options.fixed));
  const bool by_gradients = model.size() > options.hessian_limit;
  WeightedLikelihood<Ctx, Point> likelihood(ctx, model, data, weights, start,
                                            by_gradients ? MixtureOrder::gradient : MixtureOrder::hessian);
  result.names = likelihood.names();
  timer.lap("first pass");
  require_start(likelihood, start);
  InUnits in_units(likelihood);
  const auto search = [](auto& f, const std::vector<double>& at, const MinimizeOptions& by) {
    return minimize_weighted(f, at, by);
  };
  const Minimum minimum = detail::settled(in_units, detail::in_units(model, likelihood.unit()),
                                          search(in_units, in_units.from_data(start), options), options, search);
  result.minimum = in_units.to_data(minimum);
  timer.lap("minimise");
  detail::note_minimum(likelihood, options, result);
  if (result.minimum.valid() && !result.minimum.hessian.empty()) {
    result.hesse = in_units.to_data(sandwich(minimum, likelihood.score_products_in_units(minimum.parameters)));
    if (!result.hesse.available())
      result.report.warnings.emplace_back("no errors: the sum of squared weights times scores is not positive "
                                          "definite, or not finite; rescale weights and "
                                          "points, or give more of them");
  }
  timer.lap("errors");

  result.aic = result.bic = std::numeric_limits<double>::quiet_NaN();
  result.effective_points = likelihood.effective_points();
  const auto parameters = model.size() - static_cast<int>(result.minimum.fixed.size());
  if (result.effective_points < parameters) {
    result.report.warnings.push_back(
        text::joined(result.effective_points, " effective points for ", parameters, " parameters"));
  }
  describe<op::weighted_mixture_sums, Point, NormalComponents>(ctx, "mixture::fit", result.report);
  result.report.operations.push_back(ran<op::transform_reduce, WeightSummary>(ctx));
  // The limit holds for a multiple of the likelihood.
  result.report.decisions.push_back({"status: edm below its limit", name(result.minimum.status), Decision::not_known});
  return result;
}

/// Vectors are no views; this form says so.
template <ContextLike Ctx, class T, class W>
FitResult fit(Ctx&, const NormalModel&, const std::vector<T>&, const W&, const std::vector<double>&,
              const MinimizeOptions& = {}) {
  static_assert(never<T>, "mixture::fit takes views of points and weights: use view(x), view(weights)");
  return {};
}

}  // namespace isonomy::mixture
