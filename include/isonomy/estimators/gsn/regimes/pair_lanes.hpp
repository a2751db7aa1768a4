// Sums over groups of trials for every pair of units, many pairs at a time, on the host.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/regimes/groups.hpp"
#include "isonomy/estimators/gsn/regimes/pair_columns.hpp"
#include "isonomy/ops/for_each.hpp"

namespace isonomy::gsn::detail {

using Lanes = RoundedLanes<16>;

/// Tiles of pairs have so many rows, next to each other, and the columns of one block.
constexpr index_t pair_tile_rows = Lanes::size;

/// Sums of the units of the lanes with one unit.
struct PairLaneSums {
  double covariances[pair_tile_rows] = {}, shares[pair_tile_rows] = {};
};

/// What some units have in one group, an element for each of them.
struct GroupLanes {
  double x[mask_bits][pair_tile_rows],
      there[mask_bits][pair_tile_rows];  ///< 0 where a trial is absent, and whether it is there
  double reciprocals[pair_tile_rows];    ///< of their numbers of trials; 0 without any

  GroupLanes(const GroupsView<HostSpace>& groups, index_t group, index_t first) {
    for (index_t k = 0; k < pair_tile_rows; ++k) {
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
  index_t count = 0;                          ///< of trials
  double centred[mask_bits][pair_tile_rows];  ///< over the common trials less one
  double shares[pair_tile_rows];

  void make(const GroupLanes& lanes, std::uint64_t mask) {
    index_t trials[mask_bits];
    Lanes common, sums;
    count = 0;
    for (std::uint64_t left = mask; left != 0; left &= left - 1) {
      const index_t t = bits_set((left & (~left + 1)) - 1);
      trials[count++] = t;
      common += Lanes(lanes.there[t]);
      sums += Lanes(lanes.x[t]);
    }
    constexpr double nothing = 1e-300;  // keeps from dividing by 0 where what is divided is 0 too
    const Lanes means = sums * (1 / (common + nothing)), weights = 1 / (common - 1 + nothing);
    (common * Lanes(lanes.reciprocals)).store(shares);
    for (index_t p = 0; p < count; ++p) {
      const Lanes x(lanes.x[trials[p]]), there(lanes.there[trials[p]]);
      ((x - means * there) * weights).store(centred[p]);
    }
  }

  /// `x`: what a unit has of these trials, of which there are `trials`, or `count` if that is 0.
  template <index_t trials>
  void add(const double* x, double reciprocal, PairLaneSums& to) const {
    Lanes sums(to.covariances);
    if constexpr (trials == 0)
      for (index_t p = 0; p < count; ++p) sums += x[p] * Lanes(centred[p]);
    else
      add_each(x, sums, std::make_integer_sequence<index_t, trials>());
    sums.store(to.covariances);
    (Lanes(to.shares) + reciprocal * Lanes(shares)).store(to.shares);
  }

 private:
  template <index_t... p>
  [[gnu::always_inline]] void add_each(const double* x, Lanes& sums, std::integer_sequence<index_t, p...>) const {
    ((sums += x[p] * Lanes(centred[p])), ...);
  }
};

/// Tiles of pairs, those of the upper triangle, written to both triangles.
///
/// covariance(i, j) and share(i, j) hold sums over what is not in these groups, and become the means over all.
struct PairLanes {
  GroupsView<HostSpace> groups;
  ColumnsView columns;
  GroupWords words;
  PairSums before;                       ///< the numbers of groups that are in the sums
  MatrixView<double> covariance, share;  ///< share may have no data

  /// Rows of tiles in the blocks of columns before block b: those above the diagonal, and those that it crosses.
  [[nodiscard]] static constexpr index_t tiles_before(index_t b) {
    return b * (b + 1) / 2 * (pair_columns / pair_tile_rows);
  }
  [[nodiscard]] index_t tiles() const { return tiles_before((covariance.rows + pair_columns - 1) / pair_columns); }

  void operator()(index_t tile) const {
    index_t block = 0;
    while (tiles_before(block + 1) <= tile) ++block;
    const index_t first_i = (tile - tiles_before(block)) * pair_tile_rows, first_j = block * pair_columns;
    if (first_i >= covariance.rows) return;
    Sums sums;
    for (index_t group = 0; group < groups.counts.rows; ++group) add(sums, group, first_i, first_j);
    for (index_t j = std::max(first_i, first_j); j < std::min(first_j + pair_columns, covariance.rows); ++j)
      for (index_t i = first_i; i < first_i + pair_tile_rows && i <= j; ++i)
        write(sums.of[j - first_j], i, j, static_cast<std::size_t>(i - first_i));
  }

 private:
  struct Sums {
    PairLaneSums of[pair_columns];
  };

  void add(Sums& sums, index_t group, index_t first_i, index_t first_j) const {
    const GroupLanes lanes(groups, group, first_i);
    const index_t all = std::min(pair_columns, covariance.rows - first_j);
    const std::uint16_t* const units = &columns.units(first_j, group);
    const std::uint64_t* const masks = &columns.masks(first_j, group);
    const double* const x = &columns.x(first_j * groups.size, group);
    std::uint16_t places[pair_columns];  // of columns on the diagonal or to the right of it
    index_t count = 0;
    for (index_t k = 0; k < all; ++k) {
      places[count] = static_cast<std::uint16_t>(k);
      count += first_j + units[k] >= first_i ? 1 : 0;
    }
    MaskClass same;
    for (index_t k = 0, end = 0; k < count; k = end) {
      const std::uint64_t mask = masks[places[k]];
      while (end < count && masks[places[end]] == mask) ++end;
      if (mask == 0) continue;
      same.make(lanes, mask);
      const auto add_run = [&]<index_t trials>(std::integral_constant<index_t, trials>) {
        const double reciprocal = groups.reciprocals(same.count);
        for (index_t at = k; at < end; ++at)
          same.add<trials>(x + places[at] * groups.size, reciprocal, sums.of[units[places[at]]]);
      };
      call_with_count(same.count, add_run);
    }
  }

  /// f of the number of trials as a constant where it is small, so that loops over trials are written out; of 0
  /// otherwise.
  template <index_t least = 1, class F>
  static void call_with_count(index_t count, const F& f) {
    constexpr index_t most = 8;
    if constexpr (least > most)
      f(std::integral_constant<index_t, 0>());
    else if (count == least)
      f(std::integral_constant<index_t, least>());
    else
      call_with_count<least + 1>(count, f);
  }

  void write(const PairLaneSums& sums, index_t i, index_t j, std::size_t lane) const {
    const GroupWords::Numbers numbers = words.numbers(i, j);
    PairSums all = before;
    all.covariances = covariance(i, j) + sums.covariances[lane];
    all.repeated += static_cast<double>(numbers.repeated);
    all.common += static_cast<double>(numbers.common);
    covariance(i, j) = covariance(j, i) = all.covariance();
    if (share.data == nullptr) return;
    all.shares = share(i, j) + sums.shares[lane];
    share(i, j) = share(j, i) = all.share();
  }
};

/// Groups have no more trials than a mask has bits.
template <ContextLike Ctx>
void add_pairs(Ctx& ctx, const GroupsView<HostSpace>& groups, const PairSums& before, MatrixView<double> covariance,
               MatrixView<double> share) {
  using Tag = typename Ctx::tag;
  constexpr const char* purpose = "gsn: units by masks";
  const index_t count = groups.masks.rows, units = groups.masks.columns,
                blocks = (units + pair_columns - 1) / pair_columns, each = (count + mask_bits - 1) / mask_bits;
  Matrix<std::uint16_t, Tag> order(ctx, units, count, purpose);
  Matrix<std::uint64_t, Tag> masks(ctx, units, count, purpose), words(ctx, groups.size * each, units, purpose);
  Matrix<double, Tag> x(ctx, units * groups.size, count, purpose);
  const ColumnsView columns{order.view(), masks.view(), x.view()};
  isonomy::for_each(ctx, blocks * count, SortByMasks{groups, columns});
  isonomy::for_each(ctx, units, FillWords{groups.masks, groups.size, each, words.view()});
  const PairLanes tiles{groups, columns, {std::as_const(words).view(), groups.size, each}, before, covariance, share};
  isonomy::for_each(ctx, tiles.tiles(), tiles);
}

}  // namespace isonomy::gsn::detail
