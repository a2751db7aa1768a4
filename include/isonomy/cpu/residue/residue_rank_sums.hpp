// residue_rank_sums on the host: each split's features on one thread, by the method its residue counts allow.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "isonomy/core/control.hpp"
#include "isonomy/cpu/parallel.hpp"
#include "isonomy/cpu/residue/kernels_avx2.hpp"
#include "isonomy/cpu/residue/kernels_avx512.hpp"
#include "isonomy/cpu/residue/ranker.hpp"
#include "isonomy/cpu/scratch.hpp"
#include "isonomy/ops/residue/problem.hpp"

namespace isonomy::cpu {

struct ResidueRankSums {
  template <class Arithmetic>
  static void residue_rank_sums(Context& ctx, const RankProblem<HostSpace>& problem, std::span<std::uint64_t> twice_u) {
    run<Arithmetic>(ctx, kernels(ctx.instruction_set()), problem, twice_u);
  }

 private:
  [[nodiscard]] static ResidueKernels kernels(InstructionSet set) {
    const auto of = []<class Kernels>(Kernels) { return ResidueKernels::of<Kernels>(); };
#if defined(__x86_64__)
    return with_kernels<ScalarResidueKernels, Avx2ResidueKernels, Avx512ResidueKernels>(set, of);
#else
    return of(ScalarResidueKernels{});
#endif
  }

  using KeySpaces = std::map<std::vector<std::int32_t>, std::unique_ptr<residue::KeySpace>>;

  /// What all threads read.
  struct Shared {
    const RankProblem<HostSpace>& problem;
    std::vector<ThousandthScale> scales;  // values null where a scale is not in thousandths
    residue::Multisets multisets;
    int fold_up_to;
    KeySpaces spaces;
  };

  static std::span<const ResidueBlock> blocks_of(const RankProblem<HostSpace>& p, const RankGroup& g) {
    return p.blocks.subspan(static_cast<std::size_t>(g.first_block), static_cast<std::size_t>(g.blocks));
  }
  static std::vector<std::int32_t> residue_counts(std::span<const ResidueBlock> blocks) {
    std::vector<std::int32_t> counts;
    for (const ResidueBlock& b : blocks) counts.push_back(b.split.residues);
    std::sort(counts.begin(), counts.end());
    counts.erase(std::unique(counts.begin(), counts.end()), counts.end());
    return counts;
  }
  static bool fits_keys(std::span<const ResidueBlock> blocks) {
    return std::all_of(blocks.begin(), blocks.end(),
                       [](const ResidueBlock& b) { return b.split.slots <= most_key_slots; });
  }
  static index_t rows_of(std::span<const ResidueBlock> blocks) {
    index_t n = 0;
    for (const ResidueBlock& b : blocks) n += b.rows.rows;
    return n;
  }
  /// Whether the integer sums of one residue count order rows as the rounded values do.
  template <class Arithmetic>
  static bool ordered_by_sums(const std::vector<std::int32_t>& counts) {
    return counts.size() == 1 && !(Arithmetic::ties_need_order && counts.front() % 8 == 0);
  }

  static std::vector<ThousandthScale> thousandth_scales(const RankProblem<HostSpace>& p) {
    std::vector<ThousandthScale> out(static_cast<std::size_t>(p.scales.scales));
    for (const std::uint32_t d : p.scale_numbers) {
      const std::int64_t denominator = p.denominators[d];
      const std::int64_t* numerators = p.numerators.data() + static_cast<std::size_t>(d) * max_residue_codes;
      if (denominator > residue::KeySpace::thousandths || residue::KeySpace::thousandths % denominator != 0) continue;
      const std::int64_t factor = residue::KeySpace::thousandths / denominator;
      if (std::any_of(numerators, numerators + max_residue_codes,
                      [&](std::int64_t m) { return m < 0 || m > denominator; }))
        continue;
      for (std::size_t a = 0; a < max_residue_codes; ++a)
        out[d].integers[a] = static_cast<std::uint16_t>(numerators[a] * factor);
      out[d].values = p.scales.values_of(d);
    }
    return out;
  }

