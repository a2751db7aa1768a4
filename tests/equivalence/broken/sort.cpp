// The conformance kit fails deliberately wrong backends: stable_sort_by_key.
#include "isonomy/conformance/cases/sort.hpp"
#include "support/broken_backend.hpp"
#include "support/catch.hpp"
#include "support/failures.hpp"

TEST_CASE("the kit catches a wrong stable_sort_by_key", "[conformance]") {
  using isonomy::op::stable_sort_by_key;
  CHECK(test::failures<stable_sort_by_key, test::defect::None>() == 0);
  CHECK(test::failures<stable_sort_by_key, test::defect::SortUnstable>() > 0);
  CHECK(test::failures<stable_sort_by_key, test::defect::SortNanFirst>() > 0);
}
