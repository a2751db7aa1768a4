// Times dense linear algebra of Backend<Cpu> beside Eigen and OpenBLAS: results compared first, then the libraries in
// turn, in one process. dense.sh builds and runs it.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <fstream>
#include <functional>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "isonomy/core/text.hpp"
#include "isonomy/io/text/json.hpp"
#include "library.hpp"
#include "rows.hpp"

namespace isonomy::dense {
namespace {

struct Options {
  std::vector<std::string> rows = {}, types = {"double", "float"};
  std::vector<index_t> sizes = {256, 512, 1024, 2048}, threads = {1, 2};
  int rounds = 7;
  double at_least = 0.02;  ///< seconds of a sample: short calls are repeated within it
  std::string json = {};
};

struct Timing {
  std::string library;
  double difference = 0;                                     ///< of the result from that of the first library
  std::vector<double> seconds = {}, processor_seconds = {};  ///< of one call, a sample each
};

double least(const std::vector<double>& samples) { return *std::min_element(samples.begin(), samples.end()); }

double median(std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  const std::size_t half = samples.size() / 2;
  return samples.size() % 2 == 1 ? samples[half] : (samples[half - 1] + samples[half]) / 2;
}

struct Result {
  std::string row, type;
  index_t n = 0, threads = 0;
  double flops = 0;
  std::vector<Timing> timings = {};
};

/// Seconds of the clock, and those in which a processor worked for this process: what others run does not count there.
struct Seconds {
  double wall = 0, processor = 0;

  static Seconds now() {
    std::timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return {std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(),
            static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec)};
  }
};

/// A library's form of a row.
template <class T>
struct Leg {
  const Library<T>* library;
  std::function<void(index_t, const T*, const T*, T*)> call;
  int repeats = 1;

  /// Mean seconds of a call.
  Seconds sample(const Row<T>& row, index_t n, const std::vector<T>& a, const std::vector<T>& b, std::vector<T>& out) {
    Seconds sum;
    for (int r = 0; r < repeats; ++r) {
      if (row.in_place) std::copy(a.begin(), a.end(), out.begin());
      const Seconds before = Seconds::now();
      call(n, a.data(), b.data(), out.data());
      const Seconds after = Seconds::now();
      sum.wall += after.wall - before.wall;
      sum.processor += after.processor - before.processor;
    }
    return {sum.wall / repeats, sum.processor / repeats};
  }
};

template <class T>
Result measure(const Row<T>& row, const std::vector<Library<T>>& libraries, index_t n, index_t threads,
               const Options& options) {
  const std::vector<T> a = numbers<T>(n, row.count, 1, row.definite), b = numbers<T>(n, row.in_place ? 0 : 1, 2, false);
  std::vector<T> expected, out(a.size());
  Result result{row.name, sizeof(T) == 8 ? "double" : "float", n, threads, row.flops(n)};
  std::vector<Leg<T>> legs;
  for (const Library<T>& library : libraries)
    if (auto call = row.of(library)) legs.push_back({&library, std::move(call)});
  for (Leg<T>& leg : legs) {
    leg.library->set_threads(static_cast<int>(threads));
    leg.sample(row, n, a, b, out);  // threads start, memory is touched
    const double seconds = leg.sample(row, n, a, b, out).wall;
    leg.repeats = static_cast<int>(std::clamp(options.at_least / seconds, 1., 1e4));
    if (expected.empty()) expected = out;
    result.timings.push_back({leg.library->name, difference(row, n, expected, out)});
    // Every order of a sum of n products lies within n*eps of the sum of magnitudes; a wrong result lies far outside.
    if (const double allowed = 8 * static_cast<double>(n) * double{std::numeric_limits<T>::epsilon()};
        !(result.timings.back().difference <= allowed))
      throw std::runtime_error(
          text::joined({row.name, ", n = ", text::joined(n), ": ", leg.library->name, " differs from ",
                        legs.front().library->name, " by ", text::joined(result.timings.back().difference)}));
  }
  for (int round = 0; round < options.rounds; ++round)
    for (std::size_t i = 0; i < legs.size(); ++i) {
      legs[i].library->set_threads(static_cast<int>(threads));
      const Seconds seconds = legs[i].sample(row, n, a, b, out);
      result.timings[i].seconds.push_back(seconds.wall);
      result.timings[i].processor_seconds.push_back(seconds.processor);
    }
  return result;
}

void show(const Result& r) {
  std::printf("%-10s %-6s n %4lld threads %lld", r.row.c_str(), r.type.c_str(), static_cast<long long>(r.n),
              static_cast<long long>(r.threads));
  const Timing& ours = r.timings.front();
  for (const Timing& t : r.timings) {
    std::printf("  %s %.4g ms (%.1f GFLOP/s at best)", t.library.c_str(), 1e3 * median(t.seconds),
                1e-9 * r.flops / least(t.seconds));
    if (&t != &ours)
      std::printf(": isonomy has %.2f of its speed (%.2f at best, %.2f by processor time)",
                  median(t.seconds) / median(ours.seconds), least(t.seconds) / least(ours.seconds),
                  least(t.processor_seconds) / least(ours.processor_seconds));
  }
  std::printf("\n");
  std::fflush(stdout);
}

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  return "unknown";
}

