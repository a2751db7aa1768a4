// First and second moments of residue composition per split: all that means and spreads of every scale need.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
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

inline constexpr index_t joint_count_block = 48;
static_assert(residue_pairs(max_residue_codes) % joint_count_block == 0);

/// Pairs of letters and letters that a task adds: on the host many, whose sums stay in registers and which are found
/// together; elsewhere one, so that there are many tasks, and neighbours read neighbouring counts. No sum depends on
/// it.
template <MemorySpace Space>
inline constexpr index_t pairs_of_task = std::same_as<Space, HostSpace> ? joint_count_block : 1;
template <MemorySpace Space>
inline constexpr index_t letters_of_task = std::same_as<Space, HostSpace> ? max_residue_codes : 1;

/// Adds one group from its joint counts: a task sums the histograms of a split's position pairs for some pairs of
/// letters.
template <MemorySpace Space>
struct AddJointCounts {
  static constexpr index_t block = pairs_of_task<Space>;

  const ResidueSlots* splits;
  const std::uint32_t* test_counts;       // a histogram per position pair, `stride` apart; equal positions first
  const std::uint32_t* reference_counts;  // a histogram per position
  const std::int32_t* pair_of;            // positions x positions
  index_t positions, letters, stride, test_rows;
  ResidueWeight weight;
  double *gram, *test, *reference;

  /// Tasks of a split.
  [[nodiscard]] ISONOMY_HD index_t blocks() const { return (residue_pairs(letters) + block - 1) / block; }
  ISONOMY_HD void operator()(index_t task) const {
    const index_t s = task / blocks(), first = task % blocks() * block;
    const ResidueSlots split = splits[s];
    if (split.residues == 0) return;
    const double w1 = weight_of(weight, split), w2 = w1 * w1;
    const index_t pairs = residue_pairs(letters);
    const index_t n = pairs - first < block ? pairs - first : block;
    double* g = gram + s * pairs + first;
    index_t begin = 0;  // letters whose pair with themselves lies in the block
    while (residue_pair(begin, begin) < first) ++begin;
    index_t end = begin;
    while (residue_pair(end, end) < first + n) ++end;
    std::uint32_t sums[block] = {};
    std::int64_t unflushed = 0;
    for (std::int32_t x = 0; x < split.slots; ++x) {
      const index_t i = split.positions[x];
      const std::int32_t* pair = pair_of + i * positions;
      for (std::int32_t y = x + 1; y < split.slots; ++y) {
        if ((unflushed += test_rows) > UINT32_MAX) {
          flush(sums, n, 2 * w2, g);
          unflushed = test_rows;
        }
        const std::uint32_t* counts = test_counts + pair[split.positions[y]] * stride + first;
        for (index_t k = 0; k < block; ++k) sums[k] += counts[k];
      }
      const std::uint32_t* single = test_counts + i * stride;
      const std::uint32_t* other = reference_counts + i * stride;
      for (index_t a = begin; a < end; ++a) {
        const index_t aa = residue_pair(a, a);
        g[aa - first] += w2 * single[aa];
        test[s * letters + a] += w1 * single[aa];
        reference[s * letters + a] += w1 * other[aa];
      }
    }
    flush(sums, n, 2 * w2, g);
  }

 private:
  ISONOMY_HD static void flush(std::uint32_t (&sums)[block], index_t n, double weight, double* out) {
    for (index_t k = 0; k < block; ++k) {
      if (k < n) out[k] += weight * sums[k];
      sums[k] = 0;
    }
  }
};

/// Adds groups row by row, in their order, a split and some letters, each with those before it, a task: for few rows,
/// or windows too long for a histogram per position pair.
template <MemorySpace Space>
struct AddRows {
  static constexpr index_t block = letters_of_task<Space>;

  const ResidueSlots* slots;  // of every split, group after group
  const ResidueRows* groups;
  index_t group_count, splits, letters;
  ResidueWeight weight;
  double *gram, *test, *reference;

  /// Tasks of a split.
  [[nodiscard]] ISONOMY_HD index_t blocks() const { return (letters + block - 1) / block; }
  ISONOMY_HD void operator()(index_t task) const {
    const index_t s = task / blocks(), first = task % blocks() * block;
    const index_t last = letters - first < block ? letters : first + block;
    for (index_t g = 0; g < group_count; ++g) add(s, first, last, slots[g * splits + s], groups[g]);
  }

