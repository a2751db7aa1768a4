// Mean difference and spreads of a feature over rows, in the two arithmetics that profiling is defined in.
#pragma once

#include <cmath>
#include <cstdint>

#include "isonomy/core/numeric.hpp"
#include "isonomy/ops/residue/arithmetic.hpp"
#include "isonomy/ops/residue/problem.hpp"

namespace isonomy {

/// Mean of the test rows minus mean of the reference rows, and both population spreads.
struct FeatureStatistics {
  double difference = 0, std_test = 0, std_reference = 0;
};

/// What the statistics of rows are of: a scale averaged over the residues of the split, or that rounded to five
/// decimals.
enum class RowValues { averaged, rounded };

namespace residue {

/// The integer as an unevaluated sum of two doubles, exact below 2^106.
[[nodiscard]] ISONOMY_HD inline DoubleDouble to_double_double(int128_t x) {
  const double high = static_cast<double>(x);
  return two_sum(high, static_cast<double>(x - static_cast<int128_t>(high)));
}

[[nodiscard]] ISONOMY_HD inline double rounded_sqrt(DoubleDouble variance) {
  return variance.high > 0 ? std::sqrt(variance.high) : 0.0;
}

/// a - b, or 0 where no more is left than what rounding in 106 bits leaves of equal numbers: features without any
/// spread or difference must compare equal, and smaller differences lie below every scale's resolution.
[[nodiscard]] ISONOMY_HD inline DoubleDouble cancelling_difference(DoubleDouble a, DoubleDouble b) {
  const DoubleDouble d = a - b;
  return std::fabs(d.high) <= 0x1p-90 * std::fabs(a.high) ? DoubleDouble{} : d;
}

/// Mean and spread of integers m / (denominator * residues) given group by group, summed without error within a group
/// and in about 106 bits over groups, whose order is canonical: one rounding at the end.
struct ExactSums {
  DoubleDouble sum[2], squares[2];

  ISONOMY_HD void add(int k, int128_t group_sum, int128_t group_squares, double residues) {
    sum[k] = sum[k] + to_double_double(group_sum) / residues;
    squares[k] = squares[k] + to_double_double(group_squares) / residues / residues;
  }
  [[nodiscard]] ISONOMY_HD FeatureStatistics statistics(double denominator, double n_reference, double n_test) const {
    const double n[2] = {n_reference, n_test};
    DoubleDouble mean[2], variance[2];
    for (int k = 0; k < 2; ++k) {
      mean[k] = sum[k] / n[k];
      variance[k] = cancelling_difference(squares[k] / n[k], mean[k] * mean[k]);
    }
    return {(cancelling_difference(mean[1], mean[0]) / denominator).high,
            rounded_sqrt(variance[1] / denominator / denominator),
            rounded_sqrt(variance[0] / denominator / denominator)};
  }
};

/// Statistics of integers: how they stand for the values of a feature.
template <RowValues values>
struct ExactRows {
  /// The integer of a row.
  template <MemorySpace Space>
  [[nodiscard]] ISONOMY_HD static std::int64_t value(const FeatureProblem<Space>& data, const FeatureRequest& r,
                                                     const ResidueBlock& b, index_t row) {
    if constexpr (values == RowValues::averaged)
      return numerator_sum(b, row, data.scales.numerators_of(r.scale));
    else
      return exact::key(b, row, data.scales, r.scale);
  }
  /// What the integers of all rows are to be divided by, and those of one group besides.
  template <MemorySpace Space>
  [[nodiscard]] ISONOMY_HD static double denominator(const FeatureProblem<Space>& data, const FeatureRequest& r) {
    return static_cast<double>(values == RowValues::averaged ? data.scales.denominators[r.scale] : rounding);
  }
  [[nodiscard]] ISONOMY_HD static double group_denominator(const ResidueSlots& split) {
    return values == RowValues::averaged ? static_cast<double>(split.residues) : 1.0;
  }
};

/// The value of a row in the floating-point steps of aaanalysis_1_1, single-precision scales where it is not rounded.
template <RowValues values, MemorySpace Space>
[[nodiscard]] ISONOMY_HD double reference_value(const FeatureProblem<Space>& data, const FeatureRequest& r,
                                                const ResidueBlock& b, index_t row) {
  if constexpr (values == RowValues::averaged) {
    const SlotValue value{b, row, data.scales.single_of(r.scale)};
    double sum = 0;
    for (std::int32_t k = 0; k < b.split.slots; ++k) sum += value(k);
    return sum / static_cast<double>(b.split.residues);
  } else {
    return static_cast<double>(aaanalysis_1_1::key(b, row, data.scales, r.scale)) / static_cast<double>(rounding);
  }
}

/// visit(is_test, block, column) for every row; within each of the two classes in order of arrival. Rows of one group
/// are stored in that order, those of several are found through their places.
template <MemorySpace Space, class Visit>
ISONOMY_HD void visit_rows(const FeatureProblem<Space>& data, const FeatureRequest& r, const Visit& visit) {
  if (data.group_count == 1) {
    const ResidueBlock b = data.block(r, 0);
    for (index_t column = 0; column < b.rows.rows; ++column) visit(column < b.rows.test_rows ? 1 : 0, b, column);
    return;
  }
  for (index_t i = 0; i < data.rows; ++i) {
    const RowPlace p = data.places[i];
    visit(p.column < data.groups[p.group].test_rows ? 1 : 0, data.block(r, p.group), p.column);
  }
}

}  // namespace residue
}  // namespace isonomy
