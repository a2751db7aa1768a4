// The context of a run on the host, whose threads the machine is asked for before there is any work.
#pragma once

#include <exception>
#include <latch>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "backend.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/cpu/context.hpp"

namespace examples {

/// ResourceError if the machine does not let this process start the threads that the context will run: oneTBB starts
/// some of its threads in others, where a failure could only abort the program.
inline void require_threads(isonomy::cpu::Context& ctx) {
  const int wanted = ctx.arena() == nullptr ? 0 : ctx.arena()->max_concurrency() - 1;
  std::latch begin(1);
  std::vector<std::jthread> threads;
  std::string reason;
  try {
    for (int k = 0; k < wanted; ++k) threads.emplace_back([&begin] { begin.wait(); });
  } catch (const std::exception& error) {  // whatever it is, those that wait must end
    reason = error.what();
  }
  begin.count_down();
  if (!reason.empty())
    throw isonomy::ResourceError(isonomy::text::joined(
        "threads: ", wanted, " beside the first were to be started, ", threads.size(), " could be (", reason,
        "); expected room for all; use --threads 1, or raise the limits of this shell "
        "(ulimit -u, ulimit -v)"));
}

/// The context of a run on the host, with its threads; none where the run is on a device.
[[nodiscard]] inline std::optional<isonomy::cpu::Context> host_context(const BackendChoice& choice,
                                                                       const isonomy::Control& control, int threads) {
  std::optional<isonomy::cpu::Context> ctx;
  if (!choice.on_host()) return ctx;
  ctx.emplace(isonomy::cpu::ContextOptions{
      .threads = threads, .seed = control.seed, .progress = control.progress, .stop = control.stop});
  require_threads(*ctx);
  return ctx;
}

}  // namespace examples