 private:
  ISONOMY_HD void add(index_t s, index_t first, index_t last, const ResidueSlots& split,
                      const ResidueRows& rows) const {
    if (split.residues == 0) return;
    const index_t pairs = residue_pairs(letters);
    const double w1 = weight_of(weight, split), w2 = w1 * w1;
    double* g = gram + s * pairs;
    for (index_t row = 0; row < rows.rows; ++row) {
      std::int32_t count[max_residue_codes] = {};
      for (std::int32_t x = 0; x < split.slots; ++x) ++count[rows(split.positions[x], row)];
      double* sums = (row < rows.test_rows ? test : reference) + s * letters;
      for (index_t a = first; a < last; ++a) {
        if (count[a] == 0) continue;
        sums[a] += w1 * count[a];
        if (row >= rows.test_rows) continue;
        for (index_t b = 0; b < a; ++b) g[residue_pair(b, a)] += 2 * w2 * count[a] * count[b];
        g[residue_pair(a, a)] += w2 * count[a] * count[a];
      }
    }
  }
};

/// Position pairs that lie together in a part, at most: pairs that parts share are counted for each.
[[nodiscard]] inline index_t most_position_pairs(const Layout& layout) {
  index_t pairs = layout.positions;
  for (const Range& part : layout.parts) pairs += part.length * (part.length - 1) / 2;
  return std::min(pairs, layout.positions * (layout.positions + 1) / 2);
}

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

/// Groups whose splits lie in the backend's memory at a time.
inline constexpr std::size_t groups_at_once = 64;

/// Adds groups to moments, in their order: those of many rows from joint counts, all others next to each other row by
/// row in one launch. What a layout needs stays for the next group that has it.
template <class Tag>
class GroupMoments {
  using Space = typename Backend<Tag>::space;

 public:
  /// Everything passed must outlive it.
  GroupMoments(Context<Tag>& ctx, const SequenceSet& set, const PackedSequences<Tag>& packed,
               const SplitPlaces<Tag>& places)
      : ctx_(ctx), set_(set), packed_(packed), places_(places) {}

  /// Adds the rows of groups begin to end - 1, at most groups_at_once, to `out`. With ResidueWeight::one the sums are
  /// integers, exact below 2^53. advance(n) hears of n more rows.
  template <class Advance>
  void add(std::size_t begin, std::size_t end, ResidueWeight weight, Moments<Tag>& out, const Advance& advance) {
    std::vector<ResidueSlots> slots;
    slots.reserve((end - begin) * places_.size());
    for (std::size_t g = begin; g < end; ++g)
      for (std::size_t s = 0; s < places_.size(); ++s) slots.push_back(places_.slots(g, s));
    const auto device_slots = to_device(ctx_, slots, "profiling: splits of groups");
    const auto of = [&](std::size_t g) { return device_slots.data() + (g - begin) * places_.size(); };
    std::size_t next = begin;
    for (std::size_t g = begin; g < end; ++g) {
      if (!counted(g)) continue;
      add_rows(next, g, of(next), weight, out, advance);
      add_counts(g, of(g), weight, out);
      advance(packed_.group(g).rows);
      next = g + 1;
    }
    add_rows(next, end, of(next), weight, out, advance);
  }

