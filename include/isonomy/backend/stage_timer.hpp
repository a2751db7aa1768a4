// StageTimer: how long the stages of a computation took, the work that they queued included.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "isonomy/backend/backend.hpp"
#include "isonomy/core/report.hpp"

namespace isonomy {

/// Adds the time since its construction, or the last lap, to a report under the stage's name.
///
/// A lap waits for what is queued on the context and throws what it left behind, so that a stage has the time of its
/// own work.
template <ContextLike Ctx>
class StageTimer {
 public:
  StageTimer(Ctx& ctx, Report& report) : ctx_(ctx), report_(report) {}
  void lap(std::string stage) {
    backend_of<Ctx>::synchronize(ctx_);
    const auto now = clock::now();
    report_.stages.push_back({std::move(stage), std::chrono::duration<double>(now - last_).count()});
    last_ = now;
  }

 private:
  using clock = std::chrono::steady_clock;
  Ctx& ctx_;
  Report& report_;
  clock::time_point last_ = clock::now();
};

}  // namespace isonomy
