// The conformance rows of the sums over mixtures in several dimensions and over clusters on Backend<Cuda>.
#include "isonomy/conformance/cases/mixture/multivariate.hpp"
#include "isonomy/conformance/cases/mixture/nearest.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("multivariate_mixture_sums conforms on Cuda", "[cuda][small]") {
  isonomy::test::conform<isonomy::op::multivariate_mixture_sums, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("multivariate_mixture_sums conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::multivariate_mixture_sums, isonomy::Cuda>();
}
TEST_CASE("weighted_multivariate_mixture_sums conforms on Cuda", "[cuda]") {
  isonomy::test::conform<isonomy::op::weighted_multivariate_mixture_sums, isonomy::Cuda>(
      isonomy::conformance::Level::quick);
}
TEST_CASE("weighted_multivariate_mixture_sums conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::weighted_multivariate_mixture_sums, isonomy::Cuda>();
}
TEST_CASE("nearest_sums conforms on Cuda", "[cuda]") {
  isonomy::test::conform<isonomy::op::nearest_sums, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("nearest_sums conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::nearest_sums, isonomy::Cuda>();
}
