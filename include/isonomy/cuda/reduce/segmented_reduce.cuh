// segmented_reduce of Backend<Cuda>: the tree of transform_reduce in each segment, whatever their lengths.
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
#include "isonomy/cuda/offsets.cuh"
#include "isonomy/cuda/pieces.cuh"
#include "isonomy/cuda/reduce/fold.cuh"

namespace isonomy::device {

/// Where the partials of long segments, those of more than one chunk, have their places.
///
/// A segment has the places from 2 * (elements before it / reduction_chunk) on, one for each chunk. No two meet: a
/// segment of c > 1 chunks passes c - 1 multiples of reduction_chunk at least, and c <= 2 * (c - 1). So places follow
/// from the offsets alone, and the segment of a place from a search among them.
struct LongSegments {
  VectorView<const index_t, DeviceSpace> offsets;

  [[nodiscard]] static index_t places(index_t elements) { return 2 * (elements / reduction_chunk + 1); }
  [[nodiscard]] __device__ index_t first_place(index_t s) const {
    return 2 * ((offsets(s) - offsets(0)) / reduction_chunk);
  }
  /// The only segment that may have the place: the last whose places begin there or before.
  [[nodiscard]] __device__ index_t at(index_t place) const {
    index_t found = 0, beyond = offsets.size - 1;
    while (found + 1 < beyond) {
      const index_t middle = found + (beyond - found) / 2;
      (first_place(middle) <= place ? found : beyond) = middle;
    }
    return found;
  }
  [[nodiscard]] __device__ index_t size(index_t s) const { return offsets(s + 1) - offsets(s); }
};

/// Segments of one chunk at most: a warp takes 32 neighbours. Those of few elements are read by a lane each, through
/// lines of the cache that neighbours share, the others by all lanes.
template <class OfElements, class R>
struct ReduceShortSegments {
  static constexpr index_t few = 32;
  struct Shared {
    typename OfElements::Tile of_warp[4];
  };

  OfElements fold;
  VectorView<const index_t, DeviceSpace> offsets;
  VectorView<R, DeviceSpace> out;
  R init;
  index_t first, count;

  __device__ void operator()(const Group& g) const {
    const index_t all = g.blocks() * g.warps() * warp_lanes;
    for (index_t from = (g.block() * g.warps() + g.warp()) * warp_lanes; from < count; from += all) {
      const bool there = from + g.lane() < count;
      const index_t s = first + from + g.lane();
      const index_t begin = there ? offsets(s) : 0, end = there ? offsets(s + 1) : 0;
      if (there && end == begin) out(s) = init;
      if (end > begin && end - begin <= few) out(s) = fold.op(init, fold.template alone<R>(begin, end));
      Run<R> run{end - begin > few && end - begin <= reduction_chunk, begin, end, false, init};
      const int owner = fold(g, g.template shared<Shared>().of_warp[g.warp()], run);
      if (owner >= 0) out(first + from + owner) = fold.op(init, run.sum);
    }
  }
};

/// The partials of long segments: a warp takes `together` places.
template <class OfElements, class R>
struct ReduceLongSegments {
  struct Shared {
    typename OfElements::Tile of_warp[4];
  };

  OfElements fold;
  LongSegments segments;
  R init;
  R* partials;
  index_t first, count;
  int together;

  __device__ void operator()(const Group& g) const {
    const index_t all = g.blocks() * g.warps() * together;
    for (index_t from = (g.block() * g.warps() + g.warp()) * together; from < count; from += all) {
      Run<R> run{false, 0, 0, false, init};
      const index_t place = first + from + g.lane();
      if (g.lane() < together && from + g.lane() < count) {
        const index_t s = segments.at(place), end = segments.offsets(s + 1);
        run.begin = segments.offsets(s) + (place - segments.first_place(s)) * reduction_chunk;
        run.end = end - run.begin < reduction_chunk ? end : run.begin + reduction_chunk;
        run.there = run.begin < end && segments.size(s) > reduction_chunk;
      }
      const int owner = fold(g, g.template shared<Shared>().of_warp[g.warp()], run);
      if (owner >= 0) partials[first + from + owner] = run.sum;
    }
  }
};

/// Folds the partials of each long segment onto init: a warp takes the segments that begin in 32 places.
template <class OfPartials, class R>
struct FoldLongSegments {
  struct Shared {
    typename OfPartials::Tile of_warp[4];
  };

