// The area under the ROC curve of features from their rank sums.
#pragma once

#include <cstdint>

#include "isonomy/core/config.hpp"
#include "isonomy/estimators/profiling/search/arithmetic.hpp"

namespace isonomy::profiling {

/// The Mann-Whitney statistic of the test group, doubled so that it is an integer.
using TwiceU = std::uint64_t;

/// U/(n1 n0) - 1/2 rounded to three decimals: in [-0.5, 0.5], positive where test values are larger.
[[nodiscard]] inline double adjusted_auc(TwiceU twice_u, index_t n_test, index_t n_reference) {
  const double pairs = static_cast<double>(n_test) * static_cast<double>(n_reference);
  return rounded(static_cast<double>(twice_u) * 0.5 / pairs - 0.5, 3);
}

}  // namespace isonomy::profiling
