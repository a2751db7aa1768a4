// The conformance rows of log_diagonal_sum_batched on Backend<Cuda>.
#include "isonomy/conformance/cases/linalg/log_diagonal_sum.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("log_diagonal_sum_batched conforms on Cuda", "[cuda][small]") {
  isonomy::test::conform<isonomy::op::log_diagonal_sum_batched, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("log_diagonal_sum_batched conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::log_diagonal_sum_batched, isonomy::Cuda>();
}
