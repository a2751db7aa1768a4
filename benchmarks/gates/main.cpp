// isonomy_gates: proves that host and device agree, and holds the device's times against what each gate asks for.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "host/host.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/text/atomic_file.hpp"
#include "measure.hpp"
#include "report.hpp"
#include "rows/device.hpp"
#include "rows/rows.hpp"

namespace isonomy::gates {

std::vector<Gate> all_gates() {
  std::vector<Gate> out;
  for (const auto of : {&gates_of_profiling, &gates_of_mixture, &gates_of_em, &gates_of_products, &gates_of_cholesky,
                        &gates_of_select_k, &gates_of_sums})
    for (const Gate& gate : of()) out.push_back(gate);
  return out;
}

namespace {

constexpr const char* usage =
    R"(isonomy_gates [GATE...]: proves that host and device agree, then times both. Without names: all gates.
  --list            names of the gates
  --size FRACTION   of each gate's size, above 0 and at most 1 (1)
  --demand FACTOR   what gates ask for, times this; 0: equality alone decides (1)
  --samples N       of each leg that a condition is about, at least 5 (5)
  --patience S      seconds for the samples of any other leg (5)
  --scale-step N    profiling takes every Nth published scale: for emulated devices (1)
  --break           gives the device other data than the host: every gate must end as not equal
  --json FILE       figures, machine and versions; written anew after each gate
  --figures FILE    the committed times of AAanalysis (benchmarks/results/profiling.json)
Ends with the worst of its gates: 0 passed, 1 too slow, 2 not equal, 3 could not run; 77 without a device, before any work.
)";

struct Arguments {
  std::vector<Gate> gates;
  Request request;
  std::string json, figures = "benchmarks/results/profiling.json";
  bool help = false, list = false;
};

double number(std::string_view option, const std::string& value, double least, double most) {
  double x = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), x);
  if (error != std::errc() || end != value.data() + value.size() || !(x >= least && x <= most))
    throw ValueError(text::joined(option, ": ", text::quoted(value), "; expected a number from ", least, " to ", most));
  return x;
}

Gate named(const std::string& name) {
  const std::vector<Gate> all = all_gates();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Gate& g) { return name == g.name; });
  if (found == all.end())
    throw ValueError(text::joined("no gate has the name ", text::quoted(name), "; --list names them"));
  return *found;
}

/// Options that are followed by a value.
void take(Arguments& to, const std::string& option, const std::string& value) {
  constexpr double smallest = 1e-9, most_samples = 1000, most_seconds = 1e6, most_demand = 1e9;
  if (option == "--size")
    to.request.fraction = number(option, value, smallest, 1);
  else if (option == "--demand")
    to.request.demand = number(option, value, 0, most_demand);
  else if (option == "--samples")
    to.request.sampling.samples = static_cast<int>(number(option, value, 5, most_samples));
  else if (option == "--patience")
    to.request.sampling.patience = number(option, value, 0, most_seconds);
  else if (option == "--scale-step")
    to.request.scale_step = static_cast<index_t>(number(option, value, 1, 500));
  else if (option == "--json")
    to.json = value;
  else if (option == "--figures")
    to.figures = value;
  else
    throw ValueError(text::joined("unknown option ", text::quoted(option), "; --help lists them"));
}

Arguments parse(const std::vector<std::string>& words) {
  Arguments out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (!word.starts_with("--"))
      out.gates.push_back(named(word));
    else if (word == "--help")
      out.help = true;
    else if (word == "--list")
      out.list = true;
    else if (word == "--break")
      out.request.broken = true;
    else if (i + 1 == words.size())
      throw ValueError(text::joined(word, ": unknown, or its value is missing; --help lists the options"));
    else
      take(out, word, words[++i]);
  }
  if (out.gates.empty()) out.gates = all_gates();
  return out;
}

Outcome outcome_of(const Gate& gate, const Request& request) {
  try {
    return measure(gate, request);
  } catch (const std::exception& e) {
    Outcome failed;
    failed.size = scaled_size(gate, request.fraction);
    failed.difference = e.what();
    return failed;
  }
}

int run(const Arguments& arguments) {
  if (arguments.help) return std::fputs(usage, stdout), 0;
  if (arguments.list) {
    for (const Gate& gate : arguments.gates) std::printf("%-22s %s\n", gate.name, gate.work);
    return 0;
  }
  if (const std::string reason = why_no_device(); !reason.empty()) {
    std::printf("skipped: %s\n", reason.c_str());
    return static_cast<int>(End::no_device);
  }
  const Machine machine = describe_machine(arguments.request.fraction);
  std::printf("%s, driver for CUDA %s, runtime %s, cuBLAS %s, CUB %s; %s, %d threads\n", machine.device.c_str(),
              machine.driver.c_str(), machine.runtime.c_str(), machine.blas.c_str(), machine.cub.c_str(),
              machine.processor.c_str(), machine.threads);
  std::vector<Entry> entries;
  End worst = End::passed;
  for (const Gate& gate : arguments.gates) {
    entries.push_back({gate, outcome_of(gate, arguments.request)});
    worst = std::max(worst, entries.back().outcome.end);
    std::fputs(table(entries.back(), machine, arguments.figures).c_str(), stdout);
    std::fflush(stdout);
    if (arguments.json.empty()) continue;
    io::AtomicFile file(arguments.json);
    file.write(json(entries, machine, arguments.request));
    file.commit();
  }
  std::fputs(summary(entries).c_str(), stdout);
  return static_cast<int>(worst);
}

}  // namespace
}  // namespace isonomy::gates

int main(int argc, char** argv) {
  try {
    return isonomy::gates::run(isonomy::gates::parse({argv + 1, argv + argc}));
  } catch (const std::exception& e) {
    std::fprintf(stderr, "isonomy_gates: %s\n", e.what());
    return static_cast<int>(isonomy::gates::End::not_run);
  }
}
