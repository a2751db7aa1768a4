// Rank sums of the survivors, each class of equal features once.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "isonomy/backend/describe.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/profiling/search/feature_requests.hpp"
#include "isonomy/estimators/profiling/search/packed.hpp"
#include "isonomy/estimators/profiling/search/selection.hpp"
#include "isonomy/estimators/profiling/statistics/auc.hpp"
#include "isonomy/ops/linalg/gemm.hpp"
#include "isonomy/ops/residue/joint_residue_counts.hpp"
#include "isonomy/ops/residue/residue_rank_sums.hpp"

namespace isonomy::profiling {

/// 2 U of every survivor. Survivors of one residue set form a group, and groups go to the backend at once.
template <class Arithmetic, class Tag>
[[nodiscard]] std::vector<TwiceU> rank_sums(Context<Tag>& ctx, const PackedSequences<Tag>& packed,
                                            const SplitPlaces<Tag>& places, const PackedScales<Tag>& scales,
                                            const FeatureClasses& classes, const std::vector<Survivor>& survivors) {
  std::vector<std::uint32_t> order(survivors.size());
  const auto key = [&](std::uint32_t i) { return classes(survivors[i].feature); };
  {  // counting sort by residue set; survivors come sorted by split, then scale
    std::vector<std::uint32_t> start(places.size() + 1, 0);
    for (const Survivor& s : survivors) ++start[classes(s.feature).split + 1];
    for (std::size_t i = 1; i < start.size(); ++i) start[i] += start[i - 1];
    for (std::uint32_t i = 0; i < survivors.size(); ++i) order[start[key(i).split]++] = i;
  }
  std::vector<ResidueBlock> blocks;
  std::vector<RankGroup> groups;
  std::vector<std::uint32_t> scale_numbers, result_of(survivors.size());
  std::vector<std::uint32_t> seen(static_cast<std::size_t>(scales.size()), 0);  // 1 + result within the current group
  for (std::size_t begin = 0; begin < order.size();) {
    const std::uint32_t set = key(order[begin]).split;
    RankGroup group{static_cast<index_t>(blocks.size()), static_cast<index_t>(packed.groups()),
                    static_cast<index_t>(scale_numbers.size()), 0};
    for (std::size_t g = 0; g < packed.groups(); ++g)
      blocks.push_back({packed.group(g), places.slots(g, survivors[order[begin]].feature.split)});
    std::size_t end = begin;
    for (; end < order.size() && key(order[end]).split == set; ++end) {
      std::uint32_t& place = seen[key(order[end]).scale];
      if (place == 0) {
        scale_numbers.push_back(key(order[end]).scale);
        place = static_cast<std::uint32_t>(scale_numbers.size());
      }
      result_of[order[end]] = place - 1;
    }
    group.scales = static_cast<index_t>(scale_numbers.size()) - group.first_scale;
    for (index_t i = 0; i < group.scales; ++i) seen[scale_numbers[static_cast<std::size_t>(group.first_scale + i)]] = 0;
    groups.push_back(group);
    begin = end;
  }
  std::vector<TwiceU> distinct(scale_numbers.size());
  residue_rank_sums<Arithmetic>(ctx,
                                RankProblem<typename Backend<Tag>::space>{blocks, groups, scale_numbers, scales.views(),
                                                                          scales.numerators(), scales.denominators(),
                                                                          packed.codes() - 1},
                                distinct);
  std::vector<TwiceU> out;
  out.reserve(survivors.size());
  for (std::size_t i = 0; i < survivors.size(); ++i) out.push_back(distinct[result_of[i]]);
  return out;
}

/// Fills in what a report says about a run of this arithmetic on this context.
template <class Arithmetic, class Ctx>
void describe(Ctx& ctx, Report& report) {
  report.estimator = "profiling::fit";
  report.operations = {ran<op::gemm, double>(ctx), ran<op::joint_residue_counts>(ctx), ran<op::residue_rank_sums>(ctx),
                       ran<op::for_each>(ctx), ran<op::fill, double>(ctx)};
  report.precision =
      text::joined(Arithmetic::name, ": integers and binary64; decisions re-evaluated where rounding matters");
  report.math_mode = math_mode<op::gemm, double>(ctx);
  report.determinism = "same bits for any threads, instruction set, chunks and backend";
  describe_context(ctx, report);
}

}  // namespace isonomy::profiling
