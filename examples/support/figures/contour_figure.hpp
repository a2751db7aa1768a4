// The figure of two parameters: contours of the profile likelihood around the fitted values.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <string>
#include <utility>

#include "../mixture/mixture_table.hpp"
#include "../profile/summary.hpp"
#include "canvas.hpp"
#include "isonomy/io/reports/mixture_report.hpp"

namespace examples {

/// `count` contours of one pair of parameters from fit.contours[first] on, the innermost first, with the ellipses that
/// the Hessian expects and the fitted values with their errors. A point that was not found interrupts its contour,
/// which then is a line alone.
inline Figure contour_figure(const isonomy::io::MixtureFit& fit, std::size_t first, std::size_t count,
                             const std::string& title) {
  using isonomy::mixture::CrossingStatus;
  const auto& pair = fit.contours[first];
  const auto i = static_cast<std::size_t>(pair.first), j = static_cast<std::size_t>(pair.second);
  const auto& names = fit.result.names;
  const double x = fit.result.minimum.parameters[i], y = fit.result.minimum.parameters[j];
  const double sx = fit.result.hesse.errors[i], sy = fit.result.hesse.errors[j];
  const double rho = fit.result.hesse.correlation[names.size() * i + j];
  const std::string name = "contour_" + names[i] + "_" + names[j];

  double lowest_x = x, highest_x = x, lowest_y = y, highest_y = y;
  const auto include = [&](double a, double b) {
    lowest_x = std::min(lowest_x, a), highest_x = std::max(highest_x, a);
    lowest_y = std::min(lowest_y, b), highest_y = std::max(highest_y, b);
  };
  const std::string header = names[i] + "\t" + names[j] + "\tcoverage\n";
  std::string table = header, ellipses = header;
  for (std::size_t k = 0; k < count; ++k) {
    const auto& contour = fit.contours[first + k];
    const std::string coverage = "\t" + Canvas::number(contour.coverage) + "\n";
    const std::size_t points = contour.points.size();
    std::string line;
    bool gap = false;
    for (std::size_t p = 0; p <= points; ++p) {  // the first one closes the line
      const auto& point = contour.points[p % points];
      if (point.status != CrossingStatus::found) {
        gap = !line.empty();
        continue;
      }
      include(point.parameters[i], point.parameters[j]);
      line += (gap ? "\n" : "") + Canvas::number(point.parameters[i]) + "\t" + Canvas::number(point.parameters[j]) +
              coverage;
      gap = false;
    }
    // A contour of which nothing was found is a mere point at the minimum.
    table += (line.empty() ? Canvas::number(x) + "\t" + Canvas::number(y) + coverage : line) + "\n\n";
    for (int step = 0; step <= 120; ++step) {
      const double angle = 2 * std::numbers::pi * step / 120, radius = std::sqrt(2 * contour.rise);
      const double u = radius * std::cos(angle), v = rho * u + std::sqrt(1 - rho * rho) * radius * std::sin(angle);
      include(x + sx * u, y + sy * v);
      ellipses += Canvas::number(x + sx * u) + "\t" + Canvas::number(y + sy * v) + coverage;
    }
    ellipses += "\n\n";
  }

  Canvas canvas(name, 760, 700, shortened(title, 50) + ": " + symbol(names[i]) + " and " + symbol(names[j]),
                "profile likelihood over " + with_commas(fit.points) + " points; correlation " + fixed(rho, 3));
  constexpr const char* colours[] = {"'#0072b2'", "'#56b4e9'"};
  double at = 18;
  for (std::size_t k = 0; k < count; ++k) {
    canvas.box(at, 80, at + 20, 83, colours[k % 2]);
    canvas.text(fixed(100 * fit.contours[first + k].coverage, 2) + " % of both", canvas.at(at + 28, 81), "font ',12'");
    at += 148;
  }
  canvas.box(at, 81, at + 5, 82.5, "'#777777'");
  canvas.box(at + 8, 81, at + 13, 82.5, "'#777777'");
  canvas.box(at + 16, 81, at + 21, 82.5, "'#777777'");
  canvas.text("ellipses of the Hessian", canvas.at(at + 29, 81), "font ',12'");
  canvas.add("unset border\nunset tics\nset xrange [0:1]\nset yrange [0:1]\nplot NaN");

  canvas.panel(110, 728, 110, 630);
  const auto range = [](double low, double high) {
    const double room = 0.06 * (high - low);
    return "[" + Canvas::number(low - room) + ":" + Canvas::number(high + room) + "]";
  };
  canvas.add("set border 3\nset xrange " + range(lowest_x, highest_x) + "\nset yrange " + range(lowest_y, highest_y));
  canvas.add("set xtics nomirror out scale 0.5 textcolor rgb '#333333' autofreq\nset ytics nomirror out scale 0.5 "
             "textcolor rgb '#333333' autofreq");
  canvas.add("set xlabel " + gnuplot_string(symbol(names[i])) + " noenhanced font ',15'");
  canvas.text(symbol(names[j]), canvas.at(28, 370), "center rotate by 90 font ',15'");
  std::string plot = "plot ";
  for (std::size_t k = count; k-- > 0;) {
    const std::string index = " index " + std::to_string(k), line = "'" + name + ".tsv' skip 1" + index + " using 1:2 ";
    const auto& points = fit.contours[first + k].points;
    const bool closed = std::all_of(points.begin(), points.end(),
                                    [](const auto& point) { return point.status == CrossingStatus::found; });
    if (closed)
      plot += line + "with filledcurves closed fillcolor rgb " + colours[k % 2] +
              " fillstyle transparent solid 0.18 noborder, ";
    plot += line + "with lines linewidth 2 linecolor rgb " + colours[k % 2] + ", '" + name + "_ellipses.tsv' skip 1" +
            index + " using 1:2 with lines dashtype 2 linewidth 1 linecolor rgb '#777777', ";
  }
  canvas.add("set bars 0.6");
  canvas.add(plot +
             "'-' using 1:2:3:4 with xyerrorbars pointtype 7 pointsize 0.6 linewidth 1.2 linecolor rgb '#000000'");
  canvas.add(Canvas::number(x) + "\t" + Canvas::number(y) + "\t" + Canvas::number(sx) + "\t" + Canvas::number(sy) +
             "\ne\nunset multiplot");
  return {name, canvas.script(), {{name + ".tsv", std::move(table)}, {name + "_ellipses.tsv", std::move(ellipses)}}};
}

}  // namespace examples
