// Calls that a backend declines, and chains of backends: who runs a call, in which memory, and what is told of it.
#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "isonomy/backend/compose.hpp"
#include "isonomy/backend/describe.hpp"
#include "isonomy/core/functional.hpp"
#include "isonomy/ops/memory.hpp"
#include "isonomy/ops/reduce/transform_reduce.hpp"
#include "isonomy/ops/sort/rank_average.hpp"
#include "support/catch.hpp"
#include "support/device_backend.hpp"
#include "support/partial_backend.hpp"

using namespace isonomy;
using isonomy::test::Absent;
using isonomy::test::Device;
using isonomy::test::Failing;
using isonomy::test::Sevens;

namespace isonomy::test {
namespace {

/// A context of the plain backend.
struct SevensAlone : cpu::Context {
  using tag = Sevens;
};

/// A*A for the n x n matrix of ones, by the front door; every element is n.
template <class Ctx>
double square_of_ones(Ctx& ctx, index_t n) {
  const std::vector<double> a(static_cast<std::size_t>(n * n), 1.0);
  std::vector<double> out(a.size(), -1.0);
  gemm(ctx, 1.0, column_major(a.data(), n, n), column_major(a.data(), n, n), 0.0, column_major(out.data(), n, n));
  return out.front();
}
template <class Ctx>
double own_product_of_ones(Ctx& ctx, index_t n) {
  const std::vector<double> a(static_cast<std::size_t>(n * n), 1.0);
  std::vector<double> out(a.size(), -1.0);
  syrk(ctx, 1.0, column_major(a.data(), n, n), 0.0, column_major(out.data(), n, n));
  return out.front();
}

/// "reason of backend" of every decline.
std::vector<std::string> reasons(const OperationBackend& told) {
  std::vector<std::string> out;
  for (const Declined& d : told.declined) out.push_back(d.backend + ": " + d.reason);
  return out;
}
using Strings = std::vector<std::string>;

template <class Ctx>
concept CanSelect = requires(Ctx& ctx, MatrixView<const double, typename Ctx::space> x,
                             MatrixView<double, typename Ctx::space> values,
                             MatrixView<index_t, typename Ctx::space> indices) {
  select_k(ctx, x, values, indices);
};
template <class Ctx, class A>
concept CanMultiply = requires(Ctx& ctx, A a, MatrixView<double, typename Ctx::space> out) {
  gemm(ctx, 1.0, a, a, 0.0, out);
};
template <class Ctx>
concept CanVisit = requires(Ctx& ctx, op::AnyIndexed f) {
  for_each(ctx, index_t{1}, f);
};

}  // namespace
}  // namespace isonomy::test
using namespace isonomy::test;

TEST_CASE("a call that the only backend declines throws and names operation, arguments and reason", "[chain]") {
  SevensAlone ctx;
  CHECK(square_of_ones(ctx, 4) == 7);
  try {
    square_of_ones(ctx, 5);
    FAIL("nobody runs 5 rows");
  } catch (const Unsupported& e) {
    const auto& error = dynamic_cast<const BackendNotAvailable&>(e);
    CHECK(error.operation() == "gemm");
    CHECK(error.arguments() == "5x5, 5x5, 5x5");
    REQUIRE(error.tried().size() == 1);
    CHECK(error.tried().front().backend == "Sevens");
    CHECK(error.tried().front().reason == "5 rows; it takes up to 4");
    CHECK(std::string(e.what()) ==
          "gemm: no backend takes arguments of 5x5, 5x5, 5x5; Sevens: 5 rows; it takes up to 4; use another backend, "
          "or a Chain that ends in one without such limits");
  }
}

