// Means of conditions over the trials that each unit has.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/covariance/condition_means.hpp"
#include "isonomy/estimators/gsn/data_view.hpp"
#include "isonomy/estimators/gsn/regimes/presence.hpp"
#include "isonomy/ops/for_each.hpp"

namespace isonomy::gsn::detail {

/// Of the trials that are there: means(condition, unit), less the unit's first value, and `none` without any;
/// variances(condition, unit), 0 without two; counts(condition, unit).
template <class T, MemorySpace Space>
struct MeanOverPresent {
  DataView<T, Space> data;
  VectorView<const double, Space> first;
  double none;
  MatrixView<double, Space> means, variances, counts;

  ISONOMY_HD void operator()(index_t at) const {
    const index_t unit = at / data.conditions, condition = at % data.conditions;
    double origin = 0, sum = 0, count = 0;
    for (index_t t = 0; t < data.trials; ++t) {
      const double x = static_cast<double>(data(unit, condition, t));
      if (x != x) continue;
      if (count == 0) origin = x;
      sum += x - origin;
      count += 1;
    }
    means(condition, unit) = count > 0 ? (origin - first(unit)) + sum / count : none;
    double squares = 0;
    for (index_t t = 0; t < data.trials; ++t) {
      const double x = static_cast<double>(data(unit, condition, t));
      const double deviation = x == x ? (x - origin) - sum / count : 0;
      squares += rounded_product(deviation, deviation);
    }
    variances(condition, unit) = count >= 2 ? squares / (count - 1) : 0;
    counts(condition, unit) = count;
  }
};

/// Of every unit: the mean over conditions that it has, its trials, its conditions, those with two trials or more, the
/// root mean square of its means, and the variances of its trials and of its means.
template <MemorySpace Space>
struct UnitTotals {
  static constexpr index_t rows = 7;
  VectorView<const double, Space> first;  ///< what the means of each unit are counted from
  MatrixView<const double, Space> means, variances, counts;
  MatrixView<double, Space> out;  ///< `rows`, one column for each

  ISONOMY_HD void operator()(index_t unit) const {
    double origin = 0, sum = 0, trials = 0, conditions = 0, repeated = 0, squares = 0, within = 0;
    for (index_t c = 0; c < means.rows; ++c) {
      if (counts(c, unit) == 0) continue;
      if (conditions == 0) origin = means(c, unit);
      sum += means(c, unit) - origin;
      const double mean = first(unit) + means(c, unit);
      squares += rounded_product(mean, mean);
      trials += counts(c, unit);
      conditions += 1;
      within += variances(c, unit);
      repeated += counts(c, unit) >= 2 ? 1 : 0;
    }
    out(0, unit) = conditions > 0 ? first(unit) + (origin + sum / conditions) : 0;
    out(1, unit) = trials;
    out(2, unit) = conditions;
    out(3, unit) = repeated;
    out(4, unit) = conditions > 0 ? std::sqrt(squares / conditions) : 0;
    out(5, unit) = repeated > 0 ? within / repeated : 0;
    double between = 0;
    for (index_t c = 0; c < means.rows; ++c) {
      const double deviation = counts(c, unit) > 0 ? (means(c, unit) - origin) - sum / conditions : 0;
      between += rounded_product(deviation, deviation);
    }
    out(6, unit) = conditions >= 2 ? between / (conditions - 1) : 0;
  }
};

/// The means of conditions of each unit less its first value, so that an offset of the unit costs them no digits:
/// conditions x units, NaN where it has no trial.
template <ContextLike Ctx>
class PresentMeans {
 public:
  using Tag = typename Ctx::tag;
  using Space = typename Ctx::space;

