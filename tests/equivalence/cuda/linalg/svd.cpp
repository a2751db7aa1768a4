// The conformance rows of svd on Backend<Cuda>.
#include "isonomy/conformance/cases/linalg/svd.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("svd conforms on Cuda", "[cuda]") {
  isonomy::test::conform<isonomy::op::svd, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("svd conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::svd, isonomy::Cuda>();
}
