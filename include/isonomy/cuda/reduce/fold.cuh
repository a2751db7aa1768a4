// Folds in a fixed order on the device: runs of elements, each from its first element onwards, some of them side by
// side in a warp.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <type_traits>

#include "isonomy/core/view.hpp"
#include "isonomy/cuda/launch.cuh"

namespace isonomy::device {

/// What lanes of a warp hand to each other: where runs begin and end, and a tile of their next elements, a row each.
template <class Element, class Value>
struct FoldTile {
  /// A lane has up to 128 bytes on their way to it, in no more than 16 elements: loops over them are unrolled.
  static constexpr int elements_of_lane =
      static_cast<int>(std::bit_floor(std::clamp<std::size_t>(128 / std::max(sizeof(Element), sizeof(Value)), 1, 16)));
  static constexpr int elements = warp_lanes * elements_of_lane;
  static constexpr int bits = std::bit_width(static_cast<unsigned>(elements)) - 1;  // elements are 2^bits
  static_assert(alignof(Value) <= 16 && std::is_trivially_copyable_v<Value>, "values travel as plain bytes");

  index_t begin[warp_lanes], end[warp_lanes];
  alignas(16) unsigned char bytes[sizeof(Value) * (elements + warp_lanes)];

  /// A row is one longer than its elements, so that lanes that go along rows use different banks.
  [[nodiscard]] __device__ Value* row(int i, int width_bits) {
    return reinterpret_cast<Value*>(bytes) + i * ((1 << width_bits) + 1);
  }
};

/// A lane of the warp that has a run of elements, and what the fold of that run begins with.
template <class R>
struct Run {
  bool there;
  index_t begin, end;  ///< one element at least
  bool begun;          ///< otherwise the first element takes the place of `sum`
  R sum;
};

/// Folds sum = op(sum, f(at(i))) over runs of consecutive indices.
///
/// Lanes read the elements of a run side by side and apply f; then a lane for each run folds them in their order out of
/// shared memory, while the next elements are on their way.
template <class At, class Op, class F>
struct Fold {
  using Element = std::remove_cvref_t<std::invoke_result_t<const At&, index_t>>;
  using Value = std::remove_cvref_t<std::invoke_result_t<const F&, const Element&>>;
  using Tile = FoldTile<Element, Value>;

  At at;
  Op op;
  F f;

  /// Folds the runs of the lanes that have one; all lanes of the warp take part, with `begun` the same. Afterwards a
  /// lane has the sum of the run that the returned lane had before, or of none and -1.
  template <class R>
  __device__ int operator()(const Group& g, Tile& tile, Run<R>& run) const {
    const unsigned owners = g.ballot(run.there);
    const int runs = g.count(owners), lane = g.lane();
    if (runs == 0) return -1;
    if (run.there) {
      const int place = g.count(owners & ((1u << lane) - 1));
      tile.begin[place] = run.begin;
      tile.end[place] = run.end;
    }
    g.sync_warp();
    int width_bits = Tile::bits;
    for (int rows = 1; rows < runs; rows *= 2) --width_bits;
    index_t longest = 0;
    for (int i = 0; i < runs; ++i)
      longest = longest < tile.end[i] - tile.begin[i] ? tile.end[i] - tile.begin[i] : longest;

    Slots slots;
    const index_t width = index_t{1} << width_bits;
    for (index_t next = 0; next < longest + width; next += width) {  // each turn folds the elements before `next`
      if (next > 0) {
        slots.write(*this, tile, lane, width_bits);
        g.sync_warp();
      }
      if (next < longest) slots.read(*this, tile, {lane, runs, width_bits}, next);
      if (next == 0) continue;
      if (lane < runs) {
        const index_t left = tile.end[lane] - tile.begin[lane] - (next - width);
        fold_row(tile.row(lane, width_bits), left < width ? left : width, run);
      }
      g.sync_warp();
    }
    return lane < runs ? place_of(g, owners, lane) : -1;
  }

  /// The same for one run, by the calling lane alone.
  template <class R>
  __device__ R alone(index_t begin, index_t end) const {
    R sum = f(at(begin));
    for (index_t i = begin + 1; i < end; ++i) sum = op(sum, f(at(i)));
    return sum;
  }

 private:
  struct Shape {
    int lane, runs, width_bits;
  };
  /// Elements of the calling lane between their two memories.
  struct Slots {
    union Slot {
      Element element;
      __device__ Slot() {}
    };
    Slot slot[Tile::elements_of_lane];
    unsigned filled;  // a bit for each that there is

    __device__ void read(const Fold& fold, const Tile& tile, const Shape& shape, index_t from) {
      filled = 0;
#pragma unroll
      for (int k = 0; k < Tile::elements_of_lane; ++k) {
        const int place = k * warp_lanes + shape.lane, row = place >> shape.width_bits;
        if (row >= shape.runs) continue;
        const index_t i = tile.begin[row] + from + (place & ((1 << shape.width_bits) - 1));
        if (i >= tile.end[row]) continue;
        slot[k].element = fold.at(i);
        filled |= 1u << k;
      }
    }
    __device__ void write(const Fold& fold, Tile& tile, int lane, int width_bits) const {
#pragma unroll
      for (int k = 0; k < Tile::elements_of_lane; ++k) {
        const int place = k * warp_lanes + lane;
        if (filled >> k & 1)
          tile.row(place >> width_bits, width_bits)[place & ((1 << width_bits) - 1)] = fold.f(slot[k].element);
      }
    }
  };

  template <class R>
  __device__ void fold_row(const Value* row, index_t elements, Run<R>& run) const {
    if (elements <= 0) return;
    if (!run.begun) run.sum = row[0];
    for (int i = run.begun ? 0 : 1; i < elements; ++i) run.sum = op(run.sum, row[i]);
    run.begun = true;
  }
  /// The i-th of the lanes whose bits are set.
  [[nodiscard]] __device__ static int place_of(const Group& g, unsigned lanes, int i) {
    for (; i > 0; --i) lanes &= lanes - 1;
    return g.count((lanes & (0u - lanes)) - 1);
  }
};

}  // namespace isonomy::device
