// What EM is asked for on both sides.
#pragma once

#include "isonomy/estimators/mixture/multivariate/em.hpp"
#include "mixture.hpp"

namespace isonomy::gates {

/// All iterations, whatever they gain.
[[nodiscard]] inline mixture::EmOptions em_options() {
  mixture::EmOptions out;
  out.tol = 0;
  out.max_iter = em_iterations;
  return out;
}

}  // namespace isonomy::gates
