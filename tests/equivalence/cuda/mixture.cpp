// The conformance rows of mixture_sums on Backend<Cuda>.
#include "isonomy/conformance/cases/mixture.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("mixture_sums conforms on Cuda", "[cuda][small]") {
  isonomy::test::conform<isonomy::op::mixture_sums, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("mixture_sums conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform<isonomy::op::mixture_sums, isonomy::Cuda>();
}
