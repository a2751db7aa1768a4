// residue_rank_sums against plain code written from its doc comment.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/backend/compose.hpp"
#include "isonomy/compiled/residue.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/residue/residue_rank_sums.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"
#include "support/profiling/data.hpp"
#include "support/profiling/naive_profiling.hpp"
#include "support/profiling/residue_layer.hpp"

using namespace isonomy;
using isonomy::test::instruction_sets;
using isonomy::test::Layer;
using isonomy::test::SplitMix64;
using isonomy::test::window;
namespace naive = isonomy::test::naive;

namespace {

/// Scales in every form that tuned kernels tell apart; `plain` of them in thousandths between 0 and 1.
struct Scales {
  int letters;
  std::vector<std::int64_t> numerators, denominators;
  std::vector<double> values, single;

  explicit Scales(int letter_count, int plain, bool others = true, int valued = 32) : letters(letter_count) {
    SplitMix64 random(77);
    const auto add = [&](std::int64_t denominator, int low, int high) {
      denominators.push_back(denominator);
      for (int a = 0; a < max_residue_codes; ++a) {
        const int drawn = random.between(low, high);
        const std::int64_t m = a < letters && a < valued ? drawn : 0;
        numerators.push_back(m);
        values.push_back(static_cast<double>(m) / static_cast<double>(denominator));
        single.push_back(static_cast<double>(static_cast<float>(values.back())));
      }
    };
    for (int d = 0; d < plain; ++d) add(1000, 0, 1000);
    if (!others) return;
    add(10, 0, 10);
    add(1, 0, 1);
    add(1000, -1000, 1000);
    add(1000, 0, 5000);
    add(1000000, 0, 1000000);
    add(std::int64_t{1} << 38, 0, 2000000000);
  }
  [[nodiscard]] ScaleViews<HostSpace> views() const {
    return {numerators.data(), denominators.data(), values.data(), single.data(),
            static_cast<index_t>(denominators.size())};
  }
};

/// One split: the positions it takes from each layer.
using SplitOfLayers = std::vector<std::vector<std::uint16_t>>;

std::vector<std::uint16_t> run_of(int first, int count) {
  std::vector<std::uint16_t> out;
  for (int k = 0; k < count; ++k) out.push_back(static_cast<std::uint16_t>((first + 3 * k) % window));
  return out;
}
/// `count` residues: gaps of the layer are taken along and not counted.
std::vector<std::uint16_t> residues_of(const Layer& layer, int first, int count) {
  std::vector<std::uint16_t> out;
  for (int p = first; count > 0; ++p) {
    out.push_back(static_cast<std::uint16_t>(p % window));
    if (std::find(layer.gaps.begin(), layer.gaps.end(), p % static_cast<int>(window)) == layer.gaps.end()) --count;
  }
  return out;
}

struct Problem {
  std::vector<ResidueBlock> blocks;
  std::vector<RankGroup> groups;
  std::vector<std::uint32_t> scale_numbers;

