// The conformance rows of transform_reduce on Backend<Cpu>.
#include "isonomy/backend/cpu.hpp"
#include "isonomy/conformance/cases_reduce.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("transform_reduce conforms on Cpu", "[equivalence]") {
  test::conform<isonomy::op::transform_reduce, isonomy::Cpu>();
}
