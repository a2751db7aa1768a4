// Means over trials and over conditions, and conditions centred on a mean.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/covariance/trial_lists.hpp"
#include "isonomy/estimators/gsn/data_view.hpp"
#include "isonomy/ops/for_each.hpp"

namespace isonomy::gsn::detail {

/// What means of conditions are counted from: 0, or each unit's first value, so that an offset of the unit costs them
/// no digits.
enum class Origin { zero, first_value };

/// The first value of a unit that is a number; 0 where none is.
template <class T, MemorySpace Space>
[[nodiscard]] ISONOMY_HD double first_value(const DataView<T, Space>& data, index_t unit) {
  for (index_t c = 0; c < data.conditions; ++c)
    for (index_t t = 0; t < data.trials; ++t)
      if (const auto x = static_cast<double>(data(unit, c, t)); x == x) return x;
  return 0;
}

/// out(unit) = the unit's first value.
template <class T, MemorySpace Space>
struct FirstValues {
  DataView<T, Space> data;
  VectorView<double, Space> out;

  ISONOMY_HD void operator()(index_t unit) const { out(unit) = first_value(data, unit); }
};

/// Adds the first value of each unit to means that are counted from it.
template <ContextLike Ctx, class T>
[[nodiscard]] std::vector<double> with_origin(Ctx& ctx, const DataView<T, typename Ctx::space>& data,
                                              const Buffer<double, typename Ctx::tag>& means) {
  Buffer<double, typename Ctx::tag> first(ctx, data.units, "gsn: first values");
  isonomy::for_each(ctx, data.units, FirstValues<T, typename Ctx::space>{data, first.view()});
  std::vector<double> sums = to_host(ctx, means);
  const std::vector<double> origins = to_host(ctx, first);
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += origins[i];
  return sums;
}

/// out(b, unit) = the mean over the listed trials of condition b of a list, counted from the first of them, less the
/// origin.
template <class T, MemorySpace Space>
struct MeanOverTrials {
  DataView<T, Space> data;
  VectorView<const index_t, Space> conditions, trials, offsets;
  Origin from;
  MatrixView<double, Space> out;

  ISONOMY_HD void operator()(index_t at) const {
    const index_t unit = at / conditions.size, b = at % conditions.size, condition = conditions(b);
    const index_t first = offsets(b), count = offsets(b + 1) - first;
    const double origin = static_cast<double>(data(unit, condition, trials(first)));
    double sum = 0;
    for (index_t k = 1; k < count; ++k) sum += static_cast<double>(data(unit, condition, trials(first + k))) - origin;
    const double zero = from == Origin::zero ? 0 : first_value(data, unit);
    out(b, unit) = (origin - zero) + sum / static_cast<double>(count);
  }
};

/// Conditions of the selection x units, in double whatever the data are. Each condition has one trial at least.
template <ContextLike Ctx, class T>
[[nodiscard]] Matrix<double, typename Ctx::tag> condition_means(Ctx& ctx, const DataView<T, typename Ctx::space>& data,
                                                                const TrialSelection& selection,
                                                                Origin from = Origin::zero) {
  using Space = typename Ctx::space;
  constexpr const char* purpose = "gsn: condition means";
  const auto conditions = to_device(ctx, selection.conditions, purpose),
             trials = to_device(ctx, selection.trials, purpose), offsets = to_device(ctx, selection.offsets, purpose);
  Matrix<double, typename Ctx::tag> out(ctx, selection.size(), data.units, purpose);
  isonomy::for_each(ctx, data.units * selection.size(),
                    MeanOverTrials<T, Space>{data, conditions.view(), trials.view(), offsets.view(), from, out.view()});
  return out;
}

/// Conditions x units, over all trials.
template <ContextLike Ctx, class T>
[[nodiscard]] Matrix<double, typename Ctx::tag> condition_means(Ctx& ctx, const DataView<T, typename Ctx::space>& data,
                                                                Origin from = Origin::zero) {
  return condition_means(ctx, data, all_trials(every(data.conditions), data.trials, 1), from);
}

/// out(unit) = the mean over some conditions, counted from the first of them.
template <MemorySpace Space>
struct MeanOverConditions {
  MatrixView<const double, Space> means;
  VectorView<const index_t, Space> conditions;
  VectorView<double, Space> out;

