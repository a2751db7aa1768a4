// The levels and likelihood curves of the published code on its golden cases, by every search.
#include "isonomy/compiled/gsn.hpp"
#include "support/catch.hpp"
#include "support/gsn/golden.hpp"
#include "support/gsn/golden_fit.hpp"

using namespace isonomy;

TEST_CASE("levels and likelihoods are those of the published code", "[gsn]") {
  Context<Cpu> ctx;
  for (const test::GsnCase& c : test::gsn_cases_of("even")) {
    test::check_golden_levels<gsn::automatic>(ctx, c);
    test::check_golden_levels<gsn::tridiagonal>(ctx, c);
    test::check_golden_levels<gsn::low_rank>(ctx, c);
    test::check_golden_levels<gsn::batched_cholesky>(ctx, c);
  }
}
