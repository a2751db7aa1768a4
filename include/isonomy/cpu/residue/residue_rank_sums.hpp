// residue_rank_sums on the host: each split's features on one thread, by the method its residue counts allow.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
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

  static constexpr std::size_t no_space = std::numeric_limits<std::size_t>::max();

  /// What all threads read.
  struct Shared {
    const RankProblem<HostSpace>& problem;
    std::vector<ThousandthScale> scales;  // values null where a scale is not in thousandths
    residue::Multisets multisets;
    int fold_up_to;
    std::vector<std::unique_ptr<const residue::KeySpace>> spaces;
    std::vector<std::size_t> space_of_group;  // no_space for groups that need none
  };

  static std::span<const ResidueBlock> blocks_of(const RankProblem<HostSpace>& p, const RankGroup& g) {
    return p.blocks.subspan(static_cast<std::size_t>(g.first_block), static_cast<std::size_t>(g.blocks));
  }
  static std::vector<index_t> residue_counts(std::span<const ResidueBlock> blocks) {
    std::vector<index_t> counts;
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
  static bool ordered_by_sums(const std::vector<index_t>& counts) {
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
    Shared shared{problem, thousandth_scales(problem), residue::Multisets(problem.letters, fold_up_to), fold_up_to, {},
                  {}};
    add_key_spaces<Arithmetic>(ctx, shared);
    ProgressMeter meter(ctx.control(), "residue_rank_sums", static_cast<std::int64_t>(problem.scale_numbers.size()));
    Workspaces<Workspace> workspaces;
    const auto histogram = rows <= 65535 ? make_histogram<BinRanker<Arithmetic, std::uint32_t>>
                                         : make_histogram<BinRanker<Arithmetic, std::uint64_t>>;
    parallel_for(ctx, static_cast<index_t>(problem.groups.size()), 1, "residue_rank_sums", [&](index_t i) {
      const auto own = workspaces.take(kernels, histogram);
      rank_group<Arithmetic>(shared, static_cast<std::size_t>(i), *own, twice_u);
      meter.advance(problem.groups[static_cast<std::size_t>(i)].scales);
    });
  }

  template <class Histogram>
  static std::unique_ptr<HistogramRanker> make_histogram(const ResidueKernels& kernels) {
    return std::make_unique<Histogram>(kernels);
  }
  /// What a thread ranks with.
  struct Workspace {
    std::unique_ptr<HistogramRanker> histogram;
    PairRanker pairs;
    Workspace(const ResidueKernels& own, std::unique_ptr<HistogramRanker> (*make)(const ResidueKernels&))
        : histogram(make(own)), pairs(own) {}
  };

  /// One key space for every list of residue counts that needs one.
  template <class Arithmetic>
  static void add_key_spaces(Context& ctx, Shared& shared) {
    std::vector<std::vector<index_t>> wanted;
    for (const RankGroup& g : shared.problem.groups) {
      const auto blocks = blocks_of(shared.problem, g);
      const auto counts = residue_counts(blocks);
      if (!fits_keys(blocks) || ordered_by_sums<Arithmetic>(counts)) {
        shared.space_of_group.push_back(no_space);
        continue;
      }
      const auto place = static_cast<std::size_t>(std::find(wanted.begin(), wanted.end(), counts) - wanted.begin());
      if (place == wanted.size()) wanted.push_back(counts);
      shared.space_of_group.push_back(place);
    }
    shared.spaces.resize(wanted.size());
    parallel_for(ctx, static_cast<index_t>(wanted.size()), 1, "residue_rank_sums", [&](index_t i) {
      const auto place = static_cast<std::size_t>(i);
      shared.spaces[place] = std::make_unique<residue::KeySpace>(wanted[place], Arithmetic::ties_need_order);
    });
  }

  template <class Arithmetic>
  static void rank_group(const Shared& shared, std::size_t group, Workspace& own, std::span<std::uint64_t> twice_u) {
    const RankGroup& g = shared.problem.groups[group];
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
        own.pairs.rank(blocks, scales.data() + first, count, out);
        for (std::size_t f = 0; f < count; ++f) twice_u[places[first + f]] = out[f];
      }
      return;
    }
    const std::size_t place = shared.space_of_group[group];
    const residue::KeySpace* space = place == no_space ? nullptr : shared.spaces[place].get();
    own.histogram->prepare(blocks, space, shared.multisets, shared.fold_up_to, scales.size());
    for (std::size_t k = 0; k < scales.size(); ++k) twice_u[places[k]] = own.histogram->twice_u(*scales[k]);
  }

  /// For scales that are not in thousandths and splits of more residues than the kernels take.
  template <class Arithmetic>
  static std::uint64_t by_sorting(const RankProblem<HostSpace>& problem, std::span<const ResidueBlock> blocks,
                                  std::uint32_t d) {
    std::vector<std::int64_t> tests, references;
    for (const ResidueBlock& b : blocks)
      for (index_t row = 0; row < b.rows.rows; ++row)
        (row < b.rows.test_rows ? tests : references).push_back(Arithmetic::key(b, row, problem.scales, d));
    std::sort(tests.begin(), tests.end());
    std::sort(references.begin(), references.end());
    std::uint64_t twice_u = 0;
    std::size_t below = 0, up_to = 0;  // references below a test row's key, and up to it
    for (const std::int64_t key : tests) {
      while (below < references.size() && references[below] < key) ++below;
      while (up_to < references.size() && references[up_to] <= key) ++up_to;
      twice_u += below + up_to;
    }
    return twice_u;
  }
};

}  // namespace isonomy::cpu
