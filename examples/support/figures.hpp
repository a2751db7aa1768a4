// The two pictures of a run, as tables and gnuplot scripts: the best features, and where each kind of scale matters.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gnuplot.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/estimators/profiling/features.hpp"
#include "isonomy/estimators/profiling/result.hpp"
#include "isonomy/io/numbers.hpp"
#include "isonomy/io/tsv.hpp"
#include "output.hpp"
#include "summary.hpp"

namespace examples {

/// <name>.gnuplot draws <name>.svg from the tables, all in one folder.
struct Figure {
  std::string name, script;
  std::vector<std::pair<std::string, std::string>> tables;
};

/// What both figures show.
struct FigureData {
  const isonomy::profiling::ProfileResult& result;
  isonomy::profiling::DisplayCoordinates display;
  std::string title;
};

namespace detail {

inline constexpr const char *higher_colour = "#b2182b", *lower_colour = "#2166ac";

/// At most `most` characters of UTF-8 text, the last one "…" if something is cut.
inline std::string shortened(std::string_view text, std::size_t most) {
  std::size_t count = 0, keep = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) continue;
    if (count == most - 1) keep = at;
    if (++count > most) return std::string(text.substr(0, keep)) + "…";
  }
  return std::string(text);
}

/// The least of 1, 2, 5, 10, 20, ... that divides `length` into at most `most` steps.
inline isonomy::index_t tick_step(isonomy::index_t length, isonomy::index_t most) {
  isonomy::index_t step = 1;
  for (int k = 0; length / step > most; ++k) step = step / (k % 3 == 2 ? 4 : 1) * (k % 3 == 2 ? 10 : 2);
  return step;
}

inline std::string num(double value) { return isonomy::io::number_text(value); }

/// A label that names colours, fonts and places as gnuplot does; `place` is "screen x, screen y" and the like.
inline std::string label(std::string_view text, const std::string& place, const std::string& style) {
  return "set label " + gnuplot_string(text) + " at " + place + " noenhanced " + style + "\n";
}

/// Terminal, encoding and title. Sizes in pixels.
inline std::string figure_head(const std::string& name, const FigureData& data, int width, int height,
                               const std::string& subtitle) {
  const auto at = [height](int y) { return "screen 0.015, screen " + num(1 - static_cast<double>(y) / height); };
  return "# Draws " + name + ".svg from the tables beside it: gnuplot " + name + ".gnuplot > " + name + ".svg\n" +
         "set terminal svg size " + std::to_string(width) + "," + std::to_string(height) +
         " dynamic font 'sans-serif,13' background '#ffffff'\nset encoding utf8\nset datafile separator tab\n"
         "set datafile missing 'nan'\nunset key\nset multiplot\n" +
         label(data.title, at(26), "font ',18'") + label(subtitle, at(52), "font ',13' textcolor rgb '#555555'");
}

/// The x axis of residue numbers: range, ticks, the TMD shaded, its borders, the names of the parts above.
inline std::string residue_axis(const isonomy::profiling::DisplayCoordinates& d) {
  const auto total = d.jmd_n_len + d.tmd_len + d.jmd_c_len;
  const double first = static_cast<double>(d.start) - 0.5, tmd = first + static_cast<double>(d.jmd_n_len),
               jmd_c = tmd + static_cast<double>(d.tmd_len), last = first + static_cast<double>(total);
  std::string out = "set xrange [" + num(first) + ":" + num(last) + "]\nset xtics " +
                    std::to_string(tick_step(total, 10)) + " nomirror out scale 0.5\n" +
                    "set object rectangle from first " + num(tmd) + ", graph 0 to first " + num(jmd_c) +
                    ", graph 1 behind fillcolor rgb '#f4f4f4' fillstyle solid noborder\n";
  for (const double border : {tmd, jmd_c})
    out += "set arrow from first " + num(border) + ", graph 0 to first " + num(border) +
           ", graph 1 nohead front linewidth 1 linecolor rgb '#888888'\n";
  const auto name = [&out](std::string_view part, double from, double to) {
    if (to > from)
      out += label(part, "first " + num((from + to) / 2) + ", graph 1", "center offset 0,0.6 textcolor rgb '#555555'");
  };
  name("JMD-N", first, tmd);
  name("TMD", tmd, jmd_c);
  name("JMD-C", jmd_c, last);
  return out;
}

/// Places a plot between pixels of a figure of this size, counted from its top left corner.
inline std::string panel(int width, int height, int left, int right, int top, int bottom) {
  const auto part = [](int pixels, int of) { return num(static_cast<double>(pixels) / of); };
  return "set lmargin at screen " + part(left, width) + "\nset rmargin at screen " + part(right, width) +
         "\nset tmargin at screen " + num(1 - static_cast<double>(top) / height) + "\nset bmargin at screen " +
         num(1 - static_cast<double>(bottom) / height) + "\n";
}

inline std::vector<isonomy::index_t> positions_of(const isonomy::profiling::FeatureRow& row,
                                                  const isonomy::profiling::DisplayCoordinates& display) {
  const auto feature = isonomy::profiling::parse_feature(row.feature);
  return isonomy::profiling::positions(feature.part, feature.split, display);
}

inline std::string group_sizes(const isonomy::profiling::ProfileResult& r) {
  return with_commas(r.rows_test) + " test and " + with_commas(r.rows_reference) + " reference sequences";
}

}  // namespace detail

