// Faults planted into joint_residue_counts, residue_rank_sums and row_statistics.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "isonomy/conformance/cases/residue.hpp"
#include "isonomy/conformance/cases/row_statistics.hpp"
#include "support/catch.hpp"
#include "support/planted/judge.hpp"

namespace isonomy::test {

template <>
struct Special<op::joint_residue_counts> {
  template <class Honest>
  static void run(const Honest& honest, index_t number, cpu::Context& ctx, MatrixView<const std::uint8_t> codes,
                  VectorView<const PositionPair> pairs, MatrixView<std::uint32_t> out) {
    const auto each = [&](const auto& f) {
      for (index_t p = 0; p < out.rows; ++p)
        for (index_t k = 0; k < out.columns; ++k) out(p, k) = f(p, k, out(p, k));
    };
    switch (number) {
    case 0: honest(codes, pairs, out); return each([](auto, auto, std::uint32_t x) { return x & 0xffffu; });
    case 1:
      honest(codes, pairs, out);
      return each([](auto, auto, std::uint32_t x) { return x > (1u << 24) ? 1u << 24 : x; });
    case 2: {
      std::vector<std::uint32_t> old;
      each([&](auto, auto, std::uint32_t x) {
        old.push_back(x);
        return x;
      });
      honest(codes, pairs, out);
      std::size_t n = 0;
      return each([&](auto, auto, std::uint32_t x) { return x + old[n++]; });
    }
    case 3: return honest(codes.column_block(0, std::min<index_t>(codes.columns, 65535)), pairs, out);
    case 4: return honest(codes.column_block(0, std::min<index_t>(codes.columns, 1 << 20)), pairs, out);
    case 5: {
      std::vector<PositionPair> cut;
      for (index_t p = 0; p < pairs.size; ++p) cut.push_back({pairs(p).first & 0xffff, pairs(p).second & 0xffff});
      return honest(codes, VectorView<const PositionPair>(cut.data(), pairs.size), out);
    }
    case 6:  // ordered pairs: those with the larger residue first are lost
      honest(codes, pairs, out);
      for (index_t p = 0; p < pairs.size; ++p)
        for (index_t r = 0; r < codes.columns; ++r) {
          const auto a = codes(pairs(p).first, r), b = codes(pairs(p).second, r);
          if (a > b) --out(p, residue_pair(a, b));
        }
      return;
    case 7:  // code 31 is taken for a gap
      honest(codes, pairs, out);
      return each([&](auto, index_t k, std::uint32_t x) { return k >= residue_pairs(31) ? 0u : x; });
    case 8: {  // only the shortest rows of codes are read with their stride
      if (codes.column_stride != 1)
        codes.column_stride = codes.column_stride / 2 * 2 == codes.column_stride ? codes.column_stride : 1;
      return honest(codes, pairs, out);
    }
    case 9: {  // equal positions are counted twice
      honest(codes, pairs, out);
      return each([&](index_t p, auto, std::uint32_t x) { return pairs(p).first == pairs(p).second ? 2 * x : x; });
    }
    case 10:
      honest(codes, pairs, out);
      if (codes.columns >= 100000 && ctx.threads() > 2 && out.rows > 1 && out(1, 2) > 0) {
        static int c = 0;
        if (++c % 3 == 0) --out(1, 2);
      }
      return;  // an increment is lost
    default:
      out.rows = std::min<index_t>(out.rows, 1 << 20);
      pairs.size = out.rows;
      return honest(codes, pairs, out);
    }
  }
};

template <>
struct Special<op::residue_rank_sums> {
  template <class Honest, class Arithmetic>
  static void run(const Honest& honest, index_t number, cpu::Context&, Arithmetic a, RankProblem<HostSpace> p,
                  std::span<std::uint64_t> out) {
    std::vector<ResidueBlock> blocks(p.blocks.begin(), p.blocks.end());
    std::vector<RankGroup> groups(p.groups.begin(), p.groups.end());
    std::vector<std::uint32_t> numbers(p.scale_numbers.begin(), p.scale_numbers.end());
    std::vector<std::int64_t> numerators(p.numerators.begin(), p.numerators.end());
    std::vector<double> values(p.scales.values, p.scales.values + p.scales.scales * max_residue_codes);
    const auto go = [&] {
      p.blocks = blocks, p.groups = groups, p.scale_numbers = numbers, p.numerators = numerators;
      p.scales.numerators = numerators.data(), p.scales.values = values.data();
      honest(a, p, out);
    };
    const auto each = [&](const auto& f) {
      for (auto& u : out) u = f(u);
    };
    switch (number) {
    case 0: go(); return each([](std::uint64_t u) { return u / 2; });
    case 1: go(); return each([](std::uint64_t u) { return u / 2 * 2; });
    case 2: go(); return each([](std::uint64_t u) { return u & 0xffffffffu; });
    case 3: go(); return each([](std::uint64_t u) { return static_cast<std::uint64_t>(static_cast<float>(u)); });
    case 4: return honest(exact{}, p, out);
    case 5: return honest(aaanalysis_1_1{}, p, out);
    case 6:
      for (auto& d : numbers) d &= 0xffffu;
      return go();
    case 7:
      for (auto& g : groups) g.first_block = 0;
      return go();
    case 8:
      for (auto& g : groups)
        if (g.blocks > 65535) g.blocks = 65535;
      return go();
    case 9:
      for (auto& m : numerators) m = static_cast<std::int64_t>(static_cast<double>(m));
      return go();
    case 10:
      for (auto& m : numerators) m = static_cast<std::int32_t>(m);
      for (auto& v : values) v = static_cast<float>(v);
      return go();
    case 11:
      for (auto& b : blocks)
        if (b.split.slots > 65535) b.split.residues -= b.split.slots - 65535, b.split.slots = 65535;
      return go();
    case 12:
      for (auto& b : blocks) b.rows.stride = b.rows.rows;
      return go();
    case 13:
      for (auto& b : blocks) b.split.residues = b.split.slots;
      return go();
    case 14:
      for (auto& b : blocks) b.rows.rows = std::min<index_t>(b.rows.rows, 1 << 20);
      return go();
    case 15:
      for (auto& b : blocks) b.rows.test_rows = std::min<index_t>(b.rows.test_rows, 65535);
      return go();
    case 16:
      for (auto& m : numerators) m = std::max<std::int64_t>(m, 0);
      for (auto& v : values) v = std::max(v, 0.0);
      return go();
    case 17:
      if (groups.size() > 65536) groups.resize(65536);
      return go();
    case 18: {
      go();
      std::size_t last = 0;
      for (auto& g : groups)
        if (g.scales > 3) last = static_cast<std::size_t>(g.first_scale + g.scales);
      if (last > 1) std::swap(out[last - 1], out[last - 2]);
      return;
    }
    case 19: {  // positions in 15 bits
      static std::vector<std::vector<std::uint16_t>> kept;
      kept.clear();
      for (auto& b : blocks) {
        if (b.split.slots > 3) continue;
        kept.emplace_back(b.split.positions, b.split.positions + b.split.slots);
        for (auto& q : kept.back()) q &= 0x7fffu;
        b.split.positions = kept.back().data();
      }
      return go();
    }
    case 20:
      for (auto& v : values) v = static_cast<double>(static_cast<float>(v));
      return go();
    default: return go();
    }
  }
};

template <>
struct Special<op::row_statistics> {
  template <class Honest, class Arithmetic>
  static void run(const Honest& honest, index_t number, cpu::Context&, Arithmetic a, FeatureProblem<HostSpace> p,
                  RowValues values, MatrixView<double> out) {
    std::vector<ResidueRows> groups(p.groups, p.groups + p.group_count);
    std::vector<RowPlace> places(p.places, p.places + p.rows);
    std::vector<FeatureRequest> requests(p.requests, p.requests + p.features);
    std::vector<std::int64_t> numerators(p.scales.numerators,
                                         p.scales.numerators + p.scales.scales * max_residue_codes);
    std::vector<double> single(p.scales.single, p.scales.single + p.scales.scales * max_residue_codes);
    const auto go = [&] {
      p.groups = p.host_groups = groups.data(), p.places = places.data(), p.requests = requests.data();
      p.scales.numerators = numerators.data(), p.scales.single = single.data();
      honest(a, p, values, out);
    };
    const auto each = [&](index_t column, const auto& f) {
      for (index_t i = 0; i < out.rows; ++i) out(i, column) = f(out(i, column));
    };
    switch (number) {
    case 0: go(); return each(0, [](double x) { return -x; });
    case 1:
      go();
      for (index_t i = 0; i < out.rows; ++i) std::swap(out(i, 1), out(i, 2));
      return;
    case 2: return honest(exact{}, p, values, out);
    case 3: return honest(aaanalysis_1_1{}, p, values, out);
    case 4: return honest(a, p, RowValues::averaged, out);
    case 5: return honest(a, p, RowValues::rounded, out);
    case 6: {  // spreads of samples
      go();
      const auto of_sample = [](index_t n) { return std::sqrt(static_cast<double>(n) / static_cast<double>(n - 1)); };
      each(1, [&](double x) { return x * of_sample(p.test_rows); });
      return each(2, [&](double x) { return x * of_sample(p.rows - p.test_rows); });
    }
    case 7: std::reverse(places.begin(), places.end()); return go();
    case 8:  // rows of a group after the other
      std::stable_sort(places.begin(), places.end(), [](RowPlace x, RowPlace y) { return x.group < y.group; });
      return go();
    case 9:
      for (auto& m : numerators) m = static_cast<std::int32_t>(m);
      for (auto& v : single) v = static_cast<double>(static_cast<std::int32_t>(v * 1000)) / 1000;
      return go();
    case 10:
      for (auto& m : numerators) m = std::max<std::int64_t>(m, 0);
      for (auto& v : single) v = std::max(v, 0.0);
      return go();
    case 11:
      if (p.features > 65536) p.features = out.rows = 65536;
      return go();
    case 12:
      for (auto& r : requests) r.first_slot &= 0xffff;
      return go();
    case 13:
      for (auto& g : groups) g.stride = g.rows;
      return go();
    case 14: go(); return each(0, [](double x) { return static_cast<double>(static_cast<float>(x)); });
    case 15:  // what rounding leaves of equal means
      go();
      return each(0, [](double x) { return x == 0 ? 0x1p-60 : x; });
    default: p.scales.single = p.scales.values; return honest(a, p, values, out);
    }
  }
};

namespace {
Facts joint_residue_counts_facts() {
  return {"joint_residue_counts",
          {"codes", "pairs"},
          {},
          {},
          usual_kinds({Kind::ignores_stop, Kind::narrows_output}),
          {65535, 1 << 20},
          {65535, 1 << 20, 1 << 23},
          {},
          {"counts in 16 bits", "counts in float", "adds to what was in out", "loses rows beyond 65535",
           "loses rows beyond 2^20", "takes positions in 16 bits", "counts ordered pairs", "takes code 31 for a gap",
           "ignores odd strides of codes", "counts equal positions twice", "loses an increment in some calls",
           "loses pairs beyond 2^20"}};
}
Facts residue_rank_sums_facts() {
  return {"residue_rank_sums",
          {"numerators", "denominators", "values", "values through float", "codes", "positions", "blocks", "groups",
           "scale numbers", "host copy of numerators", "host copy of denominators"},
          {},
          {0, 2},
          usual_kinds({Kind::ignores_stop, Kind::narrows_output}),
          {65535, 1 << 20},
          {},
          {},
          {"gives U for 2 U",
           "rounds halves down",
           "gives 2 U in 32 bits",
           "gives 2 U through float",
           "takes exact for all arithmetic",
           "takes aaanalysis_1_1 for all arithmetic",
           "takes scale numbers in 16 bits",
           "ignores where a group's blocks begin",
           "loses blocks beyond 65535 of a group",
           "takes numerators through double",
           "takes numerators in 32 bits",
           "loses slots beyond 65535",
           "ignores the stride of codes",
           "counts gaps as residues",
           "loses rows beyond 2^20",
           "loses test rows beyond 65535",
           "takes negative values for 0",
           "loses groups beyond 65536",
           "exchanges two scales of a group",
           "takes positions in 15 bits",
           "takes values through float"}};
}
Facts row_statistics_facts() {
  return {"row_statistics",
          {"numerators", "denominators", "values", "values through float", "codes", "positions", "groups", "places",
           "requests"},
          {},
          {0, 2},
          usual_kinds({Kind::ignores_stop, Kind::narrows_output}),
          {65535, 1 << 20},
          {},
          {},
          {"turns the sign of the difference", "exchanges the spreads", "takes exact for all arithmetic",
           "takes aaanalysis_1_1 for all arithmetic", "takes averages for all values", "rounds all values",
           "gives spreads of samples", "adds rows from the last to the first", "adds rows of one group after the other",
           "takes values in 32 bits", "takes negative values for 0", "loses features beyond 65536",
           "takes places of slots in 16 bits", "ignores the stride of codes", "gives differences through float",
           "leaves what rounding leaves of equal means", "takes single values for those through float"}};
}
}  // namespace

TEST_CASE("the kit catches a sample of the faults planted into residue operations", "[planted]") {
  judge_sample<op::joint_residue_counts>(joint_residue_counts_facts());
  judge_sample<op::residue_rank_sums>(residue_rank_sums_facts());
  judge_sample<op::row_statistics>(row_statistics_facts());
}
TEST_CASE("the kit catches every fault planted into residue operations", "[planted][long]") {
  judge_all<op::joint_residue_counts>(joint_residue_counts_facts());
  judge_all<op::residue_rank_sums>(residue_rank_sums_facts());
  judge_all<op::row_statistics>(row_statistics_facts());
}

}  // namespace isonomy::test
