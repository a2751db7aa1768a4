// One run from a file of points to files: read, fit, profile, write everything or nothing.
#pragma once

#include <cmath>
#include <filesystem>
#include <iterator>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../figures/contour_figure.hpp"
#include "../figures/figures.hpp"
#include "../figures/fit_figure.hpp"
#include "../profile/summary.hpp"
#include "../program/interrupt.hpp"
#include "../program/output.hpp"
#include "../program/program.hpp"
#include "../program/progress.hpp"
#include "../program/threads.hpp"
#include "component_scan.hpp"
#include "fit_warnings.hpp"
#include "isonomy/backend/stage_timer.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/minimise/minos.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "isonomy/estimators/mixture/normal/fixed_start.hpp"
#include "isonomy/estimators/mixture/normal/objective.hpp"
#include "isonomy/estimators/mixture/normal/start.hpp"
#include "isonomy/estimators/mixture/normal/units.hpp"
#include "isonomy/estimators/mixture/normal/weighted_fit.hpp"
#include "isonomy/io/reports/mixture_report.hpp"
#include "isonomy/io/text/number_format.hpp"
#include "isonomy/io/text/numbers.hpp"
#include "mixture_options.hpp"
#include "mixture_table.hpp"
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
template <class T>
std::vector<double> fit_from(isonomy::Context<isonomy::Cpu>& ctx, isonomy::VectorView<const T> x,
                             const std::vector<double>& begin, const MixtureOptions& options, PassCounter& passes,
                             MixtureRun& run) {
  using namespace isonomy::mixture;
  isonomy::io::MixtureFit& fit = run.fit;
  passes.begin("fit");
  fit.result = isonomy::mixture::fit(ctx, options.model, x, begin, options.minimize);
  fit.minos.clear();
  fit.contours.clear();
  if (!fit.usable() || (!options.minos && options.contours.empty())) return {};
  isonomy::StageTimer timer(ctx, fit.result.report);
  NormalLikelihood<isonomy::Context<isonomy::Cpu>, T> likelihood(ctx, options.model, x, fit.result.minimum.parameters);
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
template <class T>
isonomy::Report begin_fit(isonomy::Context<isonomy::Cpu>& ctx, isonomy::VectorView<const T> points,
                          const MixtureOptions& options, PassCounter& passes, isonomy::io::MixtureFit& fit) {
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
template <class T>
void fit_points(isonomy::Context<isonomy::Cpu>& ctx, isonomy::VectorView<const T> x, const MixtureOptions& options,
                PassCounter& passes, MixtureRun& run) {
  isonomy::io::MixtureFit& fit = run.fit;
  const isonomy::Report before = begin_fit(ctx, x, options, passes, fit);
  std::vector<double> lower = from_start(options, [&] { return fit_from(ctx, x, fit.start, options, passes, run); });
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
      lower = fit_from(ctx, x, lower, options, passes, run);
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
template <class T>
void choose_and_fit(isonomy::Context<isonomy::Cpu>& ctx, isonomy::VectorView<const T> x, const MixtureOptions& options,
                    PassCounter& passes, MixtureRun& run) {
  isonomy::Report choice;
  isonomy::StageTimer timer(ctx, choice);
  auto tried = try_components(ctx, x, options, passes);
  timer.lap("components");
  run.choice_seconds = choice.stages[0].seconds;
  if (options.most_components > x.size)
    run.warnings.push_back(
        joined("more than ", x.size, " components were not tried, since there are only ", x.size, " points"));
  fit_points(ctx, x, with_components(options, tried), passes, run);
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
/// of a weighted likelihood marks no interval, so there are no profiles.
template <class T>
void fit_weighted_points(isonomy::Context<isonomy::Cpu>& ctx, isonomy::VectorView<const T> x,
                         isonomy::VectorView<const T> weights, const PointData& data, const MixtureOptions& options,
                         PassCounter& passes, MixtureRun& run) {
  isonomy::io::MixtureFit& fit = run.fit;
  const std::vector<double> drawn = drawn_by_weight(x, weights, data.total);
  const isonomy::Report before = begin_fit(ctx, isonomy::view(drawn), options, passes, fit);
  fit.points = x.size;
  passes.begin("fit");
  fit.result = from_start(
      options, [&] { return isonomy::mixture::fit(ctx, options.model, x, weights, fit.start, options.minimize); });
  put_before(before, fit.result.report);
}

/// How the report names what stands between cells.
inline std::string separator_text(const isonomy::io::NumberFormat& format) {
  return format.separator ? std::string(1, *format.separator) : "found in the file";
}

}  // namespace detail

/// Reads, fits, and puts all outputs in place at the end, the summary of the parameters on standard output.
inline MixtureRun run_mixture(const MixtureOptions& options, const Interrupt& interrupt) {
  Outputs outputs(interrupt, options.table_path, options.json_path, options.figure_folder, {options.points.path});
  ProgressLine progress(!options.quiet);
  PassCounter passes(progress);
  isonomy::Context<isonomy::Cpu> ctx(
      {.threads = options.threads, .seed = options.seed, .progress = passes.callback(), .stop = interrupt.token()});
  require_threads(ctx);

  MixtureRun run;
  isonomy::Report reading;
  isonomy::StageTimer timer(ctx, reading);
  const PointData data = read_points(options.points, options.model.range, progress);
  timer.lap("reading");
  if (data.size() < options.model.components)
    throw isonomy::IoError(options.points.path, 0,
                           joined(data.size(), " points for ", options.model.components,
                                  " components; expected one for each at least; use fewer --components"));
  run.reading_seconds = reading.stages[0].seconds;
  run.title = std::filesystem::path(options.points.path).stem().string();
  run.left_out = data.left_out;
  run.missing = data.missing;
  run.weight_column = data.weight_column;
  run.source = data.columns == 1 && data.quantity == "x" ? std::string()
                                                         : joined("column ", data.column, " of ", data.columns,
                                                                  data.quantity == "x" ? "" : ", " + data.quantity);
  data.visit_weighted([&](auto x, auto weights) {
    if (data.weighted())
      detail::fit_weighted_points(ctx, x, weights, data, options, passes, run);
    else if (options.has_choice())
      detail::choose_and_fit(ctx, x, options, passes, run);
    else
      detail::fit_points(ctx, x, options, passes, run);
  });
  progress.clear();
  detail::note_result(run, options.contours);

  // From here on everything is ready to be put in place before anything is.
  outputs.add(options.table_path, isonomy::io::mixture_table_text(run.fit));
  if (outputs.has_folder()) {
    std::vector<Figure> figures{fit_figure(data, run.fit, run.title)};
    for (std::size_t k = 0; k < run.fit.contours.size(); k += std::size(detail::contour_coverages))
      figures.push_back(contour_figure(run.fit, k, std::size(detail::contour_coverages), run.title));
    for (auto& warning : draw_figures(outputs, figures)) run.warnings.push_back(std::move(warning));
  }
  if (!options.json_path.empty()) {
    using isonomy::io::Missing;
    isonomy::io::ReportNotes notes{{"input", options.points.path},
                                   {"column", std::to_string(data.column)},
                                   {"quantity", data.quantity},
                                   {"element", data.element()},
                                   {"decimal", std::string(1, options.points.format.decimal)},
                                   {"separator", detail::separator_text(options.points.format)},
                                   {"missing", options.points.format.missing == Missing::skip ? "skip" : "refuse"},
                                   {"skipped", std::to_string(data.missing)},
                                   {"left_out", std::to_string(data.left_out)},
                                   {"weights", data.weighted() ? std::to_string(data.weight_column) : "none"},
                                   {"sum_of_weights", isonomy::io::number_text(data.total)},
                                   {"effective_points", isonomy::io::number_text(run.fit.result.effective_points)},
                                   {"components", components_text(options)},
                                   {"start", options.start.empty() ? "automatic" : "given"},
                                   {"starts", std::to_string(options.search.starts)},
                                   {"minos", options.minos && !data.weighted() ? "yes" : "no"},
                                   {"contour_points", std::to_string(options.contour_points)},
                                   {"threads", std::to_string(options.threads)},
                                   {"seed", std::to_string(options.seed)}};
    outputs.add(options.json_path, isonomy::io::mixture_report_text(run.fit, notes));
  }
  for (auto& warning : outputs.commit(parameter_table(run.fit))) run.warnings.push_back(std::move(warning));
  return run;
}

}  // namespace examples