TEST_CASE("a call that the own form declines is run by the derived form", "[chain]") {
  Context<Override<Cpu, Sevens, op::syrk>> ctx;
  CHECK(own_product_of_ones(ctx, 2) == 77);
  CHECK(own_product_of_ones(ctx, 3) == 3);  // by the gemm of Cpu, on the whole composition
  Context<Override<Override<Cpu, Sevens, op::gemm>, Sevens, op::syrk>> both;
  CHECK(own_product_of_ones(both, 3) == 7);
  CHECK_THROWS_AS(own_product_of_ones(both, 5), BackendNotAvailable);
}

TEST_CASE("a chain runs the first backend that has the operation for these element types", "[chain]") {
  using First = Chain<Sevens, Cpu>;
  Context<First> ctx;
  CHECK(std::string(Backend<First>::name()) == "Sevens, else Cpu");
  CHECK(square_of_ones(ctx, 2) == 7);
  const std::vector<float> a(4, 1.0f);
  std::vector<float> out(4);
  gemm(ctx, 1.0f, column_major(a.data(), 2, 2), column_major(a.data(), 2, 2), 0.0f, column_major(out.data(), 2, 2));
  CHECK(out.front() == 2);  // Sevens has gemm for double alone
  CHECK(ran<op::gemm, float>(ctx).backend == "Cpu");
  CHECK(reasons(ran<op::gemm, float>(ctx)) == Strings{"Sevens: has no gemm for float"});
  CHECK(ran<op::fill, std::int32_t>(ctx).backend == "Cpu");
  CHECK(reasons(ran<op::fill, std::int32_t>(ctx)) == Strings{"Sevens: has no fill for int32"});
  STATIC_REQUIRE(!Runs<op::fill, Backend<Chain<Sevens, Failing>>, double>);
}

TEST_CASE("a call that a backend declines goes to the next, and the reason is recorded", "[chain]") {
  Context<Chain<Sevens, Cpu>> ctx;
  CHECK(square_of_ones(ctx, 5) == 5);
  CHECK(ran<op::gemm, double>(ctx).backend == "Cpu");
  CHECK(reasons(ran<op::gemm, double>(ctx)) == Strings{"Sevens: 5 rows; it takes up to 4"});
  CHECK(square_of_ones(ctx, 4) == 7);
  CHECK(square_of_ones(ctx, 6) == 6);
  CHECK(ran<op::gemm, double>(ctx).backend == "Cpu, Sevens");  // as they were first needed
  CHECK(reasons(ran<op::gemm, double>(ctx)).size() == 1);
  const Context<Chain<Sevens, Cpu>> fresh;
  CHECK(ran<op::gemm, double>(fresh).backend == "Sevens");
  CHECK(ran<op::gemm, double>(fresh).declined.empty());
}

TEST_CASE("a backend that is not available is passed over with its reason", "[chain]") {
  STATIC_REQUIRE(compose::AlwaysAvailable<Backend<Cpu>>);
  using Nested = Traced<Override<Cpu, Absent, op::gemm>>;
  CHECK(!Backend<Nested>::available());
  CHECK(unavailable_reason<Backend<Nested>>() == "finds no device");
  Context<Chain<Cpu>> alone;
  CHECK(square_of_ones(alone, 3) == 3);
  Context<Chain<Sevens, Absent, Cpu>> ctx;
  CHECK(square_of_ones(ctx, 5) == 5);
  CHECK(reasons(ran<op::gemm, double>(ctx)) == Strings{"Sevens: 5 rows; it takes up to 4", "Absent: finds no device"});
}

TEST_CASE("an exception ends the call: the next backend is not tried", "[chain]") {
  Context<Chain<Failing, Cpu>> ctx;
  CHECK_THROWS_AS(square_of_ones(ctx, 2), ResourceError);
  Context<Chain<Sevens, Failing, Cpu>> later;
  CHECK(square_of_ones(later, 2) == 7);
  CHECK_THROWS_AS(square_of_ones(later, 5), ResourceError);
}

