// The figure of all features: mean difference by subcategory of scales and residue.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "canvas.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/text/tsv.hpp"
#include "profile_figure.hpp"

namespace examples {

using isonomy::text::joined;

/// A row a subcategory, a column a residue: the mean of mean_dif over the features that read it there (AAanalysis:
/// get_df_pos with value_type "mean"). Above, how many features read each residue.
// A picture is read as it is drawn, from top to bottom.
// NOLINTNEXTLINE(readability-function-size)
inline Figure feature_map_figure(const FigureData& data) {
  struct Cell {
    double sum = 0;
    int features = 0;
  };
  // By category, then subcategory, then residue.
  std::map<std::pair<std::string, std::string>, std::map<index_t, Cell>> groups;
  std::map<std::pair<std::string, std::string>, int> sizes;
  std::map<index_t, int> readers;  // features that read a residue
  for (const auto& row : data.result.features) {
    const std::pair key(row.category, row.subcategory);
    ++sizes[key];
    auto& cells = groups[key];
    for (const auto position : shown_positions(row, data.display)) {
      Cell& cell = cells[position];
      cell.sum += row.mean_dif;
      ++cell.features;
      ++readers[position];
    }
  }

  constexpr double row_height = 21, left = 440, right = 1060, top = 190;
  const double bottom = top + row_height * static_cast<double>(groups.size());
  Canvas canvas(
      "feature_map", 1200, static_cast<int>(bottom) + 62,
      joined(data.title, ": ", with_commas(data.result.funnel.n_final), " features by kind of scale and residue"),
      data.group_sizes());

  std::string table = "row\tposition\tmean_dif\tfeatures\tcategory\tsubcategory\n";
  double widest = 0;
  int row = 0;
  std::map<std::string, std::pair<int, int>> categories;  // first and last row
  for (const auto& [key, cells] : groups) {
    ++row;
    const auto [at, added] = categories.try_emplace(key.first, row, row);
    at->second.second = row;
    for (const auto& [position, cell] : cells) {
      const double mean = cell.sum / cell.features;
      if (std::isfinite(mean)) widest = std::max(widest, std::abs(mean));
      table += joined(row, "\t", position, "\t", Canvas::number(mean), "\t", cell.features, "\t",
                      isonomy::io::tsv_cell(key.first), "\t", isonomy::io::tsv_cell(key.second), "\n");
    }
    const std::string name = shortened(key.second.empty() ? "(no subcategory)" : key.second, 36);
    canvas.text(joined(name, " (", sizes[key], ")"), canvas.at(left - 12, top + row_height * (row - 0.5)),
                "right font ',12'");
  }
  if (widest == 0) widest = 1;
  for (const auto& [name, rows] : categories) {
    const double from = top + row_height * (rows.first - 1), to = top + row_height * rows.second;
    canvas.box(150, from + 2, 154, to - 2, "'#999999'");
    canvas.text(shortened(name.empty() ? "(no category)" : name, 20), canvas.at(142, (from + to) / 2), "right");
  }
  canvas.text("features", canvas.at(left - 46, 135), "right font ',12' textcolor rgb '#555555'");
  canvas.text("per residue", canvas.at(left - 46, 151), "right font ',12' textcolor rgb '#555555'");
  canvas.add("unset border\nunset tics\nset xrange [0:1]\nset yrange [0:1]\nplot NaN");

  canvas.panel(left, right, 106, top - 12);
  residue_axis(canvas, data.display, true);
  int most = 1;
  for (const auto& [position, count] : readers) most = std::max(most, count);
  canvas.add({"set yrange [0:", most, "]\nset ytics (0, ", most,
              ") nomirror out scale 0.5 font ',10'\nset xtics format ''\nset border 3"});
  canvas.add("set boxwidth 0.85\nplot 'feature_map.tsv' skip 1 using 2:4 smooth frequency with boxes fillcolor rgb "
             "'#9a9a9a' fillstyle solid noborder");

  canvas.panel(left, right, top, bottom);
  canvas.add("set border 15\nunset ytics\nset xtics format '%g'");
  residue_axis(canvas, data.display, false);
  canvas.add({"set yrange [", row, ".5:0.5]\nset xlabel 'residue' offset 0,0.2"});
  for (const auto& [name, rows] : categories)
    if (rows.second < row)
      canvas.add({"set arrow from graph 0, first ", rows.second, ".5 to graph 1, first ", rows.second,
                  ".5 nohead front linecolor rgb '#888888'"});
  const std::string limit = Canvas::number(widest);
  canvas.add({"set cbrange [-", limit, ":", limit, "]"});
  canvas.add("set palette defined (-1 '#2166ac', -0.5 '#7fb2d6', 0 '#dedede', 0.5 '#f0a184', 1 '#b2182b')");
  const double from = 106, bar = std::clamp(bottom - from, 105.0, 260.0), height = bottom + 62;
  canvas.add({"set colorbox user origin ", canvas.at(right + 24, from + bar), " size ", Canvas::number(16.0 / 1200),
              ", ", Canvas::number(bar / height), " noborder"});
  canvas.add("set cbtics scale 0 font ',11'\nset cblabel 'mean_dif (test − reference)' noenhanced");
  // White lines between cells, unless these are too narrow to spare any of their colour.
  const auto residues = data.display.jmd_n_len + data.display.tmd_len + data.display.jmd_c_len;
  const std::string cell_border = residues > 100 ? "noborder" : "border linecolor rgb '#ffffff'";
  canvas.add({"plot 'feature_map.tsv' skip 1 using 2:1:($2-0.5):($2+0.5):($1-0.5):($1+0.5):3 with boxxyerror "
              "fillcolor palette fillstyle solid ",
              cell_border, "\nunset multiplot"});
  return {"feature_map", canvas.script(), {{"feature_map.tsv", std::move(table)}}};
}

}  // namespace examples
