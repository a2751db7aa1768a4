// reduce_rows of Backend<Cuda>: the tree of transform_reduce in each row, however a matrix lies in memory.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
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

/// The elements of rows by one number each: 2^bits times the row, and the column.
template <class T>
struct RowElements {
  MatrixView<const T, DeviceSpace> a;
  int bits;

  explicit RowElements(MatrixView<const T, DeviceSpace> matrix)
      : a(matrix), bits(static_cast<int>(std::bit_width(static_cast<std::uint64_t>(matrix.columns)))) {}
  [[nodiscard]] __device__ T operator()(index_t e) const { return a(e >> bits, e & ((index_t{1} << bits) - 1)); }
};

/// Runs of `length` elements at most of every row, and where their sums go: the first runs of all rows, then the
/// second ones.
template <class OfElements, class R>
struct RunsOfRows {
  OfElements fold;
  index_t length, runs;  // elements of a run, runs of a row
  bool begun;            // whether runs are folded onto init
  R init;
  VectorView<R, DeviceSpace> out;
  R* partials;

  [[nodiscard]] __device__ Run<R> at(index_t number) const {
    const index_t row = number % out.size, column = number / out.size * length, left = fold.at.a.columns - column;
    const index_t begin = (row << fold.at.bits) + column;
    return {true, begin, begin + (left < length ? left : length), begun, init};
  }
  __device__ void store(index_t number, R sum) const {
    if (begun)
      out(number) = sum;
    else if (runs == 1)
      out(number) = fold.op(init, sum);
    else
      partials[number] = sum;
  }
};

/// A run for each thread: neighbours read neighbouring rows.
template <class Rows>
struct ReduceRunsAlone {
  Rows rows;

  __device__ void operator()(index_t number) const {
    auto run = rows.at(number);
    for (index_t e = run.begin; e < run.end; ++e) {
      const auto value = rows.fold.f(rows.fold.at(e));
      if (run.begun)
        run.sum = rows.fold.op(run.sum, value);
      else
        run.sum = value;
      run.begun = true;
    }
    rows.store(number, run.sum);
  }
};

/// `together` runs for each warp, whose lanes read along rows.
template <class Rows, class OfElements>
struct ReduceRunsTogether {
  struct Shared {
    typename OfElements::Tile of_warp[4];
  };

  Rows rows;
  index_t first, count;
  int together;

  __device__ void operator()(const Group& g) const {
    const index_t all = g.blocks() * g.warps() * together;
    for (index_t from = (g.block() * g.warps() + g.warp()) * together; from < count; from += all) {
      const bool there = g.lane() < together && from + g.lane() < count;
      auto run = rows.at(first + (there ? from + g.lane() : from));
      run.there = there;
      const int owner = rows.fold(g, g.template shared<Shared>().of_warp[g.warp()], run);
      if (owner >= 0) rows.store(first + from + owner, run.sum);
    }
  }
};

struct ReduceRows {
  /// out(i) has the bits of transform_reduce over row i; init for no columns.
  template <class T, class R, class Op, class F>
  static void reduce_rows(Context& ctx, MatrixView<const T, DeviceSpace> a, VectorView<R, DeviceSpace> out, R init,
                          const Op& op, const F& f) {
    static_assert(std::is_trivially_copyable_v<R>, "a reduction's result travels between devices as plain bytes");
    if (a.columns == 0) return Memory::fill<R>(ctx, out, init);
    if (a.rows == 0) return;
    using OfElements = Fold<RowElements<T>, Op, F>;
    using OfPartials = Fold<RowElements<R>, Op, Identity>;
    const index_t chunks = (a.columns + reduction_chunk - 1) / reduction_chunk;
    const Room<R> room(ctx, chunks == 1 ? 0 : a.rows * chunks, operation);
    reduce(ctx, RunsOfRows<OfElements, R>{
                    {RowElements<T>(a), op, f}, reduction_chunk, chunks, false, init, out, room.data()});
    if (chunks == 1) return;
    const MatrixView<const R, DeviceSpace> partials(room.data(), a.rows, chunks, 1, a.rows);
    reduce(ctx, RunsOfRows<OfPartials, R>{{RowElements<R>(partials), op, {}}, chunks, 1, true, init, out, nullptr});
  }

 private:
  static constexpr const char* operation = "reduce_rows";

  template <class OfElements, class R>
  static void reduce(Context& ctx, const RunsOfRows<OfElements, R>& rows) {
    using Rows = RunsOfRows<OfElements, R>;
    constexpr int threads = 4 * warp_lanes;
    const index_t n = rows.out.size * rows.runs, busy = index_t{8} * ctx.state()->processors();
    // Enough threads for the device, whose neighbours share what they read.
    if (rows.fold.at.a.row_stride < rows.fold.at.a.column_stride && n >= warp_lanes * busy)
      return for_indices(ctx, n, operation, ReduceRunsAlone<Rows>{rows});
    int together = 1;
    while (together < warp_lanes && n >= 2 * together * busy) together *= 2;
    // Some four million elements a launch.
    const index_t elements = std::min(rows.length, rows.fold.at.a.columns);
    in_pieces(ctx, n, std::max(32 * busy, (index_t{1} << 22) / elements), operation, [&](index_t first, index_t count) {
      launch(ctx, ctx.blocks_for((count + together - 1) / together * warp_lanes, threads), threads,
             ReduceRunsTogether<Rows, OfElements>{rows, first, count, together});
    });
  }
};

}  // namespace isonomy::device
