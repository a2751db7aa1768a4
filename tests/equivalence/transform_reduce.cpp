// The conformance rows of transform_reduce on Backend<Cpu>.
#include "isonomy/conformance/cases/reduce.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("transform_reduce conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::transform_reduce, isonomy::Cpu>();
}
