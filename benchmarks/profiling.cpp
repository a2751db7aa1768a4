// Times a profiling run on one data set and prints one JSON line; profiling.py compares it with the reference.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <string>
#include <vector>

#include "isonomy/compiled/profiling.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/profiling/fit.hpp"
#include "isonomy/estimators/profiling/scales/aaontology.hpp"
#include "isonomy/io/sequences/sequence_table.hpp"
#include "isonomy/version.hpp"
#include "synthetic.hpp"

namespace {

using namespace isonomy;

struct Arguments {
  std::string data = "dom_gsec", out, data_dir = "examples/data", arithmetic = "aaanalysis_1_1", instructions = "best";
  int threads = 1, repeats = 1;
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The set, and the seconds spent on encoding rows (not on reading or generating them).
profiling::SequenceSet load(const Arguments& a, double& encoding) {
  profiling::SequenceSet set;
  std::vector<profiling::Window> windows;
  std::vector<int> labels;
  const auto append = [&] {
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < windows.size(); ++i) set.append(windows[i], labels[i]);
    encoding += seconds_since(start);
    windows.clear();
    labels.clear();
  };
  if (a.data.starts_with("syn")) {
    benchmark::SyntheticSequences rows(std::atoll(a.data.c_str() + 3));
    profiling::Window window;
    int label = 0;
    while (rows.next(window, label)) {
      windows.push_back(window);
      labels.push_back(label);
      if (windows.size() == 4096) append();
    }
  } else {
    const std::string file = a.data == "aa_sa" ? "AA_SA.tsv" : "DOM_GSEC.tsv";
    io::SequenceWindows read = io::read_sequences(a.data_dir + "/proteins/" + file);
    windows = std::move(read.windows);
    labels.assign(read.labels.begin(), read.labels.end());
  }
  append();
  return set;
}

template <class Arithmetic>
void measure(const Arguments& a) {
  double encoding = 0;
  const profiling::SequenceSet set = load(a, encoding);
  const profiling::ScaleTable scales = profiling::aaontology();
  cpu::ContextOptions options{.threads = a.threads};
  if (a.instructions == "scalar") options.instruction_set = cpu::InstructionSet::scalar;
  if (a.instructions == "avx2") options.instruction_set = cpu::InstructionSet::avx2;
  Context<Cpu> ctx(options);
  for (int repeat = 0; repeat < a.repeats; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    const profiling::ProfileResult r = profiling::fit<Arithmetic>(ctx, set, scales);
    const double fitting = seconds_since(start);
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf("{\"data\": \"%s\", \"rows\": %lld, \"threads\": %d, \"seconds\": %.6f, \"encoding_seconds\": %.6f, "
                "\"peak_rss_bytes\": %lld, \"selected\": %zu, \"arithmetic\": \"%s\", \"instruction_set\": \"%s\", "
                "\"compiler\": \"%s\", \"flags\": \"%s\", \"commit\": \"%s\", \"version\": \"%s\", \"stages\": {",
                a.data.c_str(), static_cast<long long>(set.size()), a.threads, encoding + fitting, encoding,
                static_cast<long long>(usage.ru_maxrss) * 1024, r.features.size(), Arithmetic::name,
                cpu::name(ctx.instruction_set()), ISONOMY_BENCH_COMPILER, ISONOMY_BENCH_FLAGS, ISONOMY_BENCH_COMMIT,
                version_string);
    for (std::size_t i = 0; i < r.report.stages.size(); ++i)
      std::printf("%s\"%s\": %.6f", i == 0 ? "" : ", ", r.report.stages[i].stage.c_str(), r.report.stages[i].seconds);
    std::printf("}}\n");
    if (a.out.empty() || repeat > 0) continue;
    std::ofstream table(a.out);
    table.precision(17);
    table
        << "feature\tabs_auc\tabs_mean_dif\tmean_dif\tstd_test\tstd_ref\tp_val_mann_whitney\tp_val_fdr_bh\tpositions\n";
    for (const profiling::FeatureRow& f : r.features)
      table << f.feature << '\t' << f.abs_auc << '\t' << f.abs_mean_dif << '\t' << f.mean_dif << '\t' << f.std_test
            << '\t' << f.std_ref << '\t' << f.p_value << '\t' << f.p_val_fdr_bh << '\t' << f.positions << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) {
  Arguments a;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string key = argv[i], value = argv[i + 1];
    if (key == "--data")
      a.data = value;
    else if (key == "--out")
      a.out = value;
    else if (key == "--data-dir")
      a.data_dir = value;
    else if (key == "--arithmetic")
      a.arithmetic = value;
    else if (key == "--instructions")
      a.instructions = value;
    else if (key == "--threads")
      a.threads = std::atoi(value.c_str());
    else if (key == "--repeats")
      a.repeats = std::atoi(value.c_str());
    else if (key != "--json") {
      std::fprintf(stderr,
                   "unknown option %s; expected --data, --threads, --repeats, --arithmetic, --instructions, "
                   "--data-dir, --out or --json -\n",
                   key.c_str());
      return 2;
    }
  }
  try {
    if (a.arithmetic == "exact")
      measure<exact>(a);
    else
      measure<aaanalysis_1_1>(a);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
  return 0;
}