  Problem(const std::vector<Layer>& layers, const std::vector<SplitOfLayers>& splits, const Scales& scales) {
    const auto n_scales = static_cast<index_t>(scales.denominators.size());
    for (const SplitOfLayers& split : splits) {
      groups.push_back({static_cast<index_t>(blocks.size()), static_cast<index_t>(layers.size()),
                        static_cast<index_t>(scale_numbers.size()), n_scales});
      for (std::size_t l = 0; l < layers.size(); ++l) {
        std::int32_t gaps = 0;
        for (const auto p : split[l])
          gaps += std::find(layers[l].gaps.begin(), layers[l].gaps.end(), p) != layers[l].gaps.end() ? 1 : 0;
        const auto slots = static_cast<std::int32_t>(split[l].size());
        blocks.push_back({{layers[l].codes.data(), layers[l].stride, layers[l].rows, layers[l].tests},
                          {split[l].data(), slots, slots - gaps}});
      }
      for (index_t d = 0; d < n_scales; ++d) scale_numbers.push_back(static_cast<std::uint32_t>(d));
    }
  }
  [[nodiscard]] RankProblem<HostSpace> of(const Scales& s) const {
    return {blocks, groups, scale_numbers, s.views(), s.numerators, s.denominators, s.letters};
  }
};

/// 2 U: for every test row, twice the references below it and once those equal to it.
std::uint64_t naive_twice_u(const Problem& problem, const RankGroup& g, const Scales& s, std::size_t d, bool exactly) {
  std::vector<std::int64_t> tests, references;
  std::vector<double> v;
  for (index_t b = g.first_block; b < g.first_block + g.blocks; ++b) {
    const ResidueBlock& block = problem.blocks[static_cast<std::size_t>(b)];
    for (index_t row = 0; row < block.rows.rows; ++row) {
      naive::wide m = 0;
      v.clear();
      for (std::int32_t k = 0; k < block.split.slots; ++k) {
        const std::size_t code = block.rows.codes[block.split.positions[k] * block.rows.stride + row];
        m += s.numerators[d * max_residue_codes + code];
        v.push_back(s.values[d * max_residue_codes + code]);
      }
      const std::int64_t integer = naive::half_even(m * 100000, naive::wide{s.denominators[d]} * block.split.residues);
      const double mean = naive::pairwise(v.data(), v.size()) / block.split.residues;
      (row < block.rows.test_rows ? tests : references)
          .push_back(exactly ? integer : static_cast<std::int64_t>(std::rint(mean * 1e5)));
    }
  }
  std::sort(references.begin(), references.end());
  std::uint64_t twice = 0;
  for (const std::int64_t t : tests) {
    const auto [low, high] = std::equal_range(references.begin(), references.end(), t);
    twice += static_cast<std::uint64_t>((low - references.begin()) + (high - references.begin()));
  }
  return twice;
}

template <class Arithmetic, class Ctx>
std::vector<std::uint64_t> ranked(Ctx& ctx, const Problem& problem, const Scales& scales) {
  std::vector<std::uint64_t> out(problem.scale_numbers.size(), 123456789);
  residue_rank_sums<Arithmetic>(ctx, problem.of(scales), std::span(out));
  return out;
}

template <class Arithmetic>
void check_ranks_in(const Problem& problem, const Scales& scales, bool generic) {
  std::vector<std::uint64_t> expected;
  for (const RankGroup& g : problem.groups)
    for (std::size_t d = 0; d < scales.denominators.size(); ++d)
      expected.push_back(naive_twice_u(problem, g, scales, d, std::is_same_v<Arithmetic, exact>));
  const auto compare = [&](const std::vector<std::uint64_t>& got) {
    for (std::size_t i = 0; i < expected.size(); ++i) {
      INFO("group " << i / scales.denominators.size() << ", scale " << i % scales.denominators.size() << ", "
                    << problem.blocks[i / scales.denominators.size() * problem.blocks.size() / problem.groups.size()]
                           .split.residues
                    << " residues");
      CHECK(got[i] == expected[i]);
      if (got[i] != expected[i]) return;
    }
  };
  for (const auto set : instruction_sets()) {
    INFO(Arithmetic::name << " on " << cpu::name(set));
    Context<Cpu> ctx(cpu::ContextOptions{.threads = 2, .instruction_set = set});
    compare(ranked<Arithmetic>(ctx, problem, scales));
  }
  if (!generic) return;
  INFO(Arithmetic::name << ", generic form");
  Context<Without<Cpu, op::residue_rank_sums>> ctx;
  compare(ranked<Arithmetic>(ctx, problem, scales));
}

void check_ranks(const std::vector<Layer>& layers, const std::vector<SplitOfLayers>& splits, const Scales& scales,
                 bool generic = true) {
  const Problem problem(layers, splits, scales);
  check_ranks_in<exact>(problem, scales, generic);
  check_ranks_in<aaanalysis_1_1>(problem, scales, generic);
}

}  // namespace

