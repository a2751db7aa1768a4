// Views of encoded sequences as the residue operations see them: codes by position, rows grouped by layout; and
// features of them.
#pragma once

#include <cstdint>
#include <span>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy {

/// Letters 0 .. letters-1 and the gap, which has the code `letters`. Codes are below this bound.
inline constexpr int max_residue_codes = 32;

/// Number of unordered pairs of `codes` residue codes, equal pairs included.
[[nodiscard]] ISONOMY_HD constexpr index_t residue_pairs(index_t codes) { return codes * (codes + 1) / 2; }

/// Index of the unordered pair {a, b}. Pairs of the first k codes come first for every k, so that those without a gap
/// are a prefix.
[[nodiscard]] ISONOMY_HD constexpr index_t residue_pair(index_t a, index_t b) {
  return a < b ? b * (b + 1) / 2 + a : a * (a + 1) / 2 + b;
}

/// Two positions of a window; equal ones ask for the residues of one position.
struct PositionPair {
  std::int32_t first, second;
};

/// Rows of equal layout: codes[position * stride + row], the `test_rows` rows of the test group first.
struct ResidueRows {
  const std::uint8_t* codes = nullptr;
  index_t stride = 0;
  index_t rows = 0, test_rows = 0;

  [[nodiscard]] ISONOMY_HD std::uint8_t operator()(index_t position, index_t row) const {
    return codes[position * stride + row];
  }
};

/// The residues a split takes from a row, as positions of its window.
/// `slots` positions in the order of summation; those holding a gap count as 0 and are not among the `residues`.
struct ResidueSlots {
  const std::uint16_t* positions = nullptr;
  std::int32_t slots = 0, residues = 0;
};

/// One split in the rows of one layout.
struct ResidueBlock {
  ResidueRows rows;
  ResidueSlots split;
};

/// Place of a row: its group, and its column there.
struct RowPlace {
  std::uint32_t group, column;
};

/// Values of the codes for each scale, row-major, a row of max_residue_codes entries per scale; gaps and unused codes
/// 0. A scale's value is numerators/denominator exactly (or after documented quantisation); `values` holds the nearest
/// doubles and `single` the same through binary32.
template <MemorySpace Space>
struct ScaleViews {
  const std::int64_t* numerators = nullptr;
  const std::int64_t* denominators = nullptr;  ///< one per scale
  const double* values = nullptr;
  const double* single = nullptr;
  index_t scales = 0;

  [[nodiscard]] ISONOMY_HD const std::int64_t* numerators_of(index_t d) const {
    return numerators + d * max_residue_codes;
  }
  [[nodiscard]] ISONOMY_HD const double* values_of(index_t d) const { return values + d * max_residue_codes; }
  [[nodiscard]] ISONOMY_HD const double* single_of(index_t d) const { return single + d * max_residue_codes; }
};

/// A feature: a split, by its slots in every group, and a scale.
struct FeatureRequest {
  std::int64_t first_slot = 0;  ///< slots in group g at first_slot + g
  std::int64_t scale = 0;
};

/// Features of rows that stand in groups. The lists belong to the backend, but for the host copy of the groups; what
/// they point to belongs to it too. `places` has every row once: those of a group that are tests, and those that are
/// not, in the order of their columns.
template <MemorySpace Space>
struct FeatureProblem {
  const ResidueRows* groups = nullptr;
  const RowPlace* places = nullptr;
  const ResidueSlots* slots = nullptr;
  const FeatureRequest* requests = nullptr;
  ScaleViews<Space> scales;
  const ResidueRows* host_groups = nullptr;  ///< host copy of groups
  index_t group_count = 0, rows = 0, test_rows = 0, features = 0;

  [[nodiscard]] ISONOMY_HD ResidueBlock block(const FeatureRequest& r, index_t group) const {
    return {groups[group], slots[r.first_slot + group]};
  }
};

/// One split with the scales wanted of it: blocks and scale numbers stand in the problem's lists.
struct RankGroup {
  index_t first_block = 0, blocks = 0;
  index_t first_scale = 0, scales = 0;
};

/// Which features to rank. The descriptors are host memory; codes, positions and scales behind them belong to the
/// backend. Every group's blocks hold the same rows in total.
template <MemorySpace Space>
struct RankProblem {
  std::span<const ResidueBlock> blocks;
  std::span<const RankGroup> groups;
  std::span<const std::uint32_t> scale_numbers;
  ScaleViews<Space> scales;
  std::span<const std::int64_t> numerators;    ///< host copy of scales.numerators
  std::span<const std::int64_t> denominators;  ///< host copy of scales.denominators
  index_t letters = max_residue_codes - 1;     ///< codes below it are letters, the others gaps
};

}  // namespace isonomy
