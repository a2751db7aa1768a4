// transform_reduce of Backend<Cuda>: the one fixed tree, with Backend<Cpu>'s bits.
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "isonomy/core/functional.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/launch.cuh"
#include "isonomy/cuda/memory.cuh"
#include "isonomy/cuda/pieces.cuh"
#include "isonomy/cuda/reduce/fold.cuh"

namespace isonomy::device {

/// The elements of a matrix by one number, column after column; those of a vector are a column.
template <class T>
struct MatrixElements {
  MatrixView<const T, DeviceSpace> x;
  double columns_by_element;

  explicit MatrixElements(MatrixView<const T, DeviceSpace> matrix)
      : x(matrix), columns_by_element(1 / static_cast<double>(matrix.rows)) {}
  [[nodiscard]] __device__ T operator()(index_t e) const {
    if (x.columns == 1) return x(e, 0);
    // One off at most, and quicker than a division of integers.
    auto j = static_cast<index_t>(static_cast<double>(e) * columns_by_element);
    if (j * x.rows > e) --j;
    if ((j + 1) * x.rows <= e) ++j;
    return x(e - j * x.rows, j);
  }
};

/// Chunks of a launch, and the partials of the chunks before, which it folds at the same time: the fold of partials
/// has an order, so one lane does it, while the others read elements.
template <class R>
struct ChunksOfLaunch {
  index_t first, count;  // chunks that begin at first * reduction_chunk
  int together;          // chunks that a warp folds side by side
  R* partials;           // of these
  const R* earlier;      // partials of the chunks before, `earlier_count` of them
  index_t earlier_count;
};

template <class T, class R, class Op, class F>
struct ReduceChunks {
  static constexpr int warps = 4;
  using OfChunks = Fold<MatrixElements<T>, Op, F>;
  using OfPartials = Fold<VectorView<const R, DeviceSpace>, Op, Identity>;
  union Tile {
    typename OfChunks::Tile chunks;
    typename OfPartials::Tile partials;
  };
  struct Shared {
    Tile of_warp[warps];
  };

  index_t n;
  MatrixElements<T> at;
  R init;
  Op op;
  F f;
  R* result;
  ChunksOfLaunch<R> part;

  __device__ void operator()(const Group& g) const {
    Tile& tile = g.template shared<Shared>().of_warp[g.warp()];
    const index_t before = part.earlier_count > 0 ? 1 : 0;  // whether the first task is to fold partials
    const index_t tasks = before + (part.count + part.together - 1) / part.together;
    for (index_t task = g.block() * g.warps() + g.warp(); task < tasks; task += g.blocks() * g.warps())
      if (task < before)
        fold_partials(g, tile.partials);
      else
        fold_chunks(g, tile.chunks, (task - before) * part.together);
  }

 private:
  __device__ void fold_partials(const Group& g, typename OfPartials::Tile& tile) const {
    Run<R> run{g.lane() == 0, 0, part.earlier_count, true, init};
    if (g.lane() == 0 && part.earlier_count < part.first) run.sum = *result;
    static_cast<void>(OfPartials{{part.earlier, part.earlier_count}, op, {}}(g, tile, run));
    if (g.lane() == 0) *result = run.sum;
  }
  __device__ void fold_chunks(const Group& g, typename OfChunks::Tile& tile, index_t from) const {
    const index_t chunk = from + g.lane(), begin = (part.first + chunk) * reduction_chunk;
    const bool there = g.lane() < part.together && chunk < part.count;
    Run<R> run{there, begin, n - begin < reduction_chunk ? n : begin + reduction_chunk, false, init};
    const int owner = OfChunks{at, op, f}(g, tile, run);
    if (owner < 0) return;
    if (n > reduction_chunk)
      part.partials[from + owner] = run.sum;
    else  // one chunk, which needs no partial
      *result = op(init, run.sum);
  }
};

struct TransformReduce {
  template <class T, class R, class Op, class F>
  [[nodiscard]] static R transform_reduce(Context& ctx, VectorView<const T, DeviceSpace> x, R init, const Op& op,
                                          const F& f) {
    return tree(ctx, MatrixView<const T, DeviceSpace>(x.data, x.size, 1, x.stride, 1), init, op, f);
  }
  /// The elements of a matrix in column-major order.
  template <class T, class R, class Op, class F>
  [[nodiscard]] static R transform_reduce(Context& ctx, MatrixView<const T, DeviceSpace> x, R init, const Op& op,
                                          const F& f) {
    if (x.rows == 1) return transform_reduce(ctx, x.row(0), init, op, f);
    if (x.column_stride == x.rows * x.row_stride)
      return transform_reduce(ctx, VectorView<const T, DeviceSpace>(x.data, x.rows * x.columns, x.row_stride), init, op,
                              f);
    return tree(ctx, x, init, op, f);
  }

  /// The bytes that transform_reduce() of n elements to an R takes.
  template <class R>
  [[nodiscard]] static std::size_t transform_reduce_workspace(const Context& ctx, index_t n) {
    return sizeof(R) * static_cast<std::size_t>(pieces_for(ctx, n).held + 1);
  }

 private:
  static constexpr const char* operation = "transform_reduce";

  struct Pieces {
    index_t chunks, busy, piece, held;
  };
  /// Launches of enough chunks for a device, a quarter of them all or more: partials wait for the last launch alone.
  static Pieces pieces_for(const Context& ctx, index_t n) {
    const index_t chunks = (n + reduction_chunk - 1) / reduction_chunk, busy = index_t{8} * ctx.state()->processors();
    const index_t piece = std::clamp((chunks + 3) / 4, busy, 16 * busy);
    return {chunks, busy, piece, chunks <= piece ? chunks : 2 * piece};
  }

  /// Chunks of reduction_chunk elements, each folded from its first element onwards, and their partials onto init in
  /// ascending order.
  template <class T, class R, class Op, class F>
  static R tree(Context& ctx, MatrixView<const T, DeviceSpace> x, R init, const Op& op, const F& f) {
    static_assert(std::is_trivially_copyable_v<R>, "a reduction's result travels between devices as plain bytes");
    using Kernel = ReduceChunks<T, R, Op, F>;
    const index_t n = x.rows * x.columns;
    const Pieces pieces = pieces_for(ctx, n);
    const index_t chunks = pieces.chunks, busy = pieces.busy, piece = pieces.piece, held = pieces.held;
    if (chunks == 0) return init;
    const Room<R> room(ctx, held + 1, operation);
    R* const partials = room.data();
    Kernel kernel{n, MatrixElements<T>(x), init, op, f, partials + held, {0, 0, 1, partials, partials, 0}};
    const auto run = [&](index_t first, index_t count) {
      auto& part = kernel.part;
      part.earlier = part.partials;
      part.earlier_count = part.count;
      part.partials = partials + (first / piece % 2) * piece;
      part.first = first;
      part.count = count;
      for (part.together = 1; part.together < warp_lanes && count >= 2 * part.together * busy;) part.together *= 2;
      constexpr int threads = Kernel::warps * warp_lanes;
      const index_t warps = (count + part.together - 1) / part.together + 1;
      launch(ctx, ctx.blocks_for(warps * warp_lanes, threads), threads, kernel);
    };
    in_pieces(ctx, chunks, piece, operation, run);
    if (chunks > 1) run(chunks, 0);
    Memory::copy_to_host<R>(ctx, VectorView<const R, DeviceSpace>(kernel.result, 1), VectorView<R>(&init, 1));
    ctx.wait(operation);
    return init;
  }
};

}  // namespace isonomy::device
