// The conformance kit fails deliberately wrong backends: rank_average, select_k.
#include "isonomy/conformance/cases/sort.hpp"
#include "support/broken_backend.hpp"
#include "support/catch.hpp"
#include "support/failures.hpp"

TEST_CASE("the kit catches a wrong rank_average", "[conformance]") {
  using isonomy::op::rank_average;
  CHECK(test::failures<rank_average, test::defect::None>() == 0);
  CHECK(test::failures<rank_average, test::defect::RankMinimum>() > 0);
}
TEST_CASE("the kit catches a wrong select_k", "[conformance]") {
  using isonomy::op::select_k;
  CHECK(test::failures<select_k, test::defect::None>() == 0);
  CHECK(test::failures<select_k, test::defect::SelectSwapsNeighbours>() > 0);
  CHECK(test::failures<select_k, test::defect::SelectFlipsTie>() > 0);
}
