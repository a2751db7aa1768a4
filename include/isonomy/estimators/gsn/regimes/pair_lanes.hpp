// Sums over groups of trials for every pair of units, many pairs at a time, on the host.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/regimes/groups.hpp"
#include "isonomy/ops/for_each.hpp"

namespace isonomy::gsn::detail {

/// Tiles of pairs have so many units across, `lanes` rows next to each other at a time.
constexpr index_t pair_columns = 64;
constexpr int pair_lanes = 16;

/// order(group, k): the k-th unit of its block of `pair_columns`, by masks, so that equal ones follow each other.
struct OrderByMasks {
  MatrixView<const std::uint64_t> masks;
  MatrixView<std::uint8_t> order;

  void operator()(index_t at) const {
    const index_t group = at % masks.rows, first = at / masks.rows * pair_columns;
    const index_t count = std::min(pair_columns, masks.columns - first);
    std::uint8_t units[pair_columns];
    for (index_t k = 0; k < count; ++k) units[k] = static_cast<std::uint8_t>(k);
    std::sort(units, units + count, [&](std::uint8_t a, std::uint8_t b) {
      const std::uint64_t of_a = masks(group, first + a), of_b = masks(group, first + b);
      return of_a != of_b ? of_a < of_b : a < b;
    });
    for (index_t k = 0; k < count; ++k) order(group, first + k) = units[k];
  }
};

/// What some units have in one group, an element for each of them.
struct GroupLanes {
  double x[mask_bits][pair_lanes],
      there[mask_bits][pair_lanes];  ///< 0 where a trial is absent, and whether it is there
  double reciprocals[pair_lanes];    ///< of their numbers of trials; 0 without any

  GroupLanes(const GroupsView<HostSpace>& groups, index_t group, index_t first) {
    for (index_t k = 0; k < pair_lanes; ++k) {
      const bool unit = first + k < groups.x.columns;
      const double* const numbers = unit ? &groups.x(group * groups.size, first + k) : nullptr;
      const std::uint64_t mask = unit ? groups.masks(group, first + k) : 0;
      for (index_t t = 0; t < groups.size; ++t) {
        x[t][k] = unit ? numbers[t] : 0;
        there[t][k] = static_cast<double>(static_cast<int>((mask >> t) & 1));
      }
      reciprocals[k] = groups.reciprocals(bits_set(mask));
    }
  }
};

/// For units that all have the same trials, what each of their pairs with the units of the lanes comes to, but for
/// factors of their own.
///
/// A covariance over common trials needs only one of the units centred on its mean over these.
struct MaskClass {
  /// Added to a number for a pair with any common trial, and with two.
  static constexpr double any = 1, repeated = 67108864;

  index_t trials[mask_bits], count = 0;
  double centred[mask_bits][pair_lanes];  ///< over the common trials less one; of trials[k]
  double shares[pair_lanes], numbers[pair_lanes];

  void make(const GroupLanes& lanes, std::uint64_t mask, VectorView<const double> reciprocals) {
    double common[pair_lanes], sums[pair_lanes], means[pair_lanes], weights[pair_lanes];
    for (int k = 0; k < pair_lanes; ++k) common[k] = sums[k] = 0;
    count = 0;
    for (std::uint64_t left = mask; left != 0; left &= left - 1) {
      const index_t t = bits_set((left & (~left + 1)) - 1);
      trials[count++] = t;
      for (int k = 0; k < pair_lanes; ++k) {
        common[k] += lanes.there[t][k];
        sums[k] += lanes.x[t][k];
      }
    }
    for (int k = 0; k < pair_lanes; ++k) {
      const auto together = static_cast<index_t>(common[k]);
      means[k] = sums[k] * reciprocals(together);
      weights[k] = together >= 2 ? reciprocals(together - 1) : 0;
      shares[k] = common[k] * lanes.reciprocals[k];
      numbers[k] = (lanes.reciprocals[k] > 0 ? any : 0) + (together >= 2 ? repeated : 0);
    }
    for (index_t p = 0; p < count; ++p) {
      const double *const x = lanes.x[trials[p]], *const there = lanes.there[trials[p]];
      // means are multiplied by 0 or 1, which needs no rounding
      for (int k = 0; k < pair_lanes; ++k) centred[p][k] = (x[k] - means[k] * there[k]) * weights[k];
    }
  }
};

/// Tiles of pairs, those of the upper triangle, written to both triangles.
///
/// covariance(i, j) and share(i, j) hold sums over what is not in these groups, and become the means over all.
struct PairLanes {
  GroupsView<HostSpace> groups;
  MatrixView<const std::uint8_t> order;
  PairSums before;                       ///< the numbers of groups that are in the sums
  MatrixView<double> covariance, share;  ///< share may have no data

