// Comparative physicochemical profiling of sequences in files: the features that separate two groups, as a table.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "isonomy/compiled/profiling.hpp"
#include "support/profile/funnel.hpp"
#include "support/profile/run_profile.hpp"
#include "support/profile/split_kws.hpp"
#include "support/profile/summary.hpp"
#include "support/program/backend_options.hpp"
#include "support/program/command_line.hpp"
#include "support/program/program.hpp"

namespace {

namespace profiling = isonomy::profiling;

/// What the command line says, before it is understood.
struct CommandLine {
  examples::RunOptions run;
  std::string list_parts, split_kws, redundancy = "legacy", arithmetic = "exact", resample = "reference";
  profiling::BootstrapOptions bootstrap;
  std::optional<std::int64_t> n_pre_filter, tmd_len_seq;
  bool has_list_parts = false, has_split_kws = false, has_bootstrap = false, has_tmd_len = false, all_parts = false,
       parametric = false, no_vectorized = false;
};

/// Library names of options that this program spells with dashes.
const std::vector<std::string> option_names{"n_filter",     "n_pre_filter", "pct_pre_filter", "max_std_test",
                                            "max_overlap",  "max_cor",      "label_test",     "label_ref",
                                            "label_ignore", "accept_gaps",  "ext_len",        "jmd_n_len",
                                            "jmd_c_len",    "tmd_len",      "start",          "drop_non_canonical"};

void add_input_options(CLI::App& app, CommandLine& line) {
  auto& input = line.run.input;
  const examples::OptionGroup group{app, "Input"};
  auto* file = app.add_option("input", input.path,
                              "table with the columns entry, label, and one of: sequence, tmd_start, tmd_stop | "
                              "jmd_n, tmd, jmd_c | sequence, tmd | sequence, pos | sequence; - is standard input")
                   ->type_name("FILE");
  auto* test =
      group.option("--test", input.test_path, "FILE", "file of the test group, FASTA or table, instead of labels");
  auto* reference = group.option("--ref", input.reference_path, "FILE", "file of the reference group, FASTA or table");
  test->needs(reference)->excludes(file);
  reference->needs(test)->excludes(file);
  group.with_default("--label-column", input.label_column, "NAME", "column of the labels");
  group.any_text("--label-test", input.labels.test, "LABEL", "label of the test group, a number or a text")
      ->capture_default_str();
  group.any_text("--label-ref", input.labels.reference, "LABEL", "label of the reference group")->capture_default_str();
  group.option("--label-ignore", input.labels.ignored, "LABEL", "label of rows and residues that are left out")
      ->excludes(test);
  group
      .with_default("--window", input.residue_tmd_len, "INT",
                    "TMD length of the window around each residue, where labels are one a residue (1,0,0,...)")
      ->excludes(test);
  group.option("--tmd-len-seq", line.tmd_len_seq, "INT", "TMD length around anchors, where a column pos gives these");
  group.flag("--accept-gaps", input.accept_gaps, "count letters outside the scales as gaps");
  group.flag("--upper-case", input.windows.upper_case, "read a to z in sequences as A to Z");
  group.flag("--drop-non-canonical", input.windows.drop_non_canonical,
             "drop windows with letters outside the 20 amino acids, and list them");
  group.flag("--remove-entries-with-gaps", input.windows.remove_entries_with_gaps,
             "drop windows with a gap, before letters are made gaps");
  group.flag("--replace-non-canonical-aa", input.windows.replace_non_canonical_aa,
             "make letters outside the 20 amino acids gaps (with --accept-gaps)");
}

void add_feature_options(CLI::App& app, CommandLine& line) {
  auto& windows = line.run.input.windows;
  const examples::OptionGroup group{app, "Candidate features"};
  auto* list = group.option("--list-parts", line.list_parts, "PARTS",
                            "parts, separated by commas; default tmd,jmd_n_tmd_n,tmd_c_jmd_c");
  group.flag("--all-parts", line.all_parts, "all parts (13, or 8 without --ext-len)")->excludes(list);
  group.option("--split-kws", line.split_kws, "SPLITS", examples::split_kws_help);
  group.with_default("--jmd-n-len", windows.flanks.jmd_n_len, "INT", "residues before the TMD, cut and shown");
  group.with_default("--jmd-c-len", windows.flanks.jmd_c_len, "INT", "residues behind the TMD, cut and shown");
  group.with_default("--ext-len", windows.ext_len, "INT", "length of the parts ext_n and ext_c");
  group.option("--df-scales", line.run.scales_path, "FILE",
               "table of scales: a row a letter, a column a scale; default AAontology");
  group.option("--df-cat", line.run.categories_path, "FILE",
               "table of their categories: scale_id, category, subcategory, scale_name, scale_description");
}

void add_selection_options(CLI::App& app, CommandLine& line) {
  auto& o = line.run.profile;
  const examples::OptionGroup group{app, "Selection (names and defaults of AAanalysis 1.1)"};
  group.with_default("--n-filter", o.n_filter, "INT", "features to keep, at least 1");
  auto* number =
      group.option("--n-pre-filter", line.n_pre_filter, "INT", "candidates that pass the pre-filter, at least 1");
  group.with_default("--pct-pre-filter", o.pct_pre_filter, "INT", "the same in percent of all candidates, 5 to 100")
      ->excludes(number);
  group.with_default("--max-std-test", o.max_std_test, "NUMBER",
                     "largest spread within the test group, above 0 and below 1");
  group.with_default("--max-overlap", o.max_overlap, "NUMBER", "overlap from which features are redundant, 0 to 1");
  group.with_default("--max-cor", o.max_cor, "NUMBER",
                     "correlation of scales above which features are redundant, 0 to 1");
  group.flag("--check-cat,!--no-check-cat", o.check_cat, "compare only features of one category (default), or all");
  group.choice("--redundancy", line.redundancy, {"legacy", "exact"},
               "overlap of the characters of position lists (legacy) or of positions (exact)");
  auto* parametric = group.flag("--parametric", line.parametric, "Student's t-test instead of Mann-Whitney U");
  group
      .flag("--no-vectorized", line.no_vectorized,
            "Mann-Whitney U as SciPy computes it: exact or tie-corrected, slower")
      ->excludes(parametric);
  group.with_default("--start", o.display.start, "INT", "number of the first residue shown");
  group.with_default("--tmd-len", o.display.tmd_len, "INT", "length of the TMD as shown, whatever the sequences have");
}

void add_run_options(CLI::App& app, CommandLine& line) {
  auto& run = line.run;
  const examples::OptionGroup group{app, "Run and output"};
  group.choice("--arithmetic", line.arithmetic, {"exact", "aaanalysis_1_1"},
               "exact (integers), or the bits of AAanalysis 1.1 (aaanalysis_1_1)");
  group.with_default("--threads", run.threads, "INT", "threads, 0 for all; the result does not depend on it");
  examples::add_backend_options(group, run.backend);
  auto* bootstrap = group.option("--bootstrap", line.bootstrap.rounds, "ROUNDS",
                                 "rounds of resampling that give each feature its selection_frequency, at least 1");
  group.choice("--resample", line.resample, {"reference", "both", "test"}, "the group whose rows a round draws")
      ->needs(bootstrap);
  group
      .with_default("--frac", line.bootstrap.frac, "NUMBER",
                    "rows that a round draws as a share of their group, above 0, at most 1")
      ->needs(bootstrap);
  group.with_default("--seed", run.seed, "INT", "seed of the resampling")->needs(bootstrap);
  group.option("--out", run.table_path, "FILE", "file for the feature table instead of standard output, which is -");
  group.option("--json", run.json_path, "FILE", "file for options, funnel, report and features as JSON");
  group.option("--plot", run.figure_folder, "DIR",
               "folder for ranking.svg and feature_map.svg, drawn by gnuplot, with their tables");
  group.flag("--quiet", run.quiet, "print nothing but warnings and errors on standard error");
}

/// No window, cut or shown, has more residues than a sequence set holds in one.
void require_length(const char* option, std::int64_t value, std::int64_t least, const char* remedy) {
  constexpr std::int64_t most = 65535;
  if (value < least || value > most)
    throw isonomy::ValueError(std::string(option) + "=" + std::to_string(value) + "; expected " +
                              std::to_string(least) + " to " + std::to_string(most) + "; " + remedy);
}

std::vector<profiling::Part> parse_parts(const std::string& list) {
  std::vector<profiling::Part> parts;
  for (const auto name : isonomy::text::fields(list, ',')) {
    try {
      parts.push_back(profiling::parse_part(name));
    } catch (const isonomy::ValueError& error) {
      throw isonomy::ValueError("--list-parts: " + examples::without_operation(error.what()));
    }
    if (std::find(parts.begin(), parts.end() - 1, parts.back()) != parts.end() - 1)
      throw isonomy::ValueError("--list-parts: part '" + std::string(name) +
                                "' stands twice; expected distinct parts; drop one");
  }
  return parts;
}

/// The labels of the set: those of the command line where both are numbers, else 1 and 0.
void number_labels(const isonomy::io::GroupLabels& labels, profiling::ProfileOptions& profile) {
  const auto test = isonomy::text::whole_number(labels.test), reference = isonomy::text::whole_number(labels.reference);
  if (!test || !reference) return;
  profile.label_test = *test;
  profile.label_ref = *reference;
}

/// The command line in the library's terms. ValueError naming the option for what does not fit together.
examples::RunOptions understood(const CommandLine& line) {
  examples::RunOptions run = line.run;
  auto& input = run.input;
  auto& profile = run.profile;
  auto& windows = input.windows;
  for (auto* path : {&input.path, &input.test_path, &input.reference_path, &run.scales_path, &run.categories_path})
    examples::name_standard_input(*path);
  for (auto* path : {&run.table_path, &run.json_path}) examples::name_standard_output(*path);
  if (input.path.empty() && input.test_path.empty())
    throw isonomy::ValueError("there is no input; expected a table, or --test FILE and --ref FILE; name one");
  require_length("--window", input.residue_tmd_len, 1, "give the length of the TMD around a residue");
  if (line.tmd_len_seq)
    require_length("--tmd-len-seq", *line.tmd_len_seq, 1, "give the length of the TMD around an anchor");
  require_length("--jmd-n-len", windows.flanks.jmd_n_len, 0, "give the length of the flank");
  require_length("--jmd-c-len", windows.flanks.jmd_c_len, 0, "give the length of the flank");
  require_length("--tmd-len", profile.display.tmd_len, 1, "give the length of the TMD as shown");
  examples::require_at_least("--threads", run.threads, 0, "0 takes all");
  validate(windows.flanks, windows.ext_len);
  input.anchor_tmd_len = line.tmd_len_seq;
  number_labels(input.labels, profile);
  input.label_test = profile.label_test;
  input.label_ref = profile.label_ref;
  if (line.all_parts) windows.parts = profiling::all_parts(windows.ext_len);
  if (line.has_list_parts) windows.parts = parse_parts(line.list_parts);
  if (line.has_split_kws) profile.split_kws = examples::parse_split_kws(line.split_kws);
  profile.n_pre_filter = line.n_pre_filter;
  profile.redundancy = line.redundancy == "exact" ? profiling::Redundancy::exact : profiling::Redundancy::legacy;
  if (line.parametric) profile.test = profiling::Test::t_test;
  if (line.no_vectorized) profile.test = profiling::Test::mann_whitney_scipy;
  profile.display.jmd_n_len = windows.flanks.jmd_n_len;
  profile.display.jmd_c_len = windows.flanks.jmd_c_len;
  profile.display.ext_len = windows.ext_len;
  if (line.has_bootstrap) {
    run.bootstrap = line.bootstrap;
    run.bootstrap->resample = line.resample == "both"   ? profiling::Resample::both
                              : line.resample == "test" ? profiling::Resample::test
                                                        : profiling::Resample::reference;
    examples::require_at_least("--bootstrap", line.bootstrap.rounds, 1, "give the number of rounds");
    if (!(line.bootstrap.frac > 0 && line.bootstrap.frac <= 1))
      throw isonomy::ValueError("--frac=" + isonomy::io::number_text(line.bootstrap.frac) +
                                "; expected a share above 0 and at most 1; 0.8 is usual");
  }
  run.display_chosen = line.has_tmd_len;
  run.reference_arithmetic = line.arithmetic == "aaanalysis_1_1";
  return run;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Finds the part-split-scale features that separate a test group of sequences from a reference group.",
               "isonomy-profile");
  CommandLine line;
  add_input_options(app, line);
  add_feature_options(app, line);
  add_selection_options(app, line);
  add_run_options(app, line);
  app.set_version_flag("--version", isonomy::version_string);
  app.footer(std::string("The table goes to standard output or --out, everything else to standard error.\n") +
             examples::exit_code_help);
  return examples::run_program(app, argc, argv, option_names, [&](const examples::Interrupt& interrupt) {
    line.has_list_parts = app.count("--list-parts") > 0;
    line.has_bootstrap = app.count("--bootstrap") > 0;
    line.has_tmd_len = app.count("--tmd-len") > 0;
    line.has_split_kws = app.count("--split-kws") > 0;
    const examples::RunOptions options = understood(line);
    const examples::Run run = run_profile(options, interrupt);
    if (!options.quiet) {
      const auto& result = run.result;
      std::cerr << "isonomy-profile: " << examples::printable(run.title) << ": "
                << examples::with_commas(result.rows_test) << " test and "
                << examples::with_commas(result.rows_reference) << " reference sequences, " << run.scales.size()
                << " scales\n";
      examples::print_funnel(std::cerr, result.funnel);
      examples::print_report(std::cerr, result.report, run.reading_seconds);
      for (const auto& path : {options.table_path, options.json_path, options.figure_folder})
        if (!path.empty()) std::cerr << "  written      " << examples::printable(path) << "\n";
    }
    examples::print_warnings(std::cerr, "isonomy-profile", run.warnings, option_names);
  });
}
