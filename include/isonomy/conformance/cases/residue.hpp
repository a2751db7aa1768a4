// Conformance rows of joint_residue_counts and residue_rank_sums; integers, hence exact.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/residue/arithmetic.hpp"
#include "isonomy/ops/residue/joint_residue_counts.hpp"
#include "isonomy/ops/residue/problem.hpp"
#include "isonomy/ops/residue/residue_rank_sums.hpp"

namespace isonomy::conformance {

template <>
struct Cases<op::joint_residue_counts> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, op::MatrixInput<Backend<Tag>, std::uint8_t> codes,
                                            op::Input<Backend<Tag>, PositionPair> pairs,
                                            op::MatrixOutput<Backend<Tag>, std::uint32_t> out) {
    joint_residue_counts(ctx, codes, pairs, out);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    for (const index_t n : {0, 1, 7, 100, 1499, 1500, 4001})
      for (const index_t codes : {2, 21, max_residue_codes})
        for (const Layout l : all_layouts) row<Tag>(rows, n, codes, l, n < 1000 ? 37 : 5);
    row<Tag>(rows, 100, 21, Layout::row, 0);
  }

 private:
  template <class Tag>
  static void row(Rows<Tag>& rows, index_t n, index_t codes, Layout l, index_t pairs) {
    constexpr index_t positions = 9;
    const std::string label = text::joined(pairs, " pairs, ", n, " rows, ", codes, " codes ", name(l));
    const std::uint64_t seed = rows.seed(label);
    Operand<std::uint8_t> x(positions, n, l);
    Operand<std::uint32_t> out(pairs, residue_pairs(codes),
                               l == Layout::row ? Layout::padded_column : Layout::padded_row);
    std::vector<PositionPair> pair(static_cast<std::size_t>(pairs));
    for (index_t i = 0; i < positions; ++i)
      for (index_t r = 0; r < n; ++r)
        x(i, r) = static_cast<std::uint8_t>(
            random_below(static_cast<std::uint64_t>(codes), seed, static_cast<std::uint64_t>(i * n + r)));
    Operand<std::uint32_t> expected = out;
    expected.fill(0);
    for (index_t p = 0; p < pairs; ++p) {
      const std::uint64_t bits = random_bits(seed, static_cast<std::uint64_t>(p), 1);
      const PositionPair here{static_cast<std::int32_t>(bits % positions),
                              static_cast<std::int32_t>(p % 4 == 0 ? bits % positions : bits / positions % positions)};
      pair[static_cast<std::size_t>(p)] = here;
      for (index_t r = 0; r < n; ++r) ++expected(p, residue_pair(x(here.first, r), x(here.second, r)));
    }
    rows.row(
        label,
        [&](Context<Tag>& ctx) {
          Uploaded<Tag, std::uint8_t> dx(ctx, x);
          Uploaded<Tag, std::uint32_t> dout(ctx, out);
          const auto dpairs = to_device(ctx, pair);
          joint_residue_counts(ctx, dx.matrix(), dpairs.view(), dout.matrix());
          return std::tuple(dout.fetch(ctx), dx.fetch(ctx));
        },
        [&](Verdict& verdict, const std::vector<std::uint32_t>& got, const std::vector<std::uint8_t>& got_x) {
          verdict.exact("out", got, expected);
          verdict.exact("codes", got_x, x);
        });
  }
};

