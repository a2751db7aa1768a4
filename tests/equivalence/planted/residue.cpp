// Faults planted into joint_residue_counts and residue_rank_sums.
#include <cstdint>
#include <span>

#include "isonomy/conformance/cases/residue.hpp"
#include "support/catch.hpp"
#include "support/planted/judge.hpp"

namespace isonomy::test {

template <>
struct Special<op::joint_residue_counts> {
  template <class Honest>
  static void run(const Honest& honest, index_t number, cpu::Context&, MatrixView<const std::uint8_t> codes,
                  VectorView<const PositionPair> pairs, MatrixView<std::uint32_t> out) {
    if (number == 2) return honest(codes.columns > 65535 ? codes.column_block(0, 65535) : codes, pairs, out);
    if (number == 3) return honest(codes.columns > 1 << 20 ? codes.column_block(0, 1 << 20) : codes, pairs, out);
    honest(codes, pairs, out);
    for (index_t p = 0; p < pairs.size; ++p) {
      if (number == 0)  // only the rows whose first residue is not the smaller
        for (index_t row = 0; row < codes.columns; ++row) {
          const auto a = codes(pairs(p).first, row), b = codes(pairs(p).second, row);
          if (a < b) --out(p, residue_pair(a, b));
        }
      if (number == 1 && pairs(p).first == pairs(p).second) out(p, 0) += 1;
    }
  }
};
template <>
struct Special<op::residue_rank_sums> {
  template <class Honest, class Arithmetic, class S>
  static void run(const Honest& honest, index_t number, cpu::Context&, Arithmetic arithmetic, RankProblem<S> problem,
                  std::span<std::uint64_t> twice_u) {
    std::vector<ResidueBlock> blocks(problem.blocks.begin(), problem.blocks.end());
    if (number == 1)  // test rows are the others
      for (ResidueBlock& b : blocks) b.rows.test_rows = b.rows.rows - b.rows.test_rows;
    if (number == 2)  // gaps are counted
      for (ResidueBlock& b : blocks) b.split.residues = b.split.slots;
    if (number == 3)  // rows of a block beyond 65535
      for (ResidueBlock& b : blocks) b.rows.rows = std::max(b.rows.test_rows, std::min<index_t>(b.rows.rows, 65535));
    problem.blocks = blocks;
    honest(arithmetic, problem, twice_u);
    for (std::uint64_t& u : twice_u)
      if (number == 0) u = u / 2 * 2;  // ties lose their half
  }
};

namespace {
Facts counts_facts() {
  return {"joint_residue_counts",
          {"the codes", "the pairs"},
          {},
          {},
          usual_kinds({Kind::ignores_stop, Kind::narrows_output}),
          {65535, 1 << 20},
          {65535, 1 << 20},
          {},
          {"forgets one order of a pair", "counts a position twice", "ends at 65535 rows", "ends at 2^20 rows"}};
}
Facts rank_sums_facts() {
  return {"residue_rank_sums",
          {"the numerators", "the denominators", "the values", "the single values", "the codes", "the positions",
           "the blocks", "the groups", "the scale numbers", "the host's numerators", "the host's denominators"},
          {},
          {0, 9},
          usual_kinds({Kind::ignores_stop, Kind::narrows_output}),
          {65535, 1 << 20},
          {},
          {},
          {"loses halves", "takes test rows for the others", "counts gaps", "ends at 65535 rows"}};
}
}  // namespace

TEST_CASE("the kit catches a sample of the faults planted into residue operations", "[planted]") {
  judge_sample<op::joint_residue_counts>(counts_facts());
  judge_sample<op::residue_rank_sums>(rank_sums_facts());
}
TEST_CASE("the kit catches every fault planted into residue operations", "[planted][long]") {
  judge_all<op::joint_residue_counts>(counts_facts());
  judge_all<op::residue_rank_sums>(rank_sums_facts());
}

}  // namespace isonomy::test
