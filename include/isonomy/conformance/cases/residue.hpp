// Conformance rows of joint_residue_counts and residue_rank_sums; integers, hence exact.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/cases/problems/rank_problems.hpp"
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
    for (const index_t n : {0, 1, 7, 100, 1024, 1499, 1500, 4001})
      for (const index_t codes : {2, 21, max_residue_codes})
        for (const Layout l : all_layouts) row<Tag>(rows, {9, n, codes, n < 1000 ? 37 : 5, l});
    row<Tag>(rows, {9, 100, 21, 0, Layout::row});
    row<Tag>(rows, {2, 70001, 3, 3, Layout::row, true});
    refusals<Tag>(rows);
    if (!rows.full()) return;
    // Rows, positions, pairs and results beyond 2^16 and 2^20; one count beyond 2^24, where a float stops. 2^32 would
    // be a matter of memory.
    for (const index_t positions : {65549, 1048601}) row<Tag>(rows, {positions, 2, 3, 50, Layout::row});
    for (const index_t positions : {65549, 1048601}) row<Tag>(rows, {positions, 2, 3, 50, Layout::column});
    for (const index_t pairs : {65549, 1048601}) row<Tag>(rows, {9, 5, 2, pairs, Layout::row});
    row<Tag>(rows, {9, 50, max_residue_codes, 2001, Layout::row});
    row<Tag>(rows, {3, 1048601, 21, 4, Layout::column, true});
    row<Tag>(rows, {1, 16790003, 3, 1, Layout::row, true});
    row<Tag>(rows, {4, 200003, 5, 40, Layout::row}, 3);
    rows.stops("asked to stop", 256, [](Call<Tag>& call, index_t n) {
      const Operand<std::uint8_t> codes = Operand<std::uint8_t>(5, 4096, Layout::row).fill(std::uint8_t{1});
      joint_residue_counts(call.context(), call.input("codes", codes).matrix(),
                           call.input("pairs", std::vector<PositionPair>(static_cast<std::size_t>(n), {1, 4})),
                           call.output("out", Operand<std::uint32_t>(n, 3, Layout::row)).matrix());
    });
  }

 private:
  struct Shape {
    index_t positions, rows, codes, pairs;
    Layout layout;
    bool repeats = false;  // nearly all codes are equal, so that one count is large
  };

  /// Operands without gaps where they are vast; else pairs have gaps too, which hold a pair that may be read.
  template <class Tag>
  static void row(Rows<Tag>& rows, const Shape& s, int races = 0) {
    const std::string label = text::joined(s.pairs, " pairs of ", s.positions, " positions, ", s.rows, " rows, ",
                                           s.codes, " codes ", name(s.layout), s.repeats ? ", repeated" : "");
    if (!rows.wants(label)) return;
    const bool vast = s.positions * s.rows + s.pairs > 20000;
    const std::uint64_t seed = rows.seed(label);
    Operand<std::uint8_t> x(s.positions, s.rows, s.layout);
    Operand<std::uint32_t> out(s.pairs, residue_pairs(s.codes),
                               vast                      ? s.layout
                               : s.layout == Layout::row ? Layout::padded_column
                                                         : Layout::padded_row);
    for (index_t i = 0; i < s.positions; ++i)
      for (index_t r = 0; r < s.rows; ++r)
        x(i, r) = s.repeats && r % 4099 != 7 ? std::uint8_t{1} : code(s, seed, i * s.rows + r);
    Operand<PositionPair> pairs;
    pairs.rows = s.pairs;
    pairs.columns = 1;
    pairs.row_stride = vast ? 1 : 3;
    pairs.storage.resize(static_cast<std::size_t>(s.pairs * pairs.row_stride), PositionPair{0, 0});
    Operand<std::uint32_t> expected = out;
    expected.fill(0);
    for (index_t p = 0; p < s.pairs; ++p) {
      const PositionPair here = pairs(p) = pair(s, seed, p);
      for (index_t r = 0; r < s.rows; ++r) ++expected(p, residue_pair(x(here.first, r), x(here.second, r)));
    }
    rows.row(
        label,
        [&](Call<Tag>& call) {
          joint_residue_counts(call.context(), call.input("codes", x).matrix(), call.input("pairs", pairs).vector(),
                               call.output("out", out).matrix());
        },
        [&](Verdict& verdict, const Outcome& outcome) {
          verdict.exact("out", outcome.of<std::uint32_t>("out"), expected);
        },
        races);
  }
  static std::uint8_t code(const Shape& s, std::uint64_t seed, index_t e) {
    return static_cast<std::uint8_t>(
        random_below(static_cast<std::uint64_t>(s.codes), seed, static_cast<std::uint64_t>(e)));
  }
  /// Every fourth asks for one position; the last asks for the first and the last.
  static PositionPair pair(const Shape& s, std::uint64_t seed, index_t p) {
    const auto count = static_cast<std::uint64_t>(s.positions);
    const std::uint64_t bits = random_bits(seed, static_cast<std::uint64_t>(p), 1);
    const auto first = static_cast<std::int32_t>(bits % count);
    if (p == s.pairs - 1) return {static_cast<std::int32_t>(s.positions - 1), 0};
    return {first, p % 4 == 0 ? first : static_cast<std::int32_t>(bits / count % count)};
  }

  template <class Tag>
  static void refusals(Rows<Tag>& rows) {
    rows.template throws<ShapeError>("a row of out too few", [](Call<Tag>& call) {
      joint_residue_counts(call.context(), call.input("codes", Operand<std::uint8_t>(2, 5, Layout::row)).matrix(),
                           call.input("pairs", std::vector<PositionPair>(3)),
                           call.output("out", Operand<std::uint32_t>(2, 3, Layout::row)).matrix());
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
    refusals<Tag>(rows);
    if (!rows.full()) return;
    vast<Tag, exact>(rows);
    vast<Tag, aaanalysis_1_1>(rows);
    // A million groups, or scale numbers, would take the derived form minutes; a million scales, gigabytes.
    RankShape many{.layouts = {{3, 1}, {2, 1}}, .window = 5, .one_scale_each = true};
    for (std::uint32_t g = 0; g < 65549; ++g) many.splits.push_back({static_cast<std::uint16_t>(g % 5)});
    row<Tag, exact>(rows, "65549 groups and scales", many,
                    detail::make_scales(std::vector<detail::ScaleRange>(65549, {1000, 0, 1000}), 20, 5));
    stops<Tag>(rows);
  }

 private:
  using RankShape = detail::RankShape;
  using Positions = std::vector<std::uint16_t>;
  static constexpr std::uint64_t guard = 77;  // before and behind the results

  /// `count` positions from `first` on, around again after the last of the window.
  static Positions range(index_t first, index_t count, index_t window = 200) {
    Positions v;
    for (index_t k = 0; k < count; ++k) v.push_back(static_cast<std::uint16_t>((first + k) % window));
    return v;
  }
  /// Positions of the splits: one, few out of order, multiples of 8 (where decimal ties occur), with the layouts' gaps,
  /// and long enough for the halves of a pairwise sum.
  static std::vector<Positions> splits() {
    return {range(3, 1), {9, 2, 7}, range(20, 8), range(0, 16), range(1, 25), range(30, 140)};
  }

  template <class Tag, class Arithmetic>
  static void rank(Rows<Tag>& rows) {
    const std::vector<RankShape> shapes{{20, 20, {{2, 1}}},
                                        {20, 20, {{7, 3}}},
                                        {20, 2, {{64, 30}}},
                                        {20, 20, {{65, 65}, {10, 0}}},
                                        {31, 31, {{126, 63}}},
                                        {20, 20, {{200, 11}, {1, 1}, {0, 0}, {57, 20}}},
                                        {20, 3, {{300, 150}, {40, 10}}},
                                        {20, 20, {{1500, 700}}},
                                        {31, 31, {{1500, 700}}},
                                        {4, 4, {{900, 300}, {80, 20}}}};
    for (RankShape s : shapes) {
      s.splits = splits();
      row<Tag, Arithmetic>(rows, "", s, detail::make_scales(detail::common_ranges(), s.letters, 1));
    }
    RankShape wide{.used = 12, .layouts = {{90, 40}, {61, 30}}, .splits = splits()};
    detail::Scales scales = detail::make_scales(detail::wide_ranges(), wide.letters, 2);
    detail::move_to_ties(scales, 2, wide.letters);
    detail::move_to_ties(scales, 3, wide.letters);
    row<Tag, Arithmetic>(rows, "wide scales", wide, scales);
    wide.splits = std::vector<Positions>(4, {7});
    row<Tag, Arithmetic>(rows, "wide scales at ties", wide, scales);
  }

  /// Beyond 2^16 and 2^20 rows, slots and blocks; every position; 2 U beyond 2^32; counts at the edge of 16 bits.
  template <class Tag, class Arithmetic>
  static void vast(Rows<Tag>& rows) {
    const auto thousandths = [](std::size_t n) {
      return detail::make_scales(std::vector<detail::ScaleRange>(n, {1000, 0, 1000}), 20, 3);
    };
    const detail::Scales common = detail::make_scales(detail::common_ranges(), 20, 4);
    for (const detail::RowCounts& n : {detail::RowCounts{65535, 1}, {65535, 65534}, {65536, 3}, {65537, 65535}})
      row<Tag, Arithmetic>(rows, "", {.letters = 31, .used = 1, .layouts = {n}, .splits = {{1}, {2, 0}}, .window = 3},
                           thousandths(3));
    row<Tag, Arithmetic>(rows, "", {.layouts = {{140001, 70001}}, .splits = {{0, 1}, range(0, 6)}, .window = 6},
                         common);
    row<Tag, Arithmetic>(rows, "", {.layouts = {{1048601, 500001}}, .splits = {{1, 0}}, .window = 2}, thousandths(1));
    for (const index_t slots : {65549, 1048601})
      row<Tag, Arithmetic>(rows, text::joined(slots, " slots"),
                           {.layouts = {{5, 2}, {4, 2}}, .splits = {range(0, slots, 11)}, .window = 11}, common);
    row<Tag, Arithmetic>(
        rows, "65536 positions",
        {.layouts = {{12, 5}}, .splits = {{65535}, {0, 65535, 32768}, {256, 255, 257, 32767}}, .window = 65536},
        common);
    RankShape blocks{.splits = {{0, 2}}, .window = 3};
    for (index_t b = 0; b < 65549; ++b) blocks.layouts.emplace_back(b % 3, b % 3 / 2);
    row<Tag, Arithmetic>(rows, "65549 blocks", blocks, thousandths(2));
    RankShape race{.used = 5, .layouts = {{2000, 900}, {300, 100}}};
    for (index_t g = 0; g < 40; ++g) race.splits.push_back(range(g, 1 + g % 9));
    row<Tag, Arithmetic>(rows, "many tasks", race, common, 3);
  }

  /// Where a group is long, and where there are many.
  template <class Tag>
  static void stops(Rows<Tag>& rows) {
    const detail::Scales scales = detail::make_scales(detail::common_ranges(), 20, 6);
    rows.stops("asked to stop among groups", 8, [&](Call<Tag>& call, index_t groups) {
      RankShape shape{.layouts = {{1000, 400}}};
      for (index_t g = 0; g < groups; ++g) shape.splits.push_back(range(g % 50, 1 + g % 3));
      ranked<exact>(call, detail::RankData(shape, scales, 1));
    });
  }

  template <class Arithmetic, class Tag>
  static void ranked(Call<Tag>& call, const detail::RankData& data) {
    const std::vector<ResidueBlock> blocks =
        data.blocks(call.input("codes", data.codes).data, call.input("positions", data.positions).data);
    const std::vector<ResidueBlock> before = blocks;
    const detail::Scales& s = data.scales;
    const RankProblem<typename Backend<Tag>::space> problem{
        blocks,
        call.host_input("groups", data.groups),
        call.host_input("scale numbers", data.scale_numbers),
        {call.input("numerators", s.numerators).data, call.input("denominators", s.denominators).data,
         call.input("values", s.values).data, call.input("values through float", s.single).data, s.size()},
        call.host_input("host copy of numerators", s.numerators),
        call.host_input("host copy of denominators", s.denominators),
        data.letters};
    const std::size_t n = data.scale_numbers.size();
    residue_rank_sums<Arithmetic>(call.context(), problem,
                                  call.host_output("2 U", std::vector<std::uint64_t>(n + 2, guard)).subspan(1, n));
    // Their addresses differ from run to run, so that they cannot stand among the inputs.
    const bool kept = std::memcmp(blocks.data(), before.data(), blocks.size() * sizeof(ResidueBlock)) == 0;
    call.result("blocks kept", static_cast<std::int32_t>(kept));
  }

  template <class Tag, class Arithmetic>
  static void row(Rows<Tag>& rows, const std::string& what, const RankShape& shape, const detail::Scales& scales,
                  int races = 0) {
    std::string label = text::joined(Arithmetic::name, " ", shape.used, " of ", shape.letters, " letters");
    if (!what.empty()) label += text::joined(", ", what);
    for (std::size_t l = 0; l < std::min<std::size_t>(shape.layouts.size(), 4); ++l)
      label += text::joined(", ", shape.layouts[l].second, " of ", shape.layouts[l].first);
    if (!rows.wants(label)) return;
    const detail::RankData data(shape, scales, rows.seed(label));
    std::vector<std::uint64_t> expected{guard};
    for (const std::uint64_t u : data.twice_u<Arithmetic>()) expected.push_back(u);
    expected.push_back(guard);
    rows.row(
        label, [&](Call<Tag>& call) { ranked<Arithmetic>(call, data); },
        [&](Verdict& verdict, const Outcome& outcome) {
          verdict.exact("2 U", outcome.of<std::uint64_t>("2 U"), contiguous(expected));
          if (outcome.of<std::int32_t>("blocks kept").front() != 1) verdict.fault("wrote to blocks, which are inputs");
        },
        races);
  }

  template <class Tag>
  static void refusals(Rows<Tag>& rows) {
    const auto refused = [&](const char* what, const auto& change) {
      rows.template throws<ShapeError>(what, [=](Call<Tag>& call) {
        detail::RankData data({.layouts = {{7, 3}}, .splits = {{1}, {2, 3}}, .window = 4},
                              detail::make_scales(detail::common_ranges(), 20, 7), 8);
        change(data);
        ranked<exact>(call, data);
      });
    };
    refused("a group beyond the blocks", [](detail::RankData& d) { d.groups[1].blocks = 2; });
    refused("a group beyond the scale numbers", [](detail::RankData& d) { d.groups[1].first_scale += 7; });
    refused("a scale number beyond the scales", [](detail::RankData& d) { d.scale_numbers[2] = 6; });
  }
};

}  // namespace isonomy::conformance
