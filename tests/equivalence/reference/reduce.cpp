// The conformance rows of memory, for_each, transform and the reductions on Backend<Reference>.
#include "isonomy/conformance/cases/reduce.hpp"
#include "isonomy/conformance/cases/memory.hpp"
#include "support/catch.hpp"
#include "support/reference.hpp"

TEST_CASE("copy, fill, iota and for_each conform on Reference", "[equivalence]") {
  isonomy::test::conform_on_reference<isonomy::op::copy>();
  isonomy::test::conform_on_reference<isonomy::op::fill>();
  isonomy::test::conform_on_reference<isonomy::op::iota>();
  isonomy::test::conform_on_reference<isonomy::op::for_each>();
}
TEST_CASE("transform conforms on Reference", "[equivalence]") {
  isonomy::test::conform_on_reference<isonomy::op::transform>();
}
TEST_CASE("transform_reduce and segmented_reduce conform on Reference", "[equivalence]") {
  isonomy::test::conform_on_reference<isonomy::op::transform_reduce>();
  isonomy::test::conform_on_reference<isonomy::op::segmented_reduce>();
}