TEST_CASE("rank sums tell keys beyond 2^53 apart", "[residue]") {
  Scales scales(4, 1, false);
  scales.denominators[0] = 100000;  // the key of one residue is its numerator
  for (std::size_t a = 0; a < 4; ++a) {
    scales.numerators[a] = (std::int64_t{1} << 54) + static_cast<std::int64_t>(a);
    scales.values[a] = static_cast<double>(scales.numerators[a]) / 100000;
    scales.single[a] = static_cast<double>(static_cast<float>(scales.values[a]));
  }
  check_ranks({Layer(60, 25, 4, 4, 5)}, {{run_of(1, 1)}}, scales);
}

TEST_CASE("rank sums are right for every residue count and alphabet", "[residue]") {
  const int letters = GENERATE(4, 20, 30);
  const auto [n, tests] = GENERATE(std::pair<index_t, index_t>{60, 25}, std::pair<index_t, index_t>{260, 130});
  const std::vector<Layer> layers{Layer(n, tests, letters, letters, 5)};
  std::vector<SplitOfLayers> splits;
  for (const int count : {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 16, 24, 40, 63, 64, 65, 128, 130})
    splits.push_back({run_of(count, count)});
  INFO(letters << " letters, " << tests << " of " << n);
  check_ranks(layers, splits, Scales(letters, 5));
}

TEST_CASE("rank sums compare rows whose residue counts differ", "[residue]") {
  const int letters = GENERATE(4, 20, 30);
  const auto n = GENERATE(index_t{30}, index_t{150});
  std::vector<Layer> layers;
  for (std::uint64_t l = 0; l < 3; ++l)
    layers.emplace_back(n + static_cast<index_t>(l), n / 2, letters, letters, 11 + l);
  layers.emplace_back(n, index_t{0}, letters, letters, 20);  // one class alone
  layers.emplace_back(n, n, letters, letters, 21);
  std::vector<SplitOfLayers> splits;
  const auto add = [&](std::vector<int> counts) {
    SplitOfLayers split;
    for (std::size_t l = 0; l < layers.size(); ++l) split.push_back(run_of(7, counts[l % counts.size()]));
    splits.push_back(split);
  };
  add({3, 4});
  add({1, 2, 3, 4, 5});
  add({8, 9, 16});
  add({8});
  add({16, 8, 24, 32, 40});
  add({7, 11, 13});
  add({64, 65});
  add({64, 63, 8});
  add({128, 130, 4});
  check_ranks(layers, splits, Scales(letters, 4));
}

TEST_CASE("gaps have no value, are not counted, and keep their lane in the sum", "[residue]") {
  const int letters = GENERATE(4, 20, 30);
  const auto n = GENERATE(index_t{31}, index_t{160});
  const std::vector<Layer> layers{Layer(n, n / 2, letters, letters, 31),
                                  Layer(n, n / 3, letters, letters, 32, {2, 9, 17}),
                                  Layer(n, n / 2, letters, letters, 33, {0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11})};
  std::vector<SplitOfLayers> splits;
  for (const int count : {1, 2, 3, 4, 7, 8, 16, 24, 53})
    splits.push_back(
        {residues_of(layers[0], 1, count), residues_of(layers[1], 1, count), residues_of(layers[2], 1, count)});
  for (const int slots : {12, 20, 24, 64, 65})  // the same slots hold different numbers of residues
    splits.push_back(
        {residues_of(layers[0], 0, slots), residues_of(layers[0], 0, slots), residues_of(layers[0], 0, slots)});
  check_ranks(layers, splits, Scales(letters, 4));
}