  OfPartials fold;
  LongSegments segments;
  VectorView<R, DeviceSpace> out;
  R init;
  index_t places;

  __device__ void operator()(const Group& g) const {
    const index_t all = g.blocks() * g.warps() * warp_lanes;
    for (index_t from = (g.block() * g.warps() + g.warp()) * warp_lanes; from < places; from += all) {
      Run<R> run{false, from + g.lane(), 0, true, init};
      index_t s = 0;
      if (run.begin < places) {
        s = segments.at(run.begin);
        run.there = segments.first_place(s) == run.begin && segments.size(s) > reduction_chunk;
        run.end = run.begin + (segments.size(s) + reduction_chunk - 1) / reduction_chunk;
      }
      const int owner = fold(g, g.template shared<Shared>().of_warp[g.warp()], run);
      const index_t reduced = g.shuffle(s, owner < 0 ? 0 : owner);
      if (owner >= 0) out(reduced) = run.sum;
    }
  }
};

struct SegmentedReduce {
  /// out(s) has the bits of transform_reduce over elements offsets(s) .. offsets(s + 1) - 1; init for none.
  template <class T, class R, class Op, class F>
  static void segmented_reduce(Context& ctx, VectorView<const T, DeviceSpace> x,
                               VectorView<const index_t, DeviceSpace> offsets, VectorView<R, DeviceSpace> out, R init,
                               const Op& op, const F& f) {
    static_assert(std::is_trivially_copyable_v<R>, "a reduction's result travels between devices as plain bytes");
    require_offsets(ctx, offsets, x.size, operation);
    if (out.size == 0) return;
    using OfElements = Fold<VectorView<const T, DeviceSpace>, Op, F>;
    const OfElements fold{x, op, f};
    // Some four million elements a launch, where segments are alike.
    const index_t piece = std::max<index_t>(warp_lanes, (index_t{1} << 22) / std::max<index_t>(1, x.size / out.size));
    in_pieces(ctx, out.size, piece, operation, [&](index_t first, index_t count) {
      launch(ctx, ctx.blocks_for(count, threads), threads,
             ReduceShortSegments<OfElements, R>{fold, offsets, out, init, first, count});
    });
    if (x.size > reduction_chunk) reduce_long(ctx, fold, LongSegments{offsets}, out, init);
  }

 private:
  static constexpr const char* operation = "segmented_reduce";
  static constexpr int threads = 4 * warp_lanes;

  template <class OfElements, class R>
  static void reduce_long(Context& ctx, const OfElements& fold, const LongSegments& segments,
                          VectorView<R, DeviceSpace> out, R init) {
    using OfPartials = Fold<VectorView<const R, DeviceSpace>, decltype(fold.op), Identity>;
    const index_t places = LongSegments::places(fold.at.size);
    const Room<R> room(ctx, places, operation);
    R* const partials = room.data();
    const index_t busy = index_t{8} * ctx.state()->processors();
    int together = 2;  // half of all places are without a chunk
    while (together < warp_lanes && places >= 2 * together * busy) together *= 2;
    in_pieces(ctx, places, 32 * busy, operation, [&](index_t first, index_t count) {
      launch(ctx, ctx.blocks_for((count + together - 1) / together * warp_lanes, threads), threads,
             ReduceLongSegments<OfElements, R>{fold, segments, init, partials, first, count, together});
    });
    ctx.heed_stop(operation);
    const OfPartials of_partials{{partials, places}, fold.op, {}};
    launch(ctx, ctx.blocks_for(places, threads), threads,
           FoldLongSegments<OfPartials, R>{of_partials, segments, out, init, places});
  }
};

}  // namespace isonomy::device
