// nearest_sums without one of the barriers of its blocks, and pieces that are read on top of what has not left yet.
#include "emulation/omissions/omissions.hpp"  // before what it changes

#include <cstddef>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/read_pieces.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "isonomy/ops/memory.hpp"
#include "isonomy/ops/mixture/nearest_sums.hpp"
#include "support/catch.hpp"

namespace isonomy::test {
namespace {

/// Two blocks of rows, which the only block of threads takes one after the other.
void sum_nearest() {
  Context<Cuda> ctx(device::ContextOptions{{}, 0, nullptr, 1});
  std::vector<double> rows;
  for (int i = 0; i < 1100; ++i) rows.push_back(i % 5);
  const auto x = to_device(ctx, rows), centres = to_device(ctx, std::vector<double>{0, 3});
  const NearestCentres term{centres.data(), 2, 1};
  std::vector<DoubleDouble> sums(static_cast<std::size_t>(term.outputs()));
  nearest_sums(ctx, term, MatrixView<const double, DeviceSpace>(x.data(), 1100, 1, 1, 1), {}, view(sums));
}

/// 23 numbers read in pieces of four, copied to where they belong by work that nobody waits for meanwhile.
std::vector<double> read_in_pieces(Context<Cuda>& ctx) {
  Buffer<double, Cuda> out(ctx, 23);
  read_pieces<double>(
      ctx, 23, 4, "pieces",
      [](index_t first, VectorView<double> room) {
        for (index_t i = 0; i < room.size; ++i) room(i) = static_cast<double>(first + i);
      },
      [&](index_t first, VectorView<const double, DeviceSpace> piece) {
        copy(ctx, piece, out.view().subview(first, piece.size));
      });
  return to_host(ctx, out);
}

TEST_CASE("each barrier of the sums over clusters is missed") {
  if (!emulation::checks_races()) return;  // only that build sees it
  int met = 0;
  CHECK(said_without({}, [&] {
          sum_nearest();
          met = barriers_met();
        }).empty());
  CHECK(met == 6);
  for (int b = 0; b + 1 < met; ++b)
    CHECK_FALSE(said_without({b, -1, false}, sum_nearest).empty());  // the last ends all
}

TEST_CASE("a room that is filled before its piece has left shows in what arrives") {
  std::vector<double> expected;
  for (int i = 0; i < 23; ++i) expected.push_back(i);
  Context<Cuda> ctx;
  const auto with = [&](const Omissions& o) {
    omit(o);
    return read_in_pieces(ctx);
  };
  CHECK(with({}) == expected);
  CHECK(with({}) == expected);  // in rooms that were used before
  const int met = events_met();
  CHECK(met == 6);                                                            // pieces
  for (int e = 2; e < met; ++e) CHECK(with({-1, -1, false, e}) != expected);  // the first two leave rooms that are free
  omit({});
}

}  // namespace
}  // namespace isonomy::test