TEST_CASE("many kinds of few rows each give the rank sums of all their rows", "[residue]") {
  const int letters = 20;
  std::vector<Layer> layers;
  for (std::uint64_t l = 0; l < 120; ++l) {
    const index_t n = l < 3 ? 63 + static_cast<index_t>(l) : 1 + static_cast<index_t>(l % 3);  // a vector is 64 rows
    const int gap = static_cast<int>(l % 11);
    const std::vector<int> gaps = l % 2 == 0 ? std::vector<int>{} : std::vector<int>{gap, gap + 20};
    layers.emplace_back(n, static_cast<index_t>(l) % (n + 1), letters, letters, 100 + l, gaps);
  }
  std::vector<SplitOfLayers> splits;
  for (const int slots : {3, 9, 24, 40}) {
    SplitOfLayers split;
    for (std::size_t l = 0; l < layers.size(); ++l) split.push_back(run_of(0, slots + static_cast<int>(l / 2 % 2)));
    splits.push_back(split);
  }
  check_ranks(layers, splits, Scales(letters, 4));
}

TEST_CASE("rank sums are right on both sides of the limit of pair comparison", "[residue][slow]") {
  const auto [tests, references] = GENERATE(std::pair<index_t, index_t>{80, 100}, std::pair<index_t, index_t>{89, 90},
                                            std::pair<index_t, index_t>{1, 8000}, std::pair<index_t, index_t>{8000, 1},
                                            std::pair<index_t, index_t>{1, 8001}, std::pair<index_t, index_t>{8001, 1},
                                            std::pair<index_t, index_t>{3, 2666}, std::pair<index_t, index_t>{1, 1},
                                            std::pair<index_t, index_t>{2, 1}, std::pair<index_t, index_t>{1, 2});
  INFO(tests << " tests, " << references << " references");
  const std::vector<Layer> layers{Layer(tests + references, tests, 20, 20, 3)};
  std::vector<SplitOfLayers> splits;
  for (const int count : {1, 5, 8, 64}) splits.push_back({run_of(0, count)});
  // More scales than are compared side by side.
  check_ranks(layers, splits, Scales(20, 40, false), tests + references < 1000);
}

TEST_CASE("ties of all rows and perfect separation give the middle and the ends", "[residue]") {
  const auto n = GENERATE(index_t{2}, index_t{40}, index_t{300});
  const index_t tests = n / 2;
  const Scales scales(20, 3, false);
  std::vector<Layer> layers{Layer(n, tests, 20, 1, 3)};
  const auto highest = static_cast<std::uint8_t>(
      std::max_element(scales.numerators.begin(), scales.numerators.begin() + 20) - scales.numerators.begin());
  const auto lowest = static_cast<std::uint8_t>(
      std::min_element(scales.numerators.begin(), scales.numerators.begin() + 20) - scales.numerators.begin());
  std::vector<SplitOfLayers> splits;
  for (const int count : {1, 4, 8, 9, 65}) splits.push_back({run_of(0, count)});
  check_ranks(layers, splits, scales);
  Context<Cpu> ctx;
  const auto pairs = static_cast<std::uint64_t>(tests * (n - tests));
  for (const std::uint64_t u : ranked<exact>(ctx, Problem(layers, splits, scales), scales)) CHECK(u == pairs);
  for (index_t p = 0; p < window; ++p)
    for (index_t i = 0; i < n; ++i) layers[0].at(p, i) = i < tests ? highest : lowest;
  const auto apart = ranked<exact>(ctx, Problem(layers, splits, scales), scales);
  for (std::size_t i = 0; i < apart.size(); i += 3) CHECK(apart[i] == 2 * pairs);
  check_ranks(layers, splits, scales);
}

TEST_CASE("letters without a value in any scale count as letters", "[residue]") {
  const auto n = GENERATE(index_t{40}, index_t{400});
  const std::vector<Layer> layers{Layer(n, n / 2, 20, 20, 9), Layer(n, n / 2, 20, 20, 10)};
  std::vector<SplitOfLayers> splits;
  for (const int count : {1, 2, 3, 4, 5, 8}) splits.push_back({run_of(2, count), run_of(3, count)});
  splits.push_back({run_of(2, 3), run_of(2, 4)});
  check_ranks(layers, splits, Scales(20, 5, false, 9));
}

