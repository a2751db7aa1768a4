// First and second moments of residue composition per split: all that means and spreads of every scale need.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/estimators/profiling/search/packed.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/memory.hpp"
#include "isonomy/ops/residue/joint_residue_counts.hpp"

namespace isonomy::profiling {

/// For a row x with residue fractions q (counts over their number), summed over rows, one matrix row per split:
/// gram[s] = sum over test rows of the symmetric product q q^T (pairs of distinct letters twice), test[s] and
/// reference[s] = sums of q. The mean of any scale v is then test[s].v / n, its mean square gram[s].(v v^T) / n.
/// Sums of moments of disjoint rows are the moments of their union.
template <class Tag>
struct Moments {
  Buffer<double, Tag> gram, test, reference;
  index_t splits = 0, letters = 0;

  Moments(Context<Tag>& ctx, index_t split_count, index_t letter_count)
      : gram(ctx, split_count * residue_pairs(letter_count), "profiling: second moments"),
        test(ctx, split_count * letter_count, "profiling: test means"),
        reference(ctx, split_count * letter_count, "profiling: reference means"), splits(split_count),
        letters(letter_count) {
    fill(ctx, gram.view(), 0.0);
    fill(ctx, test.view(), 0.0);
    fill(ctx, reference.view(), 0.0);
  }
};

/// What a residue of a split adds to its moments: its share of the split, or one.
enum class ResidueWeight { share, one };

namespace detail {

/// The weight of one residue of the split.
[[nodiscard]] ISONOMY_HD inline double weight_of(ResidueWeight weight, const ResidueSlots& split) {
  return weight == ResidueWeight::share ? 1.0 / split.residues : 1.0;
}

inline constexpr index_t joint_count_block = 16;
static_assert(residue_pairs(max_residue_codes) % joint_count_block == 0);

/// Adds one group from its joint counts: every split sums the histograms of its position pairs.
template <MemorySpace Space>
struct AddJointCounts {
  const ResidueSlots* splits;
  const std::uint32_t* test_counts;       // a histogram per position pair, `stride` apart; equal positions first
  const std::uint32_t* reference_counts;  // a histogram per position
  const std::int32_t* pair_of;            // positions x positions
  index_t positions, letters, stride, test_rows;
  ResidueWeight weight;
  double *gram, *test, *reference;

  ISONOMY_HD void operator()(index_t s) const {
    const ResidueSlots split = splits[s];
    if (split.residues == 0) return;
    const index_t pairs = residue_pairs(letters);
    const double w1 = weight_of(weight, split), w2 = w1 * w1;
    double* g = gram + s * pairs;
    std::uint32_t sums[residue_pairs(max_residue_codes)] = {};
    std::int64_t unflushed = 0;
    for (std::int32_t x = 0; x < split.slots; ++x) {
      const index_t i = split.positions[x];
      for (std::int32_t y = x + 1; y < split.slots; ++y) {
        if ((unflushed += test_rows) > UINT32_MAX) {
          flush(sums, pairs, 2 * w2, g);
          unflushed = test_rows;
        }
        add(test_counts + pair_of[i * positions + split.positions[y]] * stride, sums);
      }
      const std::uint32_t* single = test_counts + i * stride;
      const std::uint32_t* other = reference_counts + i * stride;
      for (index_t a = 0; a < letters; ++a) {
        const index_t aa = residue_pair(a, a);
        g[aa] += w2 * single[aa];
        test[s * letters + a] += w1 * single[aa];
        reference[s * letters + a] += w1 * other[aa];
      }
    }
    flush(sums, pairs, 2 * w2, g);
  }

 private:
  /// Whole blocks of constant length: compilers vectorise them at any level.
  ISONOMY_HD void add(const std::uint32_t* counts, std::uint32_t* sums) const {
    for (index_t k = 0; k < stride; k += joint_count_block)
      for (index_t j = 0; j < joint_count_block; ++j) sums[k + j] += counts[k + j];
  }
  ISONOMY_HD static void flush(std::uint32_t* sums, index_t n, double weight, double* out) {
    for (index_t k = 0; k < n; ++k) {
      out[k] += weight * sums[k];
      sums[k] = 0;
    }
  }
};

/// Adds one group row by row: for few rows, or windows too long for a histogram per position pair.
struct AddRows {
  const ResidueSlots* splits;
  ResidueRows rows;
  index_t letters;
  ResidueWeight weight;
  double *gram, *test, *reference;

  ISONOMY_HD void operator()(index_t s) const {
    const ResidueSlots split = splits[s];
    if (split.residues == 0) return;
    const index_t pairs = residue_pairs(letters);
    const double w1 = weight_of(weight, split), w2 = w1 * w1;
    double* g = gram + s * pairs;
    for (index_t row = 0; row < rows.rows; ++row) {
      std::int32_t count[max_residue_codes] = {};
      for (std::int32_t x = 0; x < split.slots; ++x) ++count[rows(split.positions[x], row)];
      double* sums = (row < rows.test_rows ? test : reference) + s * letters;
      for (index_t a = 0; a < letters; ++a) {
        if (count[a] == 0) continue;
        sums[a] += w1 * count[a];
        if (row >= rows.test_rows) continue;
        for (index_t b = 0; b < a; ++b) g[residue_pair(b, a)] += 2 * w2 * count[a] * count[b];
        g[residue_pair(a, a)] += w2 * count[a] * count[a];
      }
    }
  }
};

/// Numbers the position pairs that lie together in a part; equal positions first, in order.
struct PositionPairs {
  std::vector<PositionPair> pairs;
  std::vector<std::int32_t> number;  // positions x positions

