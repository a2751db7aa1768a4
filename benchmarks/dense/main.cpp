// Times dense linear algebra of Backend<Cpu> beside Eigen and OpenBLAS: results compared first, then the libraries in
// turn, in one process. dense.sh builds and runs it.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <fstream>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "isonomy/core/text.hpp"
#include "judge.hpp"
#include "library.hpp"
#include "options.hpp"
#include "result.hpp"
#include "rows.hpp"

namespace isonomy::dense {
namespace {

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

/// What a row is computed on.
template <class T>
struct Operands {
  index_t n;
  std::vector<T> a, b, out;
  const std::vector<T>* copied = nullptr;  ///< with what an output begins

  Operands(const Row<T>& row, index_t size)
      : n(size), a(numbers<T>(n, n, row.count, 1, row.kind)),
        b(numbers<T>(n, row.columns_b < 0 ? n : row.columns_b, 1, 2, Kind::general)) {
    using Output = typename Row<T>::Output;
    if (row.output != Output::new_matrix) copied = row.output == Output::copy_of_b ? &b : &a;
    out.resize((copied == &b ? b : a).size() + static_cast<std::size_t>(row.output == Output::spectral ? 4 * n : 0));
  }
};

/// A library's form of a row.
template <class T>
struct Leg {
  const Library<T>* library;
  std::function<void(index_t, const T*, const T*, T*)> call;
  int repeats = 1;

  /// Mean seconds of a call.
  Seconds sample(Operands<T>& o) {
    Seconds sum;
    for (int r = 0; r < repeats; ++r) {
      if (o.copied) std::copy(o.copied->begin(), o.copied->end(), o.out.begin());
      const Seconds before = Seconds::now();
      call(o.n, o.a.data(), o.b.data(), o.out.data());
      const Seconds after = Seconds::now();
      sum.wall += after.wall - before.wall;
      sum.processor += after.processor - before.processor;
    }
    return {sum.wall / repeats, sum.processor / repeats};
  }
};

/// A row at one size and number of threads: the libraries' results compared, and then the libraries in turn.
template <class T>
class Measurement {
 public:
  Measurement(const Row<T>& row, index_t n, index_t threads, const Options& options)
      : row_(row), options_(options), threads_(static_cast<int>(threads)),
        operands_(row, n), result_{row.name, sizeof(T) == 8 ? "double" : "float", n, threads, row.flops(n)} {}

  /// Takes part, unless it does not have the operation, or would take too long, judging by smaller sizes.
  void add(const Library<T>& library, const std::vector<Result>& before) {
    auto call = row_.of(library);
    if (!call) return;
    if (const double seconds = foreseen(library.name, before); seconds > options_.longest) {
      result_.left_out.push_back({library.name, seconds});
      return;
    }
    Leg<T> leg{&library, std::move(call)};
    library.set_threads(threads_);
    Seconds first = leg.sample(operands_);  // threads start, memory is touched
    constexpr double long_call = 0.3;       // in which that does not matter
    if (first.wall < long_call) first = leg.sample(operands_);
    leg.repeats = static_cast<int>(std::clamp(options_.at_least / first.wall, 1., 1e4));
    compare(library.name);
    if (first.wall >= long_call) put(result_.timings.back(), first);
    legs_.push_back(std::move(leg));
  }

  [[nodiscard]] Result run() {
    const bool any =
        std::all_of(result_.timings.begin(), result_.timings.end(), [](const Timing& t) { return !t.seconds.empty(); });
    const std::size_t rounds = static_cast<std::size_t>(options_.rounds);
    for (std::size_t round = 0; round < rounds; ++round) {
      if ((any || round > 0) && Seconds::now().wall - begin_ > options_.at_most) break;
      for (std::size_t i = 0; i < legs_.size(); ++i) {
        if (result_.timings[i].seconds.size() >= rounds) continue;
        legs_[i].library->set_threads(threads_);
        rest();
        put(result_.timings[i], legs_[i].sample(operands_));
      }
    }
    return std::move(result_);
  }

 private:
  /// Lets the threads of the library before fall asleep: those of OpenBLAS go on asking for work for some 0.03 s.
  void rest() const {
    if (threads_ > 1) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  static void put(Timing& timing, const Seconds& seconds) {
    timing.seconds.push_back(seconds.wall);
    timing.processor_seconds.push_back(seconds.processor);
  }
  /// From the largest size before, by its operations, on however many threads it took longest: all or none are left
  /// out.
  [[nodiscard]] double foreseen(const std::string& library, const std::vector<Result>& before) const {
    double seconds = 0;
    index_t n = 0;
    const auto take = [&](const Result& r, double of_call) {
      seconds = std::max(r.n > n ? 0 : seconds, of_call * result_.flops / r.flops);
      n = r.n;
    };
    for (const Result& r : before) {
      if (r.row != row_.name || r.type != result_.type || r.n >= result_.n || r.n < n) continue;
      for (const Timing& t : r.timings)
        if (t.library == library) take(r, median(t.seconds));
      for (const LeftOut& l : r.left_out)
        if (l.library == library) take(r, l.foreseen_seconds);
    }
    return seconds;
  }
  /// Every order of a sum of n products lies within n*eps of the sum of magnitudes; a wrong result lies far outside.
  void compare(const std::string& library) {
    if (expected_.empty()) expected_ = operands_.out;
    const double difference = row_.difference(operands_.n, operands_.a, expected_, operands_.out),
                 allowed = 8 * static_cast<double>(operands_.n) * double{std::numeric_limits<T>::epsilon()};
    result_.timings.push_back({library, difference});
    if (!(difference <= allowed))
      throw std::runtime_error(
          text::joined({row_.name, ", n = ", text::joined(operands_.n), ": ", library, " differs from ",
                        result_.timings.front().library, " by ", text::joined(difference)}));
  }

  const Row<T>& row_;
  const Options& options_;
  int threads_;
  double begin_ = Seconds::now().wall;
  Operands<T> operands_;
  Result result_;
  std::vector<Leg<T>> legs_ = {};
  std::vector<T> expected_ = {};
};

template <class T>
void run(const Options& options, std::vector<Result>& results) {
  std::vector<Library<T>> libraries = {isonomy_library<T>(), eigen_library<T>()};
  for (Library<T>& library : openblas_libraries<T>()) libraries.push_back(std::move(library));
  for (const Row<T>& row : rows<T>()) {
    if (!options.rows.empty() && std::find(options.rows.begin(), options.rows.end(), row.name) == options.rows.end())
      continue;
    for (const index_t n : options.sizes)
      for (const index_t threads : options.threads) {
        Measurement<T> measurement(row, n, threads, options);
        for (const Library<T>& library : libraries) measurement.add(library, results);
        results.push_back(measurement.run());
        show(results, results.back());
      }
  }
}

int timed(int argc, char** argv) {
  Options options;
  try {
    options = Options::parse(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "dense: cannot read '%s'; %s\n", error.what(), Options::help);
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
