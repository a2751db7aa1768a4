// The conformance rows of qr on Backend<Cuda>.
#include "isonomy/conformance/cases/linalg/qr.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("qr conforms on Cuda", "[cuda]") {
  isonomy::test::conform<isonomy::op::qr, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("qr conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::qr, isonomy::Cuda>();
}
