// The conformance rows of mixture_sums on Backend<Cuda>.
#include "isonomy/conformance/cases/mixture/mixture.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "support/catch.hpp"
#include "support/conform.hpp"
#if defined(ISONOMY_EMULATED_DEVICE)
#include "emulation/machine/control.hpp"
#endif

TEST_CASE("mixture_sums conforms on Cuda", "[cuda][small]") {
  isonomy::test::conform<isonomy::op::mixture_sums, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("mixture_sums conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::mixture_sums, isonomy::Cuda>();
}

#if defined(ISONOMY_EMULATED_DEVICE)  // which counts
namespace isonomy::test {
namespace {

/// Waits of a pass over so many points, which are one in memory: with a stride, and so copied side by side.
std::uint64_t waits_of_strided_pass(index_t points) {
  Context<Cuda> ctx;
  const auto x = to_device(ctx, std::vector<float>{0.5f});
  const SharedMeanPair term{0.1, 1, -0.5, 0, 0, -1, -0.5};
  DoubleDouble sum;
  emulation::reset_statistics();
  mixture_sums(ctx, term, MixtureOrder::value, VectorView<const float, DeviceSpace>(x.data(), points, 0),
               VectorView<DoubleDouble>(&sum, 1));
  return emulation::statistics().waits;
}

}  // namespace
}  // namespace isonomy::test

TEST_CASE("a pass over points with stride waits no more than one over others", "[cuda]") {
  CHECK(isonomy::test::waits_of_strided_pass(513 * isonomy::block_points) == 1);
}
TEST_CASE("a pass over 1e8 points with stride waits four times at most", "[cuda][long]") {
  CHECK(isonomy::test::waits_of_strided_pass(100000000) <= 4);
}
#endif
