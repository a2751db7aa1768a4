// Broken forms of joint_residue_counts, residue_rank_sums and row_statistics on Backend<Cuda>: the kit rejects each.
#include <cstdint>
#include <span>
#include <vector>

#include "isonomy/backend/compose/override.hpp"
#include "isonomy/conformance/cases/residue.hpp"
#include "isonomy/conformance/cases/row_statistics.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "rejected.hpp"
#include "support/catch.hpp"

namespace isonomy::test {

/// The operations of Backend<Cuda>, with a mistake in them.
struct BrokenResidue {};
enum class ResidueBreak {
  none,
  counts_are_not_cleared,
  counts_are_bytes,
  ties_lose_their_halves,
  averages_are_rounded,
  last_row_is_lost
};

struct AddCounts {
  MatrixView<const std::uint32_t, DeviceSpace> before;
  MatrixView<std::uint32_t, DeviceSpace> out;
  ISONOMY_HD void operator()(index_t e) const { out(e % out.rows, e / out.rows) += before(e % out.rows, e / out.rows); }
};
struct KeepByte {
  MatrixView<std::uint32_t, DeviceSpace> out;
  ISONOMY_HD void operator()(index_t e) const { out(e % out.rows, e / out.rows) &= 0xff; }
};

}  // namespace isonomy::test

template <>
struct isonomy::Backend<isonomy::test::BrokenResidue> {
  using tag = test::BrokenResidue;
  using space = DeviceSpace;
  using context = device::Context;
  using Honest = Backend<Cuda>;
  using Break = test::ResidueBreak;

  static constexpr const char* name() { return "BrokenResidue"; }
  static bool available() noexcept { return true; }

  static void joint_residue_counts(context& ctx, MatrixView<const std::uint8_t, space> codes,
                                   VectorView<const PositionPair, space> pairs, MatrixView<std::uint32_t, space> out) {
    const Break now = test::mistake<Break>;
    const device::Room<std::uint32_t> room(ctx, out.rows * out.columns, "joint_residue_counts");
    const MatrixView<std::uint32_t, space> before(room.data(), out.rows, out.columns, 1, out.rows);
    if (now == Break::counts_are_not_cleared) Honest::copy<std::uint32_t>(ctx, out, before);
    if (now == Break::last_row_is_lost) codes = codes.column_block(0, codes.columns / 4 * 4);
    Honest::joint_residue_counts(ctx, codes, pairs, out);
    const index_t n = out.rows * out.columns;
    if (now == Break::counts_are_not_cleared) Honest::for_each(ctx, n, test::AddCounts{before, out});
    if (now == Break::counts_are_bytes) Honest::for_each(ctx, n, test::KeepByte{out});
  }
  template <class Arithmetic>
  static void residue_rank_sums(context& ctx, RankProblem<space> problem, std::span<std::uint64_t> twice_u) {
    std::vector<ResidueBlock> blocks(problem.blocks.begin(), problem.blocks.end());
    if (test::mistake<Break> == Break::last_row_is_lost)
      for (ResidueBlock& block : blocks)
        if (block.rows.rows > block.rows.test_rows) --block.rows.rows;
    problem.blocks = blocks;
    Honest::residue_rank_sums<Arithmetic>(ctx, problem, twice_u);
    if (test::mistake<Break> == Break::ties_lose_their_halves)
      for (std::uint64_t& u : twice_u) u &= ~std::uint64_t{1};
  }
  template <class Arithmetic>
  static void row_statistics(context& ctx, FeatureProblem<space> problem, RowValues values,
                             MatrixView<double, space> out) {
    if (test::mistake<Break> == Break::averages_are_rounded) values = RowValues::rounded;
    std::vector<ResidueRows> groups(problem.host_groups, problem.host_groups + problem.group_count);
    if (test::mistake<Break> == Break::last_row_is_lost && problem.rows > 0) {
      --problem.rows;
      for (auto g = groups.rbegin(); g != groups.rend(); ++g)
        if (g->rows > g->test_rows) {
          --g->rows;
          break;
        }
      problem.host_groups = groups.data();
    }
    Honest::row_statistics<Arithmetic>(ctx, problem, values, out);
  }
};

namespace isonomy::test {
namespace {

using WithBrokenResidue =
    Override<Cuda, BrokenResidue, op::joint_residue_counts, op::residue_rank_sums, op::row_statistics>;

TEST_CASE("broken counts, ranks and statistics of residues on Cuda are rejected", "[cuda]") {
  using enum ResidueBreak;
  rejects<op::joint_residue_counts, WithBrokenResidue, op::Codes>(
      {counts_are_not_cleared, counts_are_bytes, last_row_is_lost});
  rejects<op::residue_rank_sums, WithBrokenResidue, op::Codes>({ties_lose_their_halves, last_row_is_lost});
  rejects<op::row_statistics, WithBrokenResidue, op::Codes>({averages_are_rounded, last_row_is_lost});
}

}  // namespace
}  // namespace isonomy::test
