// Problems for the rows of row_statistics, and what they must give: the values of all rows, class by class, summed.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "isonomy/conformance/cases/problems/rank_problems.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/ops/residue/arithmetic.hpp"
#include "isonomy/ops/residue/problem.hpp"
#include "isonomy/ops/residue/statistics.hpp"

namespace isonomy::conformance::detail {

/// What a problem is made of: every split with every scale, or each split with one.
struct FeatureShape {
  index_t letters = 20;
  std::vector<RowCounts> groups = {};                   // how many rows, and how many of them are tests
  std::vector<std::vector<std::uint16_t>> splits = {};  // positions
  index_t window = 200;
  bool one_scale_each = false;
};

/// A problem in host memory; operands go to a backend from here.
class FeatureData {
 public:
  std::vector<std::uint8_t> codes;
  std::vector<std::uint16_t> positions;
  std::vector<RowPlace> places;
  std::vector<FeatureRequest> requests;
  Scales scales;
  index_t rows = 0, test_rows = 0;

  FeatureData(const FeatureShape& shape, Scales given, std::uint64_t seed) : scales(std::move(given)) {
    add_rows(shape, seed);
    mix_rows(shape, seed);
    for (std::size_t s = 0; s < shape.splits.size(); ++s) add_split(shape, s);
  }

  /// The groups where codes lie, and the slots where positions do.
  [[nodiscard]] std::vector<ResidueRows> groups(const std::uint8_t* code) const {
    std::vector<ResidueRows> out;
    for (const Group& g : groups_) out.push_back({code + g.first, g.stride, g.rows, g.tests});
    return out;
  }
  [[nodiscard]] std::vector<ResidueSlots> slots(const std::uint16_t* position) const {
    std::vector<ResidueSlots> out;
    for (const Slots& s : slots_) out.push_back({position + s.first, s.slots, s.residues});
    return out;
  }
  template <class Arithmetic>
  [[nodiscard]] std::vector<FeatureStatistics> statistics(RowValues values) const {
    std::vector<FeatureStatistics> out;
    for (const FeatureRequest& r : requests)
      out.push_back(std::same_as<Arithmetic, exact> ? of_integers(r, values) : of_doubles(r, values));
    return out;
  }

 private:
  struct Group {
    std::size_t first;
    index_t stride, rows, tests;
  };
  struct Slots {
    std::size_t first;
    std::int32_t slots, residues;
  };

  /// Group g > 0 has a gap at position 5 g. Rows lie further apart than they are, and groups behind a few guards.
  void add_rows(const FeatureShape& shape, std::uint64_t seed) {
    std::uint64_t e = 0;
    for (std::size_t g = 0; g < shape.groups.size(); ++g) {
      const auto [n, tests] = shape.groups[g];
      const index_t stride = n + static_cast<index_t>(g % 3);
      codes.resize(codes.size() + 3, 1);
      groups_.push_back({codes.size(), stride, n, tests});
      for (index_t p = 0; p < shape.window; ++p)
        for (index_t r = 0; r < stride; ++r)
          codes.push_back(is_gap(g, p) ? static_cast<std::uint8_t>(shape.letters)
                                       : static_cast<std::uint8_t>(
                                             random_below(static_cast<std::uint64_t>(shape.letters), seed, e++)));
      rows += n;
      test_rows += tests;
    }
  }
  static bool is_gap(std::size_t group, index_t position) {
    return group > 0 && position == 5 * static_cast<index_t>(group);
  }
  /// Rows of all groups and classes mixed, those of one class of one group in the order of their columns.
  void mix_rows(const FeatureShape& shape, std::uint64_t seed) {
    std::vector<std::pair<std::uint64_t, std::size_t>> order;  // by chance, of a group and class
    for (std::size_t g = 0; g < shape.groups.size(); ++g)
      for (index_t r = 0; r < shape.groups[g].first; ++r)
        order.emplace_back(random_bits(seed, order.size(), 5), 2 * g + (r < shape.groups[g].second ? 1 : 0));
    std::sort(order.begin(), order.end());
    std::vector<std::array<index_t, 2>> next;
    for (const RowCounts& n : shape.groups) next.push_back({n.second, 0});
    for (const auto& row : order)
      places.push_back({static_cast<std::uint32_t>(row.second / 2),
                        static_cast<std::uint32_t>(next[row.second / 2][row.second % 2]++)});
  }
  void add_split(const FeatureShape& shape, std::size_t s) {
    const std::vector<std::uint16_t>& split = shape.splits[s];
    const auto first_slot = static_cast<std::int64_t>(slots_.size()), count = static_cast<std::int64_t>(split.size());
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      const auto gaps = std::count_if(split.begin(), split.end(), [&](std::uint16_t p) { return is_gap(g, p); });
      slots_.push_back({positions.size(), static_cast<std::int32_t>(count), static_cast<std::int32_t>(count - gaps)});
    }
    positions.insert(positions.end(), split.begin(), split.end());
    if (shape.one_scale_each)
      requests.push_back({first_slot, scales.size() - 1 - static_cast<index_t>(s) % scales.size()});
    else
      for (index_t d = 0; d < scales.size(); ++d) requests.push_back({first_slot, d});
  }

