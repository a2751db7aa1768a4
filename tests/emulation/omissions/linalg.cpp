// The factors of matrices and the mirror of syrk without one of their barriers: the race build finds each.
#include "emulation/omissions/omissions.hpp"  // before what it changes

#include <cstddef>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "isonomy/ops/linalg/cholesky.hpp"
#include "isonomy/ops/linalg/syrk.hpp"
#include "support/catch.hpp"

namespace isonomy::test {
namespace {

[[nodiscard]] Context<Cuda> one_block() { return Context<Cuda>(device::ContextOptions{{}, 0, nullptr, 1}); }

void factor(index_t n) {
  Context<Cuda> ctx = one_block();
  std::vector<double> a(static_cast<std::size_t>(n * n), 1);
  for (index_t i = 0; i < n; ++i) a[static_cast<std::size_t>(i * n + i)] = 200;
  Buffer<double, Cuda> there = to_device(ctx, a);
  Buffer<index_t, Cuda> info(ctx, 1);
  cholesky_batched(ctx, BatchView<double, DeviceSpace>(there.data(), 1, n, n, n * n, 1, n), info.view());
  Backend<Cuda>::synchronize(ctx);
}
void square(index_t n) {
  Context<Cuda> ctx = one_block();
  const Buffer<double, Cuda> a = to_device(ctx, std::vector<double>(static_cast<std::size_t>(n), 2));
  Matrix<double, Cuda> out(ctx, n, n);
  syrk(ctx, 1, row_major<DeviceSpace>(a.data(), 1, n), 0, out.view());
  Backend<Cuda>::synchronize(ctx);
}

/// The barriers whose lack nobody sees.
template <class Run>
[[nodiscard]] std::vector<int> unseen(const Run& run) {
  int met = 0;
  CHECK(said_without({}, [&] {
          run();
          met = barriers_met();
        }).empty());
  std::vector<int> out;
  for (int b = 0; b < met; ++b)
    if (said_without({b, -1, false}, run).empty()) out.push_back(b);
  return out;
}

TEST_CASE("each barrier of the factors of small matrices is missed") {
  if (!emulation::checks_races()) return;  // only that build sees it
  for (const index_t n : {5, 40}) {        // a warp a matrix, and a block
    INFO(n << " rows");
    CHECK(unseen([n] { factor(n); }).empty());
  }
}

TEST_CASE("the barriers below the diagonal block of a matrix are missed") {
  if (!emulation::checks_races()) return;  // only that build sees it
  const auto run = [] { factor(70); };
  const int of_block = 2 * 64 + 1;  // those of the block's own factor
  CHECK(said_without({}, run).empty());
  CHECK_FALSE(said_without({of_block, -1, false}, run).empty());
  for (const int step : {1, 30, 63}) CHECK_FALSE(said_without({-1, step, false}, run).empty());
}

TEST_CASE("each barrier of the mirror of syrk is missed") {
  if (!emulation::checks_races()) return;                    // only that build sees it
  CHECK(unseen([] { square(40); }) == std::vector<int>{5});  // after the last of three tiles
}

}  // namespace
}  // namespace isonomy::test
