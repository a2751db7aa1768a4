// Covariances of every pair of units over the trials that both have, averaged over groups of trials.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/covariance/helmert.hpp"
#include "isonomy/estimators/gsn/covariance/shrink.hpp"
#include "isonomy/estimators/gsn/covariance/trial_lists.hpp"
#include "isonomy/estimators/gsn/data_view.hpp"
#include "isonomy/estimators/gsn/regimes/groups.hpp"
#include "isonomy/estimators/gsn/regimes/pair_lanes.hpp"
#include "isonomy/estimators/gsn/regimes/presence.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/linalg/gemm.hpp"
#include "isonomy/ops/linalg/syrk.hpp"

namespace isonomy::gsn::detail {

/// Does a unit lack one of the listed trials of a condition?
template <class T, MemorySpace Space>
ISONOMY_HD bool lacks(const DataView<T, Space>& data, index_t unit, index_t condition,
                      VectorView<const index_t, Space> trials, index_t first, index_t end) {
  for (index_t k = first; k < end; ++k) {
    const T x = data(unit, condition, trials(k));
    if (x != x) return true;
  }
  return false;
}

/// For one unit in one condition: a weight of 1/sqrt(trials), or 0 for it and for the contrasts if the unit lacks a
/// trial.
template <class T, MemorySpace Space>
struct KeepWhole {
  DataView<T, Space> data;
  VectorView<const index_t, Space> conditions, trials, offsets;
  MatrixView<double, Space> contrasts, weights;

  ISONOMY_HD void operator()(index_t at) const {
    const index_t unit = at / conditions.size, b = at % conditions.size, first = offsets(b), end = offsets(b + 1);
    const bool partial = lacks(data, unit, conditions(b), trials, first, end);
    weights(b, unit) = partial ? 0 : 1 / std::sqrt(static_cast<double>(end - first));
    for (index_t k = first - b; partial && k < end - b - 1; ++k) contrasts(k, unit) = 0;
  }
};

/// Of every unit: the variance and the share of its noise in the variance of its means.
template <MemorySpace Space>
struct UnitPairs {
  GroupsView<Space> groups;
  PairSums before;    ///< the numbers of groups that are in the sums
  bool only_partial;  ///< are groups of which the unit has all trials among these?
  VectorView<double, Space> variances, shares;

  ISONOMY_HD void operator()(index_t unit) const {
    PairSums sums = before;
    sums.covariances = variances(unit);
    sums.shares = shares(unit);
    sums = only_partial ? groups.with_partial(sums, unit, unit) : groups.with_all(sums, unit, unit);
    variances(unit) = sums.covariance();
    shares(unit) = sums.share();
  }
};

/// Square tiles of pairs of units, those of the upper triangle column by column, written to both triangles.
///
/// covariance(i, j) and share(i, j) hold sums over groups of which both units have all trials, and become the means
/// over all groups.
template <MemorySpace Space>
struct PairTiles {
  static constexpr index_t edge = 4;
  GroupsView<Space> groups;
  PairSums all;                                 ///< the numbers of groups
  MatrixView<double, Space> covariance, share;  ///< share may have no data

  [[nodiscard]] index_t tiles() const {
    const index_t across = (covariance.rows + edge - 1) / edge;
    return across * (across + 1) / 2;
  }
  ISONOMY_HD void operator()(index_t tile) const {
    auto column = static_cast<index_t>((std::sqrt(8 * static_cast<double>(tile) + 1) - 1) / 2);
    while (column * (column + 1) / 2 > tile) --column;
    while ((column + 1) * (column + 2) / 2 <= tile) ++column;
    const index_t first_i = (tile - column * (column + 1) / 2) * edge, first_j = column * edge;
    for (index_t j = first_j; j < first_j + edge && j < covariance.rows; ++j)
      for (index_t i = first_i; i < first_i + edge && i <= j; ++i) fill(i, j);
  }

