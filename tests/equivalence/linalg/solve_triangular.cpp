// The conformance rows of solve_triangular and solve_triangular_batched on Backend<Cpu>, and in their generic forms.
#include "isonomy/conformance/cases/linalg/solve_triangular.hpp"
#include "isonomy/compiled/linalg.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"
#include "support/only.hpp"

TEST_CASE("solve_triangular conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::solve_triangular, isonomy::Cpu>();
}
TEST_CASE("solve_triangular_batched conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::solve_triangular_batched, isonomy::Cpu>();
}
TEST_CASE("solve_triangular conforms in its generic form", "[equivalence][slow]") {
  isonomy::test::conform<isonomy::op::solve_triangular, isonomy::test::Only<isonomy::op::for_each>>(
      isonomy::conformance::Level::quick);
}
TEST_CASE("solve_triangular_batched conforms in its generic form", "[equivalence][slow]") {
  isonomy::test::conform<isonomy::op::solve_triangular_batched, isonomy::test::Only<isonomy::op::for_each>>(
      isonomy::conformance::Level::quick);
}