/// The best features, a row each: the residues they read, their mean difference, their adjusted AUC.
inline Figure ranking_figure(const FigureData& data, std::size_t most = 20) {
  using namespace detail;
  const auto& features = data.result.features;
  const std::size_t n = std::min(most, features.size());
  std::string table = "rank\tmean_dif\tabs_auc\tfeature\tscale_name\n", places = "rank\tposition\tmean_dif\n";
  std::string names;
  double widest = 0;
  constexpr int width = 1200, row_height = 36, top = 122;
  const int bottom = top + row_height * static_cast<int>(n), height = bottom + 64;
  for (std::size_t k = 0; k < n; ++k) {
    const auto& row = features[k];
    const std::string rank = std::to_string(k + 1), difference = num(row.mean_dif);
    table += rank + "\t" + difference + "\t" + num(row.abs_auc) + "\t" + isonomy::io::tsv_cell(row.feature) + "\t" +
             isonomy::io::tsv_cell(row.scale_name) + "\n";
    for (const auto position : positions_of(row, data.display))
      places += rank + "\t" + std::to_string(position) + "\t" + difference + "\n";
    if (std::isfinite(row.mean_dif)) widest = std::max(widest, std::abs(row.mean_dif));
    const auto at = [&](int y) {
      return "screen " + num(400.0 / width) + ", screen " +
             num(1 - (top + row_height * static_cast<double>(k) + y) / height);
    };
    names += label(rank + "  " + shortened(row.subcategory + ": " + row.scale_name, 46), at(13), "right font ',13'");
    names += label(shortened(row.feature, 58), at(27), "right font ',10' textcolor rgb '#777777'");
  }
  if (widest == 0) widest = 1;

  const std::string rows = std::to_string(n);
  const std::string bars = "set yrange [" + rows + ".5:0.5]\nunset ytics\nset border 1 linecolor rgb '#888888'\n"
                           "do for [k=1:" + std::to_string(n == 0 ? 0 : n - 1) +
                           "] { set arrow from graph 0, first k+0.5 to graph 1, first k+0.5 nohead back linecolor rgb "
                           "'#e6e6e6' }\n";
  const auto signed_boxes = [](const std::string& file, const std::string& box, const std::string& value) {
    std::string out;
    for (const auto& [sign, colour] : {std::pair{">=", higher_colour}, std::pair{"<", lower_colour}})
      out += std::string(out.empty() ? "plot " : ", ") + file + " skip 1 using (" + value + sign + "0 ? 0 : NaN):1:" +
             box + ":($1-0.32):($1+0.32) with boxxyerror fillcolor rgb '" + colour + "' fillstyle solid noborder";
    return out;
  };
  const auto pixel = [](int x, int y) {
    return "screen " + num(static_cast<double>(x) / width) + ", screen ";
    static_cast<void>(y);
  };
  static_cast<void>(pixel);
  std::string script = figure_head("ranking", data, width, height,
                                   "The best " + rows + " of " + std::to_string(features.size()) + " features from " +
                                       group_sizes(data.result));
  int x = 18;
  for (const auto& [colour, text, advance] :
       {std::tuple{higher_colour, "higher in the test group", 190}, std::tuple{lower_colour, "lower in the test group", 0}}) {
    const auto screen = [&](int px, int py) {
      return "screen " + num(static_cast<double>(px) / width) + ", screen " + num(1 - static_cast<double>(py) / height);
    };
    script += "set object rectangle from " + screen(x, 86) + " to " + screen(x + 13, 73) + " fillcolor rgb '" + colour +
              "' fillstyle solid noborder\n" + label(text, screen(x + 19, 80), "font ',12'");
    x += advance;
  }
  script += names;
  script += panel(width, height, 412, 760, top, bottom) + bars + residue_axis(data.display) +
            "set xlabel 'residue' offset 0,0.3\n" +
            signed_boxes("'ranking_positions.tsv'", "($2-0.5):($2+0.5)", "$3") + "\nunset label\nunset object\nunset arrow\n";
  script += panel(width, height, 790, 980, top, bottom) + bars + "set xrange [" + num(-1.75 * widest) + ":" +
            num(1.75 * widest) + "]\nset xtics autofreq nomirror out scale 0.5 format '%g'\nset xtics " +
            num(widest > 0.5 ? 0.5 : widest > 0.2 ? 0.2 : widest > 0.1 ? 0.1 : widest) +
            "\nset xlabel 'mean\\_dif (test − reference)' noenhanced\n" +
            "set arrow from first 0, graph 0 to first 0, graph 1 nohead linecolor rgb '#888888'\n" +
            signed_boxes("'ranking.tsv'", "($2<0 ? $2 : 0):($2<0 ? 0 : $2)", "$2") +
            ", 'ranking.tsv' skip 1 using ($2<0 ? $2 : NaN):1:(sprintf('%.3f', $2)) with labels right offset -0.5,0 "
            "font ',11', '' skip 1 using ($2<0 ? NaN : $2):1:(sprintf('%.3f', $2)) with labels left offset 0.5,0 font "
            "',11'\nunset arrow\n";
  script += panel(width, height, 1010, 1175, top, bottom) + bars +
            "set xrange [0:0.65]\nset xtics 0,0.1,0.5\nset xlabel 'abs_auc' noenhanced\n"
            "plot 'ranking.tsv' skip 1 using (0):1:(0):3:($1-0.32):($1+0.32) with boxxyerror fillcolor rgb '#5a5a5a' "
            "fillstyle solid noborder, '' skip 1 using 3:1:(sprintf('%.3f', $3)) with labels left offset 0.5,0 font "
            "',11'\nunset multiplot\n";
  return {"ranking", std::move(script), {{"ranking.tsv", std::move(table)}, {"ranking_positions.tsv", std::move(places)}}};
}

}  // namespace examples
