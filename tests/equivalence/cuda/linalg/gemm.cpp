// The conformance rows of gemm, gemm_batched, syrk on Backend<Cuda>.
#include "isonomy/conformance/cases/linalg/gemm.hpp"
#include "isonomy/conformance/cases/linalg/gemm_batched.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("gemm conforms on Cuda", "[cuda]") {
  isonomy::test::conform<isonomy::op::gemm, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("gemm conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::gemm, isonomy::Cuda>();
}
TEST_CASE("gemm_batched conforms on Cuda", "[cuda]") {
  STATIC_REQUIRE(isonomy::Has<isonomy::op::gemm_batched, isonomy::Backend<isonomy::Cuda>, float>);
  isonomy::test::conform<isonomy::op::gemm_batched, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("gemm_batched conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::gemm_batched, isonomy::Cuda>();
}
TEST_CASE("syrk conforms on Cuda", "[cuda]") {
  isonomy::test::conform<isonomy::op::syrk, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("syrk conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::syrk, isonomy::Cuda>();
}