  [[nodiscard]] ScaleViews<HostSpace> views() const {
    return {scales.numerators.data(), scales.denominators.data(), scales.values.data(), scales.single.data(),
            scales.size()};
  }
  [[nodiscard]] bool is_test(RowPlace p) const { return p.column < groups_[p.group].tests; }
  [[nodiscard]] ResidueBlock block(const FeatureRequest& r, std::size_t group) const {
    const Group& g = groups_[group];
    const Slots& s = slots_[static_cast<std::size_t>(r.first_slot) + group];
    return {{codes.data() + g.first, g.stride, g.rows, g.tests}, {positions.data() + s.first, s.slots, s.residues}};
  }

  [[nodiscard]] int128_t integer(const FeatureRequest& r, RowPlace p, RowValues values) const {
    const ResidueBlock b = block(r, p.group);
    int128_t sum = 0;
    for (std::int32_t k = 0; k < b.split.slots; ++k)
      sum += scales.numerators[static_cast<std::size_t>(r.scale * max_residue_codes +
                                                        b.rows.codes[b.split.positions[k] * b.rows.stride + p.column])];
    if (values == RowValues::averaged) return sum;
    const int128_t scaled = 100000 * sum,
                   divisor = int128_t{scales.denominators[static_cast<std::size_t>(r.scale)]} * b.split.residues;
    int128_t q = scaled / divisor, rest = scaled % divisor;
    if (rest < 0) rest += divisor, --q;
    return 2 * rest > divisor || (2 * rest == divisor && q % 2 != 0) ? q + 1 : q;
  }
  [[nodiscard]] FeatureStatistics of_integers(const FeatureRequest& r, RowValues values) const {
    std::vector<std::array<int128_t, 4>> sums(groups_.size());  // of references and tests, then their squares
    for (const RowPlace& p : places) {
      const int128_t m = integer(r, p, values);
      sums[p.group][is_test(p) ? 1 : 0] += m;
      sums[p.group][is_test(p) ? 3 : 2] += m * m;
    }
    residue::ExactSums all;
    for (std::size_t g = 0; g < sums.size(); ++g)
      for (const std::size_t k : {0u, 1u})
        all.add(static_cast<int>(k), sums[g][k], sums[g][k + 2],
                values == RowValues::averaged ? block(r, g).split.residues : 1);
    return all.statistics(values == RowValues::averaged
                              ? static_cast<double>(scales.denominators[static_cast<std::size_t>(r.scale)])
                              : 100000.0,
                          static_cast<double>(rows - test_rows), static_cast<double>(test_rows));
  }

  [[nodiscard]] double number(const FeatureRequest& r, RowPlace p, RowValues values) const {
    const ResidueBlock b = block(r, p.group);
    if (values == RowValues::rounded)
      return static_cast<double>(aaanalysis_1_1::key(b, p.column, views(), r.scale)) / 100000.0;
    double sum = 0;
    for (std::int32_t k = 0; k < b.split.slots; ++k)
      sum += scales.single[static_cast<std::size_t>(r.scale * max_residue_codes +
                                                    b.rows.codes[b.split.positions[k] * b.rows.stride + p.column])];
    return sum / b.split.residues;
  }
  [[nodiscard]] FeatureStatistics of_doubles(const FeatureRequest& r, RowValues values) const {
    std::vector<double> of_class[2];
    for (const RowPlace& p : places) of_class[is_test(p) ? 1 : 0].push_back(number(r, p, values));
    double mean[2], spread[2];
    for (const std::size_t k : {0u, 1u}) {
      const auto n = static_cast<double>(of_class[k].size());
      double sum = 0, squares = 0;
      for (const double x : of_class[k]) sum += x;
      mean[k] = sum / n;
      for (const double x : of_class[k]) squares += rounded_product(x - mean[k], x - mean[k]);
      spread[k] = std::sqrt(squares / n);
    }
    return {mean[1] - mean[0], spread[1], spread[0]};
  }

  std::vector<Group> groups_;
  std::vector<Slots> slots_;
};

}  // namespace isonomy::conformance::detail
