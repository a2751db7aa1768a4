// Covariances of every pair of units over the trials that both have, averaged over groups of trials.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
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
#include "isonomy/estimators/gsn/regimes/presence.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/linalg/syrk.hpp"

namespace isonomy::gsn::detail {

/// Sums of two units over groups.
struct PairSums {
  double covariances = 0, repeated = 0;  ///< over groups of which both have two trials in common, and their number
  double shares = 0, common = 0;         ///< over groups of which both have any, and their number

  ISONOMY_HD double covariance() const { return repeated > 0 ? covariances / repeated : 0; }
  ISONOMY_HD double share() const { return common > 0 ? shares / common : 0; }
};

/// `sums` and those of the groups, in their order. The share of a group is the covariance of the means of the units'
/// trials, of noise with covariance 1: the trials in common over the product of the numbers of both.
template <MemorySpace Space>
[[nodiscard]] ISONOMY_HD PairSums with_groups(PairSums sums, const GroupsView<Space>& groups, index_t i, index_t j) {
  for (index_t g = 0; g < groups.groups; ++g) {
    const double n = groups.counts(g, i), m = groups.counts(g, j);
    if (n == 0 || m == 0) continue;
    const bool same = groups.same(i, j, g);
    const double common = same ? n : groups.common(i, j, g);
    sums.shares += common / (n * m);
    sums.common += 1;
    if (common < 2) continue;
    const double products = same ? groups.products(i, j, g) : groups.centred_products(i, j, g, common);
    sums.covariances += products / (common - 1);
    sums.repeated += 1;
  }
  return sums;
}

/// Of every unit: the variance and the share of its noise in the variance of its means.
template <MemorySpace Space>
struct UnitPairs {
  GroupsView<Space> groups;
  PairSums uniform;  ///< but for covariances
  VectorView<double, Space> variances, shares;

  ISONOMY_HD void operator()(index_t unit) const {
    PairSums sums = uniform;
    sums.covariances = variances(unit);
    sums = with_groups(sums, groups, unit, unit);
    variances(unit) = sums.covariance();
    shares(unit) = sums.share();
  }
};

/// Square tiles of pairs of units, those of the upper triangle column by column, written to both triangles.
///
/// covariance(i, j) holds the sum over uniform groups and becomes the mean over all.
template <MemorySpace Space>
struct PairTiles {
  static constexpr index_t edge = 4;
  GroupsView<Space> groups;
  PairSums uniform;
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
    PairSums sums = uniform;
    sums.covariances = covariance(i, j);
    sums = with_groups(sums, groups, i, j);
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

/// The covariance of each pair of units: the mean, over the conditions of which both have two trials in common, of the
/// unbiased covariance over these trials.
///
/// Conditions whose units all have the same trials are one product of contrasts; the others are taken pair by pair, in
/// tiles. A pair's sums go by conditions in their order, so bits depend neither on threads nor on tiles.
template <ContextLike Ctx, class T>
class PairwiseCovariance {
 public:
  using Tag = typename Ctx::tag;
  using Space = typename Ctx::space;

  PairwiseCovariance(Ctx& ctx, const DataView<T, Space>& data, const Presence& presence)
      : ctx_(ctx), data_(data), groups_(ctx, data, presence.ragged) {
    for (const index_t c : presence.uniform) {
      const auto trials = static_cast<double>(presence.whole.count(c));
      if (trials == 0) continue;
      uniform_.common += 1;
      uniform_.shares += 1 / trials;
      if (trials < 2) continue;
      uniform_.repeated += 1;
      selection_.add(c, presence.whole.of(c), 1 / std::sqrt(trials - 1));
    }
  }

  struct OfUnits {
    std::vector<double> variances, shares;
  };
  [[nodiscard]] OfUnits of_units() const {
    Buffer<double, Tag> variances = column_squares(ctx_, contrasts().view());
    Buffer<double, Tag> shares(ctx_, data_.units, "gsn: shares of noise");
    isonomy::for_each(ctx_, data_.units, UnitPairs<Space>{groups_.view(), uniform_, variances.view(), shares.view()});
    return {to_host(ctx_, variances), to_host(ctx_, shares)};
  }

  /// With these variances, and `level`; `share` is filled if it is a matrix of units x units.
  [[nodiscard]] Matrix<double, Tag> shrunk(const std::vector<double>& variances, double level,
                                           MatrixView<double, Space> share = {}) const {
    Matrix<double, Tag> out = covariance(ctx_, contrasts().view(), 1);
    const PairTiles<Space> tiles{groups_.view(), uniform_, out.view(), share};
    isonomy::for_each(ctx_, tiles.tiles(), tiles);
    const auto diagonal = to_device(ctx_, variances, "gsn: variances");
    isonomy::for_each(ctx_, data_.units, ShrinkPairs<Space>{diagonal.view(), level, out.view()});
    return out;
  }

 private:
  [[nodiscard]] Matrix<double, Tag> contrasts() const { return helmert_contrasts(ctx_, data_, selection_); }

  Ctx& ctx_;
  DataView<T, Space> data_;
  Groups<Ctx> groups_;
  TrialSelection selection_;
  PairSums uniform_;
};

}  // namespace isonomy::gsn::detail
