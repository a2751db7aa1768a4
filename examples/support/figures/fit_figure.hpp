// The figure of a fitted mixture: points in bins, the density and its components, pulls, parameters.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "../mixture/mixture_table.hpp"
#include "../mixture/point_data.hpp"
#include "../profile/summary.hpp"
#include "canvas.hpp"
#include "histogram.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/reports/mixture_report.hpp"
#include "isonomy/io/text/tsv.hpp"

namespace examples {

using isonomy::text::joined;

namespace detail {

/// Of the components in turn; distinct for every kind of colour vision (Okabe and Ito 2008).
inline const std::string& component_colour(std::size_t k) {
  static const std::vector<std::string> colours{"'#d55e00'", "'#0072b2'", "'#009e73'", "'#cc79a7'",
                                                "'#e69f00'", "'#56b4e9'", "'#7a5195'", "'#8c6d31'"};
  return colours[k % colours.size()];
}
inline constexpr const char *fit_colour = "'#222222'", *text_grey = "'#555555'", *line_grey = "'#888888'";

/// Places of the curves: evenly spaced, and closer around narrow components.
inline std::vector<double> curve_places(const Histogram& bins, const ExpectedPoints& expected) {
  constexpr int even = 400, around = 80;
  std::vector<double> places;
  const double length = bins.upper() - bins.lower;
  for (int i = 0; i <= even; ++i) places.push_back(bins.lower + length * i / even);
  for (std::size_t k = 0; k < expected.components(); ++k) {
    const auto& c = expected.component(k);
    if (c.sigma > 0.05 * length) continue;
    for (int i = -around; i <= around; ++i) {
      const double x = c.mean + 5 * c.sigma * i / around;
      if (x > bins.lower && x < bins.upper()) places.push_back(x);
    }
  }
  std::sort(places.begin(), places.end());
  return places;
}

/// The fitted density and its components in points per bin, and the highest of its values.
struct Curves {
  std::string table;
  double highest = 0;
};
inline Curves fit_curves(const Histogram& bins, const ExpectedPoints& expected) {
  Curves out{"x\tfit"};
  for (std::size_t k = 0; k < expected.components(); ++k) out.table += joined("\tcomponent_", k + 1);
  for (const double x : curve_places(bins, expected)) {
    std::string parts;
    double sum = 0;
    for (std::size_t k = 0; k < expected.components(); ++k) {
      const double height = bins.width * expected.density(k, x);
      sum += height;
      parts += "\t" + Canvas::number(height);
    }
    out.table += joined("\n", Canvas::number(x), "\t", Canvas::number(sum), parts);
    out.highest = std::max(out.highest, sum);
  }
  out.table += "\n";
  return out;
}

/// Which colour is what, from the top of the legend. Returns where it ends.
inline double write_colours(Canvas& canvas, const isonomy::io::MixtureFit& fit, const ExpectedPoints& expected,
                            bool weighted, double left) {
  double y = 106;
  canvas.add(joined(
      {"set label '' at ", canvas.at(left + 9, y), " point pointtype 7 pointsize 0.55 linecolor rgb '#000000'"}));
  canvas.text(weighted ? "weights, with their errors" : "points, with Poisson errors", canvas.at(left + 28, y),
              "font ',12'");
  y += 22;
  canvas.box(left, y - 1.2, left + 18, y + 1.2, fit_colour);
  canvas.text(fit.usable() ? "fit" : "where the fit stopped", canvas.at(left + 28, y), "font ',12'");
  double sum = 0;
  for (std::size_t k = 0; k < expected.components(); ++k) sum += expected.component(k).weight;
  const std::size_t shown = std::min<std::size_t>(expected.components(), 8);
  for (std::size_t k = 0; k < shown && expected.components() > 1; ++k) {
    y += 22;
    canvas.box(left, y - 6, left + 18, y + 6, component_colour(k));
    canvas.text(joined("component ", k + 1, " (", fixed(100 * expected.component(k).weight / sum, 1), " %)"),
                canvas.at(left + 28, y), "font ',12'");
  }
  if (shown < expected.components()) {
    y += 20;
    canvas.text(joined("and ", expected.components() - shown, " more"), canvas.at(left + 28, y), "font ',12'");
  }
  return y;
}

/// A row a parameter from `y` on, with its errors. Returns where they end.
inline double write_parameters(Canvas& canvas, const isonomy::io::MixtureFit& fit, double left, double y) {
  const auto& names = fit.result.names;
  const bool tall = names.size() <= 11;
  const double height = tall ? 31 : 19;
  const std::size_t most = 22, rows = std::min(names.size(), most);
  for (std::size_t i = 0; i < rows; ++i) {
    y += height;
    const double error = fit.error(i), value = fit.result.minimum.parameters[i];
    canvas.text(symbol(names[i]), canvas.at(left, y), "font ',14'");
    canvas.text(rounded(value, error, 2), canvas.at(left + 150, y), "right font ',14'");
    using isonomy::mixture::CrossingStatus;
    const bool both = tall && !fit.minos.empty() && fit.minos[i].lower_status == CrossingStatus::found &&
                      fit.minos[i].upper_status == CrossingStatus::found;
    if (both) {
      canvas.text("+" + rounded(fit.minos[i].upper, error, 2), canvas.at(left + 158, y - 7), "font ',10'");
      canvas.text("−" + rounded(-fit.minos[i].lower, error, 2), canvas.at(left + 158, y + 7), "font ',10'");
    } else {
      canvas.text(fit.at_bound(i) ? "at its bound"
                  : fit.fixed(i)  ? "fixed"
                  : fit.idle(i)   ? "no weight"
                  : error > 0     ? "± " + rounded(error, error, 2)
                                  : "no error",
                  canvas.at(left + 158, y), "font ',12'");
    }
  }
  if (rows < names.size()) {
    y += height;
    canvas.text(joined("and ", names.size() - rows, " more"), canvas.at(left, y), "font ',12'");
  }
  return y;
}

/// Beside the panels: which colour is what, the parameters, how good the fit is.
inline void write_legend(Canvas& canvas, const isonomy::io::MixtureFit& fit, const ExpectedPoints& expected,
                         bool weighted, double left) {
  double y = write_parameters(canvas, fit, left, write_colours(canvas, fit, expected, weighted, left) + 26) + 40;
  const std::pair<const char*, std::string> lines[] = {{"status", fit.status()},
                                                       {"NLL", fixed(fit.result.minimum.nll, 3)},
                                                       {"AIC", fixed(fit.result.aic, 3)},
                                                       {"BIC", fixed(fit.result.bic, 3)}};
  for (const auto& [name, text] : lines) {
    if (text == "nan") continue;  // points with weights have no such number
    canvas.text(name, canvas.at(left, y), joined("font ',12' textcolor rgb ", text_grey));
    canvas.text(text, canvas.at(left + 60, y), "font ',12'");
    y += 20;
  }
}

/// A row a bin, and how far counts, errors and pulls reach.
struct BinTable {
  std::string table = "lower\tupper\tpoints\terror_lower\terror_upper\texpected\tpull\n";
  double highest = 0, widest_pull = 3;
};

inline BinTable bin_table(const Histogram& bins, const ExpectedPoints& expected) {
  BinTable out;
  for (std::size_t b = 0; b < bins.counts.size(); ++b) {
    const double count = bins.counts[b], scale = bins.scale(b);
    const double mean = expected.between(bins.edge(b), bins.edge(b + 1));
    const PoissonInterval interval = poisson_interval(count / scale);
    const double lower = scale * interval.lower, upper = scale * interval.upper;
    const double pull = poisson_pull(count / scale, std::max(mean / scale, 1e-300));
    out.highest = std::max({out.highest, count > 0 ? upper : 0, mean});
    out.widest_pull = std::max(out.widest_pull, std::abs(pull));
    for (const double number : {bins.edge(b), bins.edge(b + 1), count, lower, upper, mean})
      out.table += Canvas::number(number) + "\t";
    out.table += Canvas::number(pull) + "\n";
  }
  return out;
}

}  // namespace detail

/// Above, the points in bins with Poisson errors, the fitted density and its components; below, the pulls: how far each
/// bin lies from what the fit expects, in standard deviations. Beside, the parameters.
inline Figure fit_figure(const PointData& data, const isonomy::io::MixtureFit& fit, const std::string& title) {
  const Histogram bins = histogram(data, fit.model.range);
  const ExpectedPoints expected(fit.model, fit.result.minimum.parameters, data.total);
  constexpr double left = 92, right = 880, box = 916, top = 84;
  const std::size_t lines = std::min<std::size_t>(fit.result.names.size(), 22), parts = expected.components();
  const double needed = 106 + 22 * static_cast<double>(std::min<std::size_t>(parts, 9)) +
                        static_cast<double>(lines) * (lines <= 11 ? 31 : 19) + 230;
  const double height = std::max(690.0, needed), bottom = height - 62, pulls = bottom - 120, middle = pulls - 18;

  detail::BinTable table = detail::bin_table(bins, expected);
  detail::Curves curves = detail::fit_curves(bins, expected);
  // A component far narrower than a bin may tower above all points: it is cut off.
  const double highest = std::max(table.highest, std::min(curves.highest, 2.5 * table.highest));
  const double widest = std::min(std::ceil(table.widest_pull + 0.2), 8.0);

  std::string subtitle = joined(with_commas(fit.points), " points, ",
                                parts == 1 ? "a normal density" : joined("a mixture of ", parts, " normal densities"));
  if (bins.outside > 0) subtitle += joined("; ", with_commas(bins.outside), " beyond this picture");
  Canvas canvas("fit", 1200, static_cast<int>(height), shortened(title, 90), subtitle);
  detail::write_legend(canvas, fit, expected, data.weighted(), box);
  canvas.add("unset border\nunset tics\nset xrange [0:1]\nset yrange [0:1]\nplot NaN");

  const std::string edges = joined("set xrange [", Canvas::number(bins.lower), ":", Canvas::number(bins.upper()), "]");
  canvas.panel(left, right, top, middle);
  canvas.add({"set border 3\n", edges, "\nset yrange [0:", Canvas::number(1.06 * highest), "]"});
  canvas.add("set xtics nomirror out scale 0.5 format ''\nset ytics nomirror out scale 0.5 textcolor rgb '#333333'");
  canvas.text((data.weighted() ? "weight per " : "points per ") + rounded(bins.width, 0, 0),
              canvas.at(26, (top + middle) / 2), joined("center rotate by 90 textcolor rgb ", detail::text_grey));
  std::string plot = "plot ";
  for (std::size_t k = 0; k < parts && parts > 1; ++k) {
    const std::string column = std::to_string(k + 3), colour = detail::component_colour(k);
    plot += joined("'fit_curves.tsv' skip 1 using 1:", column, " with filledcurves y1=0 fillcolor rgb ", colour,
                   " fillstyle transparent solid 0.16 noborder, 'fit_curves.tsv' skip 1 using 1:", column,
                   " with lines linewidth 1.4 linecolor rgb ", colour, ", ");
  }
  plot += joined("'fit_curves.tsv' skip 1 using 1:2 with lines linewidth 2.2 linecolor rgb ", detail::fit_colour);
  plot +=
      ", 'fit.tsv' skip 1 using (($1+$2)/2):($3>0?$4:NaN):(0):($5-$4) with vectors nohead linewidth 1 linecolor rgb "
      "'#000000', 'fit.tsv' skip 1 using (($1+$2)/2):($3>0?$3:NaN) with points pointtype 7 pointsize 0.45 linecolor "
      "rgb '#000000'";
  canvas.add(plot);

  canvas.panel(left, right, pulls, bottom);
  const std::string reach = Canvas::number(widest);
  canvas.add({"set border 3\n", edges, "\nset yrange [-", reach, ":", reach, "]"});
  canvas.add({"set xtics nomirror out scale 0.5 format '%g' textcolor rgb '#333333'\nset ytics -20,",
              widest > 5 ? "4" : "2", " nomirror out scale 0.5"});
  canvas.add({"set xlabel ", gnuplot_string(shortened(data.quantity, 80)), " noenhanced offset 0,0.1"});
  canvas.text("pull", canvas.at(26, (pulls + bottom) / 2),
              joined("center rotate by 90 textcolor rgb ", detail::text_grey));
  for (const char* level : {"-2", "2"})
    canvas.add({"set arrow from graph 0, first ", level, " to graph 1, first ", level,
                " nohead back dashtype 3 linecolor rgb '#b0b0b0'"});
  canvas.add(
      joined("set arrow from graph 0, first 0 to graph 1, first 0 nohead front linecolor rgb ", detail::line_grey));
  canvas.add("plot 'fit.tsv' skip 1 using (($1+$2)/2):7:1:2:($7<0?$7:0):($7<0?0:$7) with boxxyerror fillcolor rgb "
             "'#9fb3c8' fillstyle solid noborder\nunset multiplot");
  return {"fit", canvas.script(), {{"fit.tsv", std::move(table.table)}, {"fit_curves.tsv", std::move(curves.table)}}};
}

}  // namespace examples
