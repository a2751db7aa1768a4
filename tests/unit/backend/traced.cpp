// Traced: what the log of a context tells of operations, and how it is written.
#include <string>
#include <vector>

#include "isonomy/backend/compose.hpp"
#include "isonomy/io/reports/trace.hpp"
#include "isonomy/ops/memory.hpp"
#include "isonomy/ops/sort/rank_average.hpp"
#include "support/catch.hpp"
#include "support/device_backend.hpp"
#include "support/partial_backend.hpp"

using namespace isonomy;
using isonomy::test::Device;
using isonomy::test::Failing;
using isonomy::test::Sevens;

namespace isonomy::test {
namespace {

template <class Ctx>
void multiply_ones(Ctx& ctx, index_t n) {
  const std::vector<double> a(static_cast<std::size_t>(n * n), 1.0);
  std::vector<double> out(a.size(), -1.0);
  gemm(ctx, 1.0, column_major(a.data(), n, n), column_major(a.data(), n, n), 0.0, column_major(out.data(), n, n));
}

}  // namespace
}  // namespace isonomy::test
using namespace isonomy::test;

TEST_CASE("a trace tells who ran each operation, who declined and why, on what, and when", "[traced]") {
  using Tag = Traced<Chain<Sevens, Cpu>>;
  CHECK(std::string(Backend<Tag>::name()) == "traced Sevens, else Cpu");
  Context<Tag> ctx{cpu::ContextOptions{.threads = 1}};
  multiply_ones(ctx, 3);
  multiply_ones(ctx, 5);
  const std::vector<TraceEvent>& events = ctx.trace().events;
  REQUIRE(events.size() == 2);
  CHECK(events[0].operation == "gemm");
  CHECK(events[0].backend == "Sevens");
  CHECK(events[0].declined.empty());
  CHECK(events[0].elements == "double");
  CHECK(events[0].shape == "3x3, 3x3, 3x3");
  CHECK(events[0].bytes_arguments == 3 * 9 * sizeof(double));
  CHECK(events[0].bytes_moved == 0);
  CHECK(events[1].backend == "Cpu");
  REQUIRE(events[1].declined.size() == 1);
  CHECK(events[1].declined[0].backend == "Sevens");
  CHECK(events[1].declined[0].reason == "5 rows; it takes up to 4");
  CHECK(events[0].begin >= 0);
  CHECK(events[0].seconds >= 0);
  CHECK(events[1].begin >= events[0].begin + events[0].seconds);
}

TEST_CASE("a trace tells of derived operations and of those inside them", "[traced]") {
  STATIC_REQUIRE(support_of<op::rank_average, Backend<Traced<Cpu>>, double> == Support::derived);
  STATIC_REQUIRE(support_of<op::gemm, Backend<Traced<Cpu>>, double> == Support::own);
  Context<Traced<Cpu>> ctx;
  const std::vector<double> x{3, 1, 2};
  std::vector<double> ranks(3);
  rank_average(ctx, view(x), view(ranks));
  CHECK(ranks == std::vector<double>{3, 1, 2});
  std::vector<std::string> told;
  for (const TraceEvent& e : ctx.trace().events)
    told.push_back(text::joined(e.operation, " ", e.backend, " ", e.depth));
  CHECK(told == std::vector<std::string>{"copy Cpu 1", "iota Cpu 1", "stable_sort_by_key Cpu 1", "for_each Cpu 1",
                                         "rank_average Cpu (generic) 0"});
  const TraceEvent &outer = ctx.trace().events.back(), &inner = ctx.trace().events.front();
  CHECK(outer.begin <= inner.begin);
  CHECK(inner.begin + inner.seconds <= outer.begin + outer.seconds);
}

TEST_CASE("a trace tells of bytes moved between memory spaces and of calls that failed", "[traced]") {
  Context<Traced<Chain<Without<Cpu, op::gemm>, Device, Staging::copy>>> staged;
  multiply_ones(staged, 3);
  REQUIRE(staged.trace().events.size() == 1);
  CHECK(staged.trace().events[0].backend == "Device");
  CHECK(staged.trace().events[0].bytes_moved == 4 * 9 * sizeof(double));
  Context<Traced<Override<Cpu, Failing, op::gemm>>> failing;
  CHECK_THROWS_AS(multiply_ones(failing, 2), ResourceError);
  REQUIRE(failing.trace().events.size() == 1);
  CHECK(failing.trace().events[0].failed);
}

TEST_CASE("a traced part tells what runs on it, wherever it stands", "[traced]") {
  Context<Chain<Sevens, Traced<Cpu>>> ctx;
  multiply_ones(ctx, 3);
  CHECK(ctx.trace().events.empty());
  multiply_ones(ctx, 5);
  REQUIRE(ctx.trace().events.size() == 1);
  CHECK(ctx.trace().events[0].backend == "Cpu");
  Context<Override<Traced<Cpu>, Sevens, op::gemm>> within;
  multiply_ones(within, 3);
  CHECK(within.trace().events.empty());
}

TEST_CASE("a sink is given each event in place of the log", "[traced]") {
  Context<Traced<Cpu>> ctx;
  std::vector<std::string> seen;
  ctx.trace().sink = [&](const TraceEvent& e) { seen.push_back(e.operation); };
  multiply_ones(ctx, 2);
  CHECK(seen == std::vector<std::string>{"gemm"});
  CHECK(ctx.trace().events.empty());
}

TEST_CASE("events are written as lines of JSON and as the viewer of Chrome reads them", "[traced]") {
  TraceEvent event{.operation = "gemm",
                   .backend = "acme::\"Fast\"",
                   .declined = {{"Slow\n", "1 row;\n  2 needed"}},
                   .elements = "double",
                   .shape = "3x3",
                   .bytes_arguments = 72,
                   .bytes_moved = 8,
                   .begin = 0.5,
                   .seconds = 0.25,
                   .depth = 1};
  CHECK(io::trace_line(event) ==
        "{\"schema\": \"isonomy-report\",\"version\": 1,\"kind\": \"trace\",\"operation\": \"gemm\",\"begin\": "
        "0.5,\"seconds\": 0.25,\"backend\": \"acme::\\\"Fast\\\"\",\"declined\": [{\"backend\": "
        "\"Slow\\n\",\"reason\": \"1 row;\\n  2 needed\"}],\"elements\": \"double\",\"shape\": "
        "\"3x3\",\"bytes_arguments\": 72,\"bytes_moved\": 8,\"depth\": 1,\"failed\": false}\n");
  CHECK(io::trace_lines({event, event}) == io::trace_line(event) + io::trace_line(event));
  const std::string viewed = io::detail::on_one_line(io::chrome_trace({event}));
  CHECK(viewed.find("{\"traceEvents\": [{\"name\": \"gemm\",\"cat\": \"acme::\\\"Fast\\\"\",\"ph\": \"X\",\"ts\": "
                    "500000.0,\"dur\": 250000.0,\"pid\": 1,\"tid\": 1,\"args\": {\"backend\": ") == 0);
  CHECK(io::chrome_trace({}) == "{\n  \"traceEvents\": []\n}\n");
}