TEST_CASE("views reach the backend that runs the call without a copy", "[chain]") {
  Context<Chain<Sevens, Cpu>> ctx;
  CHECK(square_of_ones(ctx, 9) == 9);
  CHECK(ctx.counters().bytes_moved == 0);
  using Ctx = Context<Chain<Sevens, Cpu>>;
  STATIC_REQUIRE(CanMultiply<Ctx, MatrixView<double>> && CanMultiply<Ctx, MatrixView<const double>>);
  STATIC_REQUIRE(!CanMultiply<Ctx, std::vector<double>> && !CanMultiply<Ctx, MatrixView<float>>);
  STATIC_REQUIRE(!CanMultiply<Ctx, MatrixView<double, DeviceSpace>>);
}

TEST_CASE("a chain with Staging::copy runs calls in another memory space and counts the bytes", "[chain]") {
  using Ahead = Chain<Without<Cpu, op::gemm, op::syrk, op::select_k>, Device, Cpu, Staging::copy>;
  Context<Ahead> ctx{cpu::ContextOptions{.seed = 3}};
  const index_t n = 3;
  std::vector<double> a(9), out(12, -1.0);
  for (std::size_t i = 0; i < 9; ++i) a[i] = static_cast<double>(i);
  const auto run = [&](MatrixView<const double> x, MatrixView<double> y) {
    const std::size_t before = ctx.counters().bytes_moved;
    gemm(ctx, 1.0, x, x, 0.0, y);
    return ctx.counters().bytes_moved - before;
  };
  Context<Cpu> host;
  std::vector<double> expected(9);
  const MatrixView<const double> layouts[] = {column_major(std::as_const(a).data(), n, n),
                                              row_major(std::as_const(a).data(), n, n)};
  for (const auto& x : layouts) {
    gemm(host, 1.0, x, x, 0.0, column_major(expected.data(), n, n));
    std::fill(out.begin(), out.end(), -1.0);
    CHECK(run(x, MatrixView<double>(out.data(), n, n, 1, 4)) == 4 * 9 * sizeof(double));  // two in, one in and out
    for (index_t j = 0; j < n; ++j)
      for (index_t i = 0; i < n; ++i)
        CHECK(out[static_cast<std::size_t>(i + 4 * j)] == expected[static_cast<std::size_t>(i + n * j)]);
    CHECK(out[3] == -1.0);  // between the columns nothing is written
  }
  CHECK(ran<op::gemm, double>(ctx).backend == "Device");
  CHECK(part<Device>(ctx).control().seed == 3);
  CHECK(part<Device>(ctx).counters().bytes_allocated == 0);
  CHECK(own_product_of_ones(ctx, 3) == 3);
  CHECK(ran<op::syrk, double>(ctx).backend == "Device (generic)");
}

TEST_CASE("what a chain stages may decline, return a value, or be derived over there", "[chain]") {
  using Ahead =
      Chain<Without<Cpu, op::select_k, op::transform_reduce, op::stable_sort_by_key>, Device, Cpu, Staging::copy>;
  Context<Ahead> ctx;
  const std::vector<double> x{5, 1, 4, 2, 3, 6};
  std::vector<double> values(3);
  std::vector<index_t> indices(3);
  select_k(ctx, row_major(x.data(), index_t{1}, index_t{6}), row_major(values.data(), index_t{1}, index_t{2}),
           row_major(indices.data(), index_t{1}, index_t{2}));
  CHECK(values == std::vector<double>{1, 2, 0});
  CHECK(ran<op::select_k, double>(ctx).backend == "Device");
  select_k(ctx, row_major(x.data(), index_t{1}, index_t{6}), row_major(values.data(), index_t{1}, index_t{3}),
           row_major(indices.data(), index_t{1}, index_t{3}));
  CHECK(values == std::vector<double>{1, 2, 3});
  CHECK(indices == std::vector<index_t>{1, 3, 4});
  CHECK(reasons(ran<op::select_k, double>(ctx)).back() == "Device: k is 3; it selects up to 2");
  CHECK(transform_reduce(ctx, view(x), 0.0, Plus{}, Identity{}) == 21);
  std::vector<double> ranks(6);
  rank_average(ctx, view(x), view(ranks));
  CHECK(ranks == std::vector<double>{5, 1, 4, 2, 3, 6});
  CHECK(ran<op::rank_average, double>(ctx).backend == "Device (generic)");
}

