// Problems for the rows of residue_rank_sums, and what they must give: keys in wide integers, sorted.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "isonomy/core/random.hpp"
#include "isonomy/ops/residue/arithmetic.hpp"
#include "isonomy/ops/residue/problem.hpp"

namespace isonomy::conformance::detail {

/// Values of all residue codes for some scales, as RankProblem wants them.
struct Scales {
  std::vector<std::int64_t> numerators, denominators;
  std::vector<double> values, single;

  [[nodiscard]] index_t size() const { return static_cast<index_t>(denominators.size()); }
  void add(std::int64_t denominator) {
    denominators.push_back(denominator);
    for (std::vector<double>* v : {&values, &single}) v->resize(v->size() + max_residue_codes);
    numerators.resize(numerators.size() + max_residue_codes);
  }
  void set(index_t scale, index_t code, std::int64_t numerator) {
    const auto at = static_cast<std::size_t>(scale * max_residue_codes + code);
    numerators[at] = numerator;
    values[at] = static_cast<double>(numerator) / static_cast<double>(denominators[static_cast<std::size_t>(scale)]);
    single[at] = static_cast<double>(static_cast<float>(values[at]));
  }
};

struct ScaleRange {
  std::int64_t denominator, low, high;
};
[[nodiscard]] inline Scales make_scales(const std::vector<ScaleRange>& ranges, index_t letters, std::uint64_t seed) {
  Scales s;
  std::uint64_t e = 0;
  for (const ScaleRange& r : ranges) {
    s.add(r.denominator);
    for (index_t a = 0; a < letters; ++a)
      s.set(s.size() - 1, a,
            r.low +
                static_cast<std::int64_t>(random_below(static_cast<std::uint64_t>(r.high - r.low + 1), seed, e++, 3)));
  }
  return s;
}
/// Thousandths, tenths, halves, fine quantisation, and values outside [0, 1].
[[nodiscard]] inline std::vector<ScaleRange> common_ranges() {
  return {{1000, 0, 1000}, {10, 0, 10}, {2, 0, 2}, {1 << 20, 0, 1 << 20}, {1000, -3000, 5000}, {1000, 0, 1000}};
}
/// Sums that need 64 bits, and keys that need more than 32; the last ones have keys beyond 2^53 that differ by 1.
[[nodiscard]] inline std::vector<ScaleRange> wide_ranges() {
  return {{(std::int64_t{1} << 31) + 11, -(std::int64_t{1} << 50), std::int64_t{1} << 50},
          {3000000019, 0, std::int64_t{1} << 54},
          {2000000, (std::int64_t{1} << 54) - 40, (std::int64_t{1} << 54) + 40},
          {2000000, -(std::int64_t{1} << 54) - 40, 40 - (std::int64_t{1} << 54)},
          {100000, (std::int64_t{1} << 54) - 3, (std::int64_t{1} << 54) + 3}};
}
/// Numerators beside the decimal ties of their mean, where a double no longer tells neighbours apart.
inline void move_to_ties(Scales& s, index_t scale, index_t letters) {
  for (index_t a = 0; a < letters; ++a) {
    const std::int64_t m = s.numerators[static_cast<std::size_t>(scale * max_residue_codes + a)];
    s.set(scale, a, m / 20 * 20 + (m < 0 ? -10 : 10) + a % 3 - 1);
  }
}

/// Rows of one layout: how many, and how many of them are tests.
using RowCounts = std::pair<index_t, index_t>;

/// What a problem is made of. Every split makes a group over all layouts.
struct RankShape {
  index_t letters = 20, used = 20;  // few used ones make ties
  std::vector<RowCounts> layouts = {};
  std::vector<std::vector<std::uint16_t>> splits = {};  // positions
  index_t window = 200;
  bool one_scale_each = false;  // else every second group wants all scales, the others half of them
};

/// A problem in host memory; operands go to a backend from here.
class RankData {
 public:
  std::vector<std::uint8_t> codes;
  std::vector<std::uint16_t> positions;
  std::vector<RankGroup> groups;
  std::vector<std::uint32_t> scale_numbers;
  Scales scales;
  index_t letters;

  RankData(const RankShape& shape, Scales given, std::uint64_t seed)
      : scales(std::move(given)), letters(shape.letters) {
    add_rows(shape, seed);
    for (std::size_t g = 0; g < shape.splits.size(); ++g) add_group(shape, g);
    const auto all = static_cast<index_t>(scale_numbers.size());
    groups.push_back({0, static_cast<index_t>(shape.layouts.size()), all, 0});  // wants nothing
  }

  /// The blocks where codes and positions lie.
  [[nodiscard]] std::vector<ResidueBlock> blocks(const std::uint8_t* code, const std::uint16_t* position) const {
    std::vector<ResidueBlock> out;
    out.reserve(blocks_.size());
    for (const Place& p : blocks_) {
      const Layout& l = layouts_[p.layout];
      out.push_back({{code + l.first, l.stride, l.rows, l.tests}, {position + p.first, p.slots, p.residues}});
    }
    return out;
  }
  template <class Arithmetic>
  [[nodiscard]] std::vector<std::uint64_t> twice_u() const {
    std::vector<std::uint64_t> out(scale_numbers.size(), 77);
    const std::vector<ResidueBlock> all = blocks(codes.data(), positions.data());
    for (const RankGroup& g : groups)
      for (index_t i = g.first_scale; i < g.first_scale + g.scales; ++i)
        out[static_cast<std::size_t>(i)] = twice_u<Arithmetic>(
            std::span(all).subspan(static_cast<std::size_t>(g.first_block), static_cast<std::size_t>(g.blocks)),
            static_cast<index_t>(scale_numbers[static_cast<std::size_t>(i)]));
    return out;
  }

