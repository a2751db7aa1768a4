// Progress, cancellation, workspace limits and counters of a host context.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/linalg/gemm.hpp"
#include "isonomy/ops/sort/stable_sort_by_key.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"

using namespace isonomy;
using test::message;

namespace {
Context<Cpu> context(cpu::ContextOptions options) { return Context<Cpu>{std::move(options)}; }

struct CountCalls {
  std::atomic<index_t>* calls;
  std::stop_source* stop_after_first;
  void operator()(index_t) const {
    ++*calls;
    if (stop_after_first != nullptr) stop_after_first->request_stop();
  }
};
struct ThrowAt {
  index_t where;
  void operator()(index_t i) const {
    if (i == where) throw ValueError("here");
  }
};
}  // namespace

TEST_CASE("progress is reported from one thread at a time and never goes back", "[control]") {
  std::atomic<int> inside{0};
  bool concurrent = false;
  std::vector<Progress> reports;
  Control control;
  control.progress = [&](const Progress& p) {
    if (++inside != 1) concurrent = true;
    reports.push_back(p);
    --inside;
  };
  {
    ProgressMeter meter(control, "stage", 4000);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 1000; ++i) meter.advance();
      });
    for (std::thread& t : threads) t.join();
  }
  CHECK_FALSE(concurrent);
  REQUIRE(reports.size() >= 2);
  CHECK(reports.front().done == 0);
  for (std::size_t i = 1; i < reports.size(); ++i) REQUIRE(reports[i].done >= reports[i - 1].done);
  CHECK(reports.back().done <= 4000);
  CHECK(reports.back().total == 4000);
}

TEST_CASE("a requested stop ends meters, loops and operations with Cancelled", "[control]") {
  std::stop_source stop;
  auto ctx = context({.threads = 2, .stop = stop.get_token()});
  std::atomic<index_t> calls{0};
  for_each(ctx, 10, CountCalls{&calls, nullptr});
  CHECK(calls == 10);
  CHECK(message<Cancelled>([&] {
          for_each(ctx, 1000000, CountCalls{&calls, &stop});
        }) == "for_each: cancelled by the caller");
  CHECK(calls < 1000000);
  ProgressMeter meter(ctx.control(), "fitting", 3);
  CHECK(message<Cancelled>([&] { meter.advance(); }) == "fitting: cancelled by the caller");
  std::vector<double> keys{2, 1};
  std::vector<index_t> values{0, 1};
  CHECK_THROWS_AS(stable_sort_by_key(ctx, view(keys), view(values)), Cancelled);
}

TEST_CASE("a loop within a task looks before each index whether to stop", "[control]") {
  std::stop_source source;
  const Context<Cpu> ctx = context({.threads = 1, .stop = source.get_token()});
  index_t done = 0;
  const auto work = [&](index_t i) {
    done = i + 1;
    if (i == 3) source.request_stop();
  };
  CHECK(message<Cancelled>([&] { cpu::serial_for(ctx, 10, "cholesky_batched", work); }) ==
        "cholesky_batched: cancelled by the caller");
  CHECK(done == 4);
}

TEST_CASE("an exception in a functor ends the loop and reaches the caller", "[control]") {
  for (const int threads : {1, 3}) {
    auto ctx = context({.threads = threads});
    CHECK(message<ValueError>([&] { for_each(ctx, 100000, ThrowAt{77777}); }) == "here");
  }
}

TEST_CASE("the workspace limit covers buffers and operations and is named in the error", "[control]") {
  auto ctx = context({.workspace_limit = 10000});
  const Buffer<double, Cpu> held(ctx, 1000, "held");
  CHECK(ctx.counters().bytes_allocated == 8000);
  try {
    const Buffer<double, Cpu> more(ctx, 1000, "more");
    FAIL("no error");
  } catch (const OutOfMemory& e) {
    CHECK(e.requested == 8000);
    CHECK(e.available == 2000);
    CHECK(std::string(e.what()) == "more: 8000 bytes requested, 2000 available; expected room for all; use less data "
                                   "at a time or raise the limit");
  }
  std::vector<double> x(10000);
  CHECK_THROWS_AS(gemm(ctx, 1.0, column_major(x.data(), 50, 50), column_major(x.data(), 50, 50), 0.0,
                       column_major(x.data() + 5000, 50, 50)),
                  OutOfMemory);
  CHECK(ctx.counters().bytes_allocated == 8000);
}

TEST_CASE("counters follow buffers, and buffers may outlive a moved context", "[control]") {
  auto ctx = context({});
  Buffer<float, Cpu> kept;
  {
    Buffer<float, Cpu> a(ctx, 10), b(ctx, 20);
    CHECK(ctx.counters().bytes_allocated == 120);
    kept = std::move(b);
  }
  Context<Cpu> moved = std::move(ctx);
  CHECK(moved.counters().bytes_allocated == 80);
  CHECK(moved.counters().bytes_peak == 120);
  kept = {};
  CHECK(moved.counters().bytes_allocated == 0);
  CHECK_THROWS_AS((Buffer<float, Cpu>(moved, -1)), ShapeError);
  CHECK_THROWS_AS((Buffer<float, Cpu>(moved, std::numeric_limits<index_t>::max())), ShapeError);
  CHECK_THROWS_AS((Matrix<float, Cpu>(moved, index_t{1} << 40, index_t{1} << 40)), ShapeError);
}

TEST_CASE("a context refuses what it cannot be", "[control]") {
  CHECK(message<ValueError>([] { context({.threads = -1}); }) ==
        "Context<Cpu>: threads is -1; give 0 for all, or a count");
  if (cpu::best_instruction_set() < cpu::InstructionSet::avx512)
    CHECK_THROWS_AS(context({.instruction_set = cpu::InstructionSet::avx512}), Unsupported);
  CHECK(context({}).threads() >= 1);
  CHECK(context({.threads = 5}).threads() == 5);
}

// Runs in a process of its own, which may start no thread; see below.
TEST_CASE("a loop where no thread can be started", "[.no_threads]") {
  Context<Cpu> ctx = context({.threads = 2});
  std::atomic<index_t> calls{0};
  const std::string refused = message<ResourceError>([&] { for_each(ctx, 1'000'000, CountCalls{&calls, nullptr}); });
  std::_Exit(refused.find("no thread can be started") != std::string::npos ? 0 : 1);
}

// Slow for the thread sanitizer, which needs a thread itself.
TEST_CASE("a machine that refuses threads is a ResourceError", "[control][slow]") {
  // The limit does not hold for root, and counts all that other users run.
  if (getuid() != 0 || access("/proc/self/exe", X_OK) != 0 || std::thread::hardware_concurrency() < 2) {
    WARN("not checked: it takes root, to become a user who runs nothing, and two processors");
    return;
  }
  const pid_t child = fork();
  if (child == 0) {
    const rlimit none = {1, 1};
    if (setrlimit(RLIMIT_NPROC, &none) == 0 && setgid(54322) == 0 && setuid(54322) == 0)
      execl("/proc/self/exe", "isonomy_unit", "[.no_threads]", static_cast<char*>(nullptr));
    _exit(77);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) WARN("not checked: this program may not be run by another user");
  CHECK((WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 77));
}
