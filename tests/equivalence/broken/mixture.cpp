// The conformance kit fails deliberately wrong backends: mixture_sums, weighted_mixture_sums, density_sums.
#include "isonomy/conformance/cases/mixture.hpp"
#include "isonomy/conformance/cases/densities.hpp"
#include "isonomy/conformance/cases/weighted.hpp"
#include "support/broken_backend.hpp"
#include "support/catch.hpp"
#include "support/failures.hpp"

TEST_CASE("the kit catches a wrong mixture_sums", "[conformance]") {
  using isonomy::op::mixture_sums;
  CHECK(test::failures<mixture_sums, test::defect::None>() == 0);
  CHECK(test::failures<mixture_sums, test::defect::MixtureLosesLastPoint>() > 0);
  CHECK(test::failures<mixture_sums, test::defect::MixtureRoundsDifferently>() > 0);
}
TEST_CASE("the kit catches a wrong weighted_mixture_sums", "[conformance]") {
  using isonomy::op::weighted_mixture_sums;
  CHECK(test::failures<weighted_mixture_sums, test::defect::None>() == 0);
  CHECK(test::failures<weighted_mixture_sums, test::defect::WeightsIgnored>() > 0);
  CHECK(test::failures<weighted_mixture_sums, test::defect::WeightsLostInTail>() > 0);
  CHECK(test::failures<weighted_mixture_sums, test::defect::WeightsNotSquared>() > 0);
}
TEST_CASE("the kit catches a wrong density_sums", "[conformance]") {
  using isonomy::op::density_sums;
  CHECK(test::failures<density_sums, test::defect::None>() == 0);
  CHECK(test::failures<density_sums, test::defect::DensitySwapsMoments>() > 0);
}
