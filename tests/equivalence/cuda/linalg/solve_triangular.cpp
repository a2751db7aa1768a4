// The conformance rows of solve_triangular and solve_triangular_batched on Backend<Cuda>.
#include "isonomy/conformance/cases/linalg/solve_triangular.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("solve_triangular conforms on Cuda", "[cuda]") {
  isonomy::test::conform<isonomy::op::solve_triangular, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("solve_triangular conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::solve_triangular, isonomy::Cuda>();
}
TEST_CASE("solve_triangular_batched conforms on Cuda", "[cuda][small]") {
  isonomy::test::conform<isonomy::op::solve_triangular_batched, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("solve_triangular_batched conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::solve_triangular_batched, isonomy::Cuda>();
}
