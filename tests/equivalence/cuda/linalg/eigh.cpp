// The conformance rows of eigh, eigh_subset and eigh_batched on Backend<Cuda>.
#include "isonomy/conformance/cases/linalg/eigh.hpp"
#include "isonomy/conformance/cases/linalg/eigh_batched.hpp"
#include "isonomy/conformance/cases/linalg/eigh_subset.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("eigh conforms on Cuda", "[cuda]") {
  isonomy::test::conform<isonomy::op::eigh, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("eigh conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform<isonomy::op::eigh, isonomy::Cuda>();
}
TEST_CASE("eigh_subset conforms on Cuda", "[cuda]") {
  isonomy::test::conform<isonomy::op::eigh_subset, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("eigh_batched conforms on Cuda", "[cuda]") {
  isonomy::test::conform<isonomy::op::eigh_batched, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
