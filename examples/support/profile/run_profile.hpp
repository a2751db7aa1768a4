// One run from files to files, shared by the programs: read, profile, write everything or nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../figures/feature_map_figure.hpp"
#include "../figures/figures.hpp"
#include "../figures/ranking_figure.hpp"
#include "../program/interrupt.hpp"
#include "../program/output.hpp"
#include "../program/progress.hpp"
#include "../program/threads.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/profiling/fit.hpp"
#include "isonomy/estimators/profiling/scales/aaontology.hpp"
#include "isonomy/estimators/profiling/stability/bootstrap.hpp"
#include "isonomy/io/reports/feature_table.hpp"
#include "isonomy/io/reports/profile_report.hpp"
#include "isonomy/io/sequences/scale_table.hpp"
#include "load.hpp"

namespace examples {

using isonomy::text::joined;

/// Everything that a run depends on, and where its results go. An empty name leaves an output out.
struct RunOptions {
  InputOptions input;
  isonomy::profiling::ProfileOptions profile;
  std::string scales_path, categories_path;
  bool reference_arithmetic = false;
  /// Whether the lengths of the display were asked for.
  bool display_chosen = false;
  /// Rounds of resampling that give each feature its selection_frequency.
  std::optional<isonomy::profiling::BootstrapOptions> bootstrap;
  int threads = 0;
  std::uint64_t seed = 0;
  std::string table_path, json_path, figure_folder;
  /// The table goes to features.tsv in the figure folder.
  bool table_in_folder = false;
  bool quiet = false;

  std::vector<std::string> inputs() const {
    auto out = input.files();
    for (const auto& path : {scales_path, categories_path})
      if (!path.empty()) out.push_back(path);
    return out;
  }
};

/// The result and what the summary says beside it.
struct Run {
  isonomy::profiling::ProfileResult result;
  isonomy::profiling::ScaleTable scales;
  std::string title;
  std::vector<std::string> warnings;
  /// Names of the files in the figure folder.
  std::vector<std::string> written;
  double reading_seconds = 0;
};

namespace detail {

inline double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The bundled scales as the tables that a user would give.
inline isonomy::io::Table bundled_values(const isonomy::profiling::ScaleTable& bundled) {
  std::vector<std::string> columns{"letter"};
  for (index_t d = 0; d < bundled.size(); ++d) columns.push_back(bundled.info(d).id);
  isonomy::io::Table table("the bundled scales", columns);
  const std::string& letters = bundled.alphabet().letters();
  for (std::size_t a = 0; a < letters.size(); ++a) {
    std::vector<std::string> row{std::string(1, letters[a])};
    for (index_t d = 0; d < bundled.size(); ++d) row.push_back(isonomy::io::number_text(bundled.values(d)[a]));
    table.append(row, static_cast<std::int64_t>(a) + 2);
  }
  return table;
}
inline isonomy::io::Table bundled_categories(const isonomy::profiling::ScaleTable& bundled) {
  isonomy::io::Table table("the bundled categories",
                           {"scale_id", "category", "subcategory", "scale_name", "scale_description"});
  for (index_t d = 0; d < bundled.size(); ++d) {
    const auto& info = bundled.info(d);
    table.append(std::vector<std::string>{info.id, info.category, info.subcategory, info.name, info.description},
                 d + 2);
  }
  return table;
}

}  // namespace detail

/// The scales of the named files; bundled ones stand in for a file that is not named.
inline isonomy::profiling::ScaleTable load_scales(const std::string& scales_path, const std::string& categories_path) {
  auto bundled = isonomy::profiling::aaontology();
  if (scales_path.empty() && categories_path.empty()) return bundled;
  return isonomy::io::scales_from_tables(
      scales_path.empty() ? detail::bundled_values(bundled) : isonomy::io::read_table(scales_path),
      categories_path.empty() ? detail::bundled_categories(bundled) : isonomy::io::read_table(categories_path));
}

/// Says so where all sequences have one TMD length and positions are shown for another that nobody asked for.
inline void note_display(const RunOptions& options, const LoadedSequences& loaded, std::vector<std::string>& warnings) {
  const auto shown = options.profile.display.tmd_len, length = loaded.longest_tmd;
  if (options.display_chosen || loaded.shortest_tmd != length || length == shown) return;
  warnings.push_back(joined("positions are shown for a TMD of ", shown, " residues and all sequences have ", length,
                            "; pass --tmd-len ", length, " to number theirs"));
}

template <class Arithmetic>
isonomy::profiling::ProfileResult computed(isonomy::Context<isonomy::Cpu>& ctx,
                                           const isonomy::profiling::SequenceSet& set,
                                           const isonomy::profiling::ScaleTable& scales, const RunOptions& options) {
  using namespace isonomy::profiling;
  return options.bootstrap ? selection_frequencies<Arithmetic>(ctx, set, scales, options.profile, *options.bootstrap)
                           : fit<Arithmetic>(ctx, set, scales, options.profile);
}

/// Reads, profiles, and puts all outputs in place at the end; with no table_path the table goes to standard output.
inline Run run_profile(const RunOptions& options, const Interrupt& interrupt) {
  validate(options.profile);
  Outputs outputs(interrupt, options.table_path, options.json_path, options.figure_folder, options.inputs());
  ProgressLine progress(!options.quiet);
  isonomy::Context<isonomy::Cpu> ctx(
      {.threads = options.threads, .seed = options.seed, .progress = progress.callback(), .stop = interrupt.token()});
  require_threads(ctx);

  const auto start = std::chrono::steady_clock::now();
  // First, because g++ 12 destroys what an aggregate already holds twice if a later initialiser throws.
  auto scales = load_scales(options.scales_path, options.categories_path);
  Run run{{}, std::move(scales), {}, {}, {}, 0};
  LoadedSequences loaded = load_sequences(options.input, run.scales.alphabet(), progress);
  run.title = loaded.title;
  run.warnings = std::move(loaded.warnings);
  run.reading_seconds = detail::seconds_since(start);

  run.result = options.reference_arithmetic ? computed<isonomy::aaanalysis_1_1>(ctx, loaded.set, run.scales, options)
                                            : computed<isonomy::exact>(ctx, loaded.set, run.scales, options);
  progress.clear();
  for (const auto& warning : run.result.report.warnings) run.warnings.push_back(warning);
  note_display(options, loaded, run.warnings);

  // From here on everything is ready to be put in place before anything is.
  const std::string table = isonomy::io::feature_table_text(run.result);
  outputs.add(options.table_path, table);
  if (options.table_in_folder) outputs.add_to_folder("features.tsv", table);
  if (outputs.has_folder()) {
    const FigureData data{run.result, options.profile.display, run.title};
    for (auto& warning : draw_figures(outputs, {ranking_figure(data), feature_map_figure(data)}))
      run.warnings.push_back(std::move(warning));
  }
  if (!options.json_path.empty()) {
    isonomy::io::ReportNotes notes;
    for (const auto& path : options.inputs()) notes.emplace_back(joined("input ", notes.size() + 1), path);
    notes.emplace_back("arithmetic", options.reference_arithmetic ? "aaanalysis_1_1" : "exact");
    outputs.add(options.json_path, isonomy::io::profile_report_text(run.result, options.profile, notes));
  }
  const bool printed = options.table_path.empty() && !options.table_in_folder;
  for (auto& warning : outputs.commit(printed ? std::string_view(table) : std::string_view()))
    run.warnings.push_back(std::move(warning));
  run.written = outputs.names();
  return run;
}

}  // namespace examples
