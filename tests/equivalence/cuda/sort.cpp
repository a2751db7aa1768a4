// The conformance rows of stable_sort_by_key, rank_average, select_k, select_candidates on Backend<Cuda>.
#include "isonomy/conformance/cases/sort.hpp"
#include "isonomy/conformance/cases/select_candidates.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("stable_sort_by_key conforms on Cuda", "[cuda]") {
  isonomy::test::conform<isonomy::op::stable_sort_by_key, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("stable_sort_by_key conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::stable_sort_by_key, isonomy::Cuda>();
}
TEST_CASE("rank_average conforms on Cuda", "[cuda][small]") {
  isonomy::test::conform<isonomy::op::rank_average, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("rank_average conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::rank_average, isonomy::Cuda>();
}
TEST_CASE("select_k conforms on Cuda", "[cuda][small]") {
  isonomy::test::conform<isonomy::op::select_k, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("select_k conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::select_k, isonomy::Cuda>();
}
TEST_CASE("select_candidates conforms on Cuda", "[cuda]") {
  isonomy::test::conform<isonomy::op::select_candidates, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("select_candidates conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::select_candidates, isonomy::Cuda>();
}
