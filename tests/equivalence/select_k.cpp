// The conformance rows of select_k and select_candidates on Backend<Cpu>, of the latter in its generic form too.
#include "isonomy/conformance/cases/select_candidates.hpp"
#include "isonomy/conformance/cases/sort.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"
#include "support/only.hpp"

TEST_CASE("select_k conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::select_k, isonomy::Cpu>();
}
TEST_CASE("select_candidates conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::select_candidates, isonomy::Cpu>();
}
TEST_CASE("select_candidates conforms in its generic form", "[equivalence][slow]") {
  isonomy::test::conform<isonomy::op::select_candidates,
                         isonomy::test::Only<isonomy::op::copy, isonomy::op::iota, isonomy::op::transform,
                                             isonomy::op::transform_reduce, isonomy::op::stable_sort_by_key>>(
      isonomy::conformance::Level::quick);
}
