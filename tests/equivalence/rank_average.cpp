// The conformance rows of rank_average on Backend<Cpu>.
#include "isonomy/conformance/cases/sort.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("rank_average conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::rank_average, isonomy::Cpu>();
}