TEST_CASE("bins hold 65,535 rows of one class, and more rows take wider bins", "[residue][slow]") {
  const auto n = GENERATE(index_t{65534}, index_t{65535}, index_t{65536});
  const auto missing = GENERATE(index_t{0}, index_t{1});
  const bool tests_are_many = GENERATE(true, false);
  INFO(n << " rows, " << missing << " of the smaller class");
  const Scales scales(20, 3, false);
  const index_t tests = tests_are_many ? n - missing : missing;
  const std::vector<Layer> same{Layer(n, tests, 20, 1, 1)};
  const std::vector<SplitOfLayers> splits{{run_of(0, 1)}, {run_of(0, 5)}, {run_of(0, 8)}};
  const Problem problem(same, splits, scales);
  for (const auto set : instruction_sets()) {
    Context<Cpu> ctx(cpu::ContextOptions{.threads = 2, .instruction_set = set});
    const auto pairs = static_cast<std::uint64_t>(tests * (n - tests));
    for (const std::uint64_t u : ranked<exact>(ctx, problem, scales)) CHECK(u == pairs);
    for (const std::uint64_t u : ranked<aaanalysis_1_1>(ctx, problem, scales)) CHECK(u == pairs);
  }
}

TEST_CASE("many rows are folded into multisets without changing a rank", "[residue][slow]") {
  const auto [n, used] = GENERATE(std::pair<index_t, int>{20000, 3}, std::pair<index_t, int>{20000, 20},
                                  std::pair<index_t, int>{60001, 20}, std::pair<index_t, int>{66000, 20});
  INFO(n << " rows of " << used << " letters");
  const std::vector<Layer> layers{Layer(n - 5000, n / 3, 20, used, 15),
                                  Layer(index_t{5000}, index_t{5000}, 20, used, 16, {4})};
  std::vector<SplitOfLayers> splits;
  for (const int count : {1, 2, 3, 4, 5, 6, 7, 8})
    splits.push_back({residues_of(layers[0], 3, count), residues_of(layers[1], 3, count)});
  splits.push_back({run_of(2, 3), run_of(2, 5)});
  splits.push_back({run_of(2, 6), run_of(2, 8)});
  check_ranks(layers, splits, Scales(20, 3, false), false);
}

TEST_CASE("rank sums refuse what does not fit together", "[residue]") {
  const Scales scales(20, 3, false);
  const std::vector<Layer> layers{Layer(index_t{10}, index_t{5}, 20, 20, 1)};
  const std::vector<SplitOfLayers> splits{{run_of(0, 2)}};
  Problem problem(layers, splits, scales);
  std::vector<std::uint64_t> out(3);
  Context<Cpu> ctx;
  const auto error = [&] {
    return ::test::message<ShapeError>([&] { residue_rank_sums<exact>(ctx, problem.of(scales), std::span(out)); });
  };
  out.resize(2);
  CHECK(error() == "residue_rank_sums: out has 2 entries for 3 scale numbers; give one per scale number");
  out.resize(3);
  problem.scale_numbers[1] = 3;
  CHECK(error() == "residue_rank_sums: scale number 3 of 3 scales");
  problem.scale_numbers[1] = 1;
  problem.groups[0].scales = 4;
  CHECK(error() == "residue_rank_sums: a group reaches beyond the list of blocks or scale numbers");
  problem.groups[0].scales = 3;
  problem.groups[0].first_block = 1;
  CHECK(error() == "residue_rank_sums: a group reaches beyond the list of blocks or scale numbers");
  problem.groups[0].first_block = -1;
  CHECK(error() == "residue_rank_sums: a group reaches beyond the list of blocks or scale numbers");
  problem.groups[0].first_block = 0;
  problem.blocks[0].split.residues = 0;
  CHECK(error() == "residue_rank_sums: a block has 0 residues in 2 slots; leave out splits without residues");
  problem.blocks[0].split.residues = 2;
  residue_rank_sums<exact>(ctx, problem.of(scales), std::span(out));
  problem.groups.clear();
  problem.scale_numbers.clear();
  residue_rank_sums<exact>(ctx, problem.of(scales), std::span<std::uint64_t>());
}
