// The conformance rows of eigh_subset on Backend<Cpu> and in its generic form.
#include "isonomy/conformance/cases/linalg/eigh_subset.hpp"
#include "isonomy/compiled/linalg.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"
#include "support/only.hpp"

TEST_CASE("eigh_subset conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::eigh_subset, isonomy::Cpu>();
}
TEST_CASE("eigh_subset conforms in its generic form", "[equivalence][slow]") {
  isonomy::test::conform<isonomy::op::eigh_subset, isonomy::test::Only<isonomy::op::eigh, isonomy::op::copy>>(
      isonomy::conformance::Level::quick);
}
