// The conformance kit fails deliberately wrong backends: joint_residue_counts and residue_rank_sums.
#include <cstdint>
#include <span>

#include "isonomy/conformance/cases/residue.hpp"
#include "support/broken_backend.hpp"
#include "support/catch.hpp"

using namespace isonomy;

namespace {

struct CountsOrderedPairs {  // only the rows whose first residue is not the smaller
  static void run(cpu::Context& ctx, MatrixView<const std::uint8_t> codes, VectorView<const PositionPair> pairs,
                  MatrixView<std::uint32_t> out) {
    ::test::Host::joint_residue_counts(ctx, codes, pairs, out);
    for (index_t p = 0; p < pairs.size; ++p)
      for (index_t row = 0; row < codes.columns; ++row) {
        const auto a = codes(pairs(p).first, row), b = codes(pairs(p).second, row);
        if (a < b) --out(p, residue_pair(a, b));
      }
  }
};
struct LosesHalf {
  template <class Arithmetic>
  static void run(cpu::Context& ctx, Arithmetic, const RankProblem<HostSpace>& problem,
                  std::span<std::uint64_t> twice_u) {
    ::test::Host::residue_rank_sums<Arithmetic>(ctx, problem, twice_u);
    for (std::uint64_t& u : twice_u) u = u / 2 * 2;
  }
};

}  // namespace

TEST_CASE("the kit catches a wrong joint_residue_counts", "[conformance]") {
  CHECK(::test::failures_of_honest<op::joint_residue_counts>() == 0);
  CHECK(::test::failures<op::joint_residue_counts, CountsOrderedPairs>() > 0);
}
TEST_CASE("the kit catches a wrong residue_rank_sums", "[conformance]") {
  CHECK(::test::failures_of_honest<op::residue_rank_sums>() == 0);
  CHECK(::test::failures<op::residue_rank_sums, LosesHalf>() > 0);
}
