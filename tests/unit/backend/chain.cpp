// Calls that a backend declines, and chains of backends: who runs a call, in which memory, and what is told of it.
#include <string>
#include <vector>

#include "isonomy/backend/compose.hpp"
#include "isonomy/backend/describe.hpp"
#include "isonomy/ops/memory.hpp"
#include "isonomy/ops/sort/rank_average.hpp"
#include "support/catch.hpp"
#include "support/partial_backend.hpp"

using namespace isonomy;
using isonomy::test::Absent;
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
