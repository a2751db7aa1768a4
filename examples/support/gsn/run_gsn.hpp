// One run from a file of responses to files: read, fit, write everything or nothing.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "../figures/figures.hpp"
#include "../figures/gsn_figures.hpp"
#include "../program/backend.hpp"
#include "../program/interrupt.hpp"
#include "../program/operation_name.hpp"
#include "../program/output.hpp"
#include "../program/program.hpp"
#include "../program/progress.hpp"
#include "../program/threads.hpp"
#include "fit_responses.hpp"
#include "gsn_options.hpp"
#include "gsn_outputs.hpp"
#include "gsn_summary.hpp"
#include "isonomy/backend/select.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/io/reports/report_json.hpp"
#include "response_data.hpp"

namespace examples {

using isonomy::text::joined;

namespace detail {

inline const char* name_of(isonomy::gsn::SingularRule rule) {
  return rule == isonomy::gsn::SingularRule::rank ? "rank" : "cholesky";
}
inline const char* name_of(isonomy::gsn::LevelRule rule) {
  using isonomy::gsn::LevelRule;
  return rule == LevelRule::held_out     ? "held_out"
         : rule == LevelRule::k_fold     ? "k_fold"
         : rule == LevelRule::continuous ? "continuous"
                                         : "analytic";
}
inline const char* name_of(isonomy::gsn::N1Rule rule) {
  return rule == isonomy::gsn::N1Rule::matlab ? "matlab" : "numpy";
}
inline const char* name_of(isonomy::gsn::DeadUnits units) {
  return units == isonomy::gsn::DeadUnits::drop ? "drop" : "literal";
}
inline const char* name_of(isonomy::gsn::Ridge ridge) {
  using isonomy::gsn::Ridge;
  return ridge == Ridge::relative ? "relative" : ridge == Ridge::absolute ? "absolute" : "none";
}
inline const char* name_of(isonomy::gsn::Iteration iteration) {
  using isonomy::gsn::Iteration;
  return iteration == Iteration::closed ? "closed" : iteration == Iteration::loop ? "loop" : "limit";
}

/// What the run was asked for, as the report notes it.
inline isonomy::io::ReportNotes notes_of(const GsnRunOptions& options, const ResponseData& data) {
  std::string order;
  for (const std::size_t k : options.data.order) order += joined(order.empty() ? "" : ",", response_dimensions[k]);
  return {{"input", options.data.path},
          {"array", data.array.empty() ? "none" : data.array},
          {"order", order},
          {"element", data.element()},
          {"uneven", options.uneven},
          {"wantshrinkage", options.fit.wantshrinkage ? "yes" : "no"},
          {"shrinklevels", options.fit.shrinklevels ? "given" : "default"},
          {"allow_extrapolation", options.fit.allow_extrapolation ? "yes" : "no"},
          {"level_rule", name_of(options.fit.level_rule)},
          {"level_fallback", name_of(options.fit.level_fallback)},
          {"singular_rule", name_of(options.fit.singular_rule)},
          {"n1_rule", name_of(options.fit.n1_rule)},
          {"dead_units", name_of(options.fit.dead_units)},
          {"ridge", name_of(options.fit.ridge)},
          {"iteration", name_of(options.fit.iteration)},
          {"max_iterations", std::to_string(options.fit.max_iterations)},
          {"threads", std::to_string(options.threads)},
          {"backend", options.backend.name},
          {"device", options.backend.device ? std::to_string(*options.backend.device) : "none"}};
}

}  // namespace detail

/// Reads, fits, and puts all outputs in place at the end, the summary on standard output.
inline GsnRun run_gsn(const GsnRunOptions& options, const Interrupt& interrupt) {
  Outputs outputs(interrupt, options.arrays_path, options.json_path, options.figure_folder, {options.data.path});
  ProgressLine progress(!options.quiet);
  const BackendChoice choice = choose_backend(options.backend);
  isonomy::Control control;
  control.progress = progress.callback(), control.stop = interrupt.token();
  auto host = host_context(choice, control, options.threads);

  GsnRun run;
  const auto start = std::chrono::steady_clock::now();
  const ResponseData data = read_responses(options.data, progress);
  run.reading_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  run.title = std::filesystem::path(options.data.path).stem().string();
  run.element = data.element();
  run.units = data.extents[0], run.conditions = data.extents[1], run.trials = data.extents[2];
  run.missing = data.missing();
  if (host)
    fit_responses(*host, data, options, run);
  else
    fit_responses_elsewhere(choice, control, options.threads, data, options, run);
  describe_selection(choice.selection, run.report);
  progress.clear();
  for (std::string& warning : run.report.warnings)
    warning = with_option_names(without_operation(std::move(warning)), gsn_option_names);
  run.warnings = run.report.warnings;
  if (options.uneven == "reference" && run.missing > 0)
    run.warnings.push_back("--uneven reference is a slower way to the results of fast, and was computed as fast");
  if (options.max_iterations_given && run.iteration != isonomy::gsn::Iteration::loop)
    run.warnings.push_back("--max-iterations has no effect here: signal and noise came about without sweeps; give "
                           "--iteration loop, or drop it");

  // From here on everything is ready to be put in place before anything is.
  if (!options.arrays_path.empty()) outputs.add(options.arrays_path, arrays_of(run));
  if (outputs.has_folder()) {
    const std::vector<Figure> figures = gsn_figures(run);
    for (auto& warning : draw_figures(outputs, figures)) run.warnings.push_back(std::move(warning));
    for (auto& warning : earlier_pictures(outputs, figures, {"levels", "spectra", "ncsnr"}))
      run.warnings.push_back(std::move(warning));
  }
  if (!options.json_path.empty()) outputs.add(options.json_path, gsn_report_text(run, detail::notes_of(options, data)));
  for (auto& warning : outputs.commit(gsn_table(run))) run.warnings.push_back(std::move(warning));
  return run;
}

}  // namespace examples