  template <class Arithmetic>
  static void run(Context& ctx, const ResidueKernels& kernels, const RankProblem<HostSpace>& problem,
                  std::span<std::uint64_t> twice_u) {
    index_t rows = 0;
    for (const RankGroup& g : problem.groups) rows = std::max(rows, rows_of(blocks_of(problem, g)));
    // Tables for five and six residues cost a tenth of a second and pay from many rows on.
    const int fold_up_to = problem.letters > 20 ? 0 : rows > 60000 ? 6 : 4;
    Shared shared{problem, thousandth_scales(problem), residue::Multisets(problem.letters, fold_up_to), fold_up_to, {}};
    std::vector<KeySpaces::value_type*> wanted;
    for (const RankGroup& g : problem.groups) {
      auto counts = residue_counts(blocks_of(problem, g));
      if (!fits_keys(blocks_of(problem, g)) || ordered_by_sums<Arithmetic>(counts)) continue;
      const auto [place, added] = shared.spaces.try_emplace(std::move(counts));
      if (added) wanted.push_back(&*place);
    }
    parallel_for(ctx, static_cast<index_t>(wanted.size()), 1, "residue_rank_sums", [&](index_t i) {
      auto& [counts, space] = *wanted[static_cast<std::size_t>(i)];
      space = std::make_unique<residue::KeySpace>(counts, Arithmetic::ties_need_order);
    });
    ProgressMeter meter(ctx.control(), "residue_rank_sums", static_cast<std::int64_t>(problem.scale_numbers.size()));
    if (rows <= 65535)
      rank_groups<Arithmetic, std::uint32_t>(ctx, kernels, shared, meter, twice_u);
    else
      rank_groups<Arithmetic, std::uint64_t>(ctx, kernels, shared, meter, twice_u);
  }

  template <class Arithmetic, class Bin>
  static void rank_groups(Context& ctx, const ResidueKernels& kernels, const Shared& shared, ProgressMeter& meter,
                          std::span<std::uint64_t> twice_u) {
    struct Workspace {
      HistogramRanker<Arithmetic, Bin> histogram;
      PairRanker pairs;
      explicit Workspace(const ResidueKernels& own) : histogram(own), pairs(own) {}
    };
    Workspaces<Workspace> workspaces;
    parallel_for(ctx, static_cast<index_t>(shared.problem.groups.size()), 1, "residue_rank_sums", [&](index_t i) {
      const RankGroup& g = shared.problem.groups[static_cast<std::size_t>(i)];
      const auto own = workspaces.take(kernels);
      rank_group(shared, g, own->histogram, own->pairs, twice_u);
      meter.advance(g.scales);
    });
  }

  template <class Arithmetic, class Bin>
  static void rank_group(const Shared& shared, const RankGroup& g, HistogramRanker<Arithmetic, Bin>& histogram,
                         PairRanker& pairs, std::span<std::uint64_t> twice_u) {
    const auto blocks = blocks_of(shared.problem, g);
    std::vector<const ThousandthScale*> scales;
    std::vector<std::size_t> places;
    for (index_t i = g.first_scale; i < g.first_scale + g.scales; ++i) {
      const auto place = static_cast<std::size_t>(i);
      const std::uint32_t d = shared.problem.scale_numbers[place];
      if (shared.scales[d].values != nullptr && fits_keys(blocks)) {
        scales.push_back(&shared.scales[d]);
        places.push_back(place);
      } else {
        twice_u[place] = by_sorting<Arithmetic>(shared.problem, blocks, d);
      }
    }
    if (scales.empty()) return;
    index_t n = 0, n_test = 0;
    for (const ResidueBlock& b : blocks) {
      n += b.rows.rows;
      n_test += b.rows.test_rows;
    }
    if (n_test * (n - n_test) <= most_pairs && PairRanker::applies<Arithmetic>(blocks)) {
      std::uint64_t out[pair_lanes];
      for (std::size_t first = 0; first < scales.size(); first += pair_lanes) {
        const std::size_t count = std::min<std::size_t>(pair_lanes, scales.size() - first);
        pairs.rank(blocks, scales.data() + first, count, out);
        for (std::size_t f = 0; f < count; ++f) twice_u[places[first + f]] = out[f];
      }
      return;
    }
    const auto counts = residue_counts(blocks);
    const residue::KeySpace* space = ordered_by_sums<Arithmetic>(counts) ? nullptr : shared.spaces.at(counts).get();
    histogram.prepare(blocks, space, shared.multisets, shared.fold_up_to, scales.size());
    for (std::size_t k = 0; k < scales.size(); ++k) twice_u[places[k]] = histogram.twice_u(*scales[k]);
  }

  /// For scales that are not in thousandths and splits of more residues than the kernels take.
  template <class Arithmetic>
  static std::uint64_t by_sorting(const RankProblem<HostSpace>& problem, std::span<const ResidueBlock> blocks,
                                  std::uint32_t d) {
    std::vector<std::pair<std::int64_t, bool>> rows;
    for (const ResidueBlock& b : blocks)
      for (index_t row = 0; row < b.rows.rows; ++row)
        rows.emplace_back(Arithmetic::key(b, row, problem.scales, d), row < b.rows.test_rows);
    std::sort(rows.begin(), rows.end());
    std::uint64_t twice_u = 0, below = 0;
    for (std::size_t begin = 0; begin < rows.size();) {
      std::uint64_t references = 0, tests = 0;
      std::size_t end = begin;
      for (; end < rows.size() && rows[end].first == rows[begin].first; ++end)
        ++(rows[end].second ? tests : references);
      twice_u += tests * (2 * below + references);
      below += references;
      begin = end;
    }
    return twice_u;
  }
};

}  // namespace isonomy::cpu