  explicit PositionPairs(const Layout& layout) {
    const auto n = static_cast<std::size_t>(layout.positions);
    number.assign(n * n, -1);
    for (std::size_t i = 0; i < n; ++i) add(i, i, n);
    for (const Range& part : layout.parts)
      for (index_t i = part.offset; i < part.offset + part.length; ++i)
        for (index_t j = i + 1; j < part.offset + part.length; ++j)
          add(static_cast<std::size_t>(i), static_cast<std::size_t>(j), n);
  }

 private:
  void add(std::size_t i, std::size_t j, std::size_t n) {
    if (number[i * n + j] >= 0) return;
    number[i * n + j] = number[j * n + i] = static_cast<std::int32_t>(pairs.size());
    pairs.push_back({static_cast<std::int32_t>(i), static_cast<std::int32_t>(j)});
  }
};

}  // namespace detail

/// Distance between the histograms of two position pairs: pairs of codes, in whole blocks.
[[nodiscard]] constexpr index_t joint_count_stride(index_t codes) {
  constexpr index_t block = detail::joint_count_block;
  return (residue_pairs(codes) + block - 1) / block * block;
}

/// Below this many test rows a histogram per position pair costs more than it saves.
inline constexpr index_t joint_counts_from = 24;
/// Above this window length the histograms of all position pairs would outgrow the caches, and then memory.
inline constexpr index_t joint_counts_up_to = 128;

/// Adds the rows of group g to `out`. With ResidueWeight::one the sums are integers, exact below 2^53.
template <class Tag>
void add_moments(Context<Tag>& ctx, const SequenceSet& set, const PackedSequences<Tag>& packed,
                 const SplitPlaces<Tag>& places, std::size_t g, ResidueWeight weight, Moments<Tag>& out) {
  using Space = typename Backend<Tag>::space;
  const index_t codes = packed.codes(), letters = codes - 1, width = residue_pairs(codes);
  const index_t stride = joint_count_stride(codes);
  const auto splits = static_cast<index_t>(places.size());
  const ResidueRows& rows = packed.group(g);
  const Layout& layout = set.layouts()[packed.layout(g)];
  std::vector<ResidueSlots> slots(places.size());
  for (std::size_t s = 0; s < places.size(); ++s) slots[s] = places.slots(g, s);
  const auto device_slots = to_device(ctx, slots, "profiling: splits of a group");
  if (rows.test_rows < joint_counts_from || layout.positions > joint_counts_up_to) {
    for_each(ctx, splits,
             detail::AddRows{device_slots.data(), rows, letters, weight, out.gram.data(), out.test.data(),
                             out.reference.data()});
    return;
  }
  const detail::PositionPairs numbering(layout);
  const auto pairs = to_device(ctx, numbering.pairs, "profiling: position pairs");
  const auto pair_of = to_device(ctx, numbering.number, "profiling: position pairs");
  Buffer<std::uint32_t, Tag> test(ctx, pairs.size() * stride, "profiling: joint counts");
  Buffer<std::uint32_t, Tag> reference(ctx, layout.positions * stride, "profiling: joint counts");
  const auto count = [&](index_t first, index_t n, auto view, auto& buffer) {
    joint_residue_counts(ctx,
                         MatrixView<const std::uint8_t, Space>(rows.codes + first, layout.positions, n, rows.stride, 1),
                         view, MatrixView<std::uint32_t, Space>(buffer.data(), view.size, width, stride, 1));
  };
  fill(ctx, test.view(), std::uint32_t{0});
  fill(ctx, reference.view(), std::uint32_t{0});
  count(0, rows.test_rows, pairs.view(), test);
  count(rows.test_rows, rows.rows - rows.test_rows, pairs.view().subview(0, layout.positions), reference);
  for_each(ctx, splits,
           detail::AddJointCounts<Space>{.splits = device_slots.data(),
                                         .test_counts = test.data(),
                                         .reference_counts = reference.data(),
                                         .pair_of = pair_of.data(),
                                         .positions = layout.positions,
                                         .letters = letters,
                                         .stride = stride,
                                         .test_rows = rows.test_rows,
                                         .weight = weight,
                                         .gram = out.gram.data(),
                                         .test = out.test.data(),
                                         .reference = out.reference.data()});
}

/// The moments of all rows. O(rows * positions^2) increments, or rows * residues where rows differ in layout;
/// workspace one histogram per position pair of one layout. Deterministic for given data; the order of summation over
/// groups is that of PackedSequences.
template <class Tag>
[[nodiscard]] Moments<Tag> moments(Context<Tag>& ctx, const SequenceSet& set, const PackedSequences<Tag>& packed,
                                   const SplitPlaces<Tag>& places) {
  Moments<Tag> out(ctx, static_cast<index_t>(places.size()), packed.codes() - 1);
  ProgressMeter meter(ctx.control(), "profiling: joint counts", packed.rows());
  for (std::size_t g = 0; g < packed.groups(); ++g) {
    add_moments(ctx, set, packed, places, g, ResidueWeight::share, out);
    meter.advance(packed.group(g).rows);
  }
  return out;
}

}  // namespace isonomy::profiling
