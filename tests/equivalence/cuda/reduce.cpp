// The conformance rows of transform, transform_reduce, segmented_reduce, reduce_rows, inclusive_scan on Backend<Cuda>.
#include "isonomy/conformance/cases/reduce.hpp"
#include "isonomy/conformance/cases/inclusive_scan.hpp"
#include "isonomy/conformance/cases/reduce_rows.hpp"
#include "isonomy/core/functional.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "isonomy/cuda/launch.cuh"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("transform conforms on Cuda", "[cuda]") {
  isonomy::test::conform<isonomy::op::transform, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("transform conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::transform, isonomy::Cuda>();
}
TEST_CASE("transform_reduce conforms on Cuda", "[cuda][large][small]") {
  isonomy::test::conform<isonomy::op::transform_reduce, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("transform_reduce conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::transform_reduce, isonomy::Cuda>();
}
TEST_CASE("segmented_reduce conforms on Cuda", "[cuda][large][small]") {
  isonomy::test::conform<isonomy::op::segmented_reduce, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("segmented_reduce conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::segmented_reduce, isonomy::Cuda>();
}
TEST_CASE("reduce_rows conforms on Cuda", "[cuda][small]") {
  STATIC_REQUIRE(isonomy::Has<isonomy::op::reduce_rows, isonomy::Backend<isonomy::Cuda>, float>);
  isonomy::test::conform<isonomy::op::reduce_rows, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("reduce_rows conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::reduce_rows, isonomy::Cuda>();
}
TEST_CASE("inclusive_scan conforms on Cuda", "[cuda][small]") {
  STATIC_REQUIRE(isonomy::Has<isonomy::op::inclusive_scan, isonomy::Backend<isonomy::Cuda>, float>);
  isonomy::test::conform<isonomy::op::inclusive_scan, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("inclusive_scan conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::inclusive_scan, isonomy::Cuda>();
}

namespace isonomy::test {
struct FourNumbers {
  double number[4];
};
}  // namespace isonomy::test
TEST_CASE("a scan of wide elements takes no more shared memory than a block of any device has", "[cuda]") {
  using namespace isonomy;
  STATIC_REQUIRE(device::shared_bytes_of<device::ScanRuns<double, Plus>>() <= 48 * 1024);
  STATIC_REQUIRE(device::shared_bytes_of<device::ScanRuns<test::FourNumbers, Plus>>() <= 64 * 1024);
}
