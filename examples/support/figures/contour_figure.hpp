// The figure of two parameters: contours of the profile likelihood around the fitted values.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <string>
#include <utility>

#include "../mixture/mixture_table.hpp"
#include "../profile/summary.hpp"
#include "canvas.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/reports/mixture_report.hpp"

namespace examples {

using isonomy::text::joined;

namespace detail {

/// The lines of the contours and of the ellipses that the Hessian expects, one block a coverage, and what they span.
class ContourTables {
 public:
  ContourTables(const isonomy::io::MixtureFit& fit, std::size_t first, std::size_t count)
      : i_(static_cast<std::size_t>(fit.contours[first].first)),
        j_(static_cast<std::size_t>(fit.contours[first].second)), x(fit.result.minimum.parameters[i_]),
        y(fit.result.minimum.parameters[j_]), sx(fit.result.hesse.errors[i_]), sy(fit.result.hesse.errors[j_]),
        rho(fit.result.hesse.correlation[fit.result.names.size() * i_ + j_]), lowest_x(x), highest_x(x), lowest_y(y),
        highest_y(y) {
    contours = ellipses = joined(fit.result.names[i_], "\t", fit.result.names[j_], "\tcoverage\n");
    for (std::size_t k = 0; k < count; ++k) {
      add_contour(fit.contours[first + k]);
      add_ellipse(fit.contours[first + k]);
    }
  }

 private:
  std::size_t i_, j_;

 public:
  double x, y, sx, sy, rho;  ///< fitted values, their errors and correlation
  double lowest_x, highest_x, lowest_y, highest_y;
  std::string contours, ellipses;

 private:
  void include(double a, double b) {
    lowest_x = std::min(lowest_x, a), highest_x = std::max(highest_x, a);
    lowest_y = std::min(lowest_y, b), highest_y = std::max(highest_y, b);
  }

  void add_contour(const isonomy::io::MixtureContour& contour) {
    const std::string coverage = joined("\t", Canvas::number(contour.coverage), "\n");
    const std::size_t points = contour.points.size();
    std::string line;
    bool gap = false;
    for (std::size_t p = 0; p <= points; ++p) {  // the first one closes the line
      const auto& point = contour.points[p % points];
      if (point.status != isonomy::mixture::CrossingStatus::found) {
        gap = !line.empty();
        continue;
      }
      include(point.parameters[i_], point.parameters[j_]);
      line += joined(gap ? "\n" : "", Canvas::number(point.parameters[i_]), "\t", Canvas::number(point.parameters[j_]),
                     coverage);
      gap = false;
    }
    // A contour of which nothing was found is a mere point at the minimum.
    contours += (line.empty() ? joined(Canvas::number(x), "\t", Canvas::number(y), coverage) : line) + "\n\n";
  }

  void add_ellipse(const isonomy::io::MixtureContour& contour) {
    for (int step = 0; step <= 120; ++step) {
      const double angle = 2 * std::numbers::pi * step / 120, radius = std::sqrt(2 * contour.rise);
      const double u = radius * std::cos(angle), v = rho * u + std::sqrt(1 - rho * rho) * radius * std::sin(angle);
      include(x + sx * u, y + sy * v);
      ellipses += joined(
          {Canvas::number(x + sx * u), "\t", Canvas::number(y + sy * v), "\t", Canvas::number(contour.coverage), "\n"});
    }
    ellipses += "\n\n";
  }
};

}  // namespace detail

/// `count` contours of one pair of parameters from fit.contours[first] on, the innermost first, with the ellipses that
/// the Hessian expects and the fitted values with their errors. A point that was not found interrupts its contour,
/// which then is a line alone.
inline Figure contour_figure(const isonomy::io::MixtureFit& fit, std::size_t first, std::size_t count,
                             const std::string& title) {
  using isonomy::mixture::CrossingStatus;
  detail::ContourTables tables(fit, first, count);
  const std::string &name_x = fit.result.names[static_cast<std::size_t>(fit.contours[first].first)],
                    &name_y = fit.result.names[static_cast<std::size_t>(fit.contours[first].second)],
                    name = joined("contour_", name_x, "_", name_y);

  Canvas canvas(
      name, 760, 700, joined(shortened(title, 50), ": ", symbol(name_x), " and ", symbol(name_y)),
      joined("profile likelihood over ", with_commas(fit.points), " points; correlation ", fixed(tables.rho, 3)));
  constexpr const char* colours[] = {"'#0072b2'", "'#56b4e9'"};
  double at = 18;
  for (std::size_t k = 0; k < count; ++k) {
    canvas.box(at, 80, at + 20, 83, colours[k % 2]);
    canvas.text(fixed(100 * fit.contours[first + k].coverage, 2) + " % of both", canvas.at(at + 28, 81), "font ',12'");
    at += 148;
  }
  for (const double dash : {0.0, 8.0, 16.0}) canvas.box(at + dash, 81, at + dash + 5, 82.5, "'#777777'");
  canvas.text("ellipses of the Hessian", canvas.at(at + 29, 81), "font ',12'");
  canvas.add("unset border\nunset tics\nset xrange [0:1]\nset yrange [0:1]\nplot NaN");

  canvas.panel(110, 728, 110, 630);
  const auto range = [](double low, double high) {
    const double room = 0.06 * (high - low);
    return joined("[", Canvas::number(low - room), ":", Canvas::number(high + room), "]");
  };
  canvas.add({"set border 3\nset xrange ", range(tables.lowest_x, tables.highest_x), "\nset yrange ",
              range(tables.lowest_y, tables.highest_y)});
  canvas.add("set xtics nomirror out scale 0.5 textcolor rgb '#333333' autofreq\nset ytics nomirror out scale 0.5 "
             "textcolor rgb '#333333' autofreq");
  canvas.add({"set xlabel ", gnuplot_string(symbol(name_x)), " noenhanced font ',15'"});
  canvas.text(symbol(name_y), canvas.at(28, 370), "center rotate by 90 font ',15'");
  std::string plot = "plot ";
  for (std::size_t k = count; k-- > 0;) {
    const std::string index = joined(" index ", k), line = joined("'", name, ".tsv' skip 1", index, " using 1:2 ");
    const auto& points = fit.contours[first + k].points;
    const bool closed = std::all_of(points.begin(), points.end(),
                                    [](const auto& point) { return point.status == CrossingStatus::found; });
    if (closed)
      plot += joined(line, "with filledcurves closed fillcolor rgb ", colours[k % 2],
                     " fillstyle transparent solid 0.18 noborder, ");
    plot += joined(line, "with lines linewidth 2 linecolor rgb ", colours[k % 2], ", '", name, "_ellipses.tsv' skip 1",
                   index, " using 1:2 with lines dashtype 2 linewidth 1 linecolor rgb '#777777', ");
  }
  canvas.add("set bars 0.6");
  canvas.add(plot +
             "'-' using 1:2:3:4 with xyerrorbars pointtype 7 pointsize 0.6 linewidth 1.2 linecolor rgb '#000000'");
  canvas.add({Canvas::number(tables.x), "\t", Canvas::number(tables.y), "\t", Canvas::number(tables.sx), "\t",
              Canvas::number(tables.sy), "\ne\nunset multiplot"});
  return {name,
          canvas.script(),
          {{name + ".tsv", std::move(tables.contours)}, {name + "_ellipses.tsv", std::move(tables.ellipses)}}};
}

}  // namespace examples
