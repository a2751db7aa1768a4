// The conformance kit fails deliberately wrong backends: copy, fill, iota, for_each.
#include "isonomy/conformance/cases/memory.hpp"
#include "support/broken_backend.hpp"
#include "support/catch.hpp"
#include "support/failures.hpp"

TEST_CASE("the kit catches a wrong copy", "[conformance]") {
  using isonomy::op::copy;
  CHECK(test::failures<copy, test::defect::None>() == 0);
  CHECK(test::failures<copy, test::defect::CopyIgnoresStride>() > 0);
}
TEST_CASE("the kit catches a wrong fill", "[conformance]") {
  using isonomy::op::fill;
  CHECK(test::failures<fill, test::defect::None>() == 0);
  CHECK(test::failures<fill, test::defect::FillSkipsLast>() > 0);
}
TEST_CASE("the kit catches a wrong iota", "[conformance]") {
  using isonomy::op::iota;
  CHECK(test::failures<iota, test::defect::None>() == 0);
  CHECK(test::failures<iota, test::defect::IotaFromZero>() > 0);
}
TEST_CASE("the kit catches a wrong for_each", "[conformance]") {
  using isonomy::op::for_each;
  CHECK(test::failures<for_each, test::defect::None>() == 0);
  CHECK(test::failures<for_each, test::defect::ForEachSkipsLast>() > 0);
}
