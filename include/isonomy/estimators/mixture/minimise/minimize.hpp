// The front door of minimisation: Newton where the Hessian can be had, L-BFGS elsewhere.
#pragma once

#include <vector>

#include "isonomy/estimators/mixture/minimise/lbfgs.hpp"
#include "isonomy/estimators/mixture/minimise/minimum.hpp"
#include "isonomy/estimators/mixture/minimise/newton.hpp"

namespace isonomy::mixture {

/// A local minimum of f from `start` by the method of the options (automatic: minimize_newton for a function with a
/// Hessian and at most hessian_limit parameters, else minimize_lbfgs); errors as theirs.
template <Objective F>
[[nodiscard]] Minimum minimize(F& f, const std::vector<double>& start, const MinimizeOptions& options = {}) {
  const bool newton = options.method == Method::automatic ? affords_hessian(f, start.size(), options)
                                                          : options.method == Method::newton;
  return newton ? minimize_newton(f, start, options) : minimize_lbfgs(f, start, options);
}

}  // namespace isonomy::mixture
