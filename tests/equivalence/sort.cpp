// The conformance rows of stable_sort_by_key on Backend<Cpu>.
#include "isonomy/conformance/cases/sort.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("stable_sort_by_key conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::stable_sort_by_key, isonomy::Cpu>();
}