  ISONOMY_HD void operator()(index_t unit) const {
    const double origin = means(conditions(0), unit);
    double sum = 0;
    for (index_t b = 1; b < conditions.size; ++b) sum += means(conditions(b), unit) - origin;
    out(unit) = origin + sum / static_cast<double>(conditions.size);
  }
};

/// The mean of each unit over these conditions, of which there is one at least.
template <ContextLike Ctx>
[[nodiscard]] Buffer<double, typename Ctx::tag> mean_over(Ctx& ctx, MatrixView<const double, typename Ctx::space> means,
                                                          const std::vector<index_t>& conditions) {
  const auto list = to_device(ctx, conditions, "gsn: conditions");
  Buffer<double, typename Ctx::tag> out(ctx, means.columns, "gsn: mean");
  isonomy::for_each(ctx, means.columns, MeanOverConditions<typename Ctx::space>{means, list.view(), out.view()});
  return out;
}

/// out(unit) = the root mean square of the unit's condition means, which are counted from the origin.
template <class T, MemorySpace Space>
struct RootMeanSquares {
  DataView<T, Space> data;
  Origin from;
  MatrixView<const double, Space> means;
  VectorView<double, Space> out;

  ISONOMY_HD void operator()(index_t unit) const {
    const double first = from == Origin::zero ? 0 : first_value(data, unit);
    double sum = 0;
    for (index_t c = 0; c < means.rows; ++c) sum += rounded_product(means(c, unit) + first, means(c, unit) + first);
    out(unit) = std::sqrt(sum / static_cast<double>(means.rows));
  }
};

/// How large the numbers of each unit are, which tells what they were rounded by.
template <ContextLike Ctx, class T>
[[nodiscard]] std::vector<double> unit_sizes(Ctx& ctx, const DataView<T, typename Ctx::space>& data,
                                             MatrixView<const double, typename Ctx::space> means, Origin from) {
  using Space = typename Ctx::space;
  Buffer<double, typename Ctx::tag> out(ctx, data.units, "gsn: sizes of units");
  isonomy::for_each(ctx, data.units, RootMeanSquares<T, Space>{data, from, means, out.view()});
  return to_host(ctx, out);
}

/// out(b, unit) = scale * (the mean of condition b of a list - the unit's mean).
template <MemorySpace Space>
struct Centred {
  MatrixView<const double, Space> means;
  VectorView<const index_t, Space> conditions;
  VectorView<const double, Space> mean;
  double scale;
  MatrixView<double, Space> out;

  ISONOMY_HD void operator()(index_t at) const {
    const index_t unit = at / conditions.size, b = at % conditions.size;
    out(b, unit) = rounded_product(scale, means(conditions(b), unit) - mean(unit));
  }
};

/// Conditions of the list x units, less the given mean and times `scale`.
template <ContextLike Ctx>
[[nodiscard]] Matrix<double, typename Ctx::tag>
centred(Ctx& ctx, MatrixView<const double, typename Ctx::space> means, const std::vector<index_t>& conditions,
        VectorView<const double, typename Ctx::space> mean, double scale) {
  const auto list = to_device(ctx, conditions, "gsn: conditions");
  const auto count = static_cast<index_t>(conditions.size());
  Matrix<double, typename Ctx::tag> out(ctx, count, means.columns, "gsn: centred conditions");
  isonomy::for_each(ctx, count * means.columns,
                    Centred<typename Ctx::space>{means, list.view(), mean, scale, out.view()});
  return out;
}

}  // namespace isonomy::gsn::detail
