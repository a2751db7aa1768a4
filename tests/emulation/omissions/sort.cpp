// select_k without one of its barriers, or without its atomic additions: the race build finds each.
#include "emulation/omissions/omissions.hpp"  // before what it changes

#include <cstdint>
#include <string>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "isonomy/ops/sort/select_k.hpp"
#include "support/catch.hpp"

namespace isonomy::test {
namespace {

/// Two rows of one block, one after the other.
struct Rows {
  index_t columns, wanted;
  std::uint32_t values;            // keys are below this
  std::vector<int> needless = {};  // barriers that happen to divide nothing
};
const Rows listed_whole{200, 30, 1000};         // as many as may be sorted
const Rows spread{3000, 40, 4000000000};        // few keys up to the bound of the threads' smallest
const Rows sliced{8195, 60, 4000000000};        // cut into slices of different lengths
const Rows much_wanted{3000, 300, 4000000000};  // more than there are threads
/// Too many keys up to the bound, and of each value. The last digit of a column is the number of its thread, which has
/// cleared the digit's bin itself.
const Rows tied{3000, 40, 3, {30, 87}};

[[nodiscard]] std::vector<index_t> selected(const Rows& r) {
  Context<Cuda> ctx(device::ContextOptions{{}, 0, nullptr, 1});
  std::vector<std::uint32_t> x;
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(2 * r.columns); ++i)
    x.push_back(static_cast<std::uint32_t>(random_bits(7, i) % r.values));
  const auto from = to_device(ctx, x);
  Buffer<std::uint32_t, Cuda> values(ctx, 2 * r.wanted);
  Buffer<index_t, Cuda> indices(ctx, 2 * r.wanted);
  select_k(ctx, row_major<DeviceSpace>(from.data(), 2, r.columns), row_major<DeviceSpace>(values.data(), 2, r.wanted),
           row_major<DeviceSpace>(indices.data(), 2, r.wanted));
  return to_host(ctx, indices);
}

/// How many barriers a block meets, and those whose lack nobody sees.
struct Unseen {
  int met = 0;
  std::vector<int> barriers;
};
[[nodiscard]] Unseen unseen(const Rows& r) {
  Unseen u;
  CHECK(said_without({}, [&] {
          static_cast<void>(selected(r));
          u.met = barriers_met();
        }).empty());
  for (int b = 0; b < u.met; ++b)
    if (said_without({b, -1, false}, [&] { static_cast<void>(selected(r)); }).empty()) u.barriers.push_back(b);
  return u;
}

TEST_CASE("each barrier of select_k is missed") {
  if (!emulation::checks_races()) return;  // only that build sees it
  for (const Rows& r : {listed_whole, spread, sliced, tied, much_wanted}) {
    INFO(r.columns << " columns, " << r.wanted << " wanted, values below " << r.values);
    const Unseen u = unseen(r);
    std::string names;
    for (const int b : u.barriers) names += std::to_string(b) + " ";
    INFO(u.met << " barriers; without these nothing is said: " << names);
    CHECK(u.barriers == r.needless);
  }
}

TEST_CASE("the barrier of a warp in select_k, and its atomic additions, are missed") {
  if (!emulation::checks_races()) return;  // only that build sees it
  for (const Rows& r : {spread, tied, much_wanted}) {
    CHECK(said_without({-1, 0, false}, [&] { static_cast<void>(selected(r)); }).find("race") != std::string::npos);
    CHECK(said_without({-1, -1, true}, [&] { static_cast<void>(selected(r)); }).find("race") != std::string::npos);
  }
}

}  // namespace
}  // namespace isonomy::test