 private:
  ISONOMY_HD void fill(index_t i, index_t j) const {
    PairSums sums = all;
    sums.covariances = covariance(i, j);
    sums.shares = share.data != nullptr ? share(i, j) : 0;
    sums = groups.with_partial(sums, i, j);
    covariance(i, j) = covariance(j, i) = sums.covariance();
    if (share.data != nullptr) share(i, j) = share(j, i) = sums.share();
  }
};

/// The variances on the diagonal, times `level` what is beside it, zeros for units without variance.
template <MemorySpace Space>
struct ShrinkPairs {
  VectorView<const double, Space> variances;
  double level;
  MatrixView<double, Space> covariance;

  ISONOMY_HD void operator()(index_t j) const {
    for (index_t i = 0; i < covariance.rows; ++i) {
      const double beside = variances(i) > 0 && variances(j) > 0 ? rounded_product(level, covariance(i, j)) : 0;
      covariance(i, j) = i == j ? variances(j) : beside;
    }
  }
};

/// out(t, unit) = whether the unit has trial t of a single group, 1 or 0.
template <MemorySpace Space>
struct UnpackMasks {
  MatrixView<const std::uint64_t, Space> masks;
  MatrixView<double, Space> out;

  ISONOMY_HD void operator()(index_t unit) const {
    for (index_t t = 0; t < out.rows; ++t)
      out(t, unit) = static_cast<double>(static_cast<int>((masks(t / mask_bits, unit) >> (t % mask_bits)) & 1));
  }
};

/// Column j of the covariances over what pairs of units have in common, from the sums of their products, of what each
/// has in common with each, and of their trials in common, of which the upper triangle becomes the result.
template <MemorySpace Space>
struct CentrePairs {
  MatrixView<const double, Space> products, sums;
  MatrixView<double, Space> common;

  ISONOMY_HD void operator()(index_t j) const {
    for (index_t i = 0; i <= j; ++i) {
      const double both = common(i, j);
      common(i, j) = both >= 2 ? (products(i, j) - rounded_product(sums(i, j), sums(j, i)) / both) / (both - 1) : 0;
    }
  }
};

/// The lower triangle becomes the upper one.
template <MemorySpace Space>
struct MirrorUpper {
  MatrixView<double, Space> m;

  ISONOMY_HD void operator()(index_t j) const {
    for (index_t i = j + 1; i < m.rows; ++i) m(i, j) = m(j, i);
  }
};

/// The covariance of each pair of units: the mean, over the conditions of which both have two trials in common, of the
/// unbiased covariance over these trials.
///
/// Conditions that no unit lacks a trial of are the product of their contrasts, all at once. What is left is taken in
/// tiles of pairs: on the host as PairLanes has it, elsewhere, or where masks are longer than 64 trials, pair by pair,
/// but for pairs that have all trials of a condition, which are products of contrasts too. A single condition of more
/// trials is three products of matrices. A pair's sums go by conditions in their order, so bits depend neither on
/// threads nor on tiles.
template <ContextLike Ctx, class T>
class PairwiseCovariance {
 public:
  using Tag = typename Ctx::tag;
  using Space = typename Ctx::space;

  PairwiseCovariance(Ctx& ctx, const DataView<T, Space>& data, const Presence& presence)
      : ctx_(ctx), by_lanes_(std::same_as<Space, HostSpace> && data.trials <= mask_bits),
        groups_(ctx, data, presence.ragged, presence.some) {
    TrialSelection selection;
    const auto select = [&](bool ragged) {
      for (index_t c = 0; c < data.conditions; ++c) {
        const index_t trials = presence.some.count(c);
        if (trials == 0 || std::binary_search(presence.ragged.begin(), presence.ragged.end(), c) != ragged) continue;
        before_.common += 1;
        before_.repeated += trials >= 2 ? 1 : 0;
        selection.add(c, presence.some.of(c), trials >= 2 ? 1 / std::sqrt(static_cast<double>(trials - 1)) : 1);
      }
    };
    select(false);
    if (!by_lanes_) select(true);
    constexpr const char* purpose = "gsn: whole conditions";
    contrasts_ = helmert_contrasts(ctx, data, selection);
    weights_ = Matrix<double, Tag>(ctx, selection.size(), data.units, purpose);
    const auto conditions = to_device(ctx, selection.conditions, purpose),
               trials = to_device(ctx, selection.trials, purpose), offsets = to_device(ctx, selection.offsets, purpose);
    isonomy::for_each(ctx, data.units * selection.size(),
                      KeepWhole<T, Space>{data, conditions.view(), trials.view(), offsets.view(), contrasts_.view(),
                                          weights_.view()});
  }

