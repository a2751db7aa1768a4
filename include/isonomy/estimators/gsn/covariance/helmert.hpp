// Trials as orthonormal contrasts: centring by condition, without the column that it makes superfluous.
#pragma once

#include <cmath>
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

/// 1/sqrt(k (k + 1)) for every k below a number of trials; of none, and of k = 0, one.
inline std::vector<double> helmert_factors(index_t trials) {
  std::vector<double> factors{1};
  for (index_t k = 1; k < trials; ++k)
    factors.push_back(1 / std::sqrt(static_cast<double>(k) * static_cast<double>(k + 1)));
  return factors;
}

/// The contrasts of one unit in one condition: the k-th is (x_0 + ... + x_(k-1) - k x_k) / sqrt(k (k + 1)).
///
/// Trials are counted from the first of them, so that a unit which does not vary has contrasts of exactly 0.
template <class T, MemorySpace Space>
struct HelmertContrasts {
  DataView<T, Space> data;
  VectorView<const index_t, Space> conditions, trials, offsets;
  VectorView<const double, Space> scales, factors;  ///< of conditions, and helmert_factors() of the most trials
  MatrixView<double, Space> out;                    ///< contrasts x units

  ISONOMY_HD void operator()(index_t at) const {
    const index_t unit = at / conditions.size, b = at % conditions.size, condition = conditions(b);
    const index_t first = offsets(b), count = offsets(b + 1) - first;
    if (count == 0) return;
    const double origin = static_cast<double>(data(unit, condition, trials(first)));
    double sum = 0;
    for (index_t k = 1; k < count; ++k) {
      const auto size = static_cast<double>(k);
      const double x = static_cast<double>(data(unit, condition, trials(first + k))) - origin;
      const double contrast = rounded_product(sum - rounded_product(size, x), factors(k));
      out(first - b + k - 1, unit) = rounded_product(contrast, scales(b));
      sum += x;
    }
  }
};

/// Contrasts x units, whose product with itself is the sum over conditions of centred trials with themselves, times the
/// square of the condition's scale. In double whatever the data are.
template <ContextLike Ctx, class T>
[[nodiscard]] Matrix<double, typename Ctx::tag>
helmert_contrasts(Ctx& ctx, const DataView<T, typename Ctx::space>& data, const TrialSelection& selection) {
  using Space = typename Ctx::space;
  constexpr const char* purpose = "gsn: contrasts of trials";
  const auto conditions = to_device(ctx, selection.conditions, purpose),
             trials = to_device(ctx, selection.trials, purpose), offsets = to_device(ctx, selection.offsets, purpose);
  const auto scales = to_device(ctx, selection.scales, purpose),
             factors = to_device(ctx, helmert_factors(selection.most_trials()), purpose);
  Matrix<double, typename Ctx::tag> out(ctx, selection.contrasts(), data.units, purpose);
  isonomy::for_each(ctx, data.units * selection.size(),
                    HelmertContrasts<T, Space>{data, conditions.view(), trials.view(), offsets.view(), scales.view(),
                                               factors.view(), out.view()});
  return out;
}

}  // namespace isonomy::gsn::detail
