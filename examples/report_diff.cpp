// Compares two reports of the library: which decision, bit or bound differs first, and how many more do.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstddef>
#include <iostream>
#include <string>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/version.hpp"
#include "support/program/input.hpp"
#include "support/program/program.hpp"
#include "support/report/differences.hpp"
#include "support/report/report_file.hpp"

namespace {

using isonomy::text::joined;

enum Result { equal = 0, different = 1 };

/// "14 differences: 2 decisions, 12 bits".
std::string counts(const std::vector<examples::Difference>& differences) {
  constexpr std::array<std::array<const char*, 2>, 4> names{
      {{"setting", "settings"}, {"decision", "decisions"}, {"bits", "bits"}, {"bound", "bounds"}}};
  std::array<std::size_t, 4> numbers{};
  for (const auto& d : differences) ++numbers[static_cast<std::size_t>(d.subject)];
  std::vector<std::string> parts;
  for (std::size_t k = 0; k < numbers.size(); ++k)
    if (numbers[k] > 0) parts.push_back(joined(numbers[k], " ", names[k][numbers[k] == 1 ? 0 : 1]));
  const std::size_t n = differences.size();
  return joined(n, n == 1 ? " difference: " : " differences: ", isonomy::text::listed(parts));
}

Result compare(const std::string& a, const std::string& b, bool all) {
  examples::require_one_standard_input({a, b});
  const examples::ReportFile first = examples::read_report(a), second = examples::read_report(b);
  if (first.kind != second.kind)
    throw isonomy::ValueError(joined({a, " is a report of the kind ", first.kind, ", ", b, " of the kind ", second.kind,
                                      "; expected two of one kind; compare reports of one kind of run"}));
  const examples::Comparison comparison(first, second);
  const auto& differences = comparison.differences();
  if (differences.empty()) {
    std::cout << "equal: " << comparison.extent() << "\n";
    return equal;
  }
  const std::size_t shown = all ? differences.size() : 1;
  for (std::size_t k = 0; k < shown; ++k) std::cout << differences[k].text << "\n";
  std::cout << counts(differences) << (shown < differences.size() ? "; --all lists them" : "") << "\n";
  return different;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Compares two reports: of the conformance kit, of runs, or what isonomy-profile and isonomy-mixture write by "
      "--json. Says which setting, decision, bit or bound differs first, in this order, and how many do.",
      "isonomy-report-diff");
  std::string first, second;
  bool all = false;
  app.add_option("A", first, "report as JSON, perhaps compressed by gzip; - for standard input")
      ->type_name("FILE")
      ->required();
  app.add_option("B", second, "the same of another run")->type_name("FILE")->required();
  app.add_flag("--all", all, "list every difference");
  app.set_version_flag("--version", isonomy::version_string);
  app.footer("Seconds, memory, numbers of threads, names of files and versions of the library are not compared.\n"
             "Exit codes: 0 equal; 1 different; 2 not comparable: no JSON, no report, one of another version, two of "
             "different kinds, unusable options, or an error of the program itself; 130 stopped by Ctrl-C.");
  bool compared = false;
  const int status = examples::run_program(app, argc, argv, {}, [&](const examples::Interrupt&) {
    examples::name_standard_input(first);
    examples::name_standard_input(second);
    const Result result = compare(first, second, all);
    compared = true;
    return static_cast<int>(result);
  });
  // Elsewhere 1 is an error of the program itself; here it would pass for a difference.
  return status == examples::internal_error && !compared ? static_cast<int>(examples::bad_input) : status;
}
