// The conformance rows of tridiagonalise and apply_reflectors on Backend<Cuda>.
#include "isonomy/conformance/cases/linalg/tridiagonalise.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("tridiagonalise conforms on Cuda", "[cuda]") {
  isonomy::test::conform<isonomy::op::tridiagonalise, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("tridiagonalise conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::tridiagonalise, isonomy::Cuda>();
}
TEST_CASE("apply_reflectors conforms on Cuda", "[cuda]") {
  isonomy::test::conform<isonomy::op::apply_reflectors, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("apply_reflectors conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::apply_reflectors, isonomy::Cuda>();
}
