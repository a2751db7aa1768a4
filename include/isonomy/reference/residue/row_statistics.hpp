// row_statistics of Backend<Reference>: the values of all rows of a feature, class by class, then their sums.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>

#include "isonomy/core/control.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/residue/arithmetic.hpp"
#include "isonomy/ops/residue/problem.hpp"
#include "isonomy/ops/residue/statistics.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/loop.hpp"

namespace isonomy::reference {

struct RowStatistics {
  template <class Arithmetic>
  static void row_statistics(Context& ctx, const FeatureProblem<HostSpace>& problem, RowValues values,
                             MatrixView<double> out) {
    ProgressMeter meter(ctx.control(), operation, problem.features);
    for (index_t i = 0; i < problem.features; ++i) {
      const FeatureRequest& r = problem.requests[i];
      const FeatureStatistics s =
          std::same_as<Arithmetic, exact> ? of_integers(ctx, problem, r, values) : of_doubles(ctx, problem, r, values);
      out(i, 0) = s.difference;
      out(i, 1) = s.std_test;
      out(i, 2) = s.std_reference;
      meter.advance();
    }
  }

 private:
  static constexpr const char* operation = "row_statistics";
  using Problem = FeatureProblem<HostSpace>;

  static std::uint8_t code(const Problem& p, const FeatureRequest& r, RowPlace at, std::int32_t slot) {
    const ResidueRows& rows = p.groups[at.group];
    return rows.codes[p.slots[r.first_slot + at.group].positions[slot] * rows.stride + at.column];
  }

  /// The integer of a row: the sum of its numerators, or that over the denominator and the residues, in units of 10^-5
  /// and rounded half to even.
  static int128_t integer(const Problem& p, const FeatureRequest& r, RowPlace at, RowValues values) {
    const ResidueSlots& split = p.slots[r.first_slot + at.group];
    int128_t sum = 0;
    for (std::int32_t k = 0; k < split.slots; ++k)
      sum += p.scales.numerators[r.scale * max_residue_codes + code(p, r, at, k)];
    if (values == RowValues::averaged) return sum;
    const int128_t scaled = 100000 * sum, divisor = int128_t{p.scales.denominators[r.scale]} * split.residues;
    int128_t quotient = scaled / divisor, rest = scaled % divisor;
    if (rest < 0) rest += divisor, --quotient;  // the quotient rounded down
    return 2 * rest > divisor || (2 * rest == divisor && quotient % 2 != 0) ? quotient + 1 : quotient;
  }
  static FeatureStatistics of_integers(const Context& ctx, const Problem& p, const FeatureRequest& r,
                                       RowValues values) {
    residue::ExactSums sums;
    for (std::uint32_t g = 0; g < static_cast<std::uint32_t>(p.group_count); ++g) {
      int128_t sum[2] = {0, 0}, squares[2] = {0, 0};
      for_indices(ctx, p.groups[g].rows, operation, [&](index_t row) {
        const int is_test = row < p.groups[g].test_rows ? 1 : 0;
        const int128_t m = integer(p, r, {g, static_cast<std::uint32_t>(row)}, values);
        sum[is_test] += m;
        squares[is_test] += m * m;
      });
      const double residues = values == RowValues::averaged ? p.slots[r.first_slot + g].residues : 1;
      for (const int is_test : {1, 0}) sums.add(is_test, sum[is_test], squares[is_test], residues);
    }
    return sums.statistics(values == RowValues::averaged ? static_cast<double>(p.scales.denominators[r.scale])
                                                         : 100000.0,
                           static_cast<double>(p.rows - p.test_rows), static_cast<double>(p.test_rows));
  }

  static double number(const Problem& p, const FeatureRequest& r, RowPlace at, RowValues values) {
    const ResidueBlock block = p.block(r, at.group);
    if (values == RowValues::rounded)
      return static_cast<double>(aaanalysis_1_1::key(block, at.column, p.scales, r.scale)) / 100000.0;
    double sum = 0;
    for (std::int32_t k = 0; k < block.split.slots; ++k)
      sum += p.scales.single[r.scale * max_residue_codes + code(p, r, at, k)];
    return sum / block.split.residues;
  }
  static FeatureStatistics of_doubles(const Context& ctx, const Problem& p, const FeatureRequest& r, RowValues values) {
    double mean[2], spread[2];
    for (const int is_test : {0, 1}) {
      const auto n = static_cast<double>(is_test != 0 ? p.test_rows : p.rows - p.test_rows);
      const auto each = [&](const auto& f) {
        for_indices(ctx, p.rows, operation, [&](index_t i) {
          const RowPlace at = p.places[i];
          if ((at.column < p.groups[at.group].test_rows) == (is_test != 0)) f(number(p, r, at, values));
        });
      };
      double sum = 0, squares = 0;
      each([&](double x) { sum += x; });
      mean[is_test] = sum / n;
      each([&](double x) { squares += rounded_product(x - mean[is_test], x - mean[is_test]); });
      spread[is_test] = std::sqrt(squares / n);
    }
    return {mean[1] - mean[0], spread[1], spread[0]};
  }
};

}  // namespace isonomy::reference
