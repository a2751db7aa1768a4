// Context<Cpu>: threads, instruction set and control of one host computation.
#pragma once

#include <tbb/task_arena.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/cpu/instruction_set.hpp"

namespace isonomy {

/// The host processor.
struct Cpu {};

namespace cpu {

struct ContextOptions {
  int threads = 0;  ///< 0: all the process may use; no more run than there are processors
  std::uint64_t seed = 0;
  Determinism determinism = Determinism::run_to_run;
  std::function<void(const Progress&)> progress = {};
  std::stop_token stop = {};
  std::size_t workspace_limit = std::numeric_limits<std::size_t>::max();
  /// Lower it to compare instruction sets; raising it above best_instruction_set() throws Unsupported.
  InstructionSet instruction_set = best_instruction_set();
};

/// Move-only, one per host thread, not thread-safe. Making one costs microseconds; its threads come from oneTBB.
class Context {
 public:
  using tag = Cpu;
  using space = HostSpace;

  Context() : Context(ContextOptions{}) {}
  explicit Context(ContextOptions options)
      : control_{options.seed, options.determinism, std::move(options.progress), std::move(options.stop),
                 options.workspace_limit},
        instruction_set_(options.instruction_set), threads_(options.threads), counters_(std::make_shared<Counters>()) {
    if (threads_ < 0)
      throw ValueError(text::joined("Context<Cpu>: threads is ", threads_, "; give 0 for all, or a count"));
    if (instruction_set_ > best_instruction_set())
      throw Unsupported(text::joined(
          {"Context<Cpu>: this processor has no ", name(instruction_set_), "; it has ", name(best_instruction_set())}));
    const int offered = tbb::this_task_arena::max_concurrency();
    if (threads_ == 0) threads_ = offered;
    // Asked for more threads than processors, oneTBB gives fewer and prints a line; results do not depend on the
    // number.
    const int running = std::min(threads_, offered);
    if (running > 1) arena_ = std::make_unique<tbb::task_arena>(running);
  }
  Context(Context&&) = default;
  Context& operator=(Context&&) = default;

  /// Settings that must not change results, each with its name: 1, 2, 3, 4, 8 and 16 threads with the widest
  /// instruction set of this processor, and 2 threads with each of the others.
  [[nodiscard]] static std::vector<std::pair<std::string, ContextOptions>> variants(const Control& like) {
    std::vector<std::pair<std::string, ContextOptions>> out;
    const auto add = [&](int threads, InstructionSet set) {
      ContextOptions options{};
      options.threads = threads;
      options.seed = like.seed;
      options.determinism = like.determinism;
      options.instruction_set = set;
      out.emplace_back(text::joined(threads, " threads, ", name(set)), std::move(options));
    };
    for (const int threads : {1, 2, 3, 4, 8, 16}) add(threads, best_instruction_set());
    for (int set = 0; set < static_cast<int>(best_instruction_set()); ++set) add(2, static_cast<InstructionSet>(set));
    return out;
  }

  /// Settings of a context for one of `tasks` that run at once: the same results and the same wish to stop, on one
  /// thread, with its share of the memory and nobody to report to.
  [[nodiscard]] ContextOptions for_task(int tasks) const {
    ContextOptions options{};
    options.threads = 1;
    options.seed = control_.seed;
    options.determinism = control_.determinism;
    options.stop = control_.stop;
    options.workspace_limit = control_.workspace_limit / static_cast<std::size_t>(std::max(tasks, 1));
    options.instruction_set = instruction_set_;
    return options;
  }

  /// This context for a task of one of its own loops: on one thread, with the same limit, books and wish to stop.
  [[nodiscard]] Context for_one_thread() const {
    Context one(for_task(1));
    one.counters_ = counters_;
    return one;
  }

  [[nodiscard]] int threads() const noexcept { return threads_; }
  [[nodiscard]] InstructionSet instruction_set() const noexcept { return instruction_set_; }
  [[nodiscard]] const Control& control() const noexcept { return control_; }
  [[nodiscard]] Control& control() noexcept { return control_; }
  [[nodiscard]] Counters& counters() noexcept { return *counters_; }
  /// Shared with every buffer, so that buffers may outlive a moved context.
  [[nodiscard]] const std::shared_ptr<Counters>& shared_counters() const noexcept { return counters_; }
  /// Null for one running thread.
  [[nodiscard]] tbb::task_arena* arena() noexcept { return arena_.get(); }

 private:
  Control control_;
  InstructionSet instruction_set_;
  int threads_;
  std::shared_ptr<Counters> counters_;
  std::unique_ptr<tbb::task_arena> arena_;
};

}  // namespace cpu
}  // namespace isonomy
