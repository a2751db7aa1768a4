// Figures of a run of gsn: likelihood curves of levels, spectra of signal and noise, signal-to-noise ratios of units.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../gsn/gsn_options.hpp"
#include "../profile/summary.hpp"
#include "canvas.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/gsn/levels/choice.hpp"

namespace examples {

using isonomy::text::joined;

namespace detail {

inline constexpr const char *signal_colour = "'#2166ac'", *noise_colour = "'#b2182b'";

inline std::string responses_text(const GsnRun& run) {
  return joined({with_commas(run.units), " units, ", with_commas(run.conditions), " conditions, ",
                 with_commas(run.trials), " trials"});
}

/// A picture whose panels are yet to come.
inline Canvas titled_canvas(const char* name, const GsnRun& run, const char* what) {
  Canvas canvas(name, 1000, 520, shortened(run.title, 80), joined({responses_text(run), "; ", what}));
  canvas.add("unset border\nunset tics\nset xrange [0:1]\nset yrange [0:1]\nplot NaN");
  return canvas;
}

/// Frame and axes of a panel.
inline void begin_panel(Canvas& canvas, double left, double right, const std::string& title, const char* x) {
  canvas.panel(left, right, 110, 440);
  canvas.add("set border 3\nset autoscale x\nset autoscale y\nset xtics nomirror out scale 0.5 format '%g'\nset ytics "
             "nomirror out scale 0.5 format '%g'");
  canvas.add({"set xlabel '", x, "'"});
  canvas.text(title, canvas.at((left + right) / 2, 92), "center font ',14'");
}

/// Levels and how much worse than the best each is; nothing for those that are singular.
inline std::string curve_table(const isonomy::gsn::LevelChoice& choice) {
  std::string table = "level\tnll\tabove_least\n";
  double least = std::numeric_limits<double>::infinity();
  for (const double nll : choice.nll) least = nll < least ? nll : least;
  for (std::size_t k = 0; k < choice.nll.size(); ++k)
    table += joined({Canvas::number(choice.levels[k]), "\t", Canvas::number(choice.nll[k]), "\t",
                     Canvas::number(choice.nll[k] - least), "\n"});
  return table;
}

inline bool has_curve(const isonomy::gsn::LevelChoice& choice) {
  return std::any_of(choice.nll.begin(), choice.nll.end(), [](double nll) { return nll == nll; });
}

inline Figure level_figure(const GsnRun& run) {
  Canvas canvas = titled_canvas("levels", run, "held-out likelihood of each shrinkage level");
  std::vector<std::pair<std::string, std::string>> tables;
  double left = 90;
  for (const auto& [choice, name] : {std::pair{&run.noise, "noise"}, {&run.data, "data"}}) {
    if (!has_curve(*choice)) continue;
    const std::string file = joined("levels_", name, ".tsv");
    begin_panel(canvas, left, left + 380, joined({name, ": level ", short_number(choice->level)}), "level");
    canvas.add("set ylabel 'negative log-likelihood above the least' offset 1,0");
    canvas.add({"set arrow from first ", Canvas::number(choice->level), ", graph 0 to first ",
                Canvas::number(choice->level), ", graph 1 nohead dashtype 3 linecolor rgb '#777777'"});
    canvas.add({"plot '", file,
                "' skip 1 using 1:3 with linespoints pointtype 7 pointsize 0.4 linewidth 1.6 linecolor rgb ",
                choice == &run.noise ? noise_colour : signal_colour});
    tables.emplace_back(file, curve_table(*choice));
    left += 490;
  }
  canvas.add("unset multiplot");
  return {"levels", canvas.script(), std::move(tables)};
}

inline Figure spectrum_figure(const GsnRun& run) {
  Canvas canvas = titled_canvas("spectra", run, "eigenvalues of signal (cSb, blue) and noise (cNb, red)");
  begin_panel(canvas, 90, 960, "eigenvalues", "number, from the largest");
  canvas.add("set ylabel 'eigenvalue' offset 1,0");
  double most = 0;
  for (const GsnArray& spectrum : run.drawn) most = std::max(most, spectrum.values.front());
  if (most > 0)
    canvas.add({"set logscale y\nset yrange [", Canvas::number(most * 1e-8), ":*]\nset ytics format '%.0e'"});
  std::string plot, rows = "number";
  for (const GsnArray& spectrum : run.drawn) rows += "\t" + spectrum.name;
  for (std::size_t k = 0; k < static_cast<std::size_t>(run.units); ++k) {
    rows += joined("\n", k + 1);
    for (const GsnArray& spectrum : run.drawn) rows += "\t" + Canvas::number(spectrum.values[k]);
  }
  for (std::size_t s = 0; s < run.drawn.size(); ++s)
    plot += joined({s == 0 ? "plot " : ", ", "'spectra.tsv' skip 1 using 1:", s + 2,
                    " with linespoints pointtype 7 pointsize 0.4 linewidth 1.6 linecolor rgb ",
                    run.drawn[s].name == "cSb" ? signal_colour : noise_colour});
  canvas.add(plot + "\nunset multiplot");
  return {"spectra", canvas.script(), {{"spectra.tsv", rows + "\n"}}};
}

inline Figure ratio_figure(const GsnRun& run) {
  Canvas canvas = titled_canvas("ncsnr", run, "noise ceiling signal-to-noise ratio of each unit");
  begin_panel(canvas, 90, 960, "ncsnr", "unit, from 0");
  canvas.add(
      {"set ylabel 'signal over noise, standard deviations' offset 1,0\nset yrange [0:*]\nset xrange [-1:", run.units,
       "]\nplot 'ncsnr.tsv' skip 1 using 1:2 with impulses linewidth 1 linecolor rgb '#9fb3c8', 'ncsnr.tsv' skip 1 "
       "using 1:2 with points pointtype 7 pointsize 0.4 linecolor rgb ",
       signal_colour, "\nunset multiplot"});
  std::string table = "unit\tncsnr\n";
  for (std::size_t k = 0; k < run.ncsnr.size(); ++k) table += joined({k, "\t", Canvas::number(run.ncsnr[k]), "\n"});
  return {"ncsnr", canvas.script(), {{"ncsnr.tsv", std::move(table)}}};
}

}  // namespace detail

/// levels.svg where levels were tried, spectra.svg where there are cSb or cNb, ncsnr.svg; each with its tables.
inline std::vector<Figure> gsn_figures(const GsnRun& run) {
  std::vector<Figure> figures;
  if (detail::has_curve(run.noise) || detail::has_curve(run.data)) figures.push_back(detail::level_figure(run));
  if (!run.drawn.empty()) figures.push_back(detail::spectrum_figure(run));
  figures.push_back(detail::ratio_figure(run));
  return figures;
}

}  // namespace examples
