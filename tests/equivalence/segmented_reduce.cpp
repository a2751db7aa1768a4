// The conformance rows of segmented_reduce on Backend<Cpu>.
#include "isonomy/backend/cpu.hpp"
#include "isonomy/conformance/cases_reduce.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("segmented_reduce conforms on Cpu", "[equivalence]") {
  test::conform<isonomy::op::segmented_reduce, isonomy::Cpu>();
}