template <>
struct Cases<op::residue_rank_sums> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, const RankProblem<typename Backend<Tag>::space>& problem,
                                            std::span<std::uint64_t> out) {
    residue_rank_sums<exact>(ctx, problem, out);
    residue_rank_sums<aaanalysis_1_1>(ctx, problem, out);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    rank<Tag, exact>(rows);
    rank<Tag, aaanalysis_1_1>(rows);
  }

 private:
  static constexpr index_t window = 200, letters = 20;

  /// How many letters are used (few make ties), and the rows of each layout with their tests.
  struct Shape {
    index_t used;
    std::vector<std::pair<index_t, index_t>> layouts;
  };

  template <class Tag, class Arithmetic>
  static void rank(Rows<Tag>& rows) {
    const std::vector<Shape> shapes{{20, {{2, 1}}},
                                    {20, {{7, 3}}},
                                    {2, {{64, 30}}},
                                    {20, {{65, 65}, {10, 0}}},
                                    {20, {{126, 63}}},
                                    {20, {{200, 11}, {1, 1}, {57, 20}}},
                                    {3, {{300, 150}, {40, 10}}},
                                    {20, {{1500, 700}}}};
    for (const Shape& s : shapes) row<Tag, Arithmetic>(rows, s);
  }

  /// Positions of the splits: one, few out of order, multiples of 8 (where decimal ties occur), with the layouts' gaps,
  /// and long enough for the halves of a pairwise sum.
  static std::vector<std::vector<std::uint16_t>> splits() {
    const auto range = [](std::uint16_t first, std::uint16_t count) {
      std::vector<std::uint16_t> v;
      for (std::uint16_t k = 0; k < count; ++k) v.push_back(static_cast<std::uint16_t>(first + k));
      return v;
    };
    return {range(3, 1), {9, 2, 7}, range(20, 8), range(0, 16), range(1, 25), range(30, 140)};
  }

  struct Scales {
    std::vector<std::int64_t> numerators, denominators;
    std::vector<double> values, single;
  };
  /// Thousandths, tenths, halves, fine quantisation, and values outside [0, 1].
  static Scales make_scales(std::uint64_t seed) {
    struct Range {
      std::int64_t denominator, low, high;
    };
    Scales s;
    std::uint64_t e = 0;
    for (const Range r : {Range{1000, 0, 1000}, Range{10, 0, 10}, Range{2, 0, 2}, Range{1 << 20, 0, 1 << 20},
                          Range{1000, -3000, 5000}, Range{1000, 0, 1000}}) {
      s.denominators.push_back(r.denominator);
      for (index_t a = 0; a < max_residue_codes; ++a) {
        const std::int64_t m = a < letters ? r.low + static_cast<std::int64_t>(random_below(
                                                         static_cast<std::uint64_t>(r.high - r.low + 1), seed, e++, 3))
                                           : 0;
        const double v = static_cast<double>(m) / static_cast<double>(r.denominator);
        s.numerators.push_back(m);
        s.values.push_back(v);
        s.single.push_back(static_cast<double>(static_cast<float>(v)));
      }
    }
    return s;
  }

  template <class Tag, class Arithmetic>
  // A row reads from top to bottom: inputs, reference, run, check. NOLINTNEXTLINE(readability-function-size)
  static void row(Rows<Tag>& rows, const Shape& shape) {
    std::string label = text::joined(Arithmetic::name, " ", shape.used, " letters");
    for (const auto& [n, tests] : shape.layouts) label += text::joined(", ", tests, " of ", n);
    const std::uint64_t seed = rows.seed(label);
    const Scales scales = make_scales(seed);
    const auto all_splits = splits();
    const auto scale_count = static_cast<index_t>(scales.denominators.size());

    std::vector<std::vector<std::uint8_t>> codes;  // per layout; layout l > 0 has a gap at position 5*l
    std::uint64_t e = 0;
    for (std::size_t l = 0; l < shape.layouts.size(); ++l) {
      const auto n = static_cast<std::size_t>(shape.layouts[l].first);
      std::vector<std::uint8_t> c(static_cast<std::size_t>(window) * n);
      for (std::size_t at = 0; at < c.size(); ++at)
        c[at] = l > 0 && at / n == 5 * l
                    ? static_cast<std::uint8_t>(letters)
                    : static_cast<std::uint8_t>(random_below(static_cast<std::uint64_t>(shape.used), seed, e++));
      codes.push_back(std::move(c));
    }
    // Per split a group over all layouts; every second group wants half of the scales.
    std::vector<RankGroup> groups;
    std::vector<std::uint32_t> scale_numbers;
    for (std::size_t g = 0; g < all_splits.size(); ++g) {
      RankGroup group;
      group.first_block = static_cast<index_t>(g * shape.layouts.size());
      group.blocks = static_cast<index_t>(shape.layouts.size());
      group.first_scale = static_cast<index_t>(scale_numbers.size());
      for (index_t d = g % 2 == 0 ? 0 : 1; d < scale_count; d += g % 2 == 0 ? 1 : 2)
        scale_numbers.push_back(static_cast<std::uint32_t>(d));
      group.scales = static_cast<index_t>(scale_numbers.size()) - group.first_scale;
      groups.push_back(group);
    }
    const auto blocks_at = [&](const auto& code_data, const auto& position_data) {
      std::vector<ResidueBlock> blocks;
      for (std::size_t g = 0; g < all_splits.size(); ++g)
        for (std::size_t l = 0; l < shape.layouts.size(); ++l) {
          const auto [n, tests] = shape.layouts[l];
          const auto& split = all_splits[g];
          std::int32_t gaps = 0;
          for (const std::uint16_t p : split) gaps += l > 0 && p == 5 * l;
          const auto slots = static_cast<std::int32_t>(split.size());
          blocks.push_back({{code_data(l), n, n, tests}, {position_data(g), slots, slots - gaps}});
        }
      return blocks;
    };

    const std::vector<ResidueBlock> host_blocks =
        blocks_at([&](std::size_t l) { return codes[l].data(); }, [&](std::size_t g) { return all_splits[g].data(); });
    const ScaleViews<HostSpace> host_scales{scales.numerators.data(), scales.denominators.data(), scales.values.data(),
                                            scales.single.data(), scale_count};
    Operand<std::int64_t> expected(static_cast<index_t>(scale_numbers.size()), index_t{1});
    for (const RankGroup& g : groups)
      for (index_t i = g.first_scale; i < g.first_scale + g.scales; ++i)
        expected(i) = twice_u<Arithmetic>(
            std::span(host_blocks).subspan(static_cast<std::size_t>(g.first_block), static_cast<std::size_t>(g.blocks)),
            host_scales, scale_numbers[static_cast<std::size_t>(i)]);

    rows.row(
        label,
        [&](Context<Tag>& ctx) {
          std::vector<Buffer<std::uint8_t, Tag>> dcodes;
          std::vector<Buffer<std::uint16_t, Tag>> dpositions;
          for (const auto& c : codes) dcodes.push_back(to_device(ctx, c));
          for (const auto& s : all_splits) dpositions.push_back(to_device(ctx, s));
          const auto dnumerators = to_device(ctx, scales.numerators),
                     ddenominators = to_device(ctx, scales.denominators);
          const auto dvalues = to_device(ctx, scales.values), dsingle = to_device(ctx, scales.single);
          const std::vector<ResidueBlock> blocks =
              blocks_at([&](std::size_t l) { return std::as_const(dcodes[l]).data(); },
                        [&](std::size_t g) { return std::as_const(dpositions[g]).data(); });
          const RankProblem<typename Backend<Tag>::space> problem{
              blocks,
              groups,
              scale_numbers,
              {dnumerators.data(), ddenominators.data(), dvalues.data(), dsingle.data(), scale_count},
              scales.numerators,
              scales.denominators};
          std::vector<std::uint64_t> twice(scale_numbers.size(), 77);
          residue_rank_sums<Arithmetic>(ctx, problem, std::span(twice));
          std::vector<std::int64_t> out = expected.storage;
          for (std::size_t i = 0; i < twice.size(); ++i)
            out[i + static_cast<std::size_t>(expected.offset)] = static_cast<std::int64_t>(twice[i]);
          return std::tuple(out);
        },
        [&](Verdict& verdict, const std::vector<std::int64_t>& got) { verdict.exact("2 U", got, expected); });
  }

  /// 10^5 times a row's mean in integers, halves to even: sums of numerators compared, nothing else.
  static std::int64_t exact_key(const ResidueBlock& b, index_t row, const ScaleViews<HostSpace>& scales, index_t d) {
    std::int64_t sum = 0;
    for (std::int32_t k = 0; k < b.split.slots; ++k)
      sum += scales.numerators[d * max_residue_codes + b.rows.codes[b.split.positions[k] * b.rows.stride + row]];
    const std::int64_t scaled = 100000 * sum, divisor = scales.denominators[d] * b.split.residues;
    std::int64_t q = scaled / divisor, r = scaled % divisor;
    if (r < 0) r += divisor, --q;
    return 2 * r > divisor || (2 * r == divisor && q % 2 != 0) ? q + 1 : q;
  }

  /// Pairs of a test and a reference row: 2 where the test is larger, 1 where they are equal.
  template <class Arithmetic>
  static std::int64_t twice_u(std::span<const ResidueBlock> blocks, const ScaleViews<HostSpace>& scales, index_t d) {
    std::vector<std::int64_t> tests, references;
    for (const ResidueBlock& b : blocks)
      for (index_t row = 0; row < b.rows.rows; ++row) {
        std::int64_t key = 0;
        if constexpr (std::same_as<Arithmetic, exact>)
          key = exact_key(b, row, scales, d);
        else
          key = Arithmetic::key(b, row, scales, d);
        (row < b.rows.test_rows ? tests : references).push_back(key);
      }
    std::int64_t sum = 0;
    for (const std::int64_t t : tests)
      for (const std::int64_t r : references) sum += t > r ? 2 : t == r ? 1 : 0;
    return sum;
  }
};

}  // namespace isonomy::conformance
