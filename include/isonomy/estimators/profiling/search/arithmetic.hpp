// The statistics of single features, row by row, in the arithmetic a run is defined in.
#pragma once

#include <cmath>
#include <cstdint>
#include <type_traits>

#include "isonomy/core/numeric.hpp"
#include "isonomy/estimators/profiling/features/split.hpp"
#include "isonomy/estimators/profiling/scales/scale_correlation.hpp"
#include "isonomy/estimators/profiling/search/packed.hpp"
#include "isonomy/ops/residue/arithmetic.hpp"

namespace isonomy::profiling {

/// `y` to that many decimals (at most 10), halves to even: fl(rint(fl(y 10^k)) / 10^k).
[[nodiscard]] inline double rounded(double y, int decimals) {
  constexpr double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10};
  const double p = powers[decimals];
  return std::rint(y * p) / p;
}

/// Mean of the test rows minus mean of the reference rows, and both population spreads.
struct FeatureStatistics {
  double difference = 0, std_test = 0, std_reference = 0;
};

/// What the first pass decides by: mean of the test rows minus mean of the reference rows, and the test rows' spread.
struct Separation {
  double difference = 0, std_test = 0;
};

/// A split (by index into a list of slots per group) and a scale.
struct FeatureRequest {
  std::int64_t first_slot = 0;  ///< slots of group g at first_slot + g
  std::int64_t scale = 0;
};

/// What a functor that walks rows needs, all in backend memory.
template <MemorySpace Space>
struct RowAccess {
  const ResidueRows* groups = nullptr;
  const RowPlace* places = nullptr;
  const ResidueSlots* slots = nullptr;
  const FeatureRequest* requests = nullptr;
  ScaleViews<Space> scales;
  index_t group_count = 0, rows = 0, test_rows = 0;

  [[nodiscard]] ISONOMY_HD ResidueBlock block(const FeatureRequest& r, index_t g) const {
    return {groups[g], slots[r.first_slot + g]};
  }
};

