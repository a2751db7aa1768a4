// One run from files to files, shared by the programs: read, profile, write everything or nothing.
#pragma once

#include <algorithm>
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
#include "../program/backend.hpp"
#include "../program/input.hpp"
#include "../program/interrupt.hpp"
#include "../program/output.hpp"
#include "../program/progress.hpp"
#include "../program/threads.hpp"
#include "compute.hpp"
#include "isonomy/backend/select.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/profiling/fit.hpp"
#include "isonomy/estimators/profiling/scales/aaontology.hpp"
#include "isonomy/estimators/profiling/stability/bootstrap.hpp"
#include "isonomy/estimators/profiling/tables/report_features.hpp"
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
  BackendOptions backend;
  int threads = 0;
  std::uint64_t seed = 0;
  std::string table_path, json_path, figure_folder;
  /// The table goes to features.tsv in the figure folder.
  bool table_in_folder = false;
  bool quiet = false;

  /// The inputs and what the command line calls them.
  std::vector<std::pair<std::string, std::string>> named_inputs() const {
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& [name, path] : {std::pair("input", &input.path),
                                     {"test", &input.test_path},
                                     {"ref", &input.reference_path},
                                     {"df_scales", &scales_path},
                                     {"df_cat", &categories_path}})
      if (!path->empty()) out.emplace_back(name, *path);
    return out;
  }
  std::vector<std::string> inputs() const {
    std::vector<std::string> out;
    for (auto& [name, path] : named_inputs()) out.push_back(std::move(path));
    return out;
  }
};

/// What the report of a run says beside its result: all options of the command line, and the entries left out.
struct RunReport : isonomy::io::ProfileReportMore {
  const RunOptions& run;
  const std::vector<std::string>& dropped;

  void write_labels(isonomy::io::JsonWriter& json, const isonomy::profiling::ProfileOptions& o) const {
    const auto write = [&json](const char* name, const std::string& label, int number) {
      json.key(name);
      if (std::to_string(number) == label)
        json.value(number);
      else
        json.value(label);
    };
    write("label_test", run.input.labels.test, o.label_test);
    write("label_ref", run.input.labels.reference, o.label_ref);
  }

  void write_options(isonomy::io::JsonWriter& json) const {
    const auto& input = run.input;
    json.key("list_parts").open_array();
    for (const auto part : input.windows.parts) json.value(isonomy::profiling::part_name(part));
    json.close();
    write_optional(json, "label_ignore", input.labels.ignored);
    json.member("label_column", input.label_column).member("window", input.residue_tmd_len);
    write_optional(json, "tmd_len_seq", input.anchor_tmd_len);
    json.member("accept_gaps", input.accept_gaps)
        .member("upper_case", input.windows.upper_case)
        .member("drop_non_canonical", input.windows.drop_non_canonical)
        .member("remove_entries_with_gaps", input.windows.remove_entries_with_gaps)
        .member("replace_non_canonical_aa", input.windows.replace_non_canonical_aa)
        .member("df_scales", run.scales_path.empty() ? "AAontology" : run.scales_path)
        .member("df_cat", run.categories_path.empty() ? "AAontology" : run.categories_path)
        .member("arithmetic", run.reference_arithmetic ? "aaanalysis_1_1" : "exact")
        .member("threads", run.threads);
    run.backend.write(json);
    json.key("bootstrap");
    if (!run.bootstrap) {
      json.null();
      return;
    }
    using isonomy::profiling::Resample;
    const Resample drawn = run.bootstrap->resample;
    json.open_object()
        .member("rounds", run.bootstrap->rounds)
        .member("resample", drawn == Resample::both   ? "both"
                            : drawn == Resample::test ? "test"
                                                      : "reference")
        .member("frac", run.bootstrap->frac)
        .member("seed", run.seed)
        .close();
  }

  void write_run(isonomy::io::JsonWriter& json) const {
    json.key("dropped").open_array();
    for (const auto& entry : dropped) json.value(entry);
    json.close();
  }

