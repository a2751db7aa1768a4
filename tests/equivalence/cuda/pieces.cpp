// Data that reach the device in pieces: in any number of them, on any stream, whatever ends them; and the next travels
// while the kernels of one run.
#include <cuda_runtime.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/compose.hpp"
#include "isonomy/backend/read_pieces.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "isonomy/cuda/event.cuh"
#include "isonomy/ops/linalg/gemm.hpp"
#include "isonomy/ops/memory.hpp"
#include "isonomy/reference/reference.hpp"
#include "support/catch.hpp"
#if defined(ISONOMY_EMULATED_DEVICE)
#include "emulation/machine/control.hpp"
#endif

namespace isonomy::test::streamed {
namespace {

using Piece = VectorView<const double, DeviceSpace>;

void number_from(index_t first, VectorView<double> room) {
  for (index_t i = 0; i < room.size; ++i) room(i) = static_cast<double>(first + i);
}
std::vector<double> numbers(index_t n) {
  std::vector<double> x(static_cast<std::size_t>(n));
  number_from(0, VectorView<double>(x.data(), n));
  return x;
}
/// 0 .. n - 1 by way of the device; what is queued on a piece is not waited for.
std::vector<double> by_way_of(Context<Cuda>& ctx, index_t n, index_t at_once) {
  Buffer<double, Cuda> out(ctx, n);
  read_pieces<double>(ctx, n, at_once, "pieces", number_from,
                      [&](index_t first, Piece piece) { copy(ctx, piece, out.view().subview(first, piece.size)); });
  return to_host(ctx, out);
}

TEST_CASE("pieces arrive in order, few or many, in rooms that are new or were used before", "[cuda]") {
  Context<Cuda> ctx;
  for (const index_t n : {1, 7, 8, 9, 64, 200})
    for (const index_t at_once : {8, 64}) CHECK(by_way_of(ctx, n, at_once) == numbers(n));
  CHECK(by_way_of(ctx, 0, 8).empty());
  CHECK(ctx.counters().bytes_allocated == 0);
}

/// Rooms were taken on the device for one piece, or for two.
template <class Tag>
std::size_t rooms_of(index_t n) {
  STATIC_REQUIRE(isonomy::detail::SendsMeanwhile<Backend<Tag>>);
  Context<Tag> ctx;
  std::size_t most = 0;
  read_pieces<double>(ctx, n, 8, "pieces", number_from, [&](index_t first, Piece piece) {
    most = std::max(most, ctx.counters().bytes_allocated);
    CHECK(to_host<Context<Tag>, double>(ctx, piece).front() == static_cast<double>(first));
  });
  CHECK(ctx.counters().bytes_allocated == 0);
  return most / (8 * sizeof(double));
}

TEST_CASE("pieces travel while a composition over the device computes", "[cuda]") {
  CHECK(rooms_of<Cuda>(40) == 2);
  CHECK(rooms_of<Without<Cuda, op::gemm>>(40) == 2);
  CHECK(rooms_of<Traced<Cuda>>(40) == 2);
  CHECK(rooms_of<Checked<Cuda, Reference>>(40) == 2);
  CHECK(rooms_of<Chain<Cuda, Reference, Staging::copy>>(40) == 2);
}

TEST_CASE("pieces arrive on a stream that is borrowed, and within other pieces", "[cuda]") {
  const device::OwnStream stream;
  Context<Cuda> ctx(device::ContextOptions{{}, 0, stream.get()});
  int inner = 0;
  read_pieces<double>(ctx, 40, 8, "pieces", number_from, [&](index_t first, Piece piece) {
    CHECK(by_way_of(ctx, 50, 8) == numbers(50));
    const std::vector<double> here = to_host<Context<Cuda>, double>(ctx, piece);
    CHECK((here.size() == 8 && here.front() == static_cast<double>(first)));
    ++inner;
  });
  CHECK(inner == 5);
}

TEST_CASE("a pass that ends early leaves nothing behind, wherever it ends", "[cuda]") {
  std::stop_source source;
  Context<Cuda> ctx(device::ContextOptions{{.stop = source.get_token()}});
  const auto stopped_at = [&](index_t reading, index_t using_it) {
    Buffer<double, Cuda> out(ctx, 40);
    read_pieces<double>(
        ctx, 40, 8, "pieces",
        [&](index_t first, VectorView<double> room) {
          if (first == 8 * reading) throw ValueError("enough");
          number_from(first, room);
        },
        [&](index_t first, Piece piece) {
          copy(ctx, piece, out.view().subview(first, piece.size));
          if (first == 8 * using_it) throw ValueError("enough");
        });
  };
  for (index_t i = 0; i < 5; ++i) {
    CHECK_THROWS_AS(stopped_at(i, -1), ValueError);
    CHECK_THROWS_AS(stopped_at(-1, i), ValueError);
    CHECK(ctx.counters().bytes_allocated == 0);
    CHECK(by_way_of(ctx, 40, 8) == numbers(40));
  }
  const auto cancelled = [&] {
    Buffer<double, Cuda> out(ctx, 40);
    read_pieces<double>(ctx, 40, 8, "pieces", number_from, [&](index_t first, Piece piece) {
      if (first == 16) source.request_stop();
      copy(ctx, piece, out.view().subview(first, piece.size));
      if (first == 16) Backend<Cuda>::synchronize(ctx);
    });
  };
  CHECK_THROWS_AS(cancelled(), Cancelled);
  CHECK(ctx.counters().bytes_allocated == 0);
}

TEST_CASE("two rooms that pass the limit of memory are refused before anything is read", "[cuda]") {
  Context<Cuda> ctx;
  ctx.control().workspace_limit = 100 * sizeof(double);
  const auto never = [](index_t, auto) { FAIL("no piece was to come"); };
  std::string said;
  try {
    read_pieces<double>(ctx, 300, 64, "pieces of it", never, never);
  } catch (const OutOfMemory& e) {
    said = e.what();
  }
  CHECK(said.find("pieces of it") != std::string::npos);
  CHECK(ctx.counters().bytes_allocated == 0);
  CHECK(by_way_of(ctx, 30, 10) == numbers(30));
}

#if defined(ISONOMY_EMULATED_DEVICE)
TEST_CASE("where an allocation fails, nothing is left, and the next pass runs", "[cuda]") {
  const emulation::Live before = emulation::live();
  std::uint64_t failed = 0, for_memory = 0;
  for (bool all_there = false; !all_there; ++failed) {
    Context<Cuda> ctx;
    emulation::fail_allocation(failed + 1);
    try {
      static_cast<void>(by_way_of(ctx, 40, 8));
    } catch (const OutOfMemory&) {
      ++for_memory;
    } catch (const DeviceError&) {
    }
    all_there = emulation::failure_is_pending();
    emulation::fail_allocation(0);
    CHECK(ctx.counters().bytes_allocated == 0);
    CHECK(by_way_of(ctx, 40, 8) == numbers(40));
    CHECK(emulation::fault().empty());
  }
  CHECK(failed > 8);  // the result, two rooms, two pinned, three events, a stream, and the time that nothing failed
  CHECK(for_memory == 5);
  const emulation::Live after = emulation::live();
  CHECK((after.resources == before.resources && after.pinned_allocations == before.pinned_allocations &&
         after.device_allocations == before.device_allocations));
}

/// What the kernels of a piece would see of the other room, where the next has come to.
struct Seen {
  const double* other = nullptr;
  double next = 0;
  bool there = false;

