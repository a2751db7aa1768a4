// The conformance rows of weighted_mixture_sums on Backend<Cuda>.
#include "isonomy/conformance/cases/mixture/weighted.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("weighted_mixture_sums conforms on Cuda", "[cuda]") {
  isonomy::test::conform<isonomy::op::weighted_mixture_sums, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("weighted_mixture_sums conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::weighted_mixture_sums, isonomy::Cuda>();
}
