// residue_rank_sums of Backend<Cuda>: a block a feature, which counts keys in windows of bins in shared memory.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/launch.cuh"
#include "isonomy/cuda/memory.cuh"
#include "isonomy/cuda/pieces.cuh"
#include "isonomy/cuda/residue/rank_keys.cuh"
#include "isonomy/ops/residue/arithmetic.hpp"
#include "isonomy/ops/residue/problem.hpp"
#include "isonomy/ops/residue/residue_rank_sums.hpp"

namespace isonomy::device {

struct ResidueRankSums {
  template <class Arithmetic>
  static void residue_rank_sums(Context& ctx, const RankProblem<DeviceSpace>& problem,
                                std::span<std::uint64_t> twice_u) {
    constexpr const char* operation = "residue_rank_sums";
    const RankLists lists(problem);
    const auto size = static_cast<index_t>(lists.features.size());
    if (size == 0) return;
    const Room<RankBlock> blocks = uploaded(ctx, lists.blocks, operation);
    const Room<RankFeature> features = uploaded(ctx, lists.features, operation);
    const Room<std::uint64_t> out(ctx, size, operation);
    const index_t rows = std::max<index_t>(lists.rows, 1), most = std::max<index_t>(most_keys / rows, 1);
    const int threads = rows < 64 ? 32 : rows < 1024 ? 64 : 256;
    const index_t at_once = std::min(ctx.blocks_for(size * threads, threads), most);
    const Room<std::int64_t> keys(ctx, at_once * rows, operation);
    RankFeatures<Arithmetic> kernel{
        blocks.data(), features.data(), problem.scales, rows, keys.data(), out.data(), 0, 0};
    in_pieces(ctx, size, piece, operation, [&](index_t first, index_t count) {
      kernel.first = first;
      kernel.count = count;
      launch(ctx, std::min(at_once, count), threads, kernel);
    });
    std::vector<std::uint64_t> found(lists.features.size());
    Memory::copy_to_host<std::uint64_t>(ctx, {out.data(), size}, {found.data(), size});
    ctx.heed_stop(operation);
    for (std::size_t i = 0; i < found.size(); ++i)
      twice_u[static_cast<std::size_t>(lists.places[i])] =
          found[i] != RankFeatures<Arithmetic>::too_wide ? found[i] : sorted<Arithmetic>(ctx, problem, lists, i);
  }

 private:
  static constexpr index_t most_keys = index_t{1} << 25;  // 256 MB, or one feature's
  static constexpr index_t piece = 8192;                  // features between looks at the caller's wish to stop

  template <class T>
  static Room<T> uploaded(Context& ctx, const std::vector<T>& host, const char* operation) {
    const auto size = static_cast<index_t>(host.size());
    Room<T> room(ctx, std::max<index_t>(size, 1), operation);
    Memory::copy_from_host<T>(ctx, {host.data(), size}, {room.data(), size});
    return room;
  }

  /// A feature whose values lie too far apart for bins.
  template <class Arithmetic>
  static std::uint64_t sorted(Context& ctx, const RankProblem<DeviceSpace>& problem, const RankLists& lists,
                              std::size_t feature) {
    const RankFeature& f = lists.features[feature];
    return detail::twice_u_by_sorting<Arithmetic>(
        ctx, problem.blocks.subspan(static_cast<std::size_t>(f.first_block), static_cast<std::size_t>(f.blocks)),
        problem.scales, static_cast<index_t>(f.scale));
  }
};

}  // namespace isonomy::device
