// Conformance rows of row_statistics, whose every step is defined, hence exact.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/cases/problems/feature_problems.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/residue/arithmetic.hpp"
#include "isonomy/ops/residue/problem.hpp"
#include "isonomy/ops/residue/row_statistics.hpp"

namespace isonomy::conformance {

template <>
struct Cases<op::row_statistics> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx,
                                            const FeatureProblem<typename Backend<Tag>::space>& problem,
                                            RowValues values, op::MatrixOutput<Backend<Tag>, double> out) {
    row_statistics<exact>(ctx, problem, values, out);
    row_statistics<aaanalysis_1_1>(ctx, problem, values, out);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    both<Tag, exact>(rows);
    both<Tag, aaanalysis_1_1>(rows);
    refusals<Tag>(rows);
    if (rows.full()) stops<Tag>(rows);
  }

 private:
  using FeatureShape = detail::FeatureShape;
  using Positions = std::vector<std::uint16_t>;

  /// `count` positions from `first` on, around again after the last of the window.
  static Positions range(index_t first, index_t count, index_t window = 200) {
    Positions v;
    for (index_t k = 0; k < count; ++k) v.push_back(static_cast<std::uint16_t>((first + k) % window));
    return v;
  }
  template <class Tag, class Arithmetic>
  static void both(Rows<Tag>& rows) {
    for (const RowValues values : {RowValues::averaged, RowValues::rounded}) {
      few_rows<Tag, Arithmetic>(rows, values);
      if (rows.full()) vast<Tag, Arithmetic>(rows, values);
    }
  }

  /// One position, few out of order, multiples of 8 (where decimal ties occur), and enough for the halves of a pairwise
  /// sum. One row of a class, none, fewer rows than a warp has lanes, and more than any backend takes at once.
  template <class Tag, class Arithmetic>
  static void few_rows(Rows<Tag>& rows, RowValues values) {
    const std::vector<Positions> splits{range(3, 1), {9, 2, 7}, range(20, 8), range(0, 16), range(30, 140)};
    const std::vector<std::vector<detail::RowCounts>> groups{{{2, 1}},
                                                             {{7, 3}},
                                                             {{64, 30}},
                                                             {{65, 65}, {10, 0}},
                                                             {{12, 0}},
                                                             {{200, 11}, {1, 1}, {0, 0}, {57, 20}},
                                                             std::vector<detail::RowCounts>(70, {3, 1}),
                                                             {{1500, 1025}, {2100, 900}}};
    for (const auto& g : groups)
      for (const index_t letters : {20, 31})
        row<Tag, Arithmetic>(rows, "", values,
                             {.letters = letters, .groups = g, .splits = g.size() > 9 ? short_of(splits) : splits},
                             detail::make_scales(detail::common_ranges(), letters, 1));
    detail::Scales wide = detail::make_scales(detail::wide_ranges(), 20, 2);
    detail::move_to_ties(wide, 2, 20);
    detail::move_to_ties(wide, 3, 20);
    row<Tag, Arithmetic>(rows, "wide scales", values, {.groups = {{90, 40}, {61, 30}}, .splits = {{7}, range(3, 3)}},
                         wide);
    // Of equal rows neither means nor spreads may differ by what rounding leaves.
    row<Tag, Arithmetic>(rows, "one letter", values, {.letters = 1, .groups = {{90, 40}, {61, 30}}, .splits = splits},
                         detail::make_scales(detail::common_ranges(), 1, 3));
  }
  /// Gaps of far groups lie behind the window.
  static std::vector<Positions> short_of(const std::vector<Positions>& splits) {
    return {splits.front(), range(0, 41)};
  }

  /// Beyond 2^16 and 2^20 rows, slots, features and groups; every position.
  template <class Tag, class Arithmetic>
  static void vast(Rows<Tag>& rows, RowValues values) {
    const detail::Scales common = detail::make_scales(detail::common_ranges(), 20, 4),
                         one = detail::make_scales({{1000, 0, 1000}}, 20, 5);
    row<Tag, Arithmetic>(rows, "", values, {.groups = {{65549, 65537}, {140001, 3}}, .splits = {{2, 0}}, .window = 3},
                         common);
    row<Tag, Arithmetic>(rows, "", values, {.groups = {{1048601, 500001}}, .splits = {{1, 0}}, .window = 2}, one);
    row<Tag, Arithmetic>(rows, "65549 slots", values,
                         {.groups = {{5, 2}, {4, 2}}, .splits = {range(0, 65549, 11)}, .window = 11}, common);
    row<Tag, Arithmetic>(rows, "65536 positions", values,
                         {.groups = {{12, 5}}, .splits = {{65535}, {0, 65535, 32768}, {256, 255}}, .window = 65536},
                         common);
    FeatureShape many{.groups = {{3, 1}, {2, 1}}, .window = 5, .one_scale_each = true};
    for (std::uint32_t s = 0; s < 65549; ++s) many.splits.push_back({static_cast<std::uint16_t>(s % 5)});
    row<Tag, Arithmetic>(rows, "65549 features", values, many, one);
    FeatureShape groups{.splits = {{0, 2}}, .window = 3};
    for (index_t g = 0; g < 65549; ++g) groups.groups.emplace_back(g % 3, g % 3 / 2);
    row<Tag, Arithmetic>(rows, "65549 groups", values, groups, one);
    FeatureShape race{.groups = {{2000, 900}, {300, 100}}};
    for (index_t s = 0; s < 40; ++s) race.splits.push_back(range(s, 1 + s % 9));
    row<Tag, Arithmetic>(rows, "many tasks", values, race, common, 3);
  }

  template <class Tag>
  static void stops(Rows<Tag>& rows) {
    const detail::Scales scales = detail::make_scales(detail::common_ranges(), 20, 6);
    rows.stops("asked to stop", 8, [&](Call<Tag>& call, index_t splits) {
      const auto data = call.apart([&] {
        FeatureShape shape{.groups = {{1000, 400}}};
        for (index_t s = 0; s < splits; ++s) shape.splits.push_back(range(s % 50, 1 + s % 3));
        return detail::FeatureData(shape, scales, 1);
      });
      described<exact>(call, data, RowValues::rounded, Operand<double>(features(data), 3, Layout::row));
    });
  }

  static index_t features(const detail::FeatureData& data) { return static_cast<index_t>(data.requests.size()); }

  template <class Arithmetic, class Tag, class Change>
  static void described(Call<Tag>& call, const detail::FeatureData& data, RowValues values, const Operand<double>& out,
                        const Change& change) {
    Context<Tag>& ctx = call.context();
    const auto codes = call.input("codes", data.codes);
    const auto positions = call.input("positions", data.positions);
    // Their addresses differ from run to run, so that they cannot stand among the inputs.
    const auto groups = call.apart([&] { return data.groups(codes.data); });
    const auto slots = call.apart([&] { return data.slots(positions.data); });
    const auto device_groups = call.apart([&] { return to_device(ctx, groups); });
    const auto device_slots = call.apart([&] { return to_device(ctx, slots); });
    const detail::Scales& s = data.scales;
    FeatureProblem<typename Backend<Tag>::space> problem{
        .groups = device_groups.data(),
        .places = call.input("places", data.places).data,
        .slots = device_slots.data(),
        .requests = call.input("requests", data.requests).data,
        .scales = {call.input("numerators", s.numerators).data, call.input("denominators", s.denominators).data,
                   call.input("values", s.values).data, call.input("values through float", s.single).data, s.size()},
        .host_groups = groups.data(),
        .group_count = static_cast<index_t>(groups.size()),
        .rows = data.rows,
        .test_rows = data.test_rows,
        .features = features(data)};
    change(problem);
    row_statistics<Arithmetic>(ctx, problem, values, call.output("out", out).matrix());
    call.result("lists kept", call.apart([&] {
      return static_cast<std::int32_t>(same(groups, data.groups(codes.data)) &&
                                       same(to_host(ctx, device_groups), groups) &&
                                       same(to_host(ctx, device_slots), slots));
    }));
  }
  template <class Arithmetic, class Tag>
  static void described(Call<Tag>& call, const detail::FeatureData& data, RowValues values,
                        const Operand<double>& out) {
    described<Arithmetic>(call, data, values, out, [](const auto&) {});
  }
  template <class E>
  static bool same(const std::vector<E>& a, const std::vector<E>& b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(E)) == 0);
  }

  template <class Tag, class Arithmetic>
  static void row(Rows<Tag>& rows, const std::string& what, RowValues values, const FeatureShape& shape,
                  const detail::Scales& scales, int races = 0) {
    std::string label = text::joined(Arithmetic::name, values == RowValues::averaged ? " averaged" : " rounded", ", ",
                                     shape.letters, " letters");
    if (!what.empty()) label += text::joined(", ", what);
    for (std::size_t g = 0; g < std::min<std::size_t>(shape.groups.size(), 4); ++g)
      label += text::joined(", ", shape.groups[g].second, " of ", shape.groups[g].first);
    if (!rows.wants(label)) return;
    const std::uint64_t seed = rows.seed(label);
    const detail::FeatureData data(shape, scales, seed);
    const Operand<double> out(features(data), 3, all_layouts[seed % all_layouts.size()]);
    Operand<double> expected = out;
    const std::vector<FeatureStatistics> statistics = data.statistics<Arithmetic>(values);
    for (std::size_t i = 0; i < statistics.size(); ++i) {
      const auto at = static_cast<index_t>(i);
      expected(at, 0) = statistics[i].difference;
      expected(at, 1) = statistics[i].std_test;
      expected(at, 2) = statistics[i].std_reference;
    }
    rows.row(
        label, [&](Call<Tag>& call) { described<Arithmetic>(call, data, values, out); },
        [&](Verdict& verdict, const Outcome& outcome) {
          verdict.exact("out", outcome.of<double>("out"), expected);
          if (outcome.of<std::int32_t>("lists kept").front() != 1)
            verdict.fault("wrote to groups or slots, which are inputs");
        },
        races);
  }

  template <class Tag>
  static void refusals(Rows<Tag>& rows) {
    const auto refused = [&](const char* what, index_t out_rows, index_t columns, const auto& change) {
      rows.template throws<ShapeError>(what, [=](Call<Tag>& call) {
        const detail::FeatureData data({.groups = {{7, 3}}, .splits = {{1}, {2, 3}}, .window = 4},
                                       detail::make_scales({{10, 0, 10}}, 20, 7), 8);
        described<exact>(call, data, RowValues::averaged, Operand<double>(out_rows, columns, Layout::row), change);
      });
    };
    refused("a row of out too few", 1, 3, [](auto&) {});
    refused("a column of out too few", 2, 2, [](auto&) {});
    refused("a row that no group has", 2, 3, [](auto& p) { ++p.rows; });
    refused("a test row that no group has", 2, 3, [](auto& p) { ++p.test_rows; });
  }
};

}  // namespace isonomy::conformance
