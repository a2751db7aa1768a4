// Reductions and inclusive_scan without one of the barriers of their warps: the race build finds
// each.
#include "emulation/omissions/omissions.hpp"  // before what it changes

#include <string>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/functional.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "isonomy/ops/reduce/inclusive_scan.hpp"
#include "isonomy/ops/reduce/reduce_rows.hpp"
#include "isonomy/ops/reduce/segmented_reduce.hpp"
#include "isonomy/ops/reduce/transform_reduce.hpp"
#include "support/catch.hpp"

namespace isonomy::test {
namespace {

void reduce_some(index_t n) {
  Context<Cuda> ctx(device::ContextOptions{{}, 0, nullptr, 1});
  const auto x = to_device(ctx, std::vector<double>(static_cast<std::size_t>(n), 1.0));
  static_cast<void>(transform_reduce(ctx, x.view(), 0.0, Plus{}, Identity{}));
}
/// Segments of 40 elements and empty ones: a warp of the only block takes 32 of them, and then 32 more.
void reduce_segments() {
  Context<Cuda> ctx(device::ContextOptions{{}, 0, nullptr, 1});
  constexpr index_t segments = 256, size = 40;
  std::vector<index_t> borders;
  for (index_t s = 0; s <= segments; ++s) borders.push_back(s / 2 * size);
  const auto x = to_device(ctx, std::vector<double>(segments / 2 * size, 1.0));
  const auto offsets = to_device(ctx, borders);
  Buffer<double, Cuda> out(ctx, segments);
  segmented_reduce(ctx, x.view(), offsets.view(), out.view(), 0.0, Plus{}, Identity{});
  static_cast<void>(to_host(ctx, out));
}

/// Rows of 40 elements, of which the only block takes one a warp, and then another.
void reduce_rows_of_few() {
  Context<Cuda> ctx(device::ContextOptions{{}, 0, nullptr, 1});
  constexpr index_t rows = 8, columns = 40;
  const auto x = to_device(ctx, std::vector<double>(rows * columns, 1.0));
  Buffer<double, Cuda> out(ctx, rows);
  reduce_rows(ctx, row_major<DeviceSpace>(x.data(), rows, columns), out.view(), 0.0, Plus{}, Identity{});
  static_cast<void>(to_host(ctx, out));
}

/// Three tiles of a warp.
void scan_some() {
  Context<Cuda> ctx(device::ContextOptions{{}, 0, nullptr, 1});
  const auto x = to_device(ctx, std::vector<double>(70, 1.0));
  Buffer<double, Cuda> out(ctx, 70);
  inclusive_scan(ctx, x.view(), out.view(), Plus{});
  static_cast<void>(to_host(ctx, out));
}

/// The barriers that a warp may miss without a word from the device, and how many there are.
template <class Run>
[[nodiscard]] std::vector<int> unseen_in(const Run& run) {
  int met = 0;
  CHECK(said_without({}, [&] {
          run();
          met = warp_barriers_met();
        }).empty());
  CHECK(met > 0);
  std::vector<int> unseen;
  for (int b = 0; b < met; ++b)
    if (said_without({-1, b, false}, run).empty()) unseen.push_back(b);
  unseen.push_back(met);
  return unseen;
}

TEST_CASE("each barrier of a reduction's warp is missed") {
  if (!emulation::checks_races()) return;  // only that build sees it
  // The last of all divides nothing, nor does that after a chunk, where it is one lane that has read.
  CHECK(unseen_in([] { reduce_some(1500); }) == std::vector<int>{6, 7});
  CHECK(unseen_in([] { reduce_some(8 * reduction_chunk); }) == std::vector<int>{16, 33, 36, 37});
  CHECK(unseen_in(reduce_segments) == std::vector<int>{9, 10});
  CHECK(unseen_in(reduce_rows_of_few) == std::vector<int>{2, 5, 6});
  CHECK(unseen_in(scan_some) == std::vector<int>{6});
}

}  // namespace
}  // namespace isonomy::test
