// The conformance rows of derived operations in their generic forms, on backends that have what these are built from.
#include "isonomy/conformance/cases/linalg/gemm.hpp"
#include "isonomy/conformance/cases/residue.hpp"
#include "isonomy/conformance/cases/sort.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"
#include "support/only.hpp"

using namespace isonomy;

TEST_CASE("syrk conforms in its generic form", "[equivalence]") {
  ::test::conform<op::syrk, ::test::Only<op::gemm>>(conformance::Level::quick);
}
TEST_CASE("syrk conforms in its generic form, fully", "[equivalence][long]") {
  ::test::conform<op::syrk, ::test::Only<op::gemm>>();
}
TEST_CASE("rank_average conforms in its generic form", "[equivalence]") {
  ::test::conform<op::rank_average, ::test::Only<op::copy, op::iota, op::for_each, op::stable_sort_by_key>>(
      conformance::Level::quick);
}
TEST_CASE("rank_average conforms in its generic form, fully", "[equivalence][long]") {
  ::test::conform<op::rank_average, ::test::Only<op::copy, op::iota, op::for_each, op::stable_sort_by_key>>();
}
TEST_CASE("joint_residue_counts conforms in its generic form", "[equivalence]") {
  ::test::conform<op::joint_residue_counts, ::test::Only<op::for_each>>(conformance::Level::quick);
}
TEST_CASE("joint_residue_counts conforms in its generic form, fully", "[equivalence][long]") {
  ::test::conform<op::joint_residue_counts, ::test::Only<op::for_each>>();
}
