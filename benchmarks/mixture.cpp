// Times the mixture likelihood, its derivatives, fits and profiles on a file of doubles; one JSON line for each kind of
// work and number of threads. mixture.py compares it with what else a user could pick.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <exception>
#include <fstream>
#include <functional>
#include <iterator>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/compiled/mixture.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/many/fit_many.hpp"
#include "isonomy/estimators/mixture/many/normal_toys.hpp"
#include "isonomy/estimators/mixture/minimise/minos.hpp"
#include "isonomy/estimators/mixture/multivariate/em.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
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

/// One kind of work, and what it found.
struct Work {
  const char* name;
  Context<Cpu>* ctx;
  std::function<double()> call;
  double result = 0, median_seconds = 0;
};

/// Times each: `repeats` batches of so many calls that one takes five milliseconds, the batches of all in turn, so that
/// a busy machine slows them alike; before it a twentieth of a second of calls each, in which threads and clocks get
/// going.
void time_in_turn(std::vector<Work>& works, int repeats) {
  const auto run = [](Work& work, int calls) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < calls; ++i) work.result = work.call();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / calls;
  };
  std::vector<int> calls;
  for (Work& work : works) {
    double once = run(work, 1);
    for (double warm = once; warm < 0.05; warm += once) once = run(work, 1);
    calls.push_back(std::max(1, static_cast<int>(5e-3 / once)));
  }
  std::vector<std::vector<double>> seconds(works.size());
  for (int i = 0; i < repeats; ++i)
    for (std::size_t w = 0; w < works.size(); ++w) seconds[w].push_back(run(works[w], calls[w]));
  for (std::size_t w = 0; w < works.size(); ++w) {
    std::sort(seconds[w].begin(), seconds[w].end());
    works[w].median_seconds = seconds[w][seconds[w].size() / 2];
  }
}

/// Prints one JSON line.
void print(const Work& work, std::size_t points) {
  std::printf("{\"work\": \"%s\", \"points\": %zu, \"threads\": %d, \"seconds\": %.9f, \"nll\": %.17g, "
              "\"instruction_set\": \"%s\", \"compiler\": \"%s\", \"flags\": \"%s\", \"commit\": \"%s\", "
              "\"version\": \"%s\"}\n",
              work.name, points, work.ctx->threads(), work.median_seconds, work.result,
              cpu::name(work.ctx->instruction_set()), ISONOMY_BENCH_COMPILER, ISONOMY_BENCH_FLAGS, ISONOMY_BENCH_COMMIT,
              version_string);
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
  std::vector<Work> works{
      {"em", &ctx, [&] { return mixture::em(ctx, start, row_major(x.data(), n, index_t{d}), options).nll; }}};
  time_in_turn(works, repeats);
  print(works.front(), static_cast<std::size_t>(n));
}

struct EmFit {
  std::string data;
  int dimensions = 2, components = 2, starts = mixture::EmOptions{}.starts;
  double tol = mixture::EmOptions{}.tol;
  std::uint64_t seed = 0;
};

/// A fit of full covariances from starts of our own: one JSON line with the mixture, and how long it took.
void run_em_fit(const EmFit& fit, cpu::ContextOptions context, int repeats) {
  const std::vector<double> x = read_doubles(fit.data);
  context.seed = fit.seed;
  Context<Cpu> ctx(context);
  mixture::EmOptions options;
  options.starts = fit.starts;
  options.tol = fit.tol;
  options.max_iter = 100000;
  options.reg_covar = 0;
  const auto n = static_cast<index_t>(x.size()) / fit.dimensions;
  const auto rows = row_major(x.data(), n, index_t{fit.dimensions});
  mixture::EmResult result;
  std::vector<Work> works{{"em_fit", &ctx, [&] {
                             result = mixture::em(ctx, fit.components, Covariance::full, rows, options);
                             return result.nll;
                           }}};
  if (repeats > 0)
    time_in_turn(works, repeats);
  else
    works.front().result = works.front().call();
  const auto list = [](const char* name, const std::vector<double>& numbers) {
    std::printf("\"%s\": [", name);
    for (std::size_t i = 0; i < numbers.size(); ++i) std::printf("%s%.17g", i > 0 ? ", " : "", numbers[i]);
    std::printf("], ");
  };
  std::printf("{");
  list("weights", result.model.weights);
  list("means", result.model.means);
  list("covariances", result.model.covariances);
  const mixture::StartCounts& starts = result.starts;
  std::printf("\"iterations\": %d, \"converged\": %s, \"tried\": %d, \"met_same\": %d, \"met_none\": %d, "
              "\"first\": %d, \"nll\": %.17g, \"seconds\": %.9f}\n",
              result.iterations, result.converged ? "true" : "false", starts.tried, starts.met_same, starts.met_none,
              starts.first, result.nll, works.front().median_seconds);
}

/// `count` toys of 10,000 points of two peaks, drawn and fitted with errors from the truth; their NLLs added.
void run_toys(index_t count, std::vector<Context<Cpu>>& contexts, int repeats) {
  const mixture::NormalModel model{.components = 2};
  const std::vector<double> truth{0.4, 0, 3, 1, 0.7};
  constexpr index_t points = 10000;
  const mixture::NormalToys toys(model, truth, 1, points);
  const auto fit = [&](Context<Cpu>& ctx) {
    double sum = 0;
    for (const auto& toy : mixture::fit_many(ctx, model, count, toys, truth).fits) sum += toy.minimum.nll;
    return sum;
  };
  std::vector<Work> works;
  for (Context<Cpu>& ctx : contexts) works.push_back({"toys", &ctx, [&] { return fit(ctx); }});
  time_in_turn(works, repeats);
  for (const Work& work : works) print(work, static_cast<std::size_t>(count * points));
}

