// The conformance rows of memory, for_each, transform and the reductions on Backend<Reference>.
#include "isonomy/conformance/cases/reduce.hpp"
#include "isonomy/conformance/cases/gather.hpp"
#include "isonomy/conformance/cases/inclusive_scan.hpp"
#include "isonomy/conformance/cases/memory.hpp"
#include "isonomy/conformance/cases/reduce_rows.hpp"
#include "support/catch.hpp"
#include "support/reference.hpp"

TEST_CASE("copy, fill, iota, gather, scatter and for_each conform on Reference", "[equivalence]") {
  isonomy::test::conform_on_reference<isonomy::op::copy>();
  isonomy::test::conform_on_reference<isonomy::op::fill>();
  isonomy::test::conform_on_reference<isonomy::op::iota>();
  isonomy::test::conform_on_reference<isonomy::op::gather>();
  isonomy::test::conform_on_reference<isonomy::op::scatter>();
  isonomy::test::conform_on_reference<isonomy::op::for_each>();
}
TEST_CASE("transform conforms on Reference", "[equivalence]") {
  isonomy::test::conform_on_reference<isonomy::op::transform>();
}
TEST_CASE("transform_reduce, segmented_reduce, reduce_rows and inclusive_scan conform on Reference", "[equivalence]") {
  isonomy::test::conform_on_reference<isonomy::op::transform_reduce>();
  isonomy::test::conform_on_reference<isonomy::op::segmented_reduce>();
  isonomy::test::conform_on_reference<isonomy::op::reduce_rows>();
  isonomy::test::conform_on_reference<isonomy::op::inclusive_scan>();
}
