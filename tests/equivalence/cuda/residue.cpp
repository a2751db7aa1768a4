// The conformance rows of joint_residue_counts, residue_rank_sums, row_statistics on Backend<Cuda>.
#include "isonomy/conformance/cases/residue.hpp"
#include "isonomy/conformance/cases/row_statistics.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("joint_residue_counts conforms on Cuda", "[cuda][small]") {
  isonomy::test::conform<isonomy::op::joint_residue_counts, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("joint_residue_counts conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::joint_residue_counts, isonomy::Cuda>();
}
TEST_CASE("residue_rank_sums conforms on Cuda", "[cuda][small]") {
  isonomy::test::conform<isonomy::op::residue_rank_sums, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("residue_rank_sums conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::residue_rank_sums, isonomy::Cuda>();
}
TEST_CASE("row_statistics conforms on Cuda", "[cuda][large]") {
  isonomy::test::conform<isonomy::op::row_statistics, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("row_statistics conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::row_statistics, isonomy::Cuda>();
}
