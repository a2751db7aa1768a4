// The conformance rows of residue_rank_sums in its generic form, which sorts.
#include "isonomy/conformance/cases/residue.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"
#include "support/generic_backend.hpp"

TEST_CASE("residue_rank_sums conforms in its generic form", "[equivalence]") {
  test::conform<isonomy::op::residue_rank_sums, test::Generic>();
}