  /// Rows of tiles in the blocks of columns before block b: those above the diagonal, and those that it crosses.
  [[nodiscard]] static constexpr index_t tiles_before(index_t b) {
    return b * (b + 1) / 2 * (pair_columns / pair_lanes);
  }
  [[nodiscard]] index_t tiles() const { return tiles_before((covariance.rows + pair_columns - 1) / pair_columns); }

  void operator()(index_t tile) const {
    index_t block = 0;
    while (tiles_before(block + 1) <= tile) ++block;
    const index_t first_i = (tile - tiles_before(block)) * pair_lanes, first_j = block * pair_columns;
    if (first_i >= covariance.rows) return;
    Sums sums;
    for (index_t group = 0; group < groups.counts.rows; ++group) add(sums, group, first_i, first_j);
    for (index_t j = first_j; j < std::min(first_j + pair_columns, covariance.rows); ++j)
      for (index_t i = first_i; i < first_i + pair_lanes && i <= j; ++i)
        write(sums, i, j, static_cast<std::size_t>(j - first_j), static_cast<std::size_t>(i - first_i));
  }

 private:
  struct Sums {
    double covariances[pair_columns][pair_lanes] = {}, shares[pair_columns][pair_lanes] = {},
           numbers[pair_columns][pair_lanes] = {};
  };

  /// The units of a block of columns in one group, in the order of their masks.
  struct Columns {
    index_t units[pair_columns];
    std::uint64_t masks[pair_columns];
    double x[pair_columns][mask_bits];  ///< of the trials that are there
  };

  void add(Sums& sums, index_t group, index_t first_i, index_t first_j) const {
    const GroupLanes lanes(groups, group, first_i);
    const index_t count = std::min(pair_columns, covariance.rows - first_j);
    Columns columns;
    for (index_t k = 0; k < count; ++k) {
      const index_t unit = columns.units[k] = order(group, first_j + k);
      columns.masks[k] = groups.masks(group, first_j + unit);
      const double* const x = &groups.x(group * groups.size, first_j + unit);
      index_t place = 0;
      for (index_t t = 0; t < groups.size; ++t) {  // without branches: an absent trial is overwritten by the next
        columns.x[k][place] = x[t];
        place += static_cast<index_t>((columns.masks[k] >> t) & 1);
      }
    }
    MaskClass same;
    for (index_t k = 0; k < count; ++k) {
      const std::uint64_t mask = columns.masks[k];
      if (mask == 0) continue;
      if (k == 0 || mask != columns.masks[k - 1]) same.make(lanes, mask, groups.reciprocals);
      const index_t unit = columns.units[k];
      for (index_t p = 0; p < same.count; ++p)
        add_rounded_products<pair_lanes>(columns.x[k][p], same.centred[p], sums.covariances[unit]);
      add_rounded_products<pair_lanes>(groups.reciprocals(same.count), same.shares, sums.shares[unit]);
      for (int lane = 0; lane < pair_lanes; ++lane) sums.numbers[unit][lane] += same.numbers[lane];
    }
  }

  void write(const Sums& sums, index_t i, index_t j, std::size_t column, std::size_t lane) const {
    const double numbers = sums.numbers[column][lane], repeated = std::floor(numbers / MaskClass::repeated);
    PairSums all = before;
    all.covariances = covariance(i, j) + sums.covariances[column][lane];
    all.repeated += repeated;
    all.common += numbers - repeated * MaskClass::repeated;
    covariance(i, j) = covariance(j, i) = all.covariance();
    if (share.data == nullptr) return;
    all.shares = share(i, j) + sums.shares[column][lane];
    share(i, j) = share(j, i) = all.share();
  }
};

/// What units lack a trial in has no more trials than a mask has bits.
[[nodiscard]] inline bool fits_lanes(const GroupsView<HostSpace>& groups) { return groups.size <= mask_bits; }

template <ContextLike Ctx>
void add_pairs(Ctx& ctx, const GroupsView<HostSpace>& groups, const PairSums& before, MatrixView<double> covariance,
               MatrixView<double> share) {
  Matrix<std::uint8_t, typename Ctx::tag> order(ctx, groups.masks.rows, groups.masks.columns, "gsn: order by masks");
  const index_t blocks = (groups.masks.columns + pair_columns - 1) / pair_columns;
  isonomy::for_each(ctx, blocks * groups.masks.rows, OrderByMasks{groups.masks, order.view()});
  const PairLanes tiles{groups, order.view(), before, covariance, share};
  isonomy::for_each(ctx, tiles.tiles(), tiles);
}

}  // namespace isonomy::gsn::detail
