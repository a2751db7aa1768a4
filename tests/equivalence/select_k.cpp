// The conformance rows of select_k on Backend<Cpu>.
#include "isonomy/conformance/cases/sort.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("select_k conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::select_k, isonomy::Cpu>();
}
