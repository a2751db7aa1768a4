// The conformance rows of copy, fill, iota, for_each on Backend<Cpu>.
#include "isonomy/conformance/cases/memory.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("copy conforms on Cpu", "[equivalence]") { isonomy::test::conform<isonomy::op::copy, isonomy::Cpu>(); }
TEST_CASE("fill conforms on Cpu", "[equivalence]") { isonomy::test::conform<isonomy::op::fill, isonomy::Cpu>(); }
TEST_CASE("iota conforms on Cpu", "[equivalence]") { isonomy::test::conform<isonomy::op::iota, isonomy::Cpu>(); }
TEST_CASE("for_each conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::for_each, isonomy::Cpu>();
}
