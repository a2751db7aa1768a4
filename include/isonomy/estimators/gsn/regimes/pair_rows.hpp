// What pairs of units have in some conditions: covariances, and rows that are held out, of noise and of data.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/covariance/trial_lists.hpp"
#include "isonomy/estimators/gsn/data_view.hpp"
#include "isonomy/estimators/gsn/regimes/pairwise.hpp"
#include "isonomy/estimators/gsn/regimes/presence.hpp"
#include "isonomy/estimators/gsn/split.hpp"
#include "isonomy/ops/for_each.hpp"

namespace isonomy::gsn::detail {

/// Variances of units and covariances of pairs of them, units x units, each over what both have.
template <ContextLike Ctx>
struct PairCovariance {
  std::vector<double> variances;
  Matrix<double, typename Ctx::tag> covariance;
};

/// Some units, and what the numbers of each are multiplied by.
struct ScaledUnits {
  std::vector<index_t> units;
  std::vector<double> scales;
};

/// Held-out rows x units, NaN where a unit has none.
template <ContextLike Ctx>
struct HeldRows {
  Matrix<double, typename Ctx::tag> rows;
  index_t group = 1;     ///< rows that belong together, one group behind the other
  bool centred = false;  ///< whether a pair's rows of a group count less their mean over what both have
};

/// The trials of one unit in one condition of a list, less their mean.
template <class T, MemorySpace Space>
struct TrialsLessMean {
  DataView<T, Space> data;
  VectorView<const index_t, Space> conditions, units;
  VectorView<const double, Space> scales;
  MatrixView<double, Space> out;

  ISONOMY_HD void operator()(index_t at) const {
    const index_t k = at / conditions.size, b = at % conditions.size, unit = units(k), condition = conditions(b);
    double origin = 0, sum = 0, count = 0;
    for (index_t t = 0; t < data.trials; ++t) {
      const auto x = static_cast<double>(data(unit, condition, t));
      if (x != x) continue;
      if (count == 0) origin = x;
      sum += x - origin;
      count += 1;
    }
    const double mean = count > 0 ? sum / count : 0;
    for (index_t t = 0; t < data.trials; ++t) {
      const double deviation = (static_cast<double>(data(unit, condition, t)) - origin) - mean;
      out(b * data.trials + t, k) = rounded_product(deviation, scales(k));
    }
  }
};

/// The means of one unit in held-out conditions, less the mean of those that it has in training.
template <MemorySpace Space>
struct MeansLessTraining {
  MatrixView<const double, Space> means;
  VectorView<const index_t, Space> training, held_out, units;
  VectorView<const double, Space> scales;
  MatrixView<double, Space> out;

  ISONOMY_HD void operator()(index_t k) const {
    double origin = 0, sum = 0, count = 0;
    for (index_t b = 0; b < training.size; ++b) {
      const double x = means(training(b), units(k));
      if (x != x) continue;
      if (count == 0) origin = x;
      sum += x - origin;
      count += 1;
    }
    const double mean = count > 0 ? sum / count : 0;
    for (index_t b = 0; b < held_out.size; ++b)
      out(b, k) = rounded_product((means(held_out(b), units(k)) - origin) - mean, scales(k));
  }
};

/// out(b, unit) = means(conditions(b), unit).
template <MemorySpace Space>
struct PickConditions {
  MatrixView<const double, Space> means;
  VectorView<const index_t, Space> conditions;
  MatrixView<double, Space> out;