TEST_CASE("a device ahead of the host keeps its memory: what it lacks runs on copies at the host", "[chain]") {
  using Ahead = Chain<Device, Cpu, Staging::copy>;
  Context<Ahead> ctx;
  Buffer<double, Ahead> x(ctx, 5);
  fill(ctx, x.view(), 2.5);  // which Device has not
  CHECK(ran<op::fill, double>(ctx).backend == "Cpu");
  CHECK(ctx.counters().bytes_moved == 2 * 5 * sizeof(double));
  CHECK(to_host(ctx, x) == std::vector<double>(5, 2.5));
}

TEST_CASE("operations whose arguments point into memory are not staged", "[chain]") {
  using Ahead = Chain<Without<Cpu, op::for_each>, Device, Staging::copy>;
  STATIC_REQUIRE(CanVisit<Context<Cpu>> && CanVisit<Context<Device>> && !CanVisit<Context<Ahead>>);
}

TEST_CASE("a pinned context refuses copies while compiling", "[chain]") {
  using Ahead = Chain<Without<Cpu, op::select_k>, Device, Staging::copy>;
  Context<Ahead> ctx;
  auto here = pinned(ctx);
  STATIC_REQUIRE(CanSelect<Context<Ahead>> && !CanSelect<decltype(here)>);
  CHECK(square_of_ones(here, 3) == 3);
  CHECK(ctx.counters().bytes_moved == 0);
  CHECK(ctx.counters().kernels == 1);
}

TEST_CASE("a context's type alone selects the backend: there is no hidden scope", "[chain]") {
  Context<Cpu> outer;
  Context<Chain<Sevens, Cpu>> inner;
  CHECK(square_of_ones(outer, 2) == 2);
  CHECK(square_of_ones(inner, 2) == 7);
  CHECK(square_of_ones(outer, 2) == 2);
}

TEST_CASE("a plain backend is the only candidate: no form of another takes its place", "[chain]") {
  STATIC_REQUIRE(CanMultiply<SevensAlone, MatrixView<double>> && !CanSelect<SevensAlone>);
  SevensAlone ctx;
  CHECK_THROWS_AS(square_of_ones(ctx, 5), BackendNotAvailable);
}

TEST_CASE("chains nest: the inner order is spelled before the outer", "[chain]") {
  using Inner = Chain<Chain<Sevens, Absent>, Cpu>;
  Context<Inner> ctx;
  CHECK(square_of_ones(ctx, 4) == 7);
  CHECK(square_of_ones(ctx, 5) == 5);
  CHECK(reasons(ran<op::gemm, double>(ctx)) == Strings{"Sevens: 5 rows; it takes up to 4", "Absent: finds no device"});
  Context<Chain<Cpu, Chain<Sevens, Absent>>> other;
  CHECK(square_of_ones(other, 4) == 4);
  Context<Override<Cpu, Chain<Sevens, Cpu>, op::gemm>> within;
  CHECK(square_of_ones(within, 4) == 7);
  CHECK(square_of_ones(within, 5) == 5);
  CHECK(ran<op::gemm, double>(within).backend == "Sevens, Cpu");
  CHECK(own_product_of_ones(within, 3) == 3);
  Context<Chain<Override<Cpu, Sevens, op::gemm>, Without<Cpu, op::fill>>> around;
  CHECK(square_of_ones(around, 4) == 7);
  CHECK(square_of_ones(around, 5) == 5);
}

