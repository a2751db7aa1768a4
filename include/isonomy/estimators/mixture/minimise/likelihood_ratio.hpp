// The likelihood-ratio test of nested models.
#pragma once

#include <cmath>
#include <string>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/special/incomplete_gamma.hpp"

namespace isonomy::mixture {

struct LikelihoodRatio {
  double statistic = 0;  ///< 2 (NLL of the restricted - NLL of the full model)
  double p_value = 1;    ///< of a chi-squared variable with as many degrees of freedom as parameters were added
};

/// The test of a model against one with `parameters_added` more of which it is a special case, at the minima of both.
/// The chi-squared law (Wilks 1938) holds inside the parameter space: not for the number of components, whose null lies
/// on its edge. ValueError if nothing was added, a value is not finite, or the full model fits worse by more than
/// rounding: its fit then stopped short of its minimum.
[[nodiscard]] inline LikelihoodRatio likelihood_ratio(double restricted_nll, double full_nll, int parameters_added) {
  if (parameters_added < 1)
    throw ValueError(text::joined("likelihood_ratio: parameters_added=", parameters_added, "; expected at least 1"));
  if (!std::isfinite(restricted_nll) || !std::isfinite(full_nll))
    throw ValueError(text::joined("likelihood_ratio: NLLs ", std::to_string(restricted_nll), " and ",
                                  std::to_string(full_nll), "; both must be finite"));
  const double gain = restricted_nll - full_nll;
  if (gain < -1e-6 - 1e-12 * std::abs(full_nll))
    throw ValueError(text::joined("likelihood_ratio: the full model's NLL is larger by ", std::to_string(-gain),
                                  "; fit it again, starting from the restricted model's parameters"));
  const double statistic = gain > 0 ? 2 * gain : 0;
  return {statistic, chi_squared_tail(statistic, parameters_added)};
}

}  // namespace isonomy::mixture