  static void look(void* self) {
    auto* const seen = static_cast<Seen*>(self);
    seen->there = *seen->other == seen->next;
  }
};

TEST_CASE("the next piece may have arrived before the kernels of one have run", "[cuda]") {
  constexpr index_t pieces = 6, at_once = 8, n = pieces * at_once;
  emulation::Settings& settings = emulation::settings();
  const std::uint64_t seed = settings.seed;
  int ahead = 0, behind = 0;
  for (settings.seed = 1; settings.seed <= 40; ++settings.seed) {
    Context<Cuda> ctx;
    std::vector<Seen> seen(pieces);
    std::vector<const double*> rooms;
    read_pieces<double>(ctx, n, at_once, "pieces", number_from, [&](index_t first, Piece piece) {
      rooms.push_back(piece.data);
      const index_t number = first / at_once;
      if (number == 0 || number + 1 == pieces) return;  // the other room is not known yet; there is no next
      Seen& s = seen[static_cast<std::size_t>(number)];
      s = {rooms[static_cast<std::size_t>(number - 1)], static_cast<double>(first + at_once), false};
      CHECK(cudaLaunchHostFunc(ctx.stream(), &Seen::look, &s) == cudaSuccess);
    });
    Backend<Cuda>::synchronize(ctx);
    CHECK((rooms[0] != rooms[1] && rooms[0] == rooms[2] && rooms[1] == rooms[3]));
    for (index_t i = 1; i + 1 < pieces; ++i) ++(seen[static_cast<std::size_t>(i)].there ? ahead : behind);
  }
  settings.seed = seed;
  CHECK(ahead > 0);
  CHECK(behind > 0);  // there is no wait for the one to come
}

TEST_CASE("a pass in pieces waits for the places of the host alone, and takes what the one before took", "[cuda]") {
  Context<Cuda> ctx;
  Buffer<double, Cuda> out(ctx, 8);
  const auto pass = [&] {
    read_pieces<double>(ctx, 80, 8, "pieces", number_from,
                        [&](index_t, Piece piece) { copy(ctx, piece, out.view().subview(0, piece.size)); });
  };
  pass();
  Backend<Cuda>::synchronize(ctx);
  const emulation::Live before = emulation::live();
  emulation::reset_statistics();
  pass();
  CHECK(emulation::statistics().waits <= 8);  // for the first two the places are free
  CHECK(emulation::statistics().copies == 20);
  const emulation::Live after = emulation::live();
  CHECK((after.resources == before.resources && after.pinned_allocations == before.pinned_allocations &&
         after.device_bytes == before.device_bytes));
  Backend<Cuda>::synchronize(ctx);
}
#endif

}  // namespace
}  // namespace isonomy::test::streamed
