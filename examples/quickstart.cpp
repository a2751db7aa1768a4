// What the library is for, in one run: which properties of which residues tell substrates of γ-secretase from others.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>

#include "isonomy/compiled/profiling.hpp"
#include "isonomy/estimators/profiling/features/feature.hpp"
#include "support/profile/funnel.hpp"
#include "support/profile/run_profile.hpp"
#include "support/profile/summary.hpp"
#include "support/program/program.hpp"

#ifndef ISONOMY_EXAMPLE_DATA
#define ISONOMY_EXAMPLE_DATA "examples/data"
#endif

namespace {

/// `text` in lines of at most 100 characters, each after the first begun with `indent`.
std::string wrapped(const std::string& text, const std::string& indent) {
  std::string out;
  std::size_t column = 0;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const auto length = static_cast<std::size_t>(
        std::count_if(word.begin(), word.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
    if (column > 0 && column + 1 + length > 100) {
      out += "\n" + indent;
      column = indent.size();
    } else if (column > 0) {
      out += ' ';
      ++column;
    }
    out += word;
    column += length;
  }
  return out + "\n";
}

std::string short_number(double value) {
  std::ostringstream out;
  out << std::setprecision(2) << value;
  return out.str();
}

void print_introduction(const examples::Run& run) {
  const auto& result = run.result;
  std::cout << "Comparative physicochemical profiling of " << run.title << "\n\n"
            << wrapped("Given two groups of proteins, which property of which residues tells them apart? Every protein "
                       "is cut into a middle part (TMD, shown as residues 11-30) and its flanks (JMD-N 1-10, JMD-C "
                       "31-40). A feature is the mean of one of " +
                           std::to_string(run.scales.size()) +
                           " physicochemical scales over some of these residues. All of them were compared between " +
                           examples::with_commas(result.rows_test) + " test sequences (label 1) and " +
                           examples::with_commas(result.rows_reference) + " reference sequences (label 0):",
                       "")
            << "\n";
  examples::print_funnel(std::cout, result.funnel);
}

void print_features(const examples::Run& run, const isonomy::profiling::DisplayCoordinates& display, std::size_t most) {
  const auto& features = run.result.features;
  std::cout << "\nThe best features:\n";
  for (std::size_t k = 0; k < std::min(most, features.size()); ++k) {
    const auto& row = features[k];
    const auto feature = isonomy::profiling::parse_feature(row.feature);
    const auto& scale = run.scales.info(run.scales.find(feature.scale).value());
    const std::string rank = std::to_string(k + 1) + ". ", indent(rank.size(), ' ');
    std::cout << "\n"
              << rank << wrapped(isonomy::profiling::feature_description(feature, scale, display), indent) << indent
              << (row.mean_dif < 0 ? "Lower" : "Higher") << " in the test group by "
              << examples::fixed(std::abs(row.mean_dif), 3) << " on a scale from 0 to 1; separates the groups with AUC "
              << examples::fixed(0.5 + row.abs_auc, 3) << ", q = " << short_number(row.p_val_fdr_bh) << ".\n"
              << indent << row.feature << "\n";
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Profiles the bundled substrates of gamma-secretase, explains the best features, writes a table and figures.",
      "isonomy-quickstart");
  examples::RunOptions options;
  options.input.path = ISONOMY_EXAMPLE_DATA "/proteins/DOM_GSEC.tsv";
  options.figure_folder = "quickstart-output";
  options.table_in_folder = true;
  app.add_option("data", options.input.path, "table to profile instead, as isonomy-profile reads it");
  app.add_option("--output", options.figure_folder, "folder for the table and the figures")->capture_default_str();
  app.add_option("--threads", options.threads, "threads, 0 for all")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  app.footer(examples::exit_code_help);
  return examples::run_program(app, argc, argv, {}, [&](const examples::Interrupt& interrupt) {
    const examples::Run run = run_profile(options, interrupt);
    print_introduction(run);
    print_features(run, options.profile.display, 10);
    std::cout << "\nWhat it took:\n";
    examples::print_report(std::cout, run.result.report, run.reading_seconds);
    std::cout << "\nWritten to " << options.figure_folder << ":\n";
    for (const auto& name : run.written) std::cout << "  " << name << "\n";
    std::cout << std::flush;
    examples::print_warnings(std::cerr, "isonomy-quickstart", run.warnings, {});
  });
}
