// The conformance rows of stable_sort_by_key, rank_average, select_k and select_candidates on Backend<Reference>.
#include "isonomy/conformance/cases/sort.hpp"
#include "isonomy/conformance/cases/select_candidates.hpp"
#include "support/catch.hpp"
#include "support/reference.hpp"

TEST_CASE("stable_sort_by_key conforms on Reference", "[equivalence]") {
  isonomy::test::conform_on_reference<isonomy::op::stable_sort_by_key>();
}
TEST_CASE("rank_average conforms on Reference", "[equivalence]") {
  isonomy::test::conform_on_reference<isonomy::op::rank_average>();
}
TEST_CASE("select_k conforms on Reference", "[equivalence]") {
  isonomy::test::conform_on_reference<isonomy::op::select_k>();
}
TEST_CASE("select_candidates conforms on Reference", "[equivalence]") {
  isonomy::test::conform_on_reference<isonomy::op::select_candidates>();
}
