// What each arithmetic decides by: rules and scales of the two passes over the rows.
#pragma once

#include <cmath>

#include "isonomy/estimators/profiling/features/split.hpp"
#include "isonomy/estimators/profiling/scales/scale_correlation.hpp"
#include "isonomy/ops/residue/arithmetic.hpp"

namespace isonomy::profiling {

/// `y` to that many decimals (at most 10), halves to even: fl(rint(fl(y 10^k)) / 10^k).
[[nodiscard]] inline double rounded(double y, int decimals) {
  constexpr double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10};
  const double p = powers[decimals];
  return std::rint(y * p) / p;
}

/// What the first pass decides by: mean of the test rows minus mean of the reference rows, and the test rows' spread.
struct Separation {
  double difference = 0, std_test = 0;
};

/// How each arithmetic defines the two passes of the published procedure: the first takes RowValues::averaged, the
/// second RowValues::rounded.
template <class Arithmetic>
struct Passes;

/// Integer sums, integer segment boundaries, results independent of any order. The spread that limits candidates and
/// the difference that ranks them are those of the unrounded values.
template <>
struct Passes<exact> {
  static constexpr SegmentRule first_rule = SegmentRule::integer, second_rule = SegmentRule::integer;
  static constexpr bool single_precision_first_pass = false, order_free = true;
  static constexpr CorrelationRule correlation = CorrelationRule::exact;
};

/// The reference's own steps: scales through binary32 in the first pass, rounded values in the second. Sums run in
/// row order.
template <>
struct Passes<aaanalysis_1_1> {
  static constexpr SegmentRule first_rule = SegmentRule::floating, second_rule = SegmentRule::integer;
  static constexpr bool single_precision_first_pass = true, order_free = false;
  static constexpr CorrelationRule correlation = CorrelationRule::one_pass;
};

}  // namespace isonomy::profiling
