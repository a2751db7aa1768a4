// The conformance rows of residue_rank_sums in its generic form, which sorts.
#include "isonomy/conformance/cases/residue.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"
#include "support/only.hpp"

using namespace isonomy;

TEST_CASE("residue_rank_sums conforms in its generic form", "[equivalence]") {
  ::test::conform<op::residue_rank_sums,
                  ::test::Only<op::copy, op::iota, op::for_each, op::stable_sort_by_key, op::transform_reduce>>(
      conformance::Level::quick);
}
TEST_CASE("residue_rank_sums conforms in its generic form, fully", "[equivalence][long]") {
  ::test::conform<op::residue_rank_sums,
                  ::test::Only<op::copy, op::iota, op::for_each, op::stable_sort_by_key, op::transform_reduce>>();
}
