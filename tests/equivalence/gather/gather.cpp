// The conformance rows of gather and scatter on Backend<Cpu> and in their generic forms.
#include "isonomy/conformance/cases/gather.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"
#include "support/only.hpp"

TEST_CASE("gather conforms on Cpu", "[equivalence]") { isonomy::test::conform<isonomy::op::gather, isonomy::Cpu>(); }
TEST_CASE("scatter conforms on Cpu", "[equivalence]") { isonomy::test::conform<isonomy::op::scatter, isonomy::Cpu>(); }
TEST_CASE("gather and scatter conform in their generic forms", "[equivalence][slow]") {
  using Loops = isonomy::test::Only<isonomy::op::for_each>;
  isonomy::test::conform<isonomy::op::gather, Loops>(isonomy::conformance::Level::quick);
  isonomy::test::conform<isonomy::op::scatter, Loops>(isonomy::conformance::Level::quick);
}