/// The sum of x, block by block on the context's threads: nothing can read the points faster.
double read(Context<Cpu>& ctx, const std::vector<double>& x) {
  const auto points = static_cast<index_t>(x.size()), blocks = points / block_points;
  std::vector<double> sums(static_cast<std::size_t>(blocks));
  cpu::parallel_for(ctx, blocks, 1, "read", [&](index_t b) {
    double lanes[2 * block_lanes] = {};
    const double* const block = x.data() + b * block_points;
    for (index_t i = 0; i < block_points; i += 2 * block_lanes)
      for (index_t lane = 0; lane < 2 * block_lanes; ++lane) lanes[lane] += block[i + lane];
    sums[static_cast<std::size_t>(b)] = std::accumulate(std::begin(lanes), std::end(lanes), 0.0);
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

void run(const std::string& data, std::vector<Context<Cpu>>& contexts, int repeats) {
  const std::vector<double> x = read_doubles(data);
  const mixture::NormalModel model = mixture::shared_mean_pair();
  const std::vector<double> point{0.5, 1, 2, 0.5}, start{0.3, 0.5, 3, 1};
  const auto evaluate = [&](Context<Cpu>& ctx, MixtureOrder order) {
    return mixture::evaluate(ctx, model, view(x), point, order).nll;
  };
  const auto fit = [&](Context<Cpu>& ctx) { return mixture::fit(ctx, model, view(x), start).minimum.nll; };
  struct Fitted {
    mixture::NormalLikelihood<Context<Cpu>, double> likelihood;
    mixture::Minimum minimum;
  };
  std::deque<Fitted> fitted;
  const auto profiles = [&](Fitted& f) {
    double upper = 0;
    for (int i = 0; i < model.size(); ++i) upper += mixture::minos(f.likelihood, f.minimum, i).upper;
    return upper;
  };
  std::vector<Work> works;
  for (Context<Cpu>& ctx : contexts) {
    works.push_back({"read", &ctx, [&] { return read(ctx, x); }});
    works.push_back({"value", &ctx, [&] { return evaluate(ctx, MixtureOrder::value); }});
    works.push_back({"gradient", &ctx, [&] { return evaluate(ctx, MixtureOrder::gradient); }});
    works.push_back({"hessian", &ctx, [&] { return evaluate(ctx, MixtureOrder::hessian); }});
    works.push_back({"fit", &ctx, [&] { return fit(ctx); }});
    Fitted& f = fitted.emplace_back(Fitted{{ctx, model, view(x), start}, {}});
    f.minimum = mixture::minimize(f.likelihood, start);
    works.push_back({"minos", &ctx, [&] { return profiles(f); }});
  }
  time_in_turn(works, repeats);
  for (const Work& work : works) print(work, x.size());
}

}  // namespace

int main(int argc, char** argv) {
  std::string data, em, instructions = "best";
  int threads = 1, repeats = 15, toys = 0;
  EmFit em_fit;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string key = argv[i], value = argv[i + 1];
    if (key == "--data")
      data = value;
    else if (key == "--em")
      em = value;
    else if (key == "--em-fit")
      em_fit.data = value;
    else if (key == "--dimensions")
      em_fit.dimensions = std::max(std::atoi(value.c_str()), 1);
    else if (key == "--components")
      em_fit.components = std::atoi(value.c_str());
    else if (key == "--starts")
      em_fit.starts = std::atoi(value.c_str());
    else if (key == "--tol")
      em_fit.tol = std::atof(value.c_str());
    else if (key == "--seed")
      em_fit.seed = std::strtoull(value.c_str(), nullptr, 10);
    else if (key == "--toys")
      toys = std::atoi(value.c_str());
    else if (key == "--instructions")
      instructions = value;
    else if (key == "--threads")
      threads = std::atoi(value.c_str());
    else if (key == "--repeats")
      repeats = std::atoi(value.c_str());
  }
  if ((data.empty() ? 0 : 1) + (em.empty() ? 0 : 1) + (em_fit.data.empty() ? 0 : 1) + (toys > 0 ? 1 : 0) != 1) {
    std::fprintf(stderr, "usage: mixture --data FILE_OF_DOUBLES | --em FILE | --toys COUNT | --em-fit FILE "
                         "--dimensions D --components K [--starts 40] [--tol 1e-3] [--seed 0] [--threads 1] "
                         "[--instructions best|avx2|scalar] [--repeats 15]\n"
                         "--data and --toys with several threads: with one thread and with these, in turn\n");
    return 2;
  }
  try {
    cpu::ContextOptions options;
    if (instructions == "scalar") options.instruction_set = cpu::InstructionSet::scalar;
    if (instructions == "avx2") options.instruction_set = cpu::InstructionSet::avx2;
    if (!em_fit.data.empty()) {
      options.threads = threads;
      run_em_fit(em_fit, options, repeats);
      return 0;
    }
    std::vector<Context<Cpu>> contexts;
    for (const int t : em.empty() && threads > 1 ? std::vector{1, threads} : std::vector{threads}) {
      options.threads = t;
      contexts.emplace_back(options);
    }
    if (toys > 0)
      run_toys(toys, contexts, repeats);
    else if (em.empty())
      run(data, contexts, repeats);
    else
      run_em(em, contexts.front(), repeats);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "error: %s\n", e.what());
    return 1;
  }
}