namespace detail {

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

/// visit(is_test, block, column) for every row; within each of the two classes in order of arrival. Rows of one group
/// are stored in that order, those of several are found through their places.
template <MemorySpace Space, class Visit>
ISONOMY_HD void visit_rows(const RowAccess<Space>& data, const FeatureRequest& r, const Visit& visit) {
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

/// Statistics from the row values `value(block, column)`: plain sums in row order, two passes, every step rounded.
template <MemorySpace Space, class Value>
[[nodiscard]] ISONOMY_HD FeatureStatistics sequential_statistics(const RowAccess<Space>& data, const FeatureRequest& r,
                                                                 const Value& value) {
  double sum[2] = {0, 0}, squares[2] = {0, 0};
  const double n[2] = {static_cast<double>(data.rows - data.test_rows), static_cast<double>(data.test_rows)};
  visit_rows(data, r, [&](int k, const ResidueBlock& b, index_t column) { sum[k] += value(b, column); });
  const double mean[2] = {sum[0] / n[0], sum[1] / n[1]};
  visit_rows(data, r, [&](int k, const ResidueBlock& b, index_t column) {
    const double d = value(b, column) - mean[k];
    squares[k] += rounded_product(d, d);
  });
  return {mean[1] - mean[0], std::sqrt(squares[1] / n[1]), std::sqrt(squares[0] / n[0])};
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

}  // namespace detail

/// How each arithmetic defines the two passes of the published procedure.
template <class Arithmetic>
struct Passes;

/// Integer sums, integer segment boundaries, results independent of any order. The spread that limits candidates and
/// the difference that ranks them are those of the unrounded values.
template <>
struct Passes<exact> {
  static constexpr SegmentRule first_rule = SegmentRule::integer, second_rule = SegmentRule::integer;
  static constexpr bool single_precision_first_pass = false, order_free = true;
  static constexpr CorrelationRule correlation = CorrelationRule::exact;

  template <MemorySpace Space>
  [[nodiscard]] ISONOMY_HD static FeatureStatistics first(const RowAccess<Space>& data, const FeatureRequest& r) {
    const std::int64_t* numerators = data.scales.numerators_of(r.scale);
    const auto value = [&](const ResidueBlock& b, index_t row) { return residue::numerator_sum(b, row, numerators); };
    return grouped(data, r, value, static_cast<double>(data.scales.denominators[r.scale]), true);
  }
  template <MemorySpace Space>
  [[nodiscard]] ISONOMY_HD static FeatureStatistics second(const RowAccess<Space>& data, const FeatureRequest& r) {
    const auto value = [&](const ResidueBlock& b, index_t row) { return exact::key(b, row, data.scales, r.scale); };
    return grouped(data, r, value, static_cast<double>(residue::rounding), false);
  }

 private:
  template <MemorySpace Space, class Value>
  [[nodiscard]] ISONOMY_HD static FeatureStatistics grouped(const RowAccess<Space>& data, const FeatureRequest& r,
                                                            const Value& value, double denominator, bool averaged) {
    detail::ExactSums sums;
    for (index_t g = 0; g < data.group_count; ++g) {
      const ResidueBlock b = data.block(r, g);
      const double residues = averaged ? static_cast<double>(b.split.residues) : 1.0;
      int128_t sum = 0, squares = 0;
      for (index_t row = 0; row < b.rows.rows; ++row) {
        if (row == b.rows.test_rows) {
          sums.add(1, sum, squares, residues);
          sum = squares = 0;
        }
        const std::int64_t m = value(b, row);
        sum += m;
        squares += int128_t{m} * m;
      }
      sums.add(b.rows.test_rows < b.rows.rows ? 0 : 1, sum, squares, residues);
    }
    return sums.statistics(denominator, static_cast<double>(data.rows - data.test_rows),
                           static_cast<double>(data.test_rows));
  }
};

/// The reference's own steps: scales through binary32 in the first pass, rounded values in the second. Sums run in
/// row order.
template <>
struct Passes<aaanalysis_1_1> {
  static constexpr SegmentRule first_rule = SegmentRule::floating, second_rule = SegmentRule::integer;
  static constexpr bool single_precision_first_pass = true, order_free = false;
  static constexpr CorrelationRule correlation = CorrelationRule::one_pass;

  template <MemorySpace Space>
  [[nodiscard]] ISONOMY_HD static FeatureStatistics first(const RowAccess<Space>& data, const FeatureRequest& r) {
    const double* values = data.scales.single_of(r.scale);
    return detail::sequential_statistics(data, r, [&](const ResidueBlock& b, index_t row) {
      const residue::SlotValue value{b, row, values};
      double sum = 0;
      for (std::int32_t k = 0; k < b.split.slots; ++k) sum += value(k);
      return sum / static_cast<double>(b.split.residues);
    });
  }
  template <MemorySpace Space>
  [[nodiscard]] ISONOMY_HD static FeatureStatistics second(const RowAccess<Space>& data, const FeatureRequest& r) {
    return detail::sequential_statistics(data, r, [&](const ResidueBlock& b, index_t row) {
      return static_cast<double>(aaanalysis_1_1::key(b, row, data.scales, r.scale)) /
             static_cast<double>(residue::rounding);
    });
  }
};

/// One feature per index: out[i] = first or second pass of request i.
template <class Arithmetic, bool FirstPass, MemorySpace Space>
struct EvaluateFeature {
  using Statistics = std::conditional_t<FirstPass, Separation, FeatureStatistics>;
  RowAccess<Space> data;
  Statistics* out;

  ISONOMY_HD void operator()(index_t i) const {
    if constexpr (FirstPass) {
      const FeatureStatistics s = Passes<Arithmetic>::first(data, data.requests[i]);
      out[i] = {s.difference, s.std_test};
    } else {
      out[i] = Passes<Arithmetic>::second(data, data.requests[i]);
    }
  }
};

}  // namespace isonomy::profiling
