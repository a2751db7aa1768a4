// How much memory a profiling run takes, known before it runs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "isonomy/core/concepts.hpp"
#include "isonomy/estimators/profiling/features/enumerate_splits.hpp"
#include "isonomy/estimators/profiling/options.hpp"
#include "isonomy/estimators/profiling/search/candidates.hpp"
#include "isonomy/estimators/profiling/search/feature_catalog.hpp"
#include "isonomy/estimators/profiling/search/feature_requests.hpp"
#include "isonomy/estimators/profiling/search/moments.hpp"
#include "isonomy/estimators/profiling/search/packed.hpp"
#include "isonomy/estimators/profiling/sequences/sequence_set.hpp"
#include "isonomy/estimators/profiling/statistics/column_ranks.hpp"
#include "isonomy/estimators/profiling/statistics/mann_whitney.hpp"
#include "isonomy/ops/linalg/gemm.hpp"
#include "isonomy/ops/residue/problem.hpp"
#include "isonomy/ops/residue/residue_rank_sums.hpp"
#include "isonomy/ops/residue/row_statistics.hpp"
#include "isonomy/ops/sort/rank_average.hpp"
#include "isonomy/ops/sort/select_candidates.hpp"

namespace isonomy::profiling {

/// The size of a problem. Lengths are upper bounds over all rows, gaps included.
struct ProfileShape {
  index_t rows = 0;
  index_t positions = 43;     ///< residues of a window
  index_t longest_part = 33;  ///< residues
  index_t shortest_part = 20;
  index_t parts = 3;
  index_t layouts = 1;  ///< different lengths of parts
  index_t groups = 1;   ///< rows that share lengths and places of gaps
  index_t scales = 586, letters = 20;
};

/// Peak bytes beyond the inputs. `context` counts the buffers of the context (Report::bytes_peak); `host` estimates
/// what a run holds in host memory besides them.
struct MemoryPlan {
  std::size_t context = 0, host = 0;
};

/// The shape of a run on these data.
[[nodiscard]] inline ProfileShape profile_shape(const SequenceSet& set, const ScaleTable& scales) {
  ProfileShape shape{set.size(),
                     0,
                     0,
                     set.shortest_part(),
                     static_cast<index_t>(set.parts().size()),
                     static_cast<index_t>(set.layouts().size()),
                     static_cast<index_t>(set.groups().size()),
                     scales.size(),
                     static_cast<index_t>(scales.alphabet().size())};
  for (const Layout& layout : set.layouts()) {
    shape.positions = std::max(shape.positions, layout.positions);
    for (const Range& part : layout.parts) shape.longest_part = std::max(shape.longest_part, part.length);
  }
  return shape;
}

namespace detail {

/// What ranking columns of n rows takes at once: values, ranks, and the workspace that the backend says, or that of a
/// sort of a copy which copies the pairs twice.
template <ContextLike Ctx>
[[nodiscard]] std::size_t ranking_bytes(const Ctx& ctx, index_t rows, index_t columns) {
  const index_t at_once = columns_at_once(rows, columns), values = at_once * rows;
  constexpr std::size_t pair = sizeof(double) + sizeof(index_t);
  const std::size_t workspace = rank_average_workspace<double>(ctx, values), sorting = 3 * pair;
  return static_cast<std::size_t>(values) * (2 * sizeof(double) + (workspace > 0 ? 0 : sorting)) + workspace +
         static_cast<std::size_t>(at_once + 1) * (sizeof(index_t) + sizeof(RankSummary));
}

}  // namespace detail

/// The peak memory of fit() on a context, before it runs: memory_plan(ctx, profile_shape(proteins, scales)).
///
/// Linear in rows, through the codes and the places of rows, and otherwise bounded by splits, scales and candidates;
/// with what the backend says that its operations take. Data of which more than the pre-filtered number of candidates
/// lies at a limit take 120 bytes more for each and the workspace of their statistics, and kind_values_at_once doubles
/// with the kinds of rows.
template <ContextLike Ctx>
[[nodiscard]] MemoryPlan memory_plan(const Ctx& ctx, const ProfileShape& shape, const ProfileOptions& options = {}) {
  validate(options);
  const auto bytes = [](index_t count, std::size_t size) { return static_cast<std::size_t>(count) * size; };
  const std::vector<Split> splits =
      enumerate(clamp(options.split_kws, shape.shortest_part).options, shape.shortest_part);
  index_t residues = 0;
  for (const Split& split : splits)
    residues += static_cast<index_t>(indices(split, shape.longest_part, SegmentRule::integer).size());
  const auto n_splits = shape.parts * static_cast<index_t>(splits.size());
  const std::int64_t candidates = n_splits * shape.scales;
  const std::int64_t n_filter = std::min(options.n_filter, candidates);
  const index_t survivors = std::min(pre_filter_size(options, candidates, n_filter), candidates);
  const index_t pairs = residue_pairs(shape.letters), stride = joint_count_stride(shape.letters + 1);

  const std::size_t codes = bytes((shape.rows + shape.groups * (2 * row_padding - 1)) * shape.positions, 1);
  const std::size_t packed = codes + bytes(shape.groups, sizeof(ResidueRows)) + bytes(shape.rows, sizeof(RowPlace));
  const std::size_t tables = bytes(shape.scales, sizeof(std::int64_t) + 4 * sizeof(double) * max_residue_codes);
  const std::size_t places = 2 * bytes(shape.layouts * shape.parts * residues, sizeof(std::uint16_t));

  const std::size_t moments = bytes(n_splits * (pairs + 2 * shape.letters), sizeof(double));
  const bool joint = shape.positions <= joint_counts_up_to;
  const index_t position_pairs =
      std::min(shape.positions * (shape.positions + 1) / 2,
               shape.positions + shape.parts * shape.longest_part * (shape.longest_part - 1) / 2);
  const index_t slots_at_once = n_splits * std::min(shape.groups, static_cast<index_t>(groups_at_once));
  const std::size_t counts = bytes(slots_at_once, sizeof(ResidueSlots)) +
                             (joint ? bytes((position_pairs + shape.positions) * stride, sizeof(std::uint32_t)) +
                                          bytes(position_pairs, sizeof(PositionPair)) +
                                          bytes(shape.positions * shape.positions, sizeof(std::int32_t))
                                    : 0);
  const index_t tile = std::min(n_splits, candidate_tile<typename Ctx::space>);
  const std::size_t products = bytes((shape.letters + pairs) * shape.scales, sizeof(double)) +
                               bytes(tile * shape.scales, 3 * sizeof(double)) +
                               gemm_workspace<double>(ctx, tile, shape.scales, pairs);
  const std::size_t decided = bytes(candidates, 2 * sizeof(double) + sizeof(Spread)),
                    chosen = bytes(candidates, sizeof(index_t) + 2 * sizeof(double));
  const std::size_t evaluation = bytes(shape.groups * std::min<index_t>(n_splits, survivors), sizeof(ResidueSlots)) +
                                 bytes(survivors, sizeof(FeatureRequest) + sizeof(FeatureStatistics));
  const std::size_t ranks =
      options.test == Test::mann_whitney_scipy
          ? detail::ranking_bytes(ctx, shape.rows, survivors) + bytes(shape.rows, sizeof(RowPlace))
          : std::size_t{0};
  const std::size_t described = row_statistics_workspace(ctx, survivors, shape.rows, shape.groups),
                    choosing = std::max(select_candidates_workspace(ctx, candidates), described),
                    rank_sums = residue_rank_sums_workspace(ctx, survivors, shape.rows,
                                                            shape.groups * std::min<index_t>(n_splits, survivors));

  MemoryPlan plan;
  plan.context = packed + tables + places +
                 std::max({moments + counts, moments + products + decided, decided + chosen + choosing,
                           evaluation + std::max(ranks, described), rank_sums});
  const std::size_t per_survivor = 200, per_split = 500, per_row = 24;
  plan.host = codes + bytes(shape.rows, per_row) + bytes(survivors, per_survivor) +
              bytes(n_splits * shape.layouts, per_split) + 2 * places + 2 * tables;
  return plan;
}

}  // namespace isonomy::profiling
