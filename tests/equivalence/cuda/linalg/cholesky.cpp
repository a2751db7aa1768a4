// The conformance rows of cholesky and cholesky_batched on Backend<Cuda>.
#include "isonomy/conformance/cases/linalg/cholesky.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("cholesky_batched conforms on Cuda", "[cuda][small]") {
  isonomy::test::conform<isonomy::op::cholesky_batched, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("cholesky_batched conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::cholesky_batched, isonomy::Cuda>();
}
TEST_CASE("cholesky conforms on Cuda", "[cuda][small]") {
  isonomy::test::conform<isonomy::op::cholesky, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("cholesky conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::cholesky, isonomy::Cuda>();
}
