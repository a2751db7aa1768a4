// The conformance rows of select_candidates on Backend<Cpu>, and in its generic form, which sorts.
#include "isonomy/conformance/cases/select_candidates.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"
#include "support/only.hpp"

using namespace isonomy;

TEST_CASE("select_candidates conforms on Cpu", "[equivalence]") { ::test::conform<op::select_candidates, Cpu>(); }
TEST_CASE("select_candidates conforms in its generic form", "[equivalence]") {
  ::test::conform<op::select_candidates,
                  ::test::Only<op::copy, op::iota, op::transform, op::transform_reduce, op::stable_sort_by_key>>(
      conformance::Level::quick);
}