  /// Each unit has one trial at least. ValueError where none has two trials of a condition, or two conditions.
  template <class T>
  PresentMeans(Ctx& ctx, const DataView<T, Space>& data)
      : means_(ctx, data.conditions, data.units, "gsn: condition means") {
    Matrix<double, Tag> counts(ctx, data.conditions, data.units, "gsn: trials of conditions"),
        variances(ctx, data.conditions, data.units, "gsn: variances of conditions"),
        totals(ctx, UnitTotals<Space>::rows, data.units, "gsn: totals of units");
    Buffer<double, Tag> first(ctx, data.units, "gsn: first values");
    isonomy::for_each(ctx, data.units, FirstValues<T, Space>{data, first.view()});
    isonomy::for_each(ctx, data.units * data.conditions,
                      MeanOverPresent<T, Space>{data, first.view(), std::numeric_limits<double>::quiet_NaN(),
                                                means_.view(), variances.view(), counts.view()});
    isonomy::for_each(ctx, data.units,
                      UnitTotals<Space>{first.view(), means_.view(), variances.view(), counts.view(), totals.view()});
    take(to_host<Ctx, double>(ctx, VectorView<const double, Space>(totals.data(), totals.rows() * data.units)));
  }

  [[nodiscard]] MatrixView<const double, Space> view() const { return means_.view(); }
  /// The means as trials of a single condition.
  [[nodiscard]] DataView<double, Space> as_trials() const {
    return {means_.data(), means_.columns(), 1, means_.rows(), means_.rows(), 0, 1};
  }
  /// The mean of each unit over the conditions that it has.
  [[nodiscard]] const std::vector<double>& of_units() const { return of_units_; }
  /// How large the numbers of each unit are: the root mean square of its means.
  [[nodiscard]] const std::vector<double>& sizes() const { return sizes_; }
  /// The variance of each unit within conditions, and that of its means; 0 where it has not two to vary over.
  [[nodiscard]] const std::vector<double>& noise_variances() const { return noise_variances_; }
  [[nodiscard]] const std::vector<double>& data_variances() const { return data_variances_; }
  /// The mean number of trials of a unit in a condition that it has, over units but those that are left out.
  [[nodiscard]] double mean_trials(const std::vector<index_t>& without) const {
    double trials = 0, conditions = 0;
    for (std::size_t unit = 0; unit < trials_.size(); ++unit) {
      if (std::binary_search(without.begin(), without.end(), static_cast<index_t>(unit))) continue;
      trials += trials_[unit];
      conditions += conditions_[unit];
    }
    return conditions > 0 ? trials / conditions : 1;
  }

  void warn(std::vector<std::string>& warnings) const {
    if (!no_noise_.empty())
      warnings.push_back("units without two trials of any condition, whose noise was taken for none: " +
                         listed(no_noise_));
    if (!no_signal_.empty())
      warnings.push_back("units with one condition, whose data were taken to be constant: " + listed(no_signal_));
  }

 private:
  void take(const std::vector<double>& totals) {
    const auto units = static_cast<index_t>(totals.size()) / UnitTotals<Space>::rows;
    for (index_t unit = 0; unit < units; ++unit) {
      const double* of_unit = totals.data() + UnitTotals<Space>::rows * unit;
      of_units_.push_back(of_unit[0]);
      sizes_.push_back(of_unit[4]);
      noise_variances_.push_back(of_unit[5]);
      data_variances_.push_back(of_unit[6]);
      trials_.push_back(of_unit[1]);
      conditions_.push_back(of_unit[2]);
      if (of_unit[2] < 2) no_signal_.push_back(unit);
      if (of_unit[3] == 0) no_noise_.push_back(unit);
    }
    const auto refuse = [](const char* rule) { throw ValueError(text::joined("gsn::fit: no unit has ", rule)); };
    if (static_cast<index_t>(no_noise_.size()) == units)
      refuse("two trials of a condition; expected one at least, of whose trials noise is the difference; give single "
             "trials, not their means");
    if (static_cast<index_t>(no_signal_.size()) == units)
      refuse("two conditions; expected one at least, of whose means signal is the difference; give more conditions");
  }

  Matrix<double, Tag> means_;
  std::vector<double> of_units_, sizes_, noise_variances_, data_variances_;
  std::vector<double> trials_, conditions_;  ///< of each unit, how many it has: of all conditions, and with any trial
  std::vector<index_t> no_noise_, no_signal_;
};

}  // namespace isonomy::gsn::detail
