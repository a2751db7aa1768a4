// A negative log-likelihood at one point: value, derivatives, and what rounding the value took away.
#pragma once

#include <cmath>
#include <vector>

#include "isonomy/core/small_matrix.hpp"

namespace isonomy::mixture {

/// At one point of parameter space. `hessian` is size x size, symmetric, by rows; empty below its order, as is the
/// gradient.
struct Likelihood {
  double nll = 0;
  std::vector<double> gradient, hessian;
  double nll_rest = 0;  ///< what rounding nll to one double took away
};

/// NLL(to) - NLL(from), although both may be so large that a double is as coarse as their difference: at 1e9 points,
/// where it is 2e-7, the difference keeps some 1e-9.
[[nodiscard]] inline double nll_rise(const Likelihood& from, const Likelihood& to) {
  return (to.nll - from.nll) + (to.nll_rest - from.nll_rest);
}

/// Whether value and derivatives are numbers that a minimiser can work with.
[[nodiscard]] inline bool finite(const Likelihood& l) {
  return std::isfinite(l.nll) && all_finite(l.gradient) && all_finite(l.hessian);
}

}  // namespace isonomy::mixture