  ISONOMY_HD void operator()(index_t unit) const {
    for (index_t b = 0; b < conditions.size; ++b) out(b, unit) = means(conditions(b), unit);
  }
};

/// As if nothing had been measured in other conditions.
[[nodiscard]] inline Presence only(const Presence& all, const std::vector<index_t>& conditions) {
  const auto size = static_cast<std::size_t>(all.some.conditions());
  std::vector<std::vector<index_t>> whole(size), some(size);
  Presence kept;
  for (const index_t c : conditions) {
    whole[static_cast<std::size_t>(c)] = all.whole.of(c);
    some[static_cast<std::size_t>(c)] = all.some.of(c);
    if (std::binary_search(all.ragged.begin(), all.ragged.end(), c)) kept.ragged.push_back(c);
  }
  std::sort(kept.ragged.begin(), kept.ragged.end());
  kept.whole = TrialLists(std::move(whole));
  kept.some = TrialLists(std::move(some));
  return kept;
}

template <ContextLike Ctx, class T>
[[nodiscard]] PairCovariance<Ctx> covariance_of_pairs(const PairwiseCovariance<Ctx, T>& pairs) {
  PairCovariance<Ctx> found;
  found.variances = pairs.of_units().variances;
  found.covariance = pairs.shrunk(found.variances, 1);
  return found;
}

/// Pairs of units in trials within conditions.
template <ContextLike Ctx, class T>
class NoisePairs {
 public:
  using Space = typename Ctx::space;

  NoisePairs(Ctx& ctx, const DataView<T, Space>& data, const Presence& presence)
      : ctx_(ctx), data_(data), presence_(presence) {}

  [[nodiscard]] PairCovariance<Ctx> covariance(const std::vector<index_t>& conditions) const {
    return covariance_of_pairs(PairwiseCovariance<Ctx, T>(ctx_, data_, only(presence_, conditions)));
  }
  [[nodiscard]] HeldRows<Ctx> held_out(const Split& split, const ScaledUnits& of) const {
    constexpr const char* purpose = "gsn: held-out trials";
    const auto count = static_cast<index_t>(of.units.size()), size = static_cast<index_t>(split.validation.size());
    const auto conditions = to_device(ctx_, split.validation, purpose), units = to_device(ctx_, of.units, purpose);
    const auto scales = to_device(ctx_, of.scales, purpose);
    HeldRows<Ctx> held{{ctx_, size * data_.trials, count, purpose}, data_.trials, true};
    isonomy::for_each(
        ctx_, count * size,
        TrialsLessMean<T, Space>{data_, conditions.view(), units.view(), scales.view(), held.rows.view()});
    return held;
  }

 private:
  Ctx& ctx_;
  DataView<T, Space> data_;
  const Presence& presence_;
};

/// Pairs of units in the means of conditions, NaN where a unit has no trial.
template <ContextLike Ctx>
class ConditionPairs {
 public:
  using Space = typename Ctx::space;

  ConditionPairs(Ctx& ctx, MatrixView<const double, Space> means) : ctx_(ctx), means_(means) {}

  [[nodiscard]] PairCovariance<Ctx> covariance(const std::vector<index_t>& conditions) const {
    const auto size = static_cast<index_t>(conditions.size()), units = means_.columns;
    const auto list = to_device(ctx_, conditions, "gsn: conditions");
    Matrix<double, typename Ctx::tag> picked(ctx_, size, units, "gsn: means of conditions");
    isonomy::for_each(ctx_, units, PickConditions<Space>{means_, list.view(), picked.view()});
    const DataView<double, Space> trials{picked.data(), units, 1, size, size, 0, 1};
    return covariance_of_pairs(PairwiseCovariance<Ctx, double>(ctx_, trials, presence(ctx_, trials)));
  }
  [[nodiscard]] HeldRows<Ctx> held_out(const Split& split, const ScaledUnits& of) const {
    constexpr const char* purpose = "gsn: held-out conditions";
    const auto count = static_cast<index_t>(of.units.size()), size = static_cast<index_t>(split.validation.size());
    const auto training = to_device(ctx_, split.training, purpose),
               conditions = to_device(ctx_, split.validation, purpose), units = to_device(ctx_, of.units, purpose);
    const auto scales = to_device(ctx_, of.scales, purpose);
    HeldRows<Ctx> held{{ctx_, size, count, purpose}, 1, false};
    isonomy::for_each(ctx_, count,
                      MeansLessTraining<Space>{means_, training.view(), conditions.view(), units.view(), scales.view(),
                                               held.rows.view()});
    return held;
  }

 private:
  Ctx& ctx_;
  MatrixView<const double, Space> means_;
};

}  // namespace isonomy::gsn::detail