TEST_CASE("Without takes an operation away at every depth", "[chain]") {
  using Less = Without<Chain<Sevens, Cpu>, op::gemm>;
  STATIC_REQUIRE(!CanMultiply<Context<Less>, MatrixView<double>>);
  STATIC_REQUIRE(support_of<op::syrk, Backend<Less>, double> == Support::own);
  using Within = Chain<Without<Sevens, op::gemm>, Override<Without<Cpu, op::gemm>, Failing, op::gemm>>;
  Context<Within> ctx;
  CHECK_THROWS_AS(square_of_ones(ctx, 2), ResourceError);
  CHECK(reasons(ran<op::gemm, double>(ctx)) == Strings{"Sevens without gemm: has no gemm for double"});
}

TEST_CASE("the form derived on a backend comes before the next backend, and runs on that backend alone", "[chain]") {
  Context<Chain<Sevens, Cpu>> ctx;
  CHECK(own_product_of_ones(ctx, 2) == 77);  // its own
  CHECK(own_product_of_ones(ctx, 4) == 7);   // its own declines; derived from its gemm
  CHECK(ran<op::syrk, double>(ctx).backend == "Sevens, Sevens (generic)");
  CHECK_THROWS_AS(own_product_of_ones(ctx, 5), BackendNotAvailable);  // its gemm was chosen, and declines
  Context<Chain<Without<Sevens, op::syrk>, Cpu>> composed;
  CHECK(own_product_of_ones(composed, 2) == 7);
  CHECK(ran<op::syrk, double>(composed).backend == "Sevens without syrk (generic)");
  STATIC_REQUIRE(support_of<op::syrk, Backend<Chain<Sevens, Cpu>>, double> == Support::own);
  STATIC_REQUIRE(support_of<op::syrk, Backend<Chain<Without<Sevens, op::syrk>, Cpu>>, double> == Support::derived);
}

TEST_CASE("what no backend has alone is derived from operations of the whole chain", "[chain]") {
  using Spread = Chain<Without<Cpu, op::stable_sort_by_key>, Without<Cpu, op::iota>>;
  Context<Spread> ctx;
  const std::vector<double> x{3, 1, 2};
  std::vector<double> ranks(3);
  rank_average(ctx, view(x), view(ranks));
  CHECK(ranks == std::vector<double>{3, 1, 2});
  CHECK(ran<op::rank_average, double>(ctx).backend ==
        "Cpu without stable_sort_by_key, else Cpu without iota (generic)");
}

TEST_CASE("backends on eight threads at once do not interfere", "[chain]") {
  std::vector<double> results(8);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < results.size(); ++t)
    threads.emplace_back([&results, t] {
      for (int repeat = 0; repeat < 50; ++repeat) {
        if (t % 2 == 0) {
          Context<Chain<Sevens, Cpu>> ctx;
          results[t] = square_of_ones(ctx, 4) + square_of_ones(ctx, 5);
        } else {
          Context<Chain<Without<Cpu, op::gemm>, Device, Staging::copy>> ctx;
          results[t] = square_of_ones(ctx, 4) + square_of_ones(ctx, 5);
        }
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (std::size_t t = 0; t < results.size(); ++t) CHECK(results[t] == (t % 2 == 0 ? 12 : 9));
}

TEST_CASE("where every backend of a chain declines, the error names each with its reason", "[chain]") {
  Context<Chain<Without<Sevens, op::syrk>, Absent>> ctx;
  try {
    square_of_ones(ctx, 5);
    FAIL("nobody runs 5 rows");
  } catch (const BackendNotAvailable& e) {
    CHECK(e.operation() == "gemm");
    CHECK(e.arguments() == "5x5, 5x5, 5x5");
    REQUIRE(e.tried().size() == 2);
    CHECK(e.tried()[0].backend == "Sevens");
    CHECK(e.tried()[1].backend == "Absent");
    CHECK(e.tried()[1].reason == "finds no device");
  }
}
