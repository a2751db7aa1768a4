// What a computation tells about itself: where it ran, how exactly, how long, with how much memory, and what to heed.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace isonomy {

struct StageSeconds {
  std::string stage;
  double seconds = 0;
};

struct OperationBackend {
  std::string operation, backend;  ///< backend: its name, with "(generic)" where the library's own form ran
};

struct Report {
  std::vector<OperationBackend> operations;
  std::string precision;    ///< of the arithmetic that decided
  std::string determinism;  ///< what the result's bits do not depend on
  std::size_t bytes_staged = 0;
  std::size_t bytes_peak = 0;  ///< highest sum of the context's buffers
  std::vector<StageSeconds> stages;
  std::vector<std::string> warnings;
};

/// Adds the time since its construction, or the last lap, to a report under the stage's name.
class StageTimer {
 public:
  explicit StageTimer(Report& report) : report_(report) {}
  void lap(std::string stage) {
    const auto now = clock::now();
    report_.stages.push_back({std::move(stage), std::chrono::duration<double>(now - last_).count()});
    last_ = now;
  }

 private:
  using clock = std::chrono::steady_clock;
  Report& report_;
  clock::time_point last_ = clock::now();
};

}  // namespace isonomy
