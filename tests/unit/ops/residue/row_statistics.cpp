// row_statistics against means and spreads written out, and where exact arithmetic leaves nothing of a difference.
#include <cmath>
#include <cstdint>
#include <vector>

#include "isonomy/conformance/cases/problems/feature_problems.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/residue/row_statistics.hpp"
#include "support/catch.hpp"

namespace isonomy::test {
namespace {

using conformance::detail::FeatureData;

template <class Arithmetic>
std::vector<FeatureStatistics> row_statistics_of(const FeatureData& data, RowValues values) {
  const auto groups = data.groups(data.codes.data());
  const auto slots = data.slots(data.positions.data());
  const auto n = static_cast<index_t>(data.requests.size());
  std::vector<double> out(static_cast<std::size_t>(3 * n));
  Context<Cpu> ctx({.threads = 2});
  row_statistics<Arithmetic>(
      ctx,
      FeatureProblem<HostSpace>{.groups = groups.data(),
                                .places = data.places.data(),
                                .slots = slots.data(),
                                .requests = data.requests.data(),
                                .scales = {data.scales.numerators.data(), data.scales.denominators.data(),
                                           data.scales.values.data(), data.scales.single.data(), data.scales.size()},
                                .host_groups = groups.data(),
                                .group_count = static_cast<index_t>(groups.size()),
                                .rows = data.rows,
                                .test_rows = data.test_rows,
                                .features = n},
      values, row_major(out.data(), n, 3));
  std::vector<FeatureStatistics> statistics;
  for (std::size_t i = 0; i < out.size(); i += 3) statistics.push_back({out[i], out[i + 1], out[i + 2]});
  return statistics;
}

/// Means and spreads by their formulas, in the widest numbers there are.
FeatureStatistics written_out(const FeatureData& data, const FeatureRequest& r, RowValues values) {
  const auto groups = data.groups(data.codes.data());
  const auto slots = data.slots(data.positions.data());
  std::vector<long double> x[2];
  for (const RowPlace& p : data.places) {
    const ResidueSlots& split = slots[static_cast<std::size_t>(r.first_slot) + p.group];
    long double sum = 0;
    for (std::int32_t k = 0; k < split.slots; ++k)
      sum += data.scales.values[static_cast<std::size_t>(r.scale * max_residue_codes +
                                                         groups[p.group](split.positions[k], p.column))];
    sum /= split.residues;
    if (values == RowValues::rounded) sum = std::rint(sum * 100000) / 100000;
    x[p.column < groups[p.group].test_rows ? 1 : 0].push_back(sum);
  }
  long double mean[2] = {}, spread[2] = {};
  for (int k = 0; k < 2; ++k) {
    const auto n = static_cast<long double>(x[k].size());
    for (const long double v : x[k]) mean[k] += v / n;
    for (const long double v : x[k]) spread[k] += (v - mean[k]) * (v - mean[k]) / n;
  }
  return {static_cast<double>(mean[1] - mean[0]), std::sqrt(static_cast<double>(spread[1])),
          std::sqrt(static_cast<double>(spread[0]))};
}

}  // namespace
}  // namespace isonomy::test

using namespace isonomy;

TEST_CASE("row statistics are the means and spreads of the values", "[residue]") {
  const isonomy::test::FeatureData data(
      {.groups = {{40, 17}, {3, 1}, {25, 9}}, .splits = {{1}, {9, 2, 7}, {5, 6, 10, 11}}, .window = 12},
      conformance::detail::make_scales({{1000, 0, 1000}, {1000, -3000, 5000}}, 20, 4), 11);
  for (const RowValues values : {RowValues::averaged, RowValues::rounded}) {
    const auto integers = isonomy::test::row_statistics_of<exact>(data, values);
    const auto doubles = isonomy::test::row_statistics_of<aaanalysis_1_1>(data, values);
    // Single precision stands in the first pass of the reference; a value at a tie may be rounded the other way.
    const double near = values == RowValues::averaged ? 1e-6 : 1e-5;
    for (std::size_t i = 0; i < integers.size(); ++i) {
      INFO("feature " << i);
      const FeatureStatistics expected = isonomy::test::written_out(data, data.requests[i], values);
      const double close = values == RowValues::averaged ? 1e-14 : near;
      CHECK(std::abs(integers[i].difference - expected.difference) < close);
      CHECK(std::abs(integers[i].std_test - expected.std_test) < close);
      CHECK(std::abs(integers[i].std_reference - expected.std_reference) < close);
      CHECK(std::abs(doubles[i].difference - expected.difference) < near);
      CHECK(std::abs(doubles[i].std_test - expected.std_test) < near);
      CHECK(std::abs(doubles[i].std_reference - expected.std_reference) < near);
    }
  }
}

TEST_CASE("rows that are all equal have no difference and no spread", "[residue]") {
  const isonomy::test::FeatureData data(
      {.letters = 1, .groups = {{7, 3}, {6, 2}, {11, 7}}, .splits = {{0, 1, 2}, {3}}, .window = 4},
      conformance::detail::make_scales({{1000, 1, 1000}, {7, 1, 7}, {3, 1, 2}}, 1, 5), 12);
  for (const RowValues values : {RowValues::averaged, RowValues::rounded})
    for (const FeatureStatistics& s : isonomy::test::row_statistics_of<exact>(data, values)) {
      CHECK(s.difference == 0);
      CHECK(s.std_test == 0);
      CHECK(s.std_reference == 0);
    }
}
