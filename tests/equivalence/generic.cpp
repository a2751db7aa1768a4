// The conformance rows of derived operations in their generic forms.
#include "isonomy/conformance/cases/gemm.hpp"
#include "isonomy/conformance/cases/residue.hpp"
#include "isonomy/conformance/cases/sort.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"
#include "support/generic_backend.hpp"

TEST_CASE("syrk conforms in its generic form", "[equivalence]") { test::conform<isonomy::op::syrk, test::Generic>(); }
TEST_CASE("rank_average conforms in its generic form", "[equivalence]") {
  test::conform<isonomy::op::rank_average, test::Generic>();
}
TEST_CASE("joint_residue_counts conforms in its generic form", "[equivalence]") {
  test::conform<isonomy::op::joint_residue_counts, test::Generic>();
}
