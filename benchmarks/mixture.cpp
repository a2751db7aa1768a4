// Times the mixture likelihood, its derivatives, fits and profiles on a file of doubles; one JSON line per kind of
// work. mixture.py compares it with what else a user could pick.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/backend/cpu.hpp"
#include "isonomy/estimators/mixture/em.hpp"
#include "isonomy/estimators/mixture/fit.hpp"
#include "isonomy/estimators/mixture/minos.hpp"
#include "isonomy/version.hpp"

namespace {

using namespace isonomy;

std::vector<double> read_doubles(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  std::vector<double> x(static_cast<std::size_t>(std::max<std::streamoff>(file.tellg(), 0)) / sizeof(double));
  file.seekg(0);
  if (!file.read(reinterpret_cast<char*>(x.data()), static_cast<std::streamsize>(x.size() * sizeof(double))))
    throw IoError(path, 0, "cannot be read");
  return x;
}

/// Median seconds of a call; `repeats` batches of so many calls that one takes five milliseconds, after a twentieth of
/// a second of calls in which threads and clocks get going.
double median_seconds(const std::function<void()>& call, int repeats) {
  const auto run = [&](int calls) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < calls; ++i) call();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / calls;
  };
  double once = run(1);
  for (double warm = once; warm < 0.05; warm += once) once = run(1);
  const int calls = std::max(1, static_cast<int>(5e-3 / once));
  std::vector<double> seconds;
  for (int i = 0; i < repeats; ++i) seconds.push_back(run(calls));
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() / 2];
}

/// Prints one JSON line.
void print(const Context<Cpu>& ctx, const char* work, std::size_t points, double seconds, double nll) {
  std::printf("{\"work\": \"%s\", \"points\": %zu, \"threads\": %d, \"seconds\": %.9f, \"nll\": %.17g, "
              "\"instruction_set\": \"%s\", \"compiler\": \"%s\", \"flags\": \"%s\", \"commit\": \"%s\", "
              "\"version\": \"%s\"}\n",
              work, points, ctx.threads(), seconds, nll, cpu::name(ctx.instruction_set()), ISONOMY_BENCH_COMPILER,
              ISONOMY_BENCH_FLAGS, ISONOMY_BENCH_COMMIT, version_string);
  std::fflush(stdout);
}

/// Twenty iterations of EM on eight full covariances in eight dimensions; the file ends with the means to start from.
void run_em(const std::string& data, Context<Cpu>& ctx, int repeats) {
  constexpr int d = 8, k = 8;
  std::vector<double> x = read_doubles(data);
  mixture::NormalMixture start{
      d, Covariance::full, std::vector<double>(k, 1.0 / k), {}, std::vector<double>(k * d * d)};
  start.means.assign(x.end() - k * d, x.end());
  x.resize(x.size() - k * d);
  for (std::size_t c = 0; c < k; ++c)
    for (std::size_t i = 0; i < d; ++i) start.covariances[(c * d + i) * d + i] = 1;
  mixture::EmOptions options;
  options.tol = 0;
  options.max_iter = 20;
  const auto n = static_cast<index_t>(x.size() / d);
  double nll = 0;
  const double seconds =
      median_seconds([&] { nll = mixture::em(ctx, start, row_major(x.data(), n, index_t{d}), options).nll; }, repeats);
  print(ctx, "em", static_cast<std::size_t>(n), seconds, nll);
}

void run(const std::string& data, Context<Cpu>& ctx, int repeats) {
  const std::vector<double> x = read_doubles(data);
  const mixture::NormalModel model = mixture::shared_mean_pair();
  const std::vector<double> point{0.5, 1, 2, 0.5}, start{0.3, 0.5, 3, 1};

  double nll = 0;
  constexpr std::pair<const char*, MixtureOrder> orders[]{
      {"value", MixtureOrder::value}, {"gradient", MixtureOrder::gradient}, {"hessian", MixtureOrder::hessian}};
  const auto time = [&](const char* work, const std::function<void()>& call) {
    const double seconds = median_seconds(call, repeats);
    print(ctx, work, x.size(), seconds, nll);
  };
  for (const auto& [work, order] : orders)
    time(work, [&, o = order] { nll = mixture::evaluate(ctx, model, view(x), point, o).nll; });
  time("fit", [&] { nll = mixture::fit(ctx, model, view(x), start).minimum.nll; });
  mixture::NormalLikelihood<Context<Cpu>, double> likelihood(ctx, model, view(x), start);
  const mixture::Minimum minimum = mixture::minimize(likelihood, start);
  time("minos", [&] {
    for (int i = 0; i < model.size(); ++i) nll += mixture::minos(likelihood, minimum, i).upper;
  });
}

}  // namespace

int main(int argc, char** argv) {
  std::string data, em, instructions = "best";
  int threads = 1, repeats = 15;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string key = argv[i], value = argv[i + 1];
    if (key == "--data")
      data = value;
    else if (key == "--em")
      em = value;
    else if (key == "--instructions")
      instructions = value;
    else if (key == "--threads")
      threads = std::atoi(value.c_str());
    else if (key == "--repeats")
      repeats = std::atoi(value.c_str());
  }
  if (data.empty() == em.empty()) {
    std::fprintf(stderr, "usage: mixture --data FILE_OF_DOUBLES | --em FILE [--threads 1] "
                         "[--instructions best|avx2|scalar] [--repeats 15]\n");
    return 2;
  }
  try {
    cpu::ContextOptions options{.threads = threads};
    if (instructions == "scalar") options.instruction_set = cpu::InstructionSet::scalar;
    if (instructions == "avx2") options.instruction_set = cpu::InstructionSet::avx2;
    Context<Cpu> ctx(options);
    if (em.empty())
      run(data, ctx, repeats);
    else
      run_em(em, ctx, repeats);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "error: %s\n", e.what());
    return 1;
  }
}
