// Writes the figures of a run: tables and scripts always, pictures where gnuplot is installed.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include "../program/output.hpp"
#include "../program/output_folder.hpp"
#include "canvas.hpp"
#include "gnuplot.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"

namespace examples {

using isonomy::text::joined;

/// Draws one figure beside copies of its tables into `picture`. Empty if it worked, else the reason. IoError where
/// there is no room for it: gnuplot itself does not tell of a full disk.
inline std::string draw(const std::string& gnuplot, Outputs& outputs, const Figure& figure, std::string& picture) {
  const std::string &folder = outputs.workshop(), script = figure.name + ".gnuplot", name = figure.name + ".svg";
  for (const auto& [table, text] : figure.tables) write_plain(folder + "/" + table, text);
  write_plain(folder + "/" + script, figure.script);
  const std::string failure = run_gnuplot(gnuplot, folder, script, name);
  std::ifstream drawn(folder + "/" + name, std::ios::binary);
  picture.assign(std::istreambuf_iterator<char>(drawn), {});
  if (failure == no_room || (failure.empty() && picture.find("</svg>") == std::string::npos))
    throw isonomy::IoError(outputs.folder() + "/" + name, 0,
                           "gnuplot could not write the whole picture; expected room for it; free space or write "
                           "elsewhere");
  return failure;
}

/// Adds figures to the folder. Returns what kept pictures from being drawn, with the remedy.
inline std::vector<std::string> draw_figures(Outputs& outputs, const std::vector<Figure>& figures) {
  std::vector<std::string> warnings;
  const std::string gnuplot = find_gnuplot();
  for (const auto& figure : figures) {
    const std::string script = figure.name + ".gnuplot", picture = figure.name + ".svg";
    for (const auto& [name, text] : figure.tables) outputs.add_to_folder(name, text);
    outputs.add_to_folder(script, figure.script);
    std::string drawn;
    const std::string failure = gnuplot.empty() ? "gnuplot is not installed" : draw(gnuplot, outputs, figure, drawn);
    std::error_code error;
    const bool stale = std::filesystem::exists(outputs.folder() + "/" + picture, error);
    if (failure.empty())
      outputs.add_to_folder(picture, drawn);
    else
      warnings.push_back(joined(picture, " was not drawn", stale ? ", the one there is of an earlier run: " : ": ",
                                failure, "; install gnuplot (Debian: gnuplot-nox), then run in ", outputs.folder(),
                                ": gnuplot ", script, " > ", picture));
  }
  return warnings;
}

/// The pictures in a folder that an earlier run may have drawn. `names`: of all figures that a program knows; those
/// that end in * stand for all that begin like this and have their script beside them.
inline std::vector<std::string> known_pictures(const std::string& folder, std::initializer_list<const char*> names) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::vector<std::string> found;
  for (const std::string name : names) {
    if (!name.ends_with("*")) {
      if (fs::exists(joined(folder, "/", name, ".svg"), error)) found.push_back(name);
      continue;
    }
    std::vector<std::string> several;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
      const fs::path& path = entry->path();
      const std::string stem = path.stem().string();
      std::error_code unknown;
      if (path.extension() == ".svg" && stem.starts_with(name.substr(0, name.size() - 1)) &&
          fs::exists(joined(folder, "/", stem, ".gnuplot"), unknown))
        several.push_back(stem);
    }
    std::sort(several.begin(), several.end());
    found.insert(found.end(), several.begin(), several.end());
  }
  return found;
}

/// Warnings of pictures in the folder that an earlier run drew and this one, which has no such figures, leaves there.
/// `names`: as known_pictures() has them.
inline std::vector<std::string> earlier_pictures(const Outputs& outputs, const std::vector<Figure>& figures,
                                                 std::initializer_list<const char*> names) {
  std::vector<std::string> warnings;
  for (const std::string& name : known_pictures(outputs.folder(), names))
    if (std::none_of(figures.begin(), figures.end(), [&](const auto& figure) { return figure.name == name; }))
      warnings.push_back(joined(name, ".svg was left out, the one there is of an earlier run: this run has nothing to ",
                                "show in it; remove it, or draw in another folder"));
  return warnings;
}

}  // namespace examples
