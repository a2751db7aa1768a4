// The conformance rows of eigh_batched on Backend<Cpu> and in its generic form.
#include "isonomy/conformance/cases/linalg/eigh_batched.hpp"
#include "isonomy/compiled/linalg.hpp"
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
