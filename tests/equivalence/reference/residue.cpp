// The conformance rows of joint_residue_counts, residue_rank_sums and row_statistics on Backend<Reference>.
#include "isonomy/conformance/cases/residue.hpp"
#include "isonomy/conformance/cases/row_statistics.hpp"
#include "support/catch.hpp"
#include "support/reference.hpp"

TEST_CASE("joint_residue_counts conforms on Reference", "[equivalence]") {
  isonomy::test::conform_on_reference<isonomy::op::joint_residue_counts>();
}
TEST_CASE("residue_rank_sums conforms on Reference", "[equivalence]") {
  isonomy::test::conform_on_reference<isonomy::op::residue_rank_sums>();
}
TEST_CASE("row_statistics conforms on Reference", "[equivalence]") {
  isonomy::test::conform_on_reference<isonomy::op::row_statistics>();
}
