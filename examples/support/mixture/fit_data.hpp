// What a run of mixture computes, written once for every backend: start, choice of components, fit, profiles, contours.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../program/backend.hpp"
#include "../program/resident.hpp"
#include "component_scan.hpp"
#include "fit_warnings.hpp"
#include "isonomy/backend/stage_timer.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/mixture/minimise/minos.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "isonomy/estimators/mixture/normal/fixed_start.hpp"
#include "isonomy/estimators/mixture/normal/objective.hpp"
#include "isonomy/estimators/mixture/normal/start.hpp"
#include "isonomy/estimators/mixture/normal/units.hpp"
#include "isonomy/estimators/mixture/normal/weighted_fit.hpp"
#include "isonomy/io/reports/mixture_report.hpp"
#include "mixture_options.hpp"
#include "pass_counter.hpp"
#include "point_data.hpp"
#include "start_error.hpp"

namespace examples {

using isonomy::text::joined;

namespace detail {

/// Coverages of the contours; two parameters follow a chi-squared law of two degrees of freedom, whose quantiles are
/// -2 log(1 - coverage).
inline constexpr double contour_coverages[] = {0.6827, 0.9545};

/// Asymmetric errors of all parameters that have some, from the likelihood and its minimum in units of its widths.
/// Returns a lower minimum if one was met.
template <class F>
std::vector<double> profile_all(F& likelihood, const isonomy::mixture::Minimum& minimum, isonomy::io::MixtureFit& fit,
                                PassCounter& passes, int& count) {
  using namespace isonomy::mixture;
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> lower;
  for (std::size_t i = 0; i < fit.result.names.size(); ++i) {
    if (!fit.has_error(i)) {
      fit.minos.push_back({none, none, CrossingStatus::at_bound, CrossingStatus::at_bound, {}, 0});
      continue;
    }
    passes.begin("profile of " + fit.result.names[i]);
    const int place = static_cast<int>(i);
    fit.minos.push_back(likelihood.to_data(minos(likelihood, minimum, place), place));
    count += fit.minos.back().passes;
    if (!fit.minos.back().new_minimum.empty()) lower = fit.minos.back().new_minimum;
  }
  return lower;
}

/// The contours of one pair of parameters. Returns a lower minimum if one was met.
template <class F>
std::vector<double> add_contours(F& likelihood, const isonomy::mixture::Minimum& minimum, std::pair<int, int> pair,
                                 int points, PassCounter& passes, MixtureRun& run) {
  using namespace isonomy::mixture;
  isonomy::io::MixtureFit& fit = run.fit;
  const auto& names = fit.result.names;
  std::vector<double> lower;
  passes.begin(joined("contour of ", names[static_cast<std::size_t>(pair.first)], " and ",
                      names[static_cast<std::size_t>(pair.second)]));
  for (const double coverage : contour_coverages) {
    const double rise = -std::log1p(-coverage);
    fit.contours.push_back({pair.first, pair.second, coverage, rise, {}});
    for (const Crossing& crossing : contour(likelihood, minimum, pair.first, pair.second, points, rise))
      fit.contours.back().points.push_back(likelihood.to_data(crossing));
    for (const Crossing& point : fit.contours.back().points) {
      run.profile_passes += point.passes;
      if (point.status == CrossingStatus::new_minimum) lower = point.parameters;
    }
  }
  return lower;
}

/// A fit from `begin` with all errors into run.fit. Returns a lower minimum if profiles met one.
template <class T, class Ctx>
std::vector<double> fit_from(Ctx& ctx, PointsView<Ctx, T> x, const std::vector<double>& begin,
                             const MixtureOptions& options, PassCounter& passes, MixtureRun& run) {
  using namespace isonomy::mixture;
  isonomy::io::MixtureFit& fit = run.fit;
  passes.begin("fit");
  fit.result = isonomy::mixture::fit(ctx, options.model, x, begin, options.minimize);
  fit.minos.clear();
  fit.contours.clear();
  if (!fit.usable() || (!options.minos && options.contours.empty())) return {};
  isonomy::StageTimer timer(ctx, fit.result.report);
  NormalLikelihood<Ctx, T> likelihood(ctx, options.model, x, fit.result.minimum.parameters);
  InUnits in_units(likelihood);
  const Minimum minimum = in_units.from_data(fit.result.minimum);
  std::vector<double> lower;
  if (options.minos) lower = profile_all(in_units, minimum, fit, passes, run.profile_passes);
  timer.lap("profiles");
  for (const auto& pair : options.contours) {
    const auto places = places_of(fit, pair);
    if (!has_contour(fit, places)) continue;
    auto met = add_contours(in_units, minimum, *places, options.contour_points, passes, run);
    if (!met.empty()) lower = std::move(met);
  }
  if (!options.contours.empty()) timer.lap("contours");
  return lower;
}

/// Notes what is fitted and where it starts: where the command line says, or where these points suggest, known values
/// in their place. Returns the stages and decisions so far.
template <class T, class Ctx>
isonomy::Report begin_fit(Ctx& ctx, PointsView<Ctx, T> points, const MixtureOptions& options, PassCounter& passes,
                          isonomy::io::MixtureFit& fit) {
  isonomy::Report before;
  isonomy::StageTimer timer(ctx, before);
  fit.points = points.size;
  fit.model = options.model;
  fit.options = options.minimize;
  fit.start = options.start;
  if (fit.start.empty()) {
    passes.begin("start");
    fit.starts = from_points(options.points.path,
                             [&] { return isonomy::mixture::find_start(ctx, options.model, points, options.search); });
    fit.start = fit.starts.parameters;
    before.decisions = fit.starts.report.decisions;
    if (!options.known.empty()) fit.start = start_with(options.model, fit.start, options.known);
  }
  timer.lap("start");
  return before;
}

/// Puts the stages and decisions of what came before a fit before its own.
inline void put_before(const isonomy::Report& before, isonomy::Report& report) {
  report.stages.insert(report.stages.begin(), before.stages.begin(), before.stages.end());
  report.decisions.insert(report.decisions.begin(), before.decisions.begin(), before.decisions.end());
}

/// The first fit, whose errors name the option that the start comes from, or the file.
template <class F>
auto from_start(const MixtureOptions& options, F&& first_fit) {
  return !options.start.empty()   ? from_given_start(first_fit)
         : !options.known.empty() ? from_given_start(first_fit, "--fix")
                                  : from_points(options.points.path, first_fit);
}

/// The fit of the points with errors, again from a lower minimum where profiles meet one.
template <class T, class Ctx>
void fit_points(Ctx& ctx, PointsView<Ctx, T> x, const MixtureOptions& options, PassCounter& passes, MixtureRun& run) {
  isonomy::io::MixtureFit& fit = run.fit;
  const isonomy::Report before = begin_fit<T>(ctx, x, options, passes, fit);
  std::vector<double> lower = from_start(options, [&] { return fit_from<T>(ctx, x, fit.start, options, passes, run); });
  constexpr int most_minima = 10;
  for (int minimum = 1; !lower.empty(); ++minimum) {
    if (minimum == most_minima) {
      run.warnings.push_back(joined("profiles met a lower minimum ", most_minima,
                                    " times; this fit is not the lowest; try other starting values with --start"));
      break;
    }
    const isonomy::io::MixtureFit former = fit;
    const auto keep_former = [&](const std::string& why) {
      run.warnings.push_back(joined("profiles met a lower point, ", why, "; this is the fit before; look at its start",
                                    options.model.components > 1 ? ", or use fewer components" : ""));
      fit = former;
    };
    try {
      lower = fit_from<T>(ctx, x, lower, options, passes, run);
    } catch (const isonomy::Cancelled&) {
      throw;
    } catch (const isonomy::OutOfMemory&) {
      throw;
    } catch (const isonomy::Error&) {  // of a start that nobody gave
      keep_former("from which no fit could be made");
      break;
    }
    if (!fit.usable()) {
      keep_former(joined("from which the fit is ", fit.status()));
      break;
    }
    if (spikes_of(fit) > spikes_of(former)) {
      keep_former("from which a component closes in on a few points");
      break;
    }
    if (!(fit.result.minimum.nll < former.result.minimum.nll)) {  // lower by rounding alone
      fit = former;
      break;
    }
    run.warnings.push_back("profiles met a lower minimum; the fit has begun again from there");
    fit.starts.met_same = fit.starts.first = 0;
    run.begun_again = true;
  }
  put_before(before, fit.result.report);
}

/// The fit of the points with as many components as the least BIC says, as if they had been asked for.
template <class T, class Ctx>
void choose_and_fit(Ctx& ctx, PointsView<Ctx, T> x, const MixtureOptions& options, PassCounter& passes,
                    MixtureRun& run) {
  isonomy::Report choice;
  isonomy::StageTimer timer(ctx, choice);
  auto tried = try_components<T>(ctx, x, options, passes);
  timer.lap("components");
  run.choice_seconds = choice.stages[0].seconds;
  if (options.most_components > x.size)
    run.warnings.push_back(
        joined("more than ", x.size, " components were not tried, since there are only ", x.size, " points"));
  fit_points<T>(ctx, x, with_components(options, tried), passes, run);
  for (auto& t : tried)
    if (t.chosen) t = tried_components(run.fit, true);  // profiles may have met a lower minimum
  run.fit.tried = std::move(tried);
  auto& decisions = run.fit.result.report.decisions;
  decisions.insert(decisions.begin(), components_decision(run.fit.tried));
}

/// Points drawn as often as their weights say, one from each of as many equal stretches of their sum: some 2^14 at
/// most.
template <class T>
std::vector<double> drawn_by_weight(isonomy::VectorView<const T> x, isonomy::VectorView<const T> weights,
                                    double total) {
  const index_t count = std::min<index_t>(x.size, index_t{1} << 14);
  const double step = total / static_cast<double>(count);
  std::vector<double> drawn;
  double before = 0;
  for (index_t i = 0; i < x.size; ++i) {
    before += static_cast<double>(weights(i));
    while (static_cast<index_t>(drawn.size()) < count && (static_cast<double>(drawn.size()) + 0.5) * step < before)
      drawn.push_back(static_cast<double>(x(i)));
  }
  return drawn;
}

/// The fit of points with weights. Its errors are those of samples in which points and weights are drawn anew; the rise
/// of a weighted likelihood marks no interval, so there are no profiles. `drawn`: points as drawn_by_weight() draws
/// them.
template <class T, class Ctx>
void fit_weighted_points(Ctx& ctx, PointsView<Ctx, T> x, PointsView<Ctx, T> weights, PointsView<Ctx, double> drawn,
                         const MixtureOptions& options, PassCounter& passes, MixtureRun& run) {
  isonomy::io::MixtureFit& fit = run.fit;
  const isonomy::Report before = begin_fit<double>(ctx, drawn, options, passes, fit);
  fit.points = x.size;
  passes.begin("fit");
  fit.result = from_start(
      options, [&] { return isonomy::mixture::fit(ctx, options.model, x, weights, fit.start, options.minimize); });
  put_before(before, fit.result.report);
}

}  // namespace detail

/// Fits the points as the options say, into `run`. On a device they are copied to it first, which is a stage of its
/// own.
template <class Ctx>
void fit_data(Ctx& ctx, const PointData& data, const MixtureOptions& options, PassCounter& passes, MixtureRun& run) {
  data.visit_weighted([&]<class T>(isonomy::VectorView<const T> x, isonomy::VectorView<const T> weights) {
    isonomy::Report copying;
    isonomy::StageTimer timer(ctx, copying);
    const std::vector<double> some =
        data.weighted() ? detail::drawn_by_weight(x, weights, data.total) : std::vector<double>();
    const Resident<Ctx, T> points(ctx, x), their_weights(ctx, weights);
    const Resident<Ctx, double> drawn(ctx, isonomy::view(some));
    if (points.is_copy) timer.lap("copying");
    if (data.weighted())
      detail::fit_weighted_points<T>(ctx, points.view(), their_weights.view(), drawn.view(), options, passes, run);
    else if (options.has_choice())
      detail::choose_and_fit<T>(ctx, points.view(), options, passes, run);
    else
      detail::fit_points<T>(ctx, points.view(), options, passes, run);
    detail::put_before(copying, run.fit.result.report);
  });
}

/// The same on a device that was chosen; defined in the unit of backends (backends.cpp, or backends.cu for nvcc).
void fit_data_on_device(const BackendChoice& choice, const isonomy::Control& control, const PointData& data,
                        const MixtureOptions& options, PassCounter& passes, MixtureRun& run);

}  // namespace examples
