// The conformance kit fails deliberately wrong backends: joint_residue_counts, residue_rank_sums.
#include "isonomy/conformance/cases/residue.hpp"
#include "support/broken_backend.hpp"
#include "support/catch.hpp"
#include "support/failures.hpp"

TEST_CASE("the kit catches a wrong joint_residue_counts", "[conformance]") {
  using isonomy::op::joint_residue_counts;
  CHECK(test::failures<joint_residue_counts, test::defect::None>() == 0);
  CHECK(test::failures<joint_residue_counts, test::defect::CountsOrderedPairs>() > 0);
}
TEST_CASE("the kit catches a wrong residue_rank_sums", "[conformance]") {
  using isonomy::op::residue_rank_sums;
  CHECK(test::failures<residue_rank_sums, test::defect::None>() == 0);
  CHECK(test::failures<residue_rank_sums, test::defect::RanksLoseHalf>() > 0);
}
