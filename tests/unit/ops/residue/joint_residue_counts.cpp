// joint_residue_counts against plain code written from its doc comment.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "isonomy/backend/compose.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/residue/joint_residue_counts.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"
#include "support/profiling/residue_layer.hpp"

using namespace isonomy;
using isonomy::test::instruction_sets;
using isonomy::test::Layer;
using isonomy::test::window;

TEST_CASE("joint counts are the pairs of residues at each pair of positions", "[residue]") {
  const int letters = GENERATE(4, 20, 30);
  const auto n = GENERATE(index_t{0}, index_t{1}, index_t{37}, index_t{1499}, index_t{1500}, index_t{5003});
  INFO(letters << " letters, " << n << " rows");
  const index_t codes = letters + 1, width = residue_pairs(codes);
  const Layer layer(n, index_t{0}, letters, letters, 4, {3, 8});
  std::vector<PositionPair> pairs;
  for (int i = 0; i < 12; ++i) pairs.push_back({i, i});
  for (int i = 0; i < 12; ++i) pairs.push_back({(5 * i) % 12, (7 * i + 3) % 12});
  std::vector<std::uint32_t> expected(pairs.size() * static_cast<std::size_t>(width), 0);
  for (std::size_t p = 0; p < pairs.size(); ++p)
    for (index_t row = 0; row < n; ++row) {
      const int a = layer.at(pairs[p].first, row), b = layer.at(pairs[p].second, row);
      const int low = std::min(a, b), high = std::max(a, b);
      ++expected[p * static_cast<std::size_t>(width) + static_cast<std::size_t>(high * (high + 1) / 2 + low)];
    }
  std::vector<std::uint8_t> by_row;  // row after row, as a caller may hold them
  for (index_t row = 0; row < n; ++row)
    for (index_t p = 0; p < window; ++p) by_row.push_back(layer.at(p, row));
  const MatrixView<const std::uint8_t> along(layer.codes.data(), window, n, layer.stride, 1),
      across(by_row.data(), window, n, 1, window);
  const auto check = [&](auto& ctx) {
    for (const auto& view_of_codes : {along, across}) {
      std::vector<std::uint32_t> out(expected.size(), 99);
      joint_residue_counts(ctx, view_of_codes,
                           VectorView<const PositionPair>(pairs.data(), static_cast<index_t>(pairs.size())),
                           MatrixView<std::uint32_t>(out.data(), static_cast<index_t>(pairs.size()), width, width, 1));
      CHECK(out == expected);
    }
  };
  for (const auto set : instruction_sets()) {
    Context<Cpu> ctx(cpu::ContextOptions{.threads = 3, .instruction_set = set});
    check(ctx);
  }
  Context<Without<Cpu, op::joint_residue_counts>> generic;
  check(generic);
}

TEST_CASE("joint counts refuse outputs of another shape or over their input", "[residue]") {
  Context<Cpu> ctx;
  std::vector<std::uint8_t> codes(12, 0);
  std::vector<PositionPair> pairs{{0, 0}, {0, 1}};
  std::vector<std::uint32_t> out(20, 5);
  const auto error = [&](auto tag, MatrixView<std::uint32_t> target) {
    return ::test::message<decltype(tag)>([&] {
      joint_residue_counts(ctx, MatrixView<const std::uint8_t>(codes.data(), 3, 4, 4, 1),
                           VectorView<const PositionPair>(pairs.data(), 2), target);
    });
  };
  CHECK(error(ShapeError(""), MatrixView<std::uint32_t>(out.data(), 3, 3, 3, 1)) ==
        "joint_residue_counts: out has 3 rows for 2 pairs; give one row per pair");
  CHECK_THAT(error(ShapeError(""), MatrixView<std::uint32_t>(out.data(), 2, 3, 0, 1)),
             Catch::Contains("joint_residue_counts: out is an output whose strides 0, 1 make elements share"));
  CHECK_THAT(
      error(AliasError(""), MatrixView<std::uint32_t>(reinterpret_cast<std::uint32_t*>(pairs.data()), 2, 1, 1, 1)),
      Catch::Contains("pairs"));
  CHECK(out == std::vector<std::uint32_t>(20, 5));
}
