// The conformance kit fails deliberately wrong backends: transform, transform_reduce, segmented_reduce.
#include "isonomy/conformance/cases/reduce.hpp"
#include "support/broken_backend.hpp"
#include "support/catch.hpp"
#include "support/failures.hpp"

TEST_CASE("the kit catches a wrong transform", "[conformance]") {
  using isonomy::op::transform;
  CHECK(test::failures<transform, test::defect::None>() == 0);
  CHECK(test::failures<transform, test::defect::TransformShiftsByOne>() > 0);
}
TEST_CASE("the kit catches a wrong transform_reduce", "[conformance]") {
  using isonomy::op::transform_reduce;
  CHECK(test::failures<transform_reduce, test::defect::None>() == 0);
  CHECK(test::failures<transform_reduce, test::defect::ReduceSkipsLastChunk>() > 0);
}
TEST_CASE("the kit catches a wrong segmented_reduce", "[conformance]") {
  using isonomy::op::segmented_reduce;
  CHECK(test::failures<segmented_reduce, test::defect::None>() == 0);
  CHECK(test::failures<segmented_reduce, test::defect::SegmentedSkipsEmpty>() > 0);
}
