// Covariances of signal and noise from responses in a file: arrays, a report, pictures.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <iostream>
#include <string>
#include <vector>

#include "isonomy/compiled/gsn.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/version.hpp"
#include "support/gsn/gsn_options.hpp"
#include "support/gsn/run_gsn.hpp"
#include "support/profile/summary.hpp"
#include "support/program/command_line.hpp"
#include "support/program/input.hpp"
#include "support/program/operation_name.hpp"
#include "support/program/program.hpp"

namespace {

namespace gsn = isonomy::gsn;

/// What the command line says, before it is understood.
struct CommandLine {
  examples::GsnRunOptions run;
  std::string order = "units,conditions,trials", levels, returns = "cN,cS,cNb,cSb", singular_rule = "rank",
              ridge = "relative", iteration = "closed", level_rule = "held_out", n1_rule = "matlab",
              dead_units = "drop", level_fallback = "one";
  bool no_shrinkage = false;
};

void add_options(CLI::App& app, CommandLine& line) {
  auto& run = line.run;
  const examples::OptionGroup input{app, "Input"};
  app.add_option(
         "input", run.data.path,
         "responses: a .npy array of units x conditions x trials, or a .npz archive that has one; a .npy file may "
         "be compressed by gzip; - for standard input")
      ->type_name("FILE")
      ->required();
  input.option("--array", run.data.array, "NAME", "array of a .npz archive; default the only one");
  input.with_default(
      "--order", line.order, "NAMES",
      "what the array's dimensions are: units, conditions and trials in some order, separated by commas");

  const examples::OptionGroup fit{app, "Estimation (names and defaults of perform_gsn)"};
  fit.choice(
      "--uneven", run.uneven, {"fast", "missing", "reference"},
      "where data are missing (NaN): count a trial where no unit lacks it (fast; reference is the same), or each "
      "pair of units in the trials that both have (missing)");
  fit.flag("--no-shrinkage", line.no_shrinkage, "the one level 1: covariances as they are");
  fit.option("--shrink-levels,--shrinklevels", line.levels, "LIST",
             "levels to try, in this order, separated by commas; default 51 from 0 to 1");
  fit.flag("--allow-extrapolation", run.fit.allow_extrapolation, "let --shrink-levels go beyond 0 and 1");
  fit.with_default("--returns", line.returns, "LIST",
                   "matrices to return, separated by commas: cN, cS, cNb, cSb, cD, eigvals_signal, eigvecs_signal, "
                   "eigvals_difference, eigvecs_difference; or the word none");
  fit.choice("--singular-rule", line.singular_rule, {"rank", "cholesky"},
             "levels that are singular: those without full rank, or as in perform_gsn those that Cholesky refuses");
  fit.choice("--level-rule", line.level_rule, {"held_out", "k_fold", "continuous", "analytic"},
             "how levels are chosen: by one held-out part of the conditions as in perform_gsn, by all parts in turn, "
             "also between the levels of the list, or by a formula that tries none");
  fit.choice("--level-fallback", line.level_fallback, {"one", "pairwise_likelihood", "diagonal_loading"},
             "the level with --uneven missing where too little is whole to choose one: 1 as in perform_gsn, by the "
             "likelihood of pairs of units, or the nearest to 1 at which the covariance is positive definite");
  fit.choice("--n1-rule", line.n1_rule, {"matlab", "numpy"},
             "what a level does to data of one unit: nothing, or as in perform_gsn for Python it shrinks the variance");
  fit.choice("--dead-units", line.dead_units, {"drop", "literal"},
             "units that do not vary: left out, or as in perform_gsn kept, where no level has a likelihood then");
  fit.choice("--ridge", line.ridge, {"relative", "absolute", "none"},
             "what makes a matrix with negative eigenvalues positive definite: relative to its size, 1e-10 as in "
             "perform_gsn, or nothing");
  fit.choice(
      "--iteration", line.iteration, {"closed", "loop", "limit"},
      "how signal and noise become positive semidefinite: in closed form, by the sweeps of perform_gsn, or where "
      "sweeps would end at last; where that has no closed form, as where data are missing with --uneven missing, "
      "the sweeps are run, with a warning");
  fit.with_default("--max-iterations", run.fit.max_iterations, "INT", "sweeps at most, at least 1");

  const examples::OptionGroup output{app, "Run and output"};
  output.with_default("--threads", run.threads, "INT", "threads, 0 for all; the result does not depend on it");
  output.choice(
      "--backend", run.backend.name, {"auto", "cpu", "blas", "cuda"},
      "what computes: cpu, blas (the processor with OpenBLAS, where the program was built with it), cuda (an "
      "NVIDIA GPU, in programs built with -DISONOMY_CUDA=ON), or auto, which is cuda where there is one, else "
      "cpu; results agree to rounding, and the report says what was used and why");
  output.option("--device", run.backend.device, "INT", "number of the GPU, from 0; default the first");
  output.option("--out", run.arrays_path, "FILE.npz", "file for all arrays, which numpy.load reads");
  output.option("--json", run.json_path, "FILE", "file for levels, curves, iterations, sums and report as JSON");
  output.option("--plot", run.figure_folder, "DIR",
                "folder for levels.svg, spectra.svg and ncsnr.svg, drawn by gnuplot, with their tables");
  output.flag("--quiet", run.quiet, "print nothing but warnings and errors on standard error");
}

/// The place of each dimension among response_dimensions.
std::array<std::size_t, 3> parse_order(const std::string& text) {
  const auto& known = examples::response_dimensions;
  const auto names = examples::comma_list(text);
  std::array<std::size_t, 3> order{}, seen{};
  for (std::size_t d = 0; d < names.size() && names.size() == 3; ++d) {
    const auto at = static_cast<std::size_t>(std::find(known.begin(), known.end(), names[d]) - known.begin());
    if (at < 3 && seen[at]++ == 0) order[d] = at;
  }
  if (seen != std::array<std::size_t, 3>{1, 1, 1})
    throw isonomy::ValueError(examples::joined(
        "--order: '", text,
        "'; expected units, conditions and trials, each once; write them as in --order conditions,units,trials"));
  return order;
}

std::vector<double> parse_levels(const std::string& text, bool beyond) {
  const auto refuse = [&](const std::string& field, const char* what, const char* remedy) {
    throw isonomy::ValueError(examples::joined({"--shrink-levels: '", text, "': '", field, "' ", what,
                                                "; expected numbers from 0 to 1, separated by commas; ", remedy}));
  };
  std::vector<double> levels;
  for (const auto& field : examples::comma_list(text)) {
    const auto level = examples::finite_number(field);
    if (!level) refuse(field, "is no number", "write them as in --shrink-levels 0,0.5,1");
    if (!beyond && !(*level >= 0 && *level <= 1))
      refuse(field, "is outside", "correct it, or give --allow-extrapolation");
    levels.push_back(*level);
  }
  return levels;
}

gsn::Returns parse_returns(const std::string& text) {
  if (text == "none") return gsn::Returns::none();
  try {
    return gsn::Returns::named(examples::comma_list(text));
  } catch (const isonomy::ValueError& error) {
    throw isonomy::ValueError(
        examples::joined("--returns: '", text, "': ", examples::without_operation(error.what()), ", or none alone"));
  }
}

[[noreturn]] void refuse(std::initializer_list<isonomy::text::Piece> what) {
  throw isonomy::ValueError(isonomy::text::joined(what));
}

/// ValueError naming both options for one about levels that are tried, beside another by which none is.
template <class Given>
void require_tried_levels(const Given& given, const CommandLine& line, const gsn::GsnOptions& fit) {
  if (given("--shrink-levels") && line.no_shrinkage)
    refuse({"--shrink-levels and --no-shrinkage: the one gives levels to try, the other wants none tried; expected one "
            "of these options; drop one"});
  const bool single = fit.shrinklevels && fit.shrinklevels->size() == 1;
  for (const char* option : {"--singular-rule", "--level-rule", "--level-fallback"}) {
    if (given(option) && line.no_shrinkage)
      refuse(
          {option,
           " and --no-shrinkage: the one is about levels that are tried, the other wants none tried; expected one of "
           "these options; drop one"});
    if (given(option) && single)
      refuse({option, " and --shrink-levels ", line.levels,
              ": a single level is taken untried, whatever the data; expected several levels beside it; give more, or "
              "drop ",
              option});
  }
  if (given("--n1-rule") && (line.no_shrinkage || (single && fit.shrinklevels->front() == 1)))
    refuse({"--n1-rule and ", line.no_shrinkage ? "--no-shrinkage" : "--shrink-levels 1",
            ": the one is about what a level does to a variance, and level 1 leaves it as it is; expected one of these "
            "options; drop one"});
  // Levels of a list that no likelihood tells apart are still those that loading takes one of.
  const bool tried = line.level_rule != "analytic", loaded = line.level_fallback == "diagonal_loading";
  for (const char* option : {"--shrink-levels", "--singular-rule"})
    if (given(option) && !tried && !(loaded && option == std::string("--shrink-levels")))
      refuse({option,
              " and --level-rule analytic: the one is about levels that are tried, the other tries none; expected one "
              "of these options; drop one"});
  if (line.level_fallback == "pairwise_likelihood" && !tried)
    refuse({"--level-fallback pairwise_likelihood and --level-rule analytic: the one tries levels, the other none; "
            "expected a rule that tries levels; drop one, or take diagonal_loading"});
}

/// ValueError naming the options for another that has no effect beside those given.
template <class Given>
void require_effect(const Given& given, const CommandLine& line, const gsn::GsnOptions& fit) {
  require_tried_levels(given, line, fit);
  if (given("--level-fallback") && line.run.uneven != "missing")
    refuse({"--level-fallback and --uneven ", line.run.uneven,
            ": the one is about levels of data of which units lack some, the other counts trials that no unit lacks; "
            "expected --uneven missing beside it; give that, or drop it"});
  const auto is_beyond = [](double level) { return !(level >= 0 && level <= 1); };
  if (fit.allow_extrapolation && !fit.shrinklevels)
    refuse({"--allow-extrapolation: the default levels are from 0 to 1; expected levels of your own beside it; give "
            "--shrink-levels, or drop it"});
  if (fit.allow_extrapolation && std::none_of(fit.shrinklevels->begin(), fit.shrinklevels->end(), is_beyond))
    refuse({"--allow-extrapolation and --shrink-levels ", line.levels,
            ": all of these levels are from 0 to 1; expected one beyond; give one, or drop --allow-extrapolation"});
  for (const char* option : {"--ridge", "--iteration", "--max-iterations"})
    if (given(option) && !fit.returns.biconvex())
      refuse(
          {option, " and --returns ", line.returns,
           ": none of these matrices is made positive semidefinite; expected cNb, cSb or what is made of them; drop ",
           option});
}

/// The command line in the library's terms. ValueError naming the option for what does not fit together.
examples::GsnRunOptions understood(const CLI::App& app, const CommandLine& line) {
  const auto given = [&app](const char* option) { return app.count(option) > 0; };
  examples::GsnRunOptions run = line.run;
  examples::name_standard_input(run.data.path);
  for (auto* path : {&run.arrays_path, &run.json_path}) examples::name_standard_output(*path);
  run.data.order = parse_order(line.order);
  run.fit.wantshrinkage = !line.no_shrinkage;
  if (given("--shrink-levels")) run.fit.shrinklevels = parse_levels(line.levels, run.fit.allow_extrapolation);
  run.fit.returns = parse_returns(line.returns);
  require_effect(given, line, run.fit);
  run.fit.uneven = run.uneven == "missing" ? gsn::Uneven::missing : gsn::Uneven::fast;
  if (line.singular_rule == "cholesky") run.fit.singular_rule = gsn::SingularRule::cholesky;
  if (line.level_rule == "k_fold") run.fit.level_rule = gsn::LevelRule::k_fold;
  if (line.level_rule == "continuous") run.fit.level_rule = gsn::LevelRule::continuous;
  if (line.level_rule == "analytic") run.fit.level_rule = gsn::LevelRule::analytic;
  if (line.level_fallback == "pairwise_likelihood") run.fit.level_fallback = gsn::LevelFallback::pairwise_likelihood;
  if (line.level_fallback == "diagonal_loading") run.fit.level_fallback = gsn::LevelFallback::diagonal_loading;
  if (line.n1_rule == "numpy") run.fit.n1_rule = gsn::N1Rule::numpy;
  if (line.dead_units == "literal") run.fit.dead_units = gsn::DeadUnits::literal;
  if (line.ridge == "absolute") run.fit.ridge = gsn::Ridge::absolute;
  if (line.ridge == "none") run.fit.ridge = gsn::Ridge::none;
  if (line.iteration == "loop") run.fit.iteration = gsn::Iteration::loop;
  if (line.iteration == "limit") run.fit.iteration = gsn::Iteration::limit;
  examples::require_at_least("--max-iterations", run.fit.max_iterations, 1, "100 are the default");
  run.max_iterations_given = given("--max-iterations");
  examples::require_at_least("--threads", run.threads, 0, "0 takes all");
  return run;
}

void print_summary(const examples::GsnRunOptions& options, const examples::GsnRun& run) {
  using examples::with_commas;
  std::cerr << "isonomy-gsn: " << examples::printable(run.title) << ": " << with_commas(run.units) << " units, "
            << with_commas(run.conditions) << " conditions, " << with_commas(run.trials) << " trials, " << run.element;
  if (run.missing > 0)
    std::cerr << ", " << with_commas(run.missing) << " numbers missing (--uneven " << options.uneven << ")";
  std::cerr << "\n";
  examples::print_report(std::cerr, run.report, run.reading_seconds);
  for (const auto& path : {options.arrays_path, options.json_path, options.figure_folder})
    if (!path.empty()) std::cerr << "  written      " << examples::printable(path) << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Estimates the covariances of signal and noise in responses of units to conditions that are repeated in trials "
      "(GSN, generative modelling of signal and noise).",
      "isonomy-gsn");
  CommandLine line;
  add_options(app, line);
  app.set_version_flag("--version", isonomy::version_string);
  app.footer(
      std::string("The summary goes to standard output, unless --out or --json does; everything else to standard "
                  "error.\n") +
      examples::exit_code_help);
  return examples::run_program(app, argc, argv, examples::gsn_option_names, [&](const examples::Interrupt& interrupt) {
    const auto options = understood(app, line);
    const examples::GsnRun run = run_gsn(options, interrupt);
    if (!options.quiet) print_summary(options, run);
    examples::print_warnings(std::cerr, "isonomy-gsn", run.warnings, examples::gsn_option_names);
  });
}
