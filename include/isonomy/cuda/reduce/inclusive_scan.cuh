// inclusive_scan of Backend<Cuda>: the one fixed tree, with Backend<Cpu>'s bits. CUB's scans have no fixed order.
#pragma once

#include <algorithm>
#include <type_traits>

#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/launch.cuh"
#include "isonomy/cuda/memory.cuh"
#include "isonomy/cuda/pieces.cuh"

namespace isonomy::device {

/// Folds runs of `length` elements from the first of each onwards, and writes the folds up to each element, behind op
/// with what comes before the run; or the folds of whole runs alone.
///
/// A warp takes `together` runs. Its lanes read their next elements side by side; then a lane for each run folds them
/// in their order in shared memory, and all write them side by side.
template <class T, class Op>
struct ScanRuns {
  static constexpr int width = 32, at_once = 8;  // elements of a run in shared memory, on their way to a lane
  /// A row for each run, one longer than its elements, so that lanes that go along rows use different banks.
  struct Tile {
    T row[warp_lanes][width + 1];
  };
  static constexpr int warps = 4 * sizeof(Tile) <= 48 * 1024 ? 4 : 1;  // a block has so much without asking
  struct Shared {
    alignas(16) unsigned char bytes_of_warp[warps][sizeof(Tile)];
  };

  VectorView<const T, DeviceSpace> x;
  VectorView<T, DeviceSpace> out;           // without data where the folds of runs are wanted
  VectorView<const T, DeviceSpace> before;  // of run r: before(r - 1); without data where nothing comes before
  VectorView<T, DeviceSpace> totals;
  Op op;
  index_t length, first, count;
  int together;

  __device__ void operator()(const Group& g) const {
    Tile& tile = *reinterpret_cast<Tile*>(g.template shared<Shared>().bytes_of_warp[g.warp()]);
    const index_t all = g.blocks() * g.warps() * together;
    for (index_t from = (g.block() * g.warps() + g.warp()) * together; from < count; from += all)
      scan(g, tile, first + from, static_cast<int>(count - from < together ? count - from : together));
  }

 private:
  __device__ void scan(const Group& g, Tile& tile, index_t run, int runs) const {
    const int lane = g.lane();
    const index_t begin = (run + lane) * length, left = x.size - begin;
    const index_t mine = lane >= runs ? 0 : left < length ? left : length;
    const bool follows = lane < runs && run + lane > 0 && before.data != nullptr;
    const T carried = follows ? before(run + lane - 1) : T{};
    T fold{};
    const index_t longest = x.size - run * length < length ? x.size - run * length : length;
    for (index_t next = 0; next < longest; next += width) {
      for (int r = 0; r < runs; r += at_once) {
        T element[at_once] = {};
#pragma unroll
        for (int k = 0; k < at_once; ++k)
          if (const index_t e = place(run + r + k, next + lane); r + k < runs && e >= 0) element[k] = x(e);
#pragma unroll
        for (int k = 0; k < at_once; ++k)
          if (r + k < runs) tile.row[r + k][lane] = element[k];
      }
      g.sync_warp();
      for (int k = 0; k < width && next + k < mine; ++k) {
        T& element = tile.row[lane][k];
        fold = next + k == 0 ? element : op(fold, element);
        element = follows ? op(carried, fold) : fold;
      }
      g.sync_warp();
      if (out.data == nullptr) continue;
      for (int r = 0; r < runs; ++r)
        if (const index_t e = place(run + r, next + lane); e >= 0) out(e) = tile.row[r][lane];
    }
    if (out.data == nullptr && lane < runs) totals(run + lane) = fold;
  }
  /// Where element i of a run is; -1 where it has none.
  [[nodiscard]] __device__ index_t place(index_t run, index_t i) const {
    const index_t e = run * length + i;
    return i < length && e < x.size ? e : -1;
  }
};

struct InclusiveScan {
  template <class T, class Op>
  static void inclusive_scan(Context& ctx, VectorView<const T, DeviceSpace> x, VectorView<T, DeviceSpace> out,
                             const Op& op) {
    static_assert(std::is_trivially_copyable_v<T>, "elements travel between devices as plain bytes");
    const index_t chunks = (x.size + reduction_chunk - 1) / reduction_chunk;
    if (chunks == 0) return;
    const Room<T> room(ctx, chunks, operation);
    const VectorView<T, DeviceSpace> totals(room.data(), chunks), none;
    if (chunks > 1) {
      run<T, Op>(ctx, {x, none, none, totals, op, reduction_chunk, 0, chunks, 1});
      run<T, Op>(ctx, {totals, totals, none, none, op, chunks, 0, 1, 1});
      ctx.heed_stop(operation);
    }
    run<T, Op>(ctx, {x, out, totals, none, op, reduction_chunk, 0, chunks, 1});
  }

 private:
  static constexpr const char* operation = "inclusive_scan";

  template <class T, class Op>
  static void run(Context& ctx, ScanRuns<T, Op> kernel) {
    constexpr int threads = ScanRuns<T, Op>::warps * warp_lanes;
    const index_t runs = kernel.count, busy = index_t{8} * ctx.state()->processors();
    while (kernel.together < warp_lanes && runs >= 2 * kernel.together * busy) kernel.together *= 2;
    in_pieces(ctx, runs, 32 * busy, operation, [&](index_t first, index_t count) {
      kernel.first = first;
      kernel.count = count;
      const index_t warps = (count + kernel.together - 1) / kernel.together;
      launch(ctx, ctx.blocks_for(warps * warp_lanes, threads), threads, kernel);
    });
  }
};

}  // namespace isonomy::device