void write_samples(io::JsonWriter& out, const char* name, const std::vector<double>& samples) {
  out.key(name).open_array();
  for (const double s : samples) out.value(s);
  out.close();
}

std::string json(const std::vector<Result>& results, const Options& options, double load, const char* openblas) {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  char written[32];
  std::strftime(written, sizeof written, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
  io::JsonWriter out;
  out.open_object().member("schema", "isonomy-dense").member("version", 1).member("date", written);
  out.member("commit", ISONOMY_BENCH_COMMIT).member("compiler", ISONOMY_BENCH_COMPILER);
  out.member("flags", ISONOMY_BENCH_FLAGS).member("processor", processor());
  out.member("cores", std::thread::hardware_concurrency()).member("load_average_before", load);
  out.member("isonomy", isonomy_library<double>().version).member("eigen", eigen_library<double>().version);
  out.member("openblas", openblas).member("rounds", options.rounds).key("results").open_array();
  for (const Result& r : results) {
    out.open_object().member("row", r.row).member("type", r.type).member("n", r.n).member("threads", r.threads);
    out.member("flops", r.flops).key("libraries").open_array();
    for (const Timing& t : r.timings) {
      out.open_object().member("library", t.library).member("difference", t.difference);
      out.member("median_seconds", median(t.seconds)).member("least_seconds", least(t.seconds));
      out.member("least_processor_seconds", least(t.processor_seconds));
      out.member("isonomy_speed_over_it", median(t.seconds) / median(r.timings.front().seconds));
      write_samples(out, "seconds", t.seconds);
      write_samples(out, "processor_seconds", t.processor_seconds);
      out.close();
    }
    out.close().close();
  }
  return out.close().close().text();
}

template <class T>
void run(const Options& options, std::vector<Result>& results) {
  std::vector<Library<T>> libraries = {isonomy_library<T>(), eigen_library<T>()};
  for (Library<T>& library : openblas_libraries<T>()) libraries.push_back(std::move(library));
  for (const Row<T>& row : rows<T>()) {
    if (!options.rows.empty() && std::find(options.rows.begin(), options.rows.end(), row.name) == options.rows.end())
      continue;
    for (const index_t n : options.sizes)
      for (const index_t threads : options.threads) {
        results.push_back(measure(row, libraries, n, threads, options));
        show(results.back());
      }
  }
}

std::vector<std::string> parts(const std::string& list) {
  std::vector<std::string> out;
  std::istringstream stream(list);
  for (std::string part; std::getline(stream, part, ',');) out.push_back(part);
  return out;
}

std::vector<index_t> counts(const std::string& list) {
  std::vector<index_t> out;
  for (const std::string& part : parts(list)) out.push_back(std::stoll(part));
  if (out.empty() || *std::min_element(out.begin(), out.end()) < 1) throw std::invalid_argument(list);
  return out;
}

std::vector<std::string> types(const std::string& list) {
  const std::vector<std::string> out = parts(list);
  for (const std::string& type : out)
    if (type != "double" && type != "float") throw std::invalid_argument(type);
  return out;
}

Options parse(int argc, char** argv) {
  Options o;
  for (int i = 1; i < argc; i += 2) {
    const std::string key = argv[i];
    if (i + 1 == argc) throw std::invalid_argument(key);
    const std::string value = argv[i + 1];
    if (key == "--rows")
      o.rows = parts(value);
    else if (key == "--types")
      o.types = types(value);
    else if (key == "--sizes")
      o.sizes = counts(value);
    else if (key == "--threads")
      o.threads = counts(value);
    else if (key == "--rounds")
      o.rounds = static_cast<int>(counts(value).front());
    else if (key == "--at-least")
      o.at_least = std::stod(value);
    else if (key == "--json")
      o.json = value;
    else
      throw std::invalid_argument(key);
  }
  return o;
}

int timed(int argc, char** argv) {
  Options options;
  try {
    options = parse(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr,
                 "dense: cannot read '%s'; options, each with a value: --rows gemm,syrk,... --types double,float\n"
                 "--sizes 256,... --threads 1,2 --rounds N --at-least SECONDS --json FILE\n",
                 error.what());
    return 2;
  }
  double load = 0;
  if (getloadavg(&load, 1) == 1 && load > 0.5)
    std::printf("the machine is busy (load %.1f): times are too long, ratios are of little worth\n", load);
  const auto openblas = openblas_libraries<double>();
  if (openblas.empty())
    std::printf("OpenBLAS is missing (Debian: libopenblas-dev, liblapacke-dev): Eigen alone stands beside\n");
  std::vector<Result> results;
  for (const std::string& type : options.types)
    if (type == "double")
      run<double>(options, results);
    else
      run<float>(options, results);
  if (results.empty()) {
    std::fprintf(stderr, "dense: no row of that name\n");
    return 2;
  }
  if (!options.json.empty()) {
    std::ofstream file(options.json);
    file << json(results, options, load, openblas.empty() ? "missing" : openblas.front().version.c_str());
    if (!file.flush()) throw std::runtime_error("cannot write " + options.json);
  }
  return 0;
}

}  // namespace
}  // namespace isonomy::dense

int main(int argc, char** argv) {
  try {
    return isonomy::dense::timed(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "dense: %s\n", error.what());
    return 1;
  }
}
