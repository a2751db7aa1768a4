// The conformance kit fails deliberately wrong backends: mixture_sums, weighted_mixture_sums,
// multivariate_mixture_sums.
#include "isonomy/conformance/cases/mixture.hpp"
#include "isonomy/conformance/cases/multivariate.hpp"
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
TEST_CASE("the kit catches a wrong multivariate_mixture_sums", "[conformance]") {
  using isonomy::op::multivariate_mixture_sums;
  CHECK(test::failures<multivariate_mixture_sums, test::defect::None>() == 0);
  CHECK(test::failures<multivariate_mixture_sums, test::defect::DensitySwapsMoments>() > 0);
}
