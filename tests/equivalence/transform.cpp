// The conformance rows of transform on Backend<Cpu>.
#include "isonomy/conformance/cases/reduce.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("transform conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::transform, isonomy::Cpu>();
}
