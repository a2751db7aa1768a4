// The conformance rows of tridiagonalise and apply_reflectors on Backend<Cpu>.
#include "isonomy/conformance/cases/linalg/tridiagonalise.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("tridiagonalise conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::tridiagonalise, isonomy::Cpu>();
}
TEST_CASE("apply_reflectors conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::apply_reflectors, isonomy::Cpu>();
}
