// Writes the figures of a run: tables and scripts always, pictures where gnuplot is installed.
#pragma once

#include <string>
#include <vector>

#include "../program/output.hpp"
#include "canvas.hpp"
#include "gnuplot.hpp"
#include "isonomy/core/text.hpp"

namespace examples {

using isonomy::text::joined;

/// Adds figures to the folder. Returns what kept pictures from being drawn, with the remedy.
inline std::vector<std::string> draw_figures(OutputFolder& folder, const std::vector<Figure>& figures) {
  std::vector<std::string> warnings;
  const std::string gnuplot = find_gnuplot();
  for (const auto& figure : figures) {
    for (const auto& [name, text] : figure.tables) folder.write(name, text);
    const std::string script = figure.name + ".gnuplot", picture = figure.name + ".svg";
    folder.write(script, figure.script);
    const std::string failure =
        gnuplot.empty() ? "gnuplot is not installed" : run_gnuplot(gnuplot, folder.draft(), script, picture);
    if (failure.empty())
      folder.add(picture);
    else
      warnings.push_back(joined(picture, " was not drawn: ", failure,
                                "; install gnuplot (Debian: gnuplot-nox), then run in ", folder.path(), ": gnuplot ",
                                script, " > ", picture));
  }
  return warnings;
}

}  // namespace examples
