// Times fits of gsn on a file of doubles or on portable random data: one JSON line for every line of standard input, so
// that gsn.py can let programs take turns.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <numeric>
#include <string>
#include <vector>

#include "isonomy/compiled/linalg.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/gsn/fit.hpp"
#include "isonomy/estimators/gsn/simulation/portable_data.hpp"
#include "isonomy/version.hpp"

namespace {

using namespace isonomy;

struct Options {
  std::string data, uneven = "fast", instructions = "best";
  index_t units = 0, conditions = 0, trials = 0;
  int threads = 1;
};

/// The doubles of a file, units x conditions x trials by rows, or random ones without a file.
std::vector<double> read_data(const Options& o) {
  if (o.data.empty()) return gsn::portable_data({o.units, o.conditions, o.trials, 20, 1.0, 1, 0});
  std::vector<double> x(static_cast<std::size_t>(o.units * o.conditions * o.trials));
  const auto bytes = static_cast<std::streamsize>(x.size() * sizeof(double));
  std::ifstream file(o.data, std::ios::binary);
  if (!file.read(reinterpret_cast<char*>(x.data()), bytes) || file.peek() != std::ifstream::traits_type::eof())
    throw ValueError(o.data + " does not hold as many doubles as its shape has");
  return x;
}

double norm(Context<Cpu>& ctx, const Matrix<double, Cpu>& m) {
  const std::vector<double> x = to_host<Context<Cpu>, double>(ctx, {m.data(), m.rows() * m.columns()});
  return std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0));
}

/// Fits once and prints what that took, and what it found.
void run(const Options& o, const std::vector<double>& x) {
  cpu::ContextOptions with{.threads = o.threads};
  if (o.instructions == "scalar") with.instruction_set = cpu::InstructionSet::scalar;
  if (o.instructions == "avx2") with.instruction_set = cpu::InstructionSet::avx2;
  Context<Cpu> ctx(with);
  gsn::GsnOptions options;
  options.uneven = o.uneven == "missing" ? gsn::Uneven::missing : gsn::Uneven::fast;
  const std::clock_t processor = std::clock();
  const auto start = std::chrono::steady_clock::now();
  const auto result = gsn::fit(ctx, gsn::trials_fastest(x.data(), o.units, o.conditions, o.trials), options);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double cpu_seconds = static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("{\"library\": \"isonomy\", \"version\": \"%s\", \"seconds\": %.9f, \"cpu_seconds\": %.6f, "
              "\"peak_rss_bytes\": %lld, \"peak_buffer_bytes\": %zu, \"shrinklevelN\": %.17g, \"shrinklevelD\": %.17g, "
              "\"numiters\": %d, \"ncsnr_sum\": %.17g, \"cNb_norm\": %.17g, \"cSb_norm\": %.17g, \"stages\": {",
              version_string, seconds, cpu_seconds, 1024LL * usage.ru_maxrss, result.report.bytes_peak,
              result.shrinklevelN, result.shrinklevelD, result.numiters.value_or(-1),
              std::accumulate(result.ncsnr.begin(), result.ncsnr.end(), 0.0), norm(ctx, result.cNb),
              norm(ctx, result.cSb));
  for (const auto& stage : result.report.stages)
    std::printf("%s\"%s\": %.6f", &stage == &result.report.stages.front() ? "" : ", ", stage.stage.c_str(),
                stage.seconds);
  std::printf("}, \"instruction_set\": \"%s\", \"compiler\": \"%s\", \"flags\": \"%s\", \"commit\": \"%s\"}\n",
              cpu::name(ctx.instruction_set()), ISONOMY_BENCH_COMPILER, ISONOMY_BENCH_FLAGS, ISONOMY_BENCH_COMMIT);
  std::fflush(stdout);
}

/// Units x conditions x trials, as 300x100x3; false for anything else.
bool read_size(const std::string& text, Options& o) {
  long n = 0, c = 0, t = 0;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%ldx%ldx%ld%c", &n, &c, &t, &rest) != 3) return false;
  o.units = n;
  o.conditions = c;
  o.trials = t;
  return n > 0 && c > 0 && t > 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  bool usable = argc % 2 == 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string key = argv[i], value = argv[i + 1];
    if (key == "--data")
      o.data = value;
    else if (key == "--size")
      usable = usable && read_size(value, o);
    else if (key == "--threads")
      o.threads = std::max(std::atoi(value.c_str()), 1);
    else if (key == "--uneven")
      o.uneven = value;
    else if (key == "--instructions")
      o.instructions = value;
    else
      usable = false;
  }
  if (!usable || o.units == 0) {
    std::fprintf(stderr, "usage: gsn --size UNITSxCONDITIONSxTRIALS [--data FILE_OF_DOUBLES] [--threads 1] "
                         "[--uneven fast|missing] [--instructions best|avx2|scalar]\n"
                         "fits once for every line of standard input\n");
    return 2;
  }
  try {
    const std::vector<double> x = read_data(o);
    for (std::string line; std::getline(std::cin, line);) run(o, x);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "error: %s\n", e.what());
    return 1;
  }
}