 private:
  struct Layout {
    index_t first, stride, rows, tests;
  };
  struct Place {  // of a block
    std::size_t layout;
    index_t first;
    std::int32_t slots, residues;
  };

  /// Layout l > 0 has a gap at position 5 l. Rows lie further apart than they are, and layouts behind a few guards.
  void add_rows(const RankShape& shape, std::uint64_t seed) {
    std::uint64_t e = 0;
    for (std::size_t l = 0; l < shape.layouts.size(); ++l) {
      const auto [rows, tests] = shape.layouts[l];
      const index_t stride = rows + static_cast<index_t>(l % 3);
      codes.resize(codes.size() + 3, 1);
      layouts_.push_back({static_cast<index_t>(codes.size()), stride, rows, tests});
      for (index_t p = 0; p < shape.window; ++p)
        for (index_t r = 0; r < stride; ++r)
          codes.push_back(is_gap(l, p) ? static_cast<std::uint8_t>(shape.letters)
                                       : static_cast<std::uint8_t>(
                                             random_below(static_cast<std::uint64_t>(shape.used), seed, e++)));
    }
  }
  static bool is_gap(std::size_t layout, index_t position) {
    return layout > 0 && position == 5 * static_cast<index_t>(layout);
  }
  void add_group(const RankShape& shape, std::size_t g) {
    const std::vector<std::uint16_t>& split = shape.splits[g];
    RankGroup group{static_cast<index_t>(blocks_.size()), static_cast<index_t>(shape.layouts.size()),
                    static_cast<index_t>(scale_numbers.size()), 0};
    const auto slots = static_cast<std::int32_t>(split.size());
    for (std::size_t l = 0; l < shape.layouts.size(); ++l) {
      const auto gaps =
          std::count_if(split.begin(), split.end(), [&](std::uint16_t p) { return is_gap(l, index_t{p}); });
      blocks_.push_back({l, static_cast<index_t>(positions.size()), slots, slots - static_cast<std::int32_t>(gaps)});
    }
    positions.insert(positions.end(), split.begin(), split.end());
    if (shape.one_scale_each)
      scale_numbers.push_back(static_cast<std::uint32_t>(scales.size() - 1 - static_cast<index_t>(g) % scales.size()));
    else
      for (index_t d = g % 2 == 0 ? 0 : 1; d < scales.size(); d += g % 2 == 0 ? 1 : 2)
        scale_numbers.push_back(static_cast<std::uint32_t>(d));
    group.scales = static_cast<index_t>(scale_numbers.size()) - group.first_scale;
    groups.push_back(group);
  }

  /// 10^5 times a row's mean in integers, halves to even.
  [[nodiscard]] std::int64_t exact_key(const ResidueBlock& b, index_t row, index_t d) const {
    int128_t sum = 0;
    for (std::int32_t k = 0; k < b.split.slots; ++k)
      sum += scales.numerators[static_cast<std::size_t>(d * max_residue_codes +
                                                        b.rows.codes[b.split.positions[k] * b.rows.stride + row])];
    const int128_t scaled = 100000 * sum,
                   divisor = int128_t{scales.denominators[static_cast<std::size_t>(d)]} * b.split.residues;
    int128_t q = scaled / divisor, r = scaled % divisor;
    if (r < 0) r += divisor, --q;
    return static_cast<std::int64_t>(2 * r > divisor || (2 * r == divisor && q % 2 != 0) ? q + 1 : q);
  }

  /// Pairs of a test and a reference row: 2 where the test is larger, 1 where they are equal.
  template <class Arithmetic>
  [[nodiscard]] std::uint64_t twice_u(std::span<const ResidueBlock> blocks, index_t d) const {
    const ScaleViews<HostSpace> views{scales.numerators.data(), scales.denominators.data(), scales.values.data(),
                                      scales.single.data(), scales.size()};
    std::vector<std::int64_t> tests, references;
    for (const ResidueBlock& b : blocks)
      for (index_t row = 0; row < b.rows.rows; ++row) {
        std::int64_t key = 0;
        if constexpr (std::same_as<Arithmetic, exact>)
          key = exact_key(b, row, d);
        else
          key = Arithmetic::key(b, row, views, d);
        (row < b.rows.test_rows ? tests : references).push_back(key);
      }
    std::sort(references.begin(), references.end());
    std::uint64_t sum = 0;
    for (const std::int64_t t : tests) {
      const auto [below, above] = std::equal_range(references.begin(), references.end(), t);
      sum += static_cast<std::uint64_t>((below - references.begin()) + (above - references.begin()));
    }
    return sum;
  }

  std::vector<Layout> layouts_;
  std::vector<Place> blocks_;
};

}  // namespace isonomy::conformance::detail
