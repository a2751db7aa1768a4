// nearest_sums without one of the barriers of its blocks, and pieces on their way to the device without one of the
// waits that keep them apart.
#include "emulation/omissions/omissions.hpp"  // before what it changes

#include <cstddef>
#include <cstdint>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/read_pieces.hpp"
#include "isonomy/core/error.hpp"
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

/// 23 numbers read in pieces of four, copied to where they belong by work that nobody waits for meanwhile. From piece
/// `until` on there is none, and an error in its place.
std::vector<double> read_in_pieces(Context<Cuda>& ctx, index_t until = 6) {
  Buffer<double, Cuda> out(ctx, 23);
  read_pieces<double>(
      ctx, 23, 4, "pieces",
      [](index_t first, VectorView<double> room) {
        for (index_t i = 0; i < room.size; ++i) room(i) = static_cast<double>(first + i);
      },
      [&](index_t first, VectorView<const double, DeviceSpace> piece) {
        if (first == 4 * until) throw ValueError("enough");
        copy(ctx, piece, out.view().subview(first, piece.size));
      });
  return to_host(ctx, out);
}
/// The same on a context of its own under some orders of its streams: is there one that shows?
template <class Run>
bool shows(const Omissions& o, const Run& is_wrong) {
  emulation::Settings& settings = emulation::settings();
  const std::uint64_t seed = settings.seed;
  bool wrong = false;
  for (settings.seed = 1; settings.seed <= 60 && !wrong; ++settings.seed) {
    omit(o);
    wrong = is_wrong();
    omit({});
  }
  settings.seed = seed;
  return wrong;
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
  CHECK(met == 6);  // pieces
  // The first two leave rooms that are free.
  for (int e = 2; e < met; ++e) CHECK(shows({-1, -1, false, e}, [&] { return read_in_pieces(ctx) != expected; }));
  omit({});
}

TEST_CASE("each wait between the stream of a context and that of its transfers is missed") {
  int met = 0;
  const auto run = [&] {
    Context<Cuda> ctx;
    static_cast<void>(read_in_pieces(ctx));
    met = holds_met();
  };
  CHECK(said_without({}, run).empty());
  CHECK(met == 2 * 6 + 1);  // there and back for each piece; the end
  for (int h = 0; h + 1 < met; ++h) {
    if (h == 1) continue;  // as far as the first: nothing is queued between the first two that are sent
    INFO("wait " << h);
    CHECK_FALSE(said_without({-1, -1, false, -1, h}, run).empty());
  }
}

TEST_CASE("memory that goes back before a piece has come to it is missed") {
  const auto run = [] {
    Context<Cuda> ctx;
    CHECK_THROWS_AS(read_in_pieces(ctx, 2), ValueError);
  };
  CHECK(said_without({}, run).empty());
  CHECK_FALSE(said_without({-1, -1, false, -1, 4 + 3}, run).empty());  // four pieces sent, three asked for; the last
}

}  // namespace
}  // namespace isonomy::test
