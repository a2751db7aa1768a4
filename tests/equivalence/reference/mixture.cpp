// The conformance rows of sums over mixtures on Backend<Reference>.
#include "isonomy/conformance/cases/mixture/mixture.hpp"
#include "isonomy/conformance/cases/mixture/multivariate.hpp"
#include "isonomy/conformance/cases/mixture/nearest.hpp"
#include "isonomy/conformance/cases/mixture/weighted.hpp"
#include "support/catch.hpp"
#include "support/reference.hpp"

TEST_CASE("mixture_sums conforms on Reference, with weights and without", "[equivalence]") {
  isonomy::test::conform_on_reference<isonomy::op::mixture_sums>();
  isonomy::test::conform_on_reference<isonomy::op::weighted_mixture_sums>();
}
TEST_CASE("multivariate_mixture_sums conforms on Reference, with weights and without", "[equivalence]") {
  isonomy::test::conform_on_reference<isonomy::op::multivariate_mixture_sums>();
  isonomy::test::conform_on_reference<isonomy::op::weighted_multivariate_mixture_sums>();
}
TEST_CASE("nearest_sums conforms on Reference", "[equivalence]") {
  isonomy::test::conform_on_reference<isonomy::op::nearest_sums>();
}
