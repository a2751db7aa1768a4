// The conformance rows of cholesky and cholesky_batched on Backend<Cuda>.
#include <cstddef>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/conformance/cases/linalg/cholesky.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("cholesky_batched conforms on Cuda", "[cuda][small]") {
  isonomy::test::conform<isonomy::op::cholesky_batched, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("cholesky_batched conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::cholesky_batched, isonomy::Cuda>();
}
TEST_CASE("cholesky conforms on Cuda", "[cuda][small]") {
  isonomy::test::conform<isonomy::op::cholesky, isonomy::Cuda>(isonomy::conformance::Level::quick);
}
TEST_CASE("cholesky conforms on Cuda, fully", "[cuda][long]") {
  isonomy::test::conform_fully<isonomy::op::cholesky, isonomy::Cuda>();
}

// Rows of the kit beyond that many rows are long: matrices of which every step is exact, by hand.
TEST_CASE("cholesky on Cuda factors large matrices by cuSOLVER, and tells the pivot", "[cuda]") {
  using namespace isonomy;
  constexpr index_t n = device::Cholesky::most_rows_of_kernels + 1, bad = 400;
  std::vector<float> a(static_cast<std::size_t>(n * n), 0), l = a;
  const auto at = [](index_t i, index_t j) { return static_cast<std::size_t>(i + j * n); };
  for (index_t i = 0; i < n; ++i) {  // L has 2 on the diagonal, -1 beneath it
    l[at(i, i)] = 2, a[at(i, i)] = i == 0 ? 4.0F : 5.0F;
    if (i + 1 < n) l[at(i + 1, i)] = -1, a[at(i + 1, i)] = -2;
    if (i > 0) a[at(0, i)] = l[at(0, i)] = -55;  // never read nor written
  }
  Context<Cuda> ctx;
  Buffer<float, Cuda> there = to_device(ctx, a);
  cholesky(ctx, column_major<DeviceSpace>(there.data(), n, n));
  CHECK(to_host(ctx, there) == l);
  a[at(bad, bad)] = 1;  // less 1
  there = to_device(ctx, a);
  try {
    cholesky(ctx, column_major<DeviceSpace>(there.data(), n, n));
    FAIL("a matrix that is not positive definite was factored");
  } catch (const NotPositiveDefinite& e) {
    CHECK(e.pivot == bad + 1);
  }
}
