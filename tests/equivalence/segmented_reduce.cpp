// The conformance rows of segmented_reduce on Backend<Cpu>.
#include "isonomy/conformance/cases/reduce.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("segmented_reduce conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::segmented_reduce, isonomy::Cpu>();
}
