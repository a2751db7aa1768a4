// The conformance rows of for_each, copy, fill, iota on Backend<Cuda>.
#include "isonomy/conformance/cases/memory.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("for_each conforms on Cuda", "[cuda]") {
  isonomy::test::conform<isonomy::op::for_each, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("for_each conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform<isonomy::op::for_each, isonomy::Cuda>();
}
TEST_CASE("copy conforms on Cuda", "[cuda]") {
  isonomy::test::conform<isonomy::op::copy, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("copy conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform<isonomy::op::copy, isonomy::Cuda>();
}
TEST_CASE("fill conforms on Cuda", "[cuda]") {
  isonomy::test::conform<isonomy::op::fill, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("fill conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform<isonomy::op::fill, isonomy::Cuda>();
}
TEST_CASE("iota conforms on Cuda", "[cuda]") {
  isonomy::test::conform<isonomy::op::iota, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("iota conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform<isonomy::op::iota, isonomy::Cuda>();
}
