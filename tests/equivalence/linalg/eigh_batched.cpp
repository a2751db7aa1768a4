// The conformance rows of eigh_batched on Backend<Cpu> and in its generic form.
#include <cstddef>
#include <vector>

#include "isonomy/compiled/linalg.hpp"
#include "isonomy/conformance/cases/linalg/eigh_batched.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"
#include "support/only.hpp"

TEST_CASE("eigh_batched conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::eigh_batched, isonomy::Cpu>();
}
TEST_CASE("eigh_batched conforms in its generic form", "[equivalence][slow]") {
  isonomy::test::conform<isonomy::op::eigh_batched, isonomy::test::Only<isonomy::op::eigh, isonomy::op::fill>>(
      isonomy::conformance::Level::quick);
}
TEST_CASE("eigh_batched solves one after the other, with the same bits, where memory does not do for all threads",
          "[equivalence]") {
  using namespace isonomy;
  constexpr index_t batches = 12, n = 40;
  std::vector<double> a(static_cast<std::size_t>(batches * n * n));
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = random_unit(3, i);
  const BatchView<const double> matrices(a.data(), batches, n, n, n * n, 1, n);
  const auto solved = [&](Context<Cpu>& ctx) {
    std::vector<double> results(a.size() + static_cast<std::size_t>(batches * n));
    std::vector<index_t> info(static_cast<std::size_t>(batches));
    eigh_batched(ctx, matrices, row_major(results.data() + a.size(), batches, n),
                 BatchView<double>(results.data(), batches, n, n, n * n, 1, n),
                 VectorView<index_t>(info.data(), batches));
    return results;
  };
  Context<Cpu> one(cpu::ContextOptions{.threads = 1});
  const std::vector<double> expected = solved(one);
  Context<Cpu> many(cpu::ContextOptions{.threads = 4});
  many.control().workspace_limit = 2 * eigh_workspace<double>(many, n);
  for (int repeat = 0; repeat < 20; ++repeat) REQUIRE(solved(many) == expected);
  CHECK(many.counters().bytes_peak <= many.control().workspace_limit);
}
