// The conformance rows of cholesky and cholesky_batched on Backend<Cpu>, and of cholesky in its generic form.
#include "isonomy/conformance/cases/linalg/cholesky.hpp"
#include "isonomy/compiled/linalg.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"
#include "support/only.hpp"

TEST_CASE("cholesky_batched conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::cholesky_batched, isonomy::Cpu>();
}
TEST_CASE("cholesky conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::cholesky, isonomy::Cpu>();
}
TEST_CASE("cholesky conforms in its generic form", "[equivalence][slow]") {
  isonomy::test::conform<isonomy::op::cholesky, isonomy::test::Only<isonomy::op::cholesky_batched>>(
      isonomy::conformance::Level::quick);
}
