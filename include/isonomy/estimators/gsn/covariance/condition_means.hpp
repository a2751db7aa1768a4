// Means over trials and over conditions, and conditions centred on a mean.
#pragma once

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

/// out(b, unit) = the mean over the listed trials of condition b of a list, counted from the first of them.
template <class T, MemorySpace Space>
struct MeanOverTrials {
  DataView<T, Space> data;
  VectorView<const index_t, Space> conditions, trials, offsets;
  MatrixView<double, Space> out;

  ISONOMY_HD void operator()(index_t at) const {
    const index_t unit = at / conditions.size, b = at % conditions.size, condition = conditions(b);
    const index_t first = offsets(b), count = offsets(b + 1) - first;
    const double origin = static_cast<double>(data(unit, condition, trials(first)));
    double sum = 0;
    for (index_t k = 1; k < count; ++k) sum += static_cast<double>(data(unit, condition, trials(first + k))) - origin;
    out(b, unit) = origin + sum / static_cast<double>(count);
  }
};

/// Conditions of the selection x units, in double whatever the data are. Each condition has one trial at least.
template <ContextLike Ctx, class T>
[[nodiscard]] Matrix<double, typename Ctx::tag> condition_means(Ctx& ctx, const DataView<T, typename Ctx::space>& data,
                                                                const TrialSelection& selection) {
  using Space = typename Ctx::space;
  constexpr const char* purpose = "gsn: condition means";
  const auto conditions = to_device(ctx, selection.conditions, purpose),
             trials = to_device(ctx, selection.trials, purpose), offsets = to_device(ctx, selection.offsets, purpose);
  Matrix<double, typename Ctx::tag> out(ctx, selection.size(), data.units, purpose);
  isonomy::for_each(ctx, data.units * selection.size(),
                    MeanOverTrials<T, Space>{data, conditions.view(), trials.view(), offsets.view(), out.view()});
  return out;
}

/// Conditions x units, over all trials.
template <ContextLike Ctx, class T>
[[nodiscard]] Matrix<double, typename Ctx::tag> condition_means(Ctx& ctx,
                                                                const DataView<T, typename Ctx::space>& data) {
  return condition_means(ctx, data, all_trials(every(data.conditions), data.trials, 1));
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
