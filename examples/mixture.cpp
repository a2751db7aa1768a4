// Fits of mixtures of normal densities to numbers in a file: parameters with errors, a report, a picture.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <iostream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "isonomy/compiled/mixture.hpp"
#include "support/mixture/mixture_start.hpp"
#include "support/mixture/mixture_table.hpp"
#include "support/mixture/run_mixture.hpp"
#include "support/profile/summary.hpp"
#include "support/program/backend_options.hpp"
#include "support/program/command_line.hpp"
#include "support/program/input.hpp"
#include "support/program/program.hpp"

namespace {

namespace mixture = isonomy::mixture;

/// What the command line says, before it is understood.
struct CommandLine {
  examples::MixtureOptions run;
  std::string components = "2", range, start, decimal = ".", separator, missing = "refuse";
  std::vector<std::string> contours, fixed;
  bool shared_mean = false, shared_sigma = false, extended = false;
};

/// Library names of options that this program spells with dashes.
const std::vector<std::string> option_names{"components", "max_iterations", "starts", "threads",
                                            "decimal",    "separator",      "missing"};

void add_options(CLI::App& app, CommandLine& line) {
  auto& run = line.run;
  const examples::OptionGroup input{app, "Input"};
  app.add_option(
         "input", run.points.path,
         "numbers: a .npy array, or a table of text (commas, semicolons, tabs or blanks), with or without a header; "
         "either may be compressed by gzip; - for standard input")
      ->type_name("FILE")
      ->required();
  input.option(
      "--column", run.points.column, "NAME|NUMBER",
      "column to read, or field of a structured array: a number from 1 to how many there are is a place, other text a "
      "name; default the first column");
  input.option("--weights", run.points.weights, "NAME|NUMBER",
               "column of weights: how often each point counts; errors are those of weighted points, without profiles");
  input.choice("--decimal", line.decimal, {".", ","}, "what stands before decimals in a table");
  input.option("--separator", line.separator, "SIGN",
               "what stands between cells of a table: one sign, or the word tab or blank; default what the first line "
               "shows");
  input.choice("--missing", line.missing, {"refuse", "skip"},
               "rows in which a value is empty, NA or NaN: an error, or left out and counted");
  input.option("--range", line.range, "LOWER,UPPER",
               "fit the points inside alone, with a density normalised there; -inf or inf leaves an end open");

  const examples::OptionGroup model{app, "Model"};
  model.with_default(
      "--components", line.components, "INT|INT-INT",
      "normal densities in the mixture, 1 to 100; a range such as 1-5 is tried, and the least BIC chosen");
  model.flag("--shared-mean", line.shared_mean, "one mean for all components");
  model.flag("--shared-sigma", line.shared_sigma, "one standard deviation for all components");
  model.flag("--extended", line.extended, "numbers of points (yields) of the components instead of fractions");

  const examples::OptionGroup fit{app, "Fit"};
  fit.option("--start", line.start, "VALUES",
             "starting values of all parameters, in order or by name, as in 0.3,0.5,3,1 or f=0.3,mu=0.5,s1=3,s2=1; "
             "default from a search");
  fit.with_default(
      "--starts", run.search.starts, "INT",
      "starts of that search: k-means, quantiles, rings, tails, random clumps; the best one is fitted; 1 to "
      "10000");
  fit.option("--fix", line.fixed, "NAME=VALUE",
             "keep parameters at known values, as in mu=5 or s1=2,s2=3; they have no error; may be repeated")
      ->allow_extra_args(false);
  fit.with_default("--max-iterations", run.minimize.max_iterations, "INT", "steps of the fit, at least 1");
  fit.flag("--minos,!--no-minos", run.minos, "asymmetric errors from profiles of the likelihood (default), or none");
  auto* contour =
      fit.option("--contour", line.contours, "NAME,NAME",
                 "contours of two parameters that cover both in 68.27 % and 95.45 % of repetitions; may be repeated")
          ->allow_extra_args(false);
  fit.with_default("--contour-points", run.contour_points, "INT", "points of each contour, 3 to 1000")->needs(contour);

  const examples::OptionGroup output{app, "Run and output"};
  output.with_default("--threads", run.threads, "INT", "threads, 0 for all; the result does not depend on it");
  examples::add_backend_options(output, run.backend);
  output.with_default("--seed", run.seed, "INT", "seed of the search for starting values");
  output.option("--out", run.table_path, "FILE", "file for the parameters, errors and correlations as a table");
  output.option("--json", run.json_path, "FILE", "file for data, model, start, fit, contours and report as JSON");
  output.option("--plot", run.figure_folder, "DIR",
                "folder for fit.svg and contours, drawn by gnuplot, with their tables");
  output.flag("--quiet", run.quiet, "print nothing but warnings and errors on standard error");
}

void require_between(const char* option, int value, int least, int most, const char* remedy) {
  if (value < least || value > most)
    throw isonomy::ValueError(std::string(option) + "=" + std::to_string(value) + "; expected " +
                              std::to_string(least) + " to " + std::to_string(most) + "; " + remedy);
}

/// The two numbers of --range; an end may be open.
mixture::Range parse_range(const std::string& text) {
  const auto fields = examples::comma_list(text);
  const auto refuse = [&text](const std::string& remedy) {
    throw isonomy::ValueError("--range: '" + text + "'; expected two numbers, the lower one first; " + remedy);
  };
  if (fields.size() != 2) refuse("write them as in --range 0,10");
  const auto number = [&](const std::string& field, const char* open, double infinity) {
    if (field == open || (infinity > 0 && field == "+inf")) return infinity;
    const auto value = examples::finite_number(field);
    if (!value) refuse("'" + field + "' is none; " + open + " leaves this end open");
    return *value;
  };
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const mixture::Range range{number(fields[0], "-inf", -infinity), number(fields[1], "inf", infinity)};
  if (!(range.lower < range.upper)) refuse("exchange or correct them");
  return range;
}

/// The number of components, or the least and the largest to choose from, of --components.
void parse_components(const std::string& text, examples::MixtureOptions& run) {
  const auto number = [&text](const std::string& digits) {
    const bool whole = examples::whole_number<int>(digits).empty();
    const int value = whole ? std::stoi(digits) : 0;
    if (value < 1 || value > 100)
      throw isonomy::ValueError(examples::joined(
          "--components: '", text, "'; expected the number of normal densities, 1 to 100, or the least and the largest",
          " of those to choose from; write it as in --components 2 or --components 1-5"));
    return value;
  };
  const auto dash = text.find('-', 1);
  run.model.components = number(text.substr(0, dash));
  if (dash == std::string::npos) return;
  run.most_components = number(text.substr(dash + 1));
  if (run.most_components < run.model.components)
    throw isonomy::ValueError(
        examples::joined("--components: '", text, "'; expected the least number first; exchange or correct them"));
}

/// ValueError for an option that needs one number of components where there is a choice.
[[noreturn]] void refuse_choice(const CommandLine& line, const char* option, const char* reason) {
  throw isonomy::ValueError(examples::joined("--components ", line.components, " and ", option, ": ", reason,
                                             "; expected one number of components; give it, or drop ", option));
}

/// Names of the two parameters of --contour.
std::pair<std::string, std::string> parse_contour(const std::string& text, const mixture::NormalModel& model,
                                                  const std::vector<std::string>& fixed) {
  const std::vector<std::string> names = model.names(), fields = examples::comma_list(text);
  const auto refuse = [&](const std::string& what) {
    throw isonomy::ValueError("--contour: " + what + "; expected two different ones of " + examples::listed(names) +
                              "; write them as in --contour " + names[0] + "," + names[names.size() > 1 ? 1 : 0]);
  };
  if (fields.size() != 2) refuse("'" + text + "' are not two parameters");
  for (const auto& field : fields) {
    if (std::find(names.begin(), names.end(), field) == names.end())
      refuse("the model has no parameter '" + field + "'");
    if (std::find(fixed.begin(), fixed.end(), field) != fixed.end())
      refuse("'" + field + "' is fixed and does not move");
  }
  if (fields[0] == fields[1]) refuse("'" + text + "' is one parameter twice");
  return {fields[0], fields[1]};
}

/// The same of a model with one of the numbers of components to choose from.
std::pair<std::string, std::string> parse_contour_of_any(const std::string& text, const examples::MixtureOptions& run) {
  mixture::NormalModel model = run.model;
  for (; model.components < run.most_components; ++model.components) {
    try {
      return parse_contour(text, model, run.minimize.fixed);
    } catch (const isonomy::ValueError&) {  // a larger number may have them
    }
  }
  return parse_contour(text, model, run.minimize.fixed);
}

/// How --decimal, --separator and --missing say that numbers are written.
isonomy::io::NumberFormat parse_format(const CommandLine& line, bool has_separator) {
  isonomy::io::NumberFormat format{.decimal = line.decimal[0]};
  if (line.missing == "skip") format.missing = isonomy::io::Missing::skip;
  if (!has_separator) return format;
  const std::string sign = line.separator == "tab" ? "\t" : line.separator == "blank" ? " " : line.separator;
  if (sign.size() != 1)
    throw isonomy::ValueError(
        examples::joined("--separator: '", sign,
                         "'; expected one sign such as ',' or ';', or the word tab or blank; give "
                         "what stands between cells"));
  format.separator = sign[0];
  isonomy::io::require_format(format);
  return format;
}

/// ValueError for what weighted points do not have.
void require_weighted(const CommandLine& line, const examples::MixtureOptions& run, bool has_minos) {
  const auto refuse = [](const char* option) {
    throw isonomy::ValueError(examples::joined(option,
                                               " goes by how far the likelihood rises, which means nothing for points "
                                               "with weights; expected --weights without it; drop one of them"));
  };
  if (run.points.weights.empty())
    throw isonomy::ValueError("--weights: ''; expected a column; give its name or its place from 1");
  if (!line.contours.empty()) refuse("--contour");
  if (has_minos && run.minos) refuse("--minos");
}

/// The command line in the library's terms. ValueError naming the option for what does not fit together.
examples::MixtureOptions understood(const CLI::App& app, const CommandLine& line) {
  const auto given = [&app](const char* option) { return app.count(option) > 0; };
  examples::MixtureOptions run = line.run;
  examples::name_standard_input(run.points.path);
  for (auto* path : {&run.table_path, &run.json_path}) examples::name_standard_output(*path);
  run.points.format = parse_format(line, given("--separator"));
  if (given("--weights")) require_weighted(line, run, given("--minos"));
  parse_components(line.components, run);
  if (run.has_choice()) {
    const char* const names = "parameters have other names for each number";
    if (given("--start")) refuse_choice(line, "--start", names);
    if (given("--fix")) refuse_choice(line, "--fix", names);
    if (given("--weights")) refuse_choice(line, "--weights", "the choice goes by BIC, which weighted points lack");
  }
  require_between("--contour-points", run.contour_points, 3, 1000, "72 make a smooth line");
  require_between("--starts", run.search.starts, 1, 10000, "60 are the default");
  examples::require_at_least("--max-iterations", run.minimize.max_iterations, 1, "200 are the default");
  examples::require_at_least("--threads", run.threads, 0, "0 takes all");
  if (line.shared_mean && line.shared_sigma && std::max(run.model.components, run.most_components) > 1)
    throw isonomy::ValueError(
        "--shared-mean and --shared-sigma leave components that do not differ; expected one of these options; drop one "
        "or fit --components 1");
  // One component shares with nobody, whatever was asked for.
  if (line.shared_mean) run.model.means = mixture::Sharing::shared;
  if (line.shared_sigma) run.model.sigmas = mixture::Sharing::shared;
  if (line.extended) run.model.weighting = mixture::Weighting::yields;
  if (given("--range")) run.model.range = parse_range(line.range);
  run.known = examples::parse_fixed(line.fixed, run.model);
  for (const auto& known : run.known) run.minimize.fixed.push_back(known.name);
  for (const char* option : {"--starts", "--seed"})
    if (given("--start") && given(option))
      throw isonomy::ValueError(examples::joined("--start and ", option,
                                                 ": the one gives starting values, the other is about a search for "
                                                 "them; expected one of these options; drop one"));
  if (given("--start")) run.start = examples::parse_start(line.start, run.model, run.known);
  for (const auto& pair : line.contours) run.contours.push_back(parse_contour_of_any(pair, run));
  return run;
}

/// Models with less freedom than this one, as options of the command line; one component leaves none.
std::vector<std::string> simpler_models(const mixture::NormalModel& model, bool means_too) {
  if (model.components == 1) return {};
  std::vector<std::string> options{"fewer --components"};
  const bool shares = model.means == mixture::Sharing::shared || model.sigmas == mixture::Sharing::shared;
  if (!shares && means_too) options.push_back("--shared-mean");
  if (!shares) options.push_back("--shared-sigma");
  return options;
}

/// What to do about a fit that has no usable result: nothing that this model cannot be given.
std::string advice(const isonomy::io::MixtureFit& fit) {
  const auto use = [](std::vector<std::string> options) {
    const std::string last = options.back();
    options.pop_back();
    return "use " + (options.empty() ? "" : examples::listed(options) + " or ") + last;
  };
  std::vector<std::string> options = simpler_models(fit.model, fit.result.degenerate.empty());
  switch (fit.result.minimum.status) {
  case mixture::Status::max_iterations: return "raise --max-iterations, or give a --start nearer to the maximum";
  case mixture::Status::no_maximum:
    options.insert(options.begin(), {"a wider --range", "none"});
    return "inside the range the points do not fall off as a normal density does, and the likelihood grows for ever "
           "with the width: " +
           use(options);
  case mixture::Status::hessian_not_positive_definite:
    options.push_back("another --start");
    return "the points do not settle all parameters: " + use(options);
  case mixture::Status::degenerate: options.push_back("another --start"); return use(options);
  case mixture::Status::no_progress: return "give another --start, or rescale the points";
  default: break;
  }
  // It has ended well, but there are too many parameters for errors, or too few points with weight.
  options.push_back("more points");
  return "it has no errors, as a warning says: " + use(options);
}

/// The fits that the number of components was chosen from.
void print_choice(const examples::MixtureOptions& options, const examples::MixtureRun& run) {
  const bool any = std::any_of(run.fit.tried.begin(), run.fit.tried.end(), [](const auto& t) { return t.chosen; });
  std::cerr << "  components   " << examples::components_text(options) << " tried in "
            << examples::fixed(run.choice_seconds, 3) << " s, "
            << (any ? "the least BIC chosen" : "none can be chosen; this is the fewest") << "\n";
  std::istringstream rows(examples::components_table(run.fit.tried));
  for (std::string row; std::getline(rows, row);) std::cerr << std::string(15, ' ') << row << "\n";
}

void print_summary(const examples::MixtureOptions& options, const examples::MixtureRun& run) {
  using examples::with_commas, examples::fixed;
  const auto& fit = run.fit;
  const auto& minimum = fit.result.minimum;
  std::vector<std::string> left_out;
  if (run.left_out > 0) left_out.push_back(with_commas(run.left_out) + " outside the range left out");
  if (run.missing > 0) left_out.push_back(with_commas(run.missing) + " missing values skipped");
  std::cerr << "isonomy-mixture: " << examples::printable(run.title)
            << (run.source.empty() ? "" : ", " + examples::printable(run.source)) << ": " << with_commas(fit.points)
            << " points" << (left_out.empty() ? "" : " (" + examples::listed(left_out) + ")") << ", "
            << fit.model.components << (fit.model.components == 1 ? " component, " : " components, ")
            << fit.result.names.size() << " parameters"
            << (minimum.fixed.empty() ? "" : ", " + std::to_string(minimum.fixed.size()) + " of them fixed") << "\n";
  if (!fit.tried.empty()) print_choice(options, run);
  std::cerr << "  status       " << fit.status() << " after " << minimum.iterations << " steps, EDM "
            << examples::short_number(minimum.edm) << ", condition of the Hessian "
            << examples::short_number(minimum.condition) << "\n";
  std::cerr << "  likelihood   NLL " << fixed(minimum.nll, 6);
  if (run.weight_column == 0)
    std::cerr << ", AIC " << fixed(fit.result.aic, 6) << ", BIC " << fixed(fit.result.bic, 6) << "\n";
  else
    std::cerr << "\n  weights      column " << run.weight_column << ", as many as "
              << fixed(fit.result.effective_points, 1) << " points count; errors of weighted points, no profiles\n";
  if (fit.starts.tried > 1)
    std::cerr << "  starts       " << fit.starts.met_same << " of " << fit.starts.tried << " met this maximum, "
              << fit.starts.met_none << " none\n";
  std::cerr << "  passes       " << minimum.passes << " of the fit";
  if (fit.result.sample_passes > 0) std::cerr << ", " << fit.result.sample_passes << " of a sample";
  if (run.profile_passes > 0) std::cerr << ", " << run.profile_passes << " of profiles";
  std::cerr << "\n";
  examples::print_report(std::cerr, fit.result.report, run.reading_seconds);
  for (const auto& path : {options.table_path, options.json_path, options.figure_folder})
    if (!path.empty()) std::cerr << "  written      " << examples::printable(path) << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Fits a mixture of normal densities to numbers by maximum likelihood, with errors.", "isonomy-mixture");
  CommandLine line;
  add_options(app, line);
  app.set_version_flag("--version", isonomy::version_string);
  app.footer("Parameters, in this order: f (of two) or w1, w2, ... (fractions of all components but the last), or n1, "
             "n2, ... (--extended); mu or mu1, mu2, ...; s or s1, s2, ... (standard deviations).\nThe summary of the "
             "parameters goes to standard output, unless --out or --json does, everything else to standard error.\n"
             "Exit codes: 0 done; 3 the fit "
             "has no usable result, as the outputs say; 2 unusable input or options, a file that cannot be written, or "
             "no memory or thread left; 130 stopped by Ctrl-C (143 by SIGTERM, 129 by SIGHUP); 1 an error of the "
             "program itself. Unless it is 0 or 3, no output file is written or changed.");
  return examples::run_program(app, argc, argv, option_names, [&](const examples::Interrupt& interrupt) {
    const auto options = understood(app, line);
    const examples::MixtureRun run = run_mixture(options, interrupt);
    if (!options.quiet) print_summary(options, run);
    examples::print_warnings(std::cerr, "isonomy-mixture", run.warnings, option_names);
    if (run.fit.usable()) return examples::success;
    std::cerr << "isonomy-mixture: the fit has no usable result: " << run.fit.status() << " after "
              << run.fit.result.minimum.iterations << " steps; " << advice(run.fit) << std::endl;
    return examples::no_result;
  });
}