 private:
  /// Whether a group has enough rows for a histogram per position pair, and a window that is short enough.
  [[nodiscard]] bool counted(std::size_t g) const {
    return packed_.group(g).test_rows >= joint_counts_from &&
           set_.layouts()[packed_.layout(g)].positions <= joint_counts_up_to;
  }
  template <class Advance>
  void add_rows(std::size_t begin, std::size_t end, const ResidueSlots* slots, ResidueWeight weight, Moments<Tag>& out,
                const Advance& advance) {
    if (begin == end) return;
    const detail::AddRows<Space> add{.slots = slots,
                                     .groups = packed_.device_views() + begin,
                                     .group_count = static_cast<index_t>(end - begin),
                                     .splits = out.splits,
                                     .letters = out.letters,
                                     .weight = weight,
                                     .gram = out.gram.data(),
                                     .test = out.test.data(),
                                     .reference = out.reference.data()};
    for_each(ctx_, out.splits * add.blocks(), add);
    for (std::size_t g = begin; g < end; ++g) advance(packed_.group(g).rows);
  }
  void add_counts(std::size_t g, const ResidueSlots* slots, ResidueWeight weight, Moments<Tag>& out) {
    const ResidueRows& rows = packed_.group(g);
    const index_t positions = prepare(packed_.layout(g)), stride = joint_count_stride(packed_.codes());
    const auto count = [&](index_t first, index_t n, auto view, auto& buffer) {
      joint_residue_counts(
          ctx_, MatrixView<const std::uint8_t, Space>(rows.codes + first, positions, n, rows.stride, 1), view,
          MatrixView<std::uint32_t, Space>(buffer.data(), view.size, residue_pairs(packed_.codes()), stride, 1));
    };
    count(0, rows.test_rows, std::as_const(pairs_).view(), test_);
    count(rows.test_rows, rows.rows - rows.test_rows, std::as_const(pairs_).view().subview(0, positions), reference_);
    const detail::AddJointCounts<Space> add{.splits = slots,
                                            .test_counts = test_.data(),
                                            .reference_counts = reference_.data(),
                                            .pair_of = pair_of_.data(),
                                            .positions = positions,
                                            .letters = out.letters,
                                            .stride = stride,
                                            .test_rows = rows.test_rows,
                                            .weight = weight,
                                            .gram = out.gram.data(),
                                            .test = out.test.data(),
                                            .reference = out.reference.data()};
    for_each(ctx_, out.splits * add.blocks(), add);
  }
  /// Numbers of the position pairs of a layout, and histograms that are 0 behind the last pair of codes. Returns the
  /// positions.
  index_t prepare(std::size_t layout) {
    const index_t positions = set_.layouts()[layout].positions, stride = joint_count_stride(packed_.codes());
    if (layout_ == layout) return positions;
    const detail::PositionPairs numbering(set_.layouts()[layout]);
    pairs_ = to_device(ctx_, numbering.pairs, "profiling: position pairs");
    pair_of_ = to_device(ctx_, numbering.number, "profiling: position pairs");
    if (test_.size() == 0) {  // room for every layout
      index_t most = 0, most_pairs = 0;
      for (const Layout& l : set_.layouts()) {
        if (l.positions > joint_counts_up_to) continue;
        most = std::max(most, l.positions);
        most_pairs = std::max(most_pairs, detail::most_position_pairs(l));
      }
      test_ = Buffer<std::uint32_t, Tag>(ctx_, most_pairs * stride, "profiling: joint counts");
      reference_ = Buffer<std::uint32_t, Tag>(ctx_, most * stride, "profiling: joint counts");
      fill(ctx_, test_.view(), std::uint32_t{0});
    }
    layout_ = layout;
    return positions;
  }

  Context<Tag>& ctx_;
  const SequenceSet& set_;
  const PackedSequences<Tag>& packed_;
  const SplitPlaces<Tag>& places_;
  std::optional<std::size_t> layout_;  // that the following belong to
  Buffer<PositionPair, Tag> pairs_;
  Buffer<std::int32_t, Tag> pair_of_;
  Buffer<std::uint32_t, Tag> test_, reference_;
};

/// The moments of all rows. O(rows * positions^2) increments, or rows * residues where rows differ in layout;
/// workspace one histogram per position pair of one layout, and the splits of groups_at_once groups. Deterministic for
/// given data; the order of summation over groups is that of PackedSequences.
template <class Tag>
[[nodiscard]] Moments<Tag> moments(Context<Tag>& ctx, const SequenceSet& set, const PackedSequences<Tag>& packed,
                                   const SplitPlaces<Tag>& places) {
  Moments<Tag> out(ctx, static_cast<index_t>(places.size()), packed.codes() - 1);
  GroupMoments<Tag> groups(ctx, set, packed, places);
  ProgressMeter meter(ctx.control(), "profiling: joint counts", packed.rows());
  for (std::size_t g = 0; g < packed.groups(); g += groups_at_once)
    groups.add(g, std::min(packed.groups(), g + groups_at_once), ResidueWeight::share, out,
               [&](index_t rows) { meter.advance(rows); });
  return out;
}

}  // namespace isonomy::profiling
