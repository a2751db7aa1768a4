// Options of the estimation of one covariance.
#pragma once

#include <optional>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/estimators/gsn/levels/problem.hpp"

namespace isonomy::gsn {

/// Defaults of calc_shrunken_covariance in cvnlab/GSN, and its names, but that `leaveout` is `leave_out` here.
struct ShrunkenCovarianceOptions {
  index_t leave_out = 5;                            ///< one part in so many validates
  std::optional<std::vector<double>> shrinklevels;  ///< as they are, in their order; none: 51 from 0 to 1
  bool wantfull = false;  ///< the mean and covariance of all items, shrunk by the level that was chosen on the training
                          ///< items; else those of the training items
  SingularRule singular_rule = SingularRule::rank;
  bool allow_extrapolation = false;  ///< levels beyond 0 and 1
};

}  // namespace isonomy::gsn
