// The conformance rows of mixture_sums and multivariate_mixture_sums, with weights and without, and of nearest_sums, on
// Backend<Cpu> and in their generic forms.
#include "isonomy/conformance/cases/mixture/mixture.hpp"
#include "isonomy/compiled/mixture_sums.hpp"
#include "isonomy/conformance/cases/mixture/multivariate.hpp"
#include "isonomy/conformance/cases/mixture/nearest.hpp"
#include "isonomy/conformance/cases/mixture/weighted.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"
#include "support/only.hpp"

TEST_CASE("mixture_sums conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::mixture_sums, isonomy::Cpu>();
}
TEST_CASE("mixture_sums conforms in its generic form", "[equivalence][slow]") {
  isonomy::test::conform<isonomy::op::mixture_sums, isonomy::test::Only<isonomy::op::for_each, isonomy::op::copy>>(
      isonomy::conformance::Level::quick);
}
TEST_CASE("mixture_sums conforms in its generic form, fully", "[equivalence][long]") {
  isonomy::test::conform<isonomy::op::mixture_sums, isonomy::test::Only<isonomy::op::for_each, isonomy::op::copy>>();
}
TEST_CASE("weighted_mixture_sums conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::weighted_mixture_sums, isonomy::Cpu>(isonomy::conformance::Level::quick);
}
TEST_CASE("weighted_mixture_sums conforms on Cpu, fully", "[equivalence][long]") {
  isonomy::test::conform<isonomy::op::weighted_mixture_sums, isonomy::Cpu>();
}
TEST_CASE("weighted_mixture_sums conforms in its generic form", "[equivalence][slow]") {
  isonomy::test::conform<isonomy::op::weighted_mixture_sums,
                         isonomy::test::Only<isonomy::op::for_each, isonomy::op::copy>>(
      isonomy::conformance::Level::quick);
}
TEST_CASE("weighted_mixture_sums conforms in its generic form, fully", "[equivalence][long]") {
  isonomy::test::conform<isonomy::op::weighted_mixture_sums,
                         isonomy::test::Only<isonomy::op::for_each, isonomy::op::copy>>();
}
TEST_CASE("multivariate_mixture_sums conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::multivariate_mixture_sums, isonomy::Cpu>(isonomy::conformance::Level::quick);
}
TEST_CASE("multivariate_mixture_sums conforms on Cpu, fully", "[equivalence][long]") {
  isonomy::test::conform<isonomy::op::multivariate_mixture_sums, isonomy::Cpu>();
}
TEST_CASE("multivariate_mixture_sums conforms in its generic form", "[equivalence][slow]") {
  isonomy::test::conform<isonomy::op::multivariate_mixture_sums, isonomy::test::Only<isonomy::op::for_each>>(
      isonomy::conformance::Level::quick);
}
TEST_CASE("multivariate_mixture_sums conforms in its generic form, fully", "[equivalence][long]") {
  isonomy::test::conform<isonomy::op::multivariate_mixture_sums, isonomy::test::Only<isonomy::op::for_each>>();
}
TEST_CASE("weighted_multivariate_mixture_sums conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::weighted_multivariate_mixture_sums, isonomy::Cpu>(
      isonomy::conformance::Level::quick);
}
TEST_CASE("weighted_multivariate_mixture_sums conforms on Cpu, fully", "[equivalence][long]") {
  isonomy::test::conform<isonomy::op::weighted_multivariate_mixture_sums, isonomy::Cpu>();
}
TEST_CASE("weighted_multivariate_mixture_sums conforms in its generic form", "[equivalence][slow]") {
  isonomy::test::conform<isonomy::op::weighted_multivariate_mixture_sums, isonomy::test::Only<isonomy::op::for_each>>(
      isonomy::conformance::Level::quick);
}
TEST_CASE("weighted_multivariate_mixture_sums conforms in its generic form, fully", "[equivalence][long]") {
  isonomy::test::conform<isonomy::op::weighted_multivariate_mixture_sums, isonomy::test::Only<isonomy::op::for_each>>();
}
TEST_CASE("nearest_sums conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::nearest_sums, isonomy::Cpu>();
}
TEST_CASE("nearest_sums conforms in its generic form", "[equivalence][slow]") {
  isonomy::test::conform<isonomy::op::nearest_sums, isonomy::test::Only<isonomy::op::for_each>>(
      isonomy::conformance::Level::quick);
}
TEST_CASE("nearest_sums conforms in its generic form, fully", "[equivalence][long]") {
  isonomy::test::conform<isonomy::op::nearest_sums, isonomy::test::Only<isonomy::op::for_each>>();
}
