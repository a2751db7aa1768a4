// A broken form of row_statistics on Backend<Cuda>: the kit rejects it.
#include <vector>

#include "isonomy/backend/compose/override.hpp"
#include "isonomy/conformance/cases/row_statistics.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "support/catch.hpp"

namespace isonomy::test {

/// The operation of Backend<Cuda>, with a mistake in it.
struct BrokenResidue {};
enum class ResidueBreak { none, averages_are_rounded, last_row_is_lost };
inline ResidueBreak residue_break = ResidueBreak::none;

}  // namespace isonomy::test

template <>
struct isonomy::Backend<isonomy::test::BrokenResidue> {
  using tag = test::BrokenResidue;
  using space = DeviceSpace;
  using context = device::Context;

  static constexpr const char* name() { return "BrokenResidue"; }
  static bool available() noexcept { return true; }

  template <class Arithmetic>
  static void row_statistics(context& ctx, FeatureProblem<space> problem, RowValues values,
                             MatrixView<double, space> out) {
    if (test::residue_break == test::ResidueBreak::averages_are_rounded) values = RowValues::rounded;
    std::vector<ResidueRows> groups(problem.host_groups, problem.host_groups + problem.group_count);
    if (test::residue_break == test::ResidueBreak::last_row_is_lost && problem.rows > 0) {
      --problem.rows;
      for (auto g = groups.rbegin(); g != groups.rend(); ++g)
        if (g->rows > g->test_rows) {
          --g->rows;
          break;
        }
      problem.host_groups = groups.data();
    }
    Backend<Cuda>::row_statistics<Arithmetic>(ctx, problem, values, out);
  }
};

namespace isonomy::test {
namespace {

using WithBrokenResidue = Override<Cuda, BrokenResidue, op::row_statistics>;

/// Rows that fail with this break.
[[nodiscard]] std::int64_t failing_statistics(ResidueBreak what) {
  residue_break = what;
  Context<WithBrokenResidue> ctx;
  conformance::Plan plan;
  plan.level = conformance::Level::quick;
  plan.first_failure = what != ResidueBreak::none;
  conformance::OperationResult result{op::row_statistics::name};
  conformance::Rows<WithBrokenResidue> rows(ctx, plan, result);
  conformance::Cases<op::row_statistics>::run<WithBrokenResidue, op::Codes>(rows);
  residue_break = ResidueBreak::none;
  return result.failed;
}

TEST_CASE("broken row statistics on Cuda are rejected", "[cuda]") {
  CHECK(failing_statistics(ResidueBreak::none) == 0);
  CHECK(failing_statistics(ResidueBreak::averages_are_rounded) > 0);
  CHECK(failing_statistics(ResidueBreak::last_row_is_lost) > 0);
}

}  // namespace
}  // namespace isonomy::test
