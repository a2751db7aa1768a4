// Units in blocks, by what trials of a group they have, and the groups that two units have in common, on the host.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/regimes/groups.hpp"
#include "isonomy/ops/for_each.hpp"

namespace isonomy::gsn::detail {

/// Blocks have so many units.
constexpr index_t pair_columns = 512;

/// The units of each block in the order of their masks in a group, so that equal masks follow each other; a column for
/// each group.
struct ColumnsView {
  MatrixView<std::uint16_t> units;  ///< units x groups, counted from the first of the block
  MatrixView<std::uint64_t> masks;  ///< units x groups
  MatrixView<double> x;             ///< units*size x groups: the trials that are there come first
};

/// One block in one group.
struct SortByMasks {
  GroupsView<HostSpace> groups;
  ColumnsView out;

  void operator()(index_t at) const {
    const index_t group = at % groups.masks.rows, first = at / groups.masks.rows * pair_columns;
    const index_t count = std::min(pair_columns, groups.masks.columns - first);
    std::uint16_t units[pair_columns];
    std::iota(units, units + count, std::uint16_t{0});
    for (index_t shift = 0; shift < groups.size; shift += digit_bits) sort(units, count, group, first, shift);
    for (index_t k = 0; k < count; ++k) {
      const std::uint64_t mask = groups.masks(group, first + units[k]);
      out.units(first + k, group) = units[k];
      out.masks(first + k, group) = mask;
      const double* const x = &groups.x(group * groups.size, first + units[k]);
      double* const to = &out.x((first + k) * groups.size, group);
      index_t place = 0;
      for (index_t t = 0; t < groups.size; ++t) {  // without branches: an absent trial is overwritten by the next
        to[place] = x[t];
        place += static_cast<index_t>((mask >> t) & 1);
      }
    }
  }

 private:
  static constexpr index_t digit_bits = 8, digits = index_t{1} << digit_bits;

  /// By some bits of the masks; units that have the same ones stay in their order.
  void sort(std::uint16_t* units, index_t count, index_t group, index_t first, index_t shift) const {
    const auto digit = [&](std::uint16_t unit) { return (groups.masks(group, first + unit) >> shift) & (digits - 1); };
    index_t places[digits + 1] = {};
    for (index_t k = 0; k < count; ++k) ++places[digit(units[k]) + 1];
    std::partial_sum(places, places + digits, places);
    std::uint16_t sorted[pair_columns];
    for (index_t k = 0; k < count; ++k) sorted[places[digit(units[k])]++] = units[k];
    std::copy(sorted, sorted + count, units);
  }
};

/// words(t * each + w, unit): which of the groups from 64 w on have trial t of the unit. Arithmetic on whole words
/// tells of two units in how many groups both have any trial, and two in common.
struct GroupWords {
  MatrixView<const std::uint64_t> words;
  index_t size, each;

  struct Numbers {
    index_t common = 0, repeated = 0;
  };
  /// How many groups both have any trial of, and two in common.
  [[nodiscard]] Numbers numbers(index_t i, index_t j) const {
    const std::uint64_t *const a = words.column(i).data, *const b = words.column(j).data;
    Numbers found;
    for (index_t w = 0; w < each; ++w) {
      std::uint64_t of_a = 0, of_b = 0, once = 0, twice = 0;
      for (index_t at = w; at < size * each; at += each) {
        const std::uint64_t both = a[at] & b[at];
        of_a |= a[at];
        of_b |= b[at];
        twice |= once & both;
        once |= both;
      }
      found.common += bits_set(of_a & of_b);
      found.repeated += bits_set(twice);
    }
    return found;
  }
};

/// One unit of GroupWords.
struct FillWords {
  MatrixView<const std::uint64_t> masks;
  index_t size, each;
  MatrixView<std::uint64_t> out;

  void operator()(index_t unit) const {
    for (index_t at = 0; at < size * each; ++at) out(at, unit) = 0;
    for (index_t group = 0; group < masks.rows; ++group)
      for (index_t t = 0; t < size; ++t)
        out(t * each + group / mask_bits, unit) |= ((masks(group, unit) >> t) & 1) << (group % mask_bits);
  }
};

}  // namespace isonomy::gsn::detail
