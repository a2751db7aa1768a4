// The figure of the best features: the residues each reads, its mean difference, its adjusted AUC.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "canvas.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/text/tsv.hpp"
#include "profile_figure.hpp"

namespace examples {

using isonomy::text::joined;

/// "+0.118", with fewer decimals where differences reach `widest`, 10 or more.
inline std::string signed_text(double value, double widest) {
  return (value > 0 ? "+" : "") + fixed(value == 0 ? 0.0 : value, widest >= 100 ? 0 : widest >= 10 ? 1 : 3);
}

/// A row a feature, best first, at most `most`.
// A picture is read as it is drawn, from top to bottom.
// NOLINTNEXTLINE(readability-function-size)
inline Figure ranking_figure(const FigureData& data, std::size_t most = 20) {
  const auto& features = data.result.features;
  const std::size_t n = std::min(most, features.size());
  constexpr double row_height = 36, top = 128;
  const double bottom = top + row_height * static_cast<double>(n);
  const std::string rows = std::to_string(n);
  Canvas canvas("ranking", 1200, static_cast<int>(bottom) + 62,
                joined(data.title, ": the best ", rows, " of ", with_commas(data.result.funnel.n_final), " features"),
                data.group_sizes());

  std::string table = "rank\tmean_dif\tabs_auc\tfeature\tscale_name\n", places = "rank\tposition\tmean_dif\n";
  double widest = 0;
  for (std::size_t k = 0; k < n; ++k) {
    const auto& row = features[k];
    const std::string rank = std::to_string(k + 1), difference = Canvas::number(row.mean_dif);
    table += joined(rank, "\t", difference, "\t", Canvas::number(row.abs_auc), "\t", isonomy::io::tsv_cell(row.feature),
                    "\t", isonomy::io::tsv_cell(row.scale_name), "\n");
    for (const auto position : shown_positions(row, data.display))
      places += joined(rank, "\t", position, "\t", difference, "\n");
    if (std::isfinite(row.mean_dif)) widest = std::max(widest, std::abs(row.mean_dif));
    const bool one_name = row.subcategory.empty() || row.subcategory == row.scale_name;
    const std::string title = one_name ? row.scale_name : joined(row.subcategory, ": ", row.scale_name);
    const double y = top + row_height * static_cast<double>(k);
    canvas.text(rank + ".", canvas.at(18, y + 13), "left textcolor rgb '#777777'");
    canvas.text(shortened(title, 52), canvas.at(418, y + 13), "right");
    canvas.text(shortened(row.feature, 58), canvas.at(418, y + 27), "right font ',10' textcolor rgb '#777777'");
  }
  if (widest == 0) widest = 1;

  double x = 18;
  for (const auto& [colour, meaning] :
       {std::pair{higher_colour, "higher in the test group"}, std::pair{lower_colour, "lower in the test group"}}) {
    canvas.box(x, 74, x + 13, 87, colour);
    canvas.text(meaning, canvas.at(x + 20, 81), "font ',12'");
    x += 195;
  }

  // The first plot draws what has been placed on the picture so far; panel() starts afresh.
  canvas.add("unset border\nunset tics\nset xrange [0:1]\nset yrange [0:1]\nplot NaN");
  const auto start_panel = [&](double left, double right, const std::string& below) {
    canvas.panel(left, right, top, bottom);
    canvas.add({"set yrange [", rows, ".5:0.5]"});
    canvas.add(joined(
        {"do for [k=1:", n - 1,
         "] { set arrow from graph 0, first k+0.5 to graph 1, first k+0.5 nohead back linecolor rgb '#e6e6e6' }"}));
    canvas.add({"set xlabel ", gnuplot_string(below), " noenhanced offset 0,0.2"});
  };
  // Boxes of one row's height, coloured by the sign of `value`.
  const auto boxes = [](const std::string& file, const std::string& from_to, const std::string& value) {
    std::string out;
    for (const auto& [sign, colour] : {std::pair{">=", higher_colour}, std::pair{"<", lower_colour}})
      out += joined(out.empty() ? "plot " : ", ", file, " skip 1 using (", value, sign, "0 ? 0 : NaN):1:", from_to,
                    ":($1-0.3):($1+0.3) with boxxyerror fillcolor rgb ", colour, " fillstyle solid noborder");
    return out;
  };

  start_panel(432, 770, "residue");
  residue_axis(canvas, data.display, true);
  canvas.add(boxes("'ranking_positions.tsv'", "($2-0.5):($2+0.5)", "$3"));

  start_panel(800, 990, "mean_dif (test − reference)");
  const std::string reach = Canvas::number(2 * widest);
  canvas.add({"set xrange [-", reach, ":", reach, "]"});
  const std::string tick = Canvas::number(round_step(1.5 * widest));
  canvas.add({"set xtics (-", tick, ", 0, ", tick, ") nomirror out scale 0.5"});
  canvas.add("set arrow from first 0, graph 0 to first 0, graph 1 nohead front linecolor rgb '#888888'");
  const auto write_beside = [&canvas](double value, std::size_t k, const std::string& text) {
    const double end = std::isfinite(value) ? value : 0;  // of the bar
    canvas.text(text, joined("first ", Canvas::number(end), ", first ", k + 1),
                joined(end < 0 ? "right offset -0.5,0" : "left offset 0.5,0", " font ',11'"));
  };
  for (std::size_t k = 0; k < n; ++k) write_beside(features[k].mean_dif, k, signed_text(features[k].mean_dif, widest));
  canvas.add(boxes("'ranking.tsv'", "($2<0 ? $2 : 0):($2<0 ? 0 : $2)", "$2"));

  start_panel(1020, 1185, "abs_auc");
  canvas.add("set xrange [0:0.65]\nset xtics 0,0.2,0.4 nomirror out scale 0.5");
  for (std::size_t k = 0; k < n; ++k) write_beside(features[k].abs_auc, k, fixed(features[k].abs_auc, 3));
  canvas.add("plot 'ranking.tsv' skip 1 using (0):1:(0):3:($1-0.3):($1+0.3) with boxxyerror fillcolor rgb '#6a6a6a' "
             "fillstyle solid noborder\nunset multiplot");
  return {
      "ranking", canvas.script(), {{"ranking.tsv", std::move(table)}, {"ranking_positions.tsv", std::move(places)}}};
}

}  // namespace examples