 private:
  template <class T>
  static void write_optional(isonomy::io::JsonWriter& json, const char* name, const std::optional<T>& value) {
    json.key(name);
    if (value)
      json.value(*value);
    else
      json.null();
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
  isonomy::io::Table table("the bundled scales (no --df-scales)", columns);
  const std::string& letters = bundled.alphabet().letters();
  for (std::size_t a = 0; a < letters.size(); ++a) {
    std::vector<std::string> row{std::string(1, letters[a])};
    for (index_t d = 0; d < bundled.size(); ++d) row.push_back(isonomy::io::number_text(bundled.values(d)[a]));
    table.append(row, static_cast<std::int64_t>(a) + 2);
  }
  return table;
}
inline isonomy::io::Table bundled_categories(const isonomy::profiling::ScaleTable& bundled) {
  isonomy::io::Table table("the bundled categories (no --df-cat)",
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
  const auto read = [](const std::string& path) {
    return isonomy::io::read_table(open_input(path), {.separators = isonomy::io::tab_or_comma});
  };
  return isonomy::io::scales_from_tables(scales_path.empty() ? detail::bundled_values(bundled) : read(scales_path),
                                         categories_path.empty() ? detail::bundled_categories(bundled)
                                                                 : read(categories_path));
}

/// Says so where all sequences have one TMD length and positions are shown for another that nobody asked for.
inline void note_display(const RunOptions& options, const LoadedSequences& loaded, std::vector<std::string>& warnings) {
  const auto shown = options.profile.display.tmd_len, length = loaded.longest_tmd;
  if (options.display_chosen || loaded.shortest_tmd != length || length == shown) return;
  warnings.push_back(joined("positions are shown for a TMD of ", shown, " residues and all sequences have ", length,
                            "; pass --tmd-len ", length, " to number theirs"));
}

/// Says so where no feature separates the groups beyond what chance gives among so many candidates.
///
/// The table's rates are over what passed the pre-filter, which picks the largest differences, so that labels drawn at
/// random often fall below 0.05 there. Over all candidates, of which no other has a smaller p-value to speak of, they
/// do not.
inline void note_separation(const isonomy::profiling::ProfileResult& result, std::vector<std::string>& warnings) {
  constexpr double usual_level = 0.05;
  double least = 1;
  for (const auto& row : result.features)
    if (row.p_val_fdr_bh < least) least = row.p_val_fdr_bh;
  const auto& funnel = result.funnel;
  const double share = static_cast<double>(funnel.n_after_prefilter) / static_cast<double>(funnel.n_candidates);
  const double rate = std::min(1.0, least / share);
  if (rate > usual_level)
    warnings.push_back(joined("no feature separates the groups beyond what chance gives among ", funnel.n_candidates,
                              " candidates (the smallest p-value, corrected for all of them, is ",
                              isonomy::text::decimals(rate, 2),
                              "); expected one below 0.05; see whether the labels are right, or give more sequences"));
}

/// The warnings of the run, the one about the shortest part with the entry that has it, unless all have that length.
inline void add_warnings(const RunOptions& options, const LoadedSequences& loaded,
                         const isonomy::profiling::ScaleTable& scales, const isonomy::profiling::ProfileResult& result,
                         std::vector<std::string>& warnings) {
  const auto clamped = isonomy::profiling::clamp(options.profile.split_kws, loaded.set.shortest_part()).warnings;
  const bool one_length = loaded.shortest_tmd == loaded.longest_tmd;
  for (const auto& warning : result.report.warnings)
    warnings.push_back(!one_length && !clamped.empty() && warning == clamped.front()
                           ? joined(warning, "; the shortest TMD, ", loaded.shortest_tmd, " residues, is that of ",
                                    loaded.shortest_entry)
                           : warning);
  if (auto range = isonomy::profiling::outside_usual_range(scales); !range.empty())
    warnings.push_back(std::move(range));
  note_display(options, loaded, warnings);
  note_separation(result, warnings);
}

/// Reads, profiles, and puts all outputs in place at the end; with no table_path the table goes to standard output.
inline Run run_profile(const RunOptions& options, const Interrupt& interrupt) {
  validate(options.profile);
  require_one_standard_input(options.inputs());
  Outputs outputs(interrupt, options.table_path, options.json_path, options.figure_folder, options.inputs());
  ProgressLine progress(!options.quiet);
  const BackendChoice choice = choose_backend(options.backend);
  isonomy::Control control;
  control.seed = options.seed, control.progress = progress.callback(), control.stop = interrupt.token();
  auto host = host_context(choice, control, options.threads);

  const auto start = std::chrono::steady_clock::now();
  // First, because g++ 12 destroys what an aggregate already holds twice if a later initialiser throws.
  auto scales = load_scales(options.scales_path, options.categories_path);
  Run run{{}, std::move(scales), {}, {}, {}, 0};
  LoadedSequences loaded = load_sequences(options.input, run.scales.alphabet(), progress);
  run.title = loaded.title;
  run.warnings = std::move(loaded.warnings);
  run.reading_seconds = detail::seconds_since(start);

  const ProfileWork work{loaded.set, run.scales, options.profile, options.bootstrap, options.reference_arithmetic};
  run.result = host ? computed(*host, work) : computed_on_device(choice, control, work);
  describe_selection(choice.selection, run.result.report);
  progress.clear();
  add_warnings(options, loaded, run.scales, run.result, run.warnings);

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
    isonomy::io::ReportNotes notes = options.named_inputs();
    notes.emplace_back("arithmetic", options.reference_arithmetic ? "aaanalysis_1_1" : "exact");
    outputs.add(options.json_path, isonomy::io::profile_report_text(run.result, options.profile, notes,
                                                                    RunReport{{}, options, loaded.dropped}));
  }
  const bool printed = options.table_path.empty() && !options.table_in_folder;
  for (auto& warning : outputs.commit(printed ? std::string_view(table) : std::string_view()))
    run.warnings.push_back(std::move(warning));
  run.written = outputs.names();
  return run;
}

}  // namespace examples
