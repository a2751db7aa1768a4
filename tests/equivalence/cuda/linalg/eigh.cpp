// The conformance rows of eigh on Backend<Cuda>.
#include "isonomy/conformance/cases/linalg/eigh.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("eigh conforms on Cuda", "[cuda]") {
  isonomy::test::conform<isonomy::op::eigh, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("eigh conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::eigh, isonomy::Cuda>();
}
