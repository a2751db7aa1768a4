// What was measured, as lines for people and as JSON.
#pragma once

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/io/text/json.hpp"
#include "library.hpp"
#include "options.hpp"

namespace isonomy::dense {

struct Timing {
  std::string library;
  double difference = 0;                                     ///< of the result from that of the first library
  std::vector<double> seconds = {}, processor_seconds = {};  ///< of one call, a sample each
};

/// A call that would have taken longer than is allowed.
struct LeftOut {
  std::string library;
  double foreseen_seconds = 0;
};

struct Result {
  std::string row, type;
  index_t n = 0, threads = 0;
  double flops = 0;
  std::vector<Timing> timings = {};
  std::vector<LeftOut> left_out = {};
};

inline double least(const std::vector<double>& samples) { return *std::min_element(samples.begin(), samples.end()); }

inline double median(std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  const std::size_t half = samples.size() / 2;
  return samples.size() % 2 == 1 ? samples[half] : (samples[half - 1] + samples[half]) / 2;
}

/// The same library's medians for this row on one thread, over those here; 0 where there are none.
[[nodiscard]] inline double speed_over_one_thread(const std::vector<Result>& results, const Result& r,
                                                  const Timing& t) {
  for (const Result& single : results)
    if (single.row == r.row && single.type == r.type && single.n == r.n && single.threads == 1 && r.threads > 1)
      for (const Timing& other : single.timings)
        if (other.library == t.library) return median(other.seconds) / median(t.seconds);
  return 0;
}

inline void show(const std::vector<Result>& results, const Result& r) {
  std::printf("%-13s %-6s n %4lld threads %lld", r.row.c_str(), r.type.c_str(), static_cast<long long>(r.n),
              static_cast<long long>(r.threads));
  for (const Timing& t : r.timings) {
    const Timing& first = r.timings.front();
    std::printf("  %s %.4g ms (%.1f GFLOP/s at best", t.library.c_str(), 1e3 * median(t.seconds),
                1e-9 * r.flops / least(t.seconds));
    if (const double over = speed_over_one_thread(results, r, t); over > 0)
      std::printf(", %.2f of one thread's speed", over);
    std::printf(")");
    if (&t != &first)
      std::printf(": %s has %.2f of its speed (%.2f at best, %.2f by processor time)", first.library.c_str(),
                  median(t.seconds) / median(first.seconds), least(t.seconds) / least(first.seconds),
                  least(t.processor_seconds) / least(first.processor_seconds));
  }
  if (!r.timings.empty()) std::printf("  rounds %zu", r.timings.front().seconds.size());
  for (const LeftOut& l : r.left_out) std::printf("  %s left out: some %.2g s", l.library.c_str(), l.foreseen_seconds);
  std::printf("\n");
  std::fflush(stdout);
}

[[nodiscard]] inline std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  return "unknown";
}

inline void write_samples(io::JsonWriter& out, const char* name, const std::vector<double>& samples) {
  out.key(name).open_array();
  for (const double s : samples) out.value(s);
  out.close();
}

inline void write(io::JsonWriter& out, const std::vector<Result>& results, const Result& r) {
  out.open_object().member("row", r.row).member("type", r.type).member("n", r.n).member("threads", r.threads);
  out.member("flops", r.flops).key("libraries").open_array();
  for (const Timing& t : r.timings) {
    out.open_object().member("library", t.library).member("difference", t.difference);
    out.member("rounds", t.seconds.size()).member("median_seconds", median(t.seconds));
    out.member("least_seconds", least(t.seconds)).member("least_processor_seconds", least(t.processor_seconds));
    if (r.timings.front().library == "isonomy")
      out.member("isonomy_speed_over_it", median(t.seconds) / median(r.timings.front().seconds));
    if (const double over = speed_over_one_thread(results, r, t); over > 0) out.member("speed_over_one_thread", over);
    write_samples(out, "seconds", t.seconds);
    write_samples(out, "processor_seconds", t.processor_seconds);
    out.close();
  }
  out.close().key("left_out").open_array();
  for (const LeftOut& l : r.left_out)
    out.open_object().member("library", l.library).member("foreseen_seconds", l.foreseen_seconds).close();
  out.close().close();
}

[[nodiscard]] inline std::string json(const std::vector<Result>& results, const Options& options, double load,
                                      const char* openblas) {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  char written[32];
  std::strftime(written, sizeof written, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
  io::JsonWriter out;
  out.open_object().member("schema", "isonomy-dense").member("version", 2).member("date", written);
  out.member("commit", ISONOMY_BENCH_COMMIT).member("compiler", ISONOMY_BENCH_COMPILER);
  out.member("flags", ISONOMY_BENCH_FLAGS).member("processor", processor());
  out.member("cores", std::thread::hardware_concurrency()).member("load_average_before", load);
  out.member("isonomy", isonomy_library<double>().version).member("eigen", eigen_library<double>().version);
  out.member("openblas", openblas).member("quick", options.quick).member("rounds_at_most", options.rounds);
  out.member("seconds_of_rounds_at_most", options.at_most).member("seconds_of_a_call_at_most", options.longest);
  out.key("results").open_array();
  for (const Result& r : results) write(out, results, r);
  return out.close().close().text();
}

}  // namespace isonomy::dense
