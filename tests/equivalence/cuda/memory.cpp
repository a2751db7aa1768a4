// The conformance rows of for_each, copy, fill, iota, gather, scatter on Backend<Cuda>, and the stages of what is
// queued there.
#include <cuda_runtime.h>

#include <algorithm>
#include <stop_token>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/stage_timer.hpp"
#include "isonomy/conformance/cases/gather.hpp"
#include "isonomy/conformance/cases/memory.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("for_each conforms on Cuda", "[cuda]") {
  isonomy::test::conform<isonomy::op::for_each, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("for_each conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::for_each, isonomy::Cuda>();
}
TEST_CASE("copy conforms on Cuda", "[cuda]") {
  isonomy::test::conform<isonomy::op::copy, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("copy conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::copy, isonomy::Cuda>();
}
TEST_CASE("fill conforms on Cuda", "[cuda]") {
  isonomy::test::conform<isonomy::op::fill, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("fill conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::fill, isonomy::Cuda>();
}
TEST_CASE("iota conforms on Cuda", "[cuda]") {
  isonomy::test::conform<isonomy::op::iota, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("iota conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::iota, isonomy::Cuda>();
}
TEST_CASE("gather and scatter conform on Cuda", "[cuda]") {
  STATIC_REQUIRE(isonomy::Has<isonomy::op::gather, isonomy::Backend<isonomy::Cuda>, float>);
  STATIC_REQUIRE(isonomy::Has<isonomy::op::scatter, isonomy::Backend<isonomy::Cuda>, float>);
  isonomy::test::conform<isonomy::op::gather, isonomy::Cuda>(isonomy::conformance::Level::quick);
  isonomy::test::conform<isonomy::op::scatter, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("gather and scatter conform on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::gather, isonomy::Cuda>();
  isonomy::test::conform_fully<isonomy::op::scatter, isonomy::Cuda>();
}
TEST_CASE("a lap of the stage timer ends what is queued", "[cuda]") {
  using namespace isonomy;
  Context<Cuda> ctx;
  std::stop_source source;
  ctx.control().stop = source.get_token();
  Buffer<double, Cuda> x(ctx, 1000);
  Report report;
  StageTimer timer(ctx, report);
  fill(ctx, x.view(), 1.0);
  timer.lap("filled");
  CHECK((report.stages.size() == 1 && report.stages[0].stage == "filled" && report.stages[0].seconds > 0));
  fill(ctx, x.view(), 2.0);
  source.request_stop();
  CHECK_THROWS_AS(timer.lap("stopped"), Cancelled);
  CHECK(report.stages.size() == 1);
}
TEST_CASE("pinned memory has been read when a copy to the device returns", "[cuda]") {
  using namespace isonomy;
  constexpr index_t n = 100000;
  Context<Cuda> ctx;
  double* pinned = nullptr;
  REQUIRE(cudaMallocHost(reinterpret_cast<void**>(&pinned), n * sizeof(double)) == cudaSuccess);
  std::fill_n(pinned, n, 1.0);
  const auto there = to_device(ctx, VectorView<const double>(pinned, n));
  std::fill_n(pinned, n, 2.0);
  CHECK(std::ranges::count(to_host(ctx, there), 1.0) == n);
  CHECK(cudaFreeHost(pinned) == cudaSuccess);
}
