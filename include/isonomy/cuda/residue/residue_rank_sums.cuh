// residue_rank_sums of Backend<Cuda>: a block a feature, which counts keys in windows of bins in shared memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/launch.cuh"
#include "isonomy/cuda/memory.cuh"
#include "isonomy/cuda/pieces.cuh"
#include "isonomy/cuda/reduce/transform_reduce.cuh"
#include "isonomy/cuda/residue/rank_keys.cuh"
#include "isonomy/cuda/sort/rank_average.cuh"
#include "isonomy/ops/residue/arithmetic.hpp"
#include "isonomy/ops/residue/problem.hpp"
#include "isonomy/ops/residue/residue_rank_sums.hpp"

namespace isonomy::device {

struct ResidueRankSums {
  /// The bytes that residue_rank_sums() takes at most, values that lie too far apart for bins among them.
  [[nodiscard]] static std::size_t residue_rank_sums_workspace(const Context& ctx, index_t features, index_t rows,
                                                               index_t blocks) {
    const auto bytes = [](index_t n, std::size_t each) { return static_cast<std::size_t>(n) * each; };
    const bool too_few_to_sort = rows * rows / 4 <= few_pairs;
    const std::size_t sorting = bytes(rows, sizeof(std::int64_t) + 2 * sizeof(double)) + 2 * sizeof(index_t) +
                                std::max(RankAverage::rank_average_workspace<std::int64_t>(ctx, rows),
                                         TransformReduce::transform_reduce_workspace<double>(ctx, rows));
    return bytes(std::max<index_t>(blocks, 1), sizeof(RankBlock)) +
           bytes(features, sizeof(RankFeature) + sizeof(std::uint64_t)) +
           bytes(at_once(ctx, features, rows) * std::max<index_t>(rows, 1), sizeof(std::int64_t)) +
           (too_few_to_sort ? 0 : sorting);
  }
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
    const index_t rows = std::max<index_t>(lists.rows, 1), blocks_at_once = at_once(ctx, size, rows);
    const Room<std::int64_t> keys(ctx, blocks_at_once * rows, operation);
    RankFeatures<Arithmetic> kernel{
        blocks.data(), features.data(), problem.scales, rows, keys.data(), out.data(), 0, 0};
    in_pieces(ctx, size, piece, operation, [&](index_t first, index_t count) {
      kernel.first = first;
      kernel.count = count;
      launch(ctx, std::min(blocks_at_once, count), threads_for(rows), kernel);
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
  static constexpr index_t few_pairs = RankFeatures<exact>::few_pairs;

  static int threads_for(index_t rows) { return rows < 64 ? 32 : rows < 1024 ? 64 : 256; }
  /// Blocks of a launch, a room for keys each.
  static index_t at_once(const Context& ctx, index_t features, index_t rows) {
    const index_t most = std::max<index_t>(most_keys / std::max<index_t>(rows, 1), 1);
    return std::min(ctx.blocks_for(features * threads_for(rows), threads_for(rows)), most);
  }

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