  struct OfUnits {
    std::vector<double> variances, shares;
  };
  [[nodiscard]] OfUnits of_units() const {
    Buffer<double, Tag> variances = column_squares(ctx_, contrasts_.view()),
                        shares = column_squares(ctx_, weights_.view());
    isonomy::for_each(ctx_, weights_.columns(),
                      UnitPairs<Space>{groups_.view(), before_, !by_lanes_, variances.view(), shares.view()});
    return {to_host(ctx_, variances), to_host(ctx_, shares)};
  }

  /// With these variances, and `level`; `share` is filled if it is a matrix of units x units.
  [[nodiscard]] Matrix<double, Tag> shrunk(const std::vector<double>& variances, double level,
                                           MatrixView<double, Space> share = {}) const {
    Matrix<double, Tag> out = pairs(share);
    const auto diagonal = to_device(ctx_, variances, "gsn: variances");
    isonomy::for_each(ctx_, weights_.columns(), ShrinkPairs<Space>{diagonal.view(), level, out.view()});
    return out;
  }

 private:
  [[nodiscard]] Matrix<double, Tag> pairs(MatrixView<double, Space> share) const {
    const GroupsView<Space> groups = groups_.view();
    if (groups.counts.rows == 1 && groups.words > 1 && before_.common == 1 && share.data == nullptr)
      return single(groups);
    if (share.data != nullptr) syrk(ctx_, 1, weights_.view(), 0, share);
    Matrix<double, Tag> out = covariance(ctx_, contrasts_.view(), 1);
    if constexpr (std::same_as<Space, HostSpace>)
      if (by_lanes_) {
        add_pairs(ctx_, groups, before_, out.view(), share);
        return out;
      }
    const PairTiles<Space> tiles{groups, before_, out.view(), share};
    isonomy::for_each(ctx_, tiles.tiles(), tiles);
    return out;
  }

  /// Of one condition of more trials than a mask has bits.
  [[nodiscard]] Matrix<double, Tag> single(const GroupsView<Space>& group) const {
    constexpr const char* purpose = "gsn: trials in common";
    const index_t units = group.x.columns;
    Matrix<double, Tag> there(ctx_, group.x.rows, units, purpose), out(ctx_, units, units, "gsn: covariance"),
        sums(ctx_, units, units, purpose), products(ctx_, units, units, purpose);
    isonomy::for_each(ctx_, units, UnpackMasks<Space>{group.masks, there.view()});
    syrk(ctx_, 1, std::as_const(there).view(), 0, out.view());
    syrk(ctx_, 1, group.x, 0, products.view());
    gemm(ctx_, 1, transposed(group.x), std::as_const(there).view(), 0, sums.view());
    isonomy::for_each(ctx_, units, CentrePairs<Space>{products.view(), sums.view(), out.view()});
    isonomy::for_each(ctx_, units, MirrorUpper<Space>{out.view()});
    return out;
  }

  Ctx& ctx_;
  bool by_lanes_;  ///< does PairLanes take the conditions that some unit lacks a trial of?
  Groups<Ctx> groups_;
  Matrix<double, Tag> contrasts_, weights_;  ///< of all conditions, or of those that PairLanes does not take
  PairSums before_;                          ///< the numbers of these
};

}  // namespace isonomy::gsn::detail
