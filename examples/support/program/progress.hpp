// A line on the terminal that says how far a run is; nothing where stderr is not a terminal.
#pragma once

#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>

#include "isonomy/core/control.hpp"
#include "isonomy/core/text.hpp"

namespace examples {

using isonomy::text::joined;

class ProgressLine {
 public:
  explicit ProgressLine(bool wanted) : shown_(wanted && isatty(STDERR_FILENO) != 0) {}
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() { clear(); }

  /// What a context calls; empty where nothing is shown, so that it costs nothing.
  std::function<void(const isonomy::Progress&)> callback() {
    if (!shown_) return {};
    return [this](const isonomy::Progress& progress) { show(progress); };
  }

  void show(const isonomy::Progress& progress) {
    const auto now = std::chrono::steady_clock::now();
    if (!shown_ || now - last_ < std::chrono::milliseconds(100)) return;
    last_ = now;
    const std::int64_t percent = progress.total > 0 ? 100 * progress.done / progress.total : 0;
    const std::string count = progress.total > 0  ? joined(": ", percent, " %")
                              : progress.done > 0 ? joined(": ", progress.done)
                                                  : " ...";
    std::fprintf(stderr, "\r\033[K%s%s", progress.stage, count.c_str());
    std::fflush(stderr);
    dirty_ = true;
  }

  void clear() {
    if (dirty_) std::fputs("\r\033[K", stderr);
    dirty_ = false;
  }

 private:
  bool shown_, dirty_ = false;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace examples
