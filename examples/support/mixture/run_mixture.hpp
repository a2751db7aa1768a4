// One run from a file of points to files: read, fit, profile, write everything or nothing.
#pragma once

#include <chrono>
#include <filesystem>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "../figures/contour_figure.hpp"
#include "../figures/figures.hpp"
#include "../figures/fit_figure.hpp"
#include "../profile/summary.hpp"
#include "../program/backend.hpp"
#include "../program/interrupt.hpp"
#include "../program/output.hpp"
#include "../program/program.hpp"
#include "../program/progress.hpp"
#include "../program/threads.hpp"
#include "fit_data.hpp"
#include "fit_warnings.hpp"
#include "isonomy/backend/select.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/io/reports/mixture_report.hpp"
#include "isonomy/io/text/number_format.hpp"
#include "isonomy/io/text/numbers.hpp"
#include "mixture_options.hpp"
#include "mixture_table.hpp"
#include "pass_counter.hpp"
#include "point_data.hpp"

namespace examples {

using isonomy::text::joined;

namespace detail {

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
  const BackendChoice choice = choose_backend(options.backend);
  isonomy::Control control;
  control.seed = options.seed, control.progress = passes.callback(), control.stop = interrupt.token();
  auto host = host_context(choice, control, options.threads);

  MixtureRun run;
  const auto start = std::chrono::steady_clock::now();
  const PointData data = read_points(options.points, options.model.range, progress);
  run.reading_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (data.size() < options.model.components)
    throw isonomy::IoError(options.points.path, 0,
                           joined(data.size(), " points for ", options.model.components,
                                  " components; expected one for each at least; use fewer --components"));
  run.title = std::filesystem::path(options.points.path).stem().string();
  run.left_out = data.left_out;
  run.missing = data.missing;
  run.weight_column = data.weight_column;
  run.source = data.columns == 1 && data.quantity == "x" ? std::string()
                                                         : joined("column ", data.column, " of ", data.columns,
                                                                  data.quantity == "x" ? "" : ", " + data.quantity);
  if (host)
    fit_data(*host, data, options, passes, run);
  else
    fit_data_on_device(choice, control, data, options, passes, run);
  describe_selection(choice.selection, run.fit.result.report);
  progress.clear();
  detail::note_result(run, options.contours);

  // From here on everything is ready to be put in place before anything is.
  outputs.add(options.table_path, isonomy::io::mixture_table_text(run.fit));
  if (outputs.has_folder()) {
    std::vector<Figure> figures{fit_figure(data, run.fit, run.title)};
    for (std::size_t k = 0; k < run.fit.contours.size(); k += std::size(detail::contour_coverages))
      figures.push_back(contour_figure(run.fit, k, std::size(detail::contour_coverages), run.title));
    for (auto& warning : draw_figures(outputs, figures)) run.warnings.push_back(std::move(warning));
    for (auto& warning : earlier_pictures(outputs, figures, {"contour_*"})) run.warnings.push_back(std::move(warning));
  }
  if (!options.json_path.empty()) {
    using isonomy::io::Missing;
    isonomy::io::ReportNotes notes{
        {"input", options.points.path},
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
        {"backend", options.backend.name},
        {"device", options.backend.device ? std::to_string(*options.backend.device) : "none"},
        {"seed", std::to_string(options.seed)}};
    outputs.add(options.json_path, isonomy::io::mixture_report_text(run.fit, notes));
  }
  for (auto& warning : outputs.commit(parameter_table(run.fit))) run.warnings.push_back(std::move(warning));
  return run;
}

}  // namespace examples
