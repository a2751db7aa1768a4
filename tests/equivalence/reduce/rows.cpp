// The conformance rows of reduce_rows on Backend<Cpu> and in its generic form.
#include "isonomy/conformance/cases/reduce_rows.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"
#include "support/only.hpp"

TEST_CASE("reduce_rows conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::reduce_rows, isonomy::Cpu>();
}
TEST_CASE("reduce_rows conforms in its generic form", "[equivalence][slow]") {
  isonomy::test::conform<isonomy::op::reduce_rows, isonomy::test::Only<isonomy::op::for_each>>(
      isonomy::conformance::Level::quick);
}
TEST_CASE("reduce_rows conforms in its generic form, fully", "[equivalence][long]") {
  isonomy::test::conform<isonomy::op::reduce_rows, isonomy::test::Only<isonomy::op::for_each>>();
}
