// fit against everything that the published code answers, by every search for levels.
#include <vector>

#include "isonomy/compiled/gsn.hpp"
#include "support/catch.hpp"
#include "support/gsn/golden.hpp"
#include "support/gsn/golden_fit.hpp"

using namespace isonomy;

namespace {

void check_fits(const std::vector<test::GsnCase>& cases) {
  Context<Cpu> ctx;
  for (const test::GsnCase& c : cases) {
    test::check_golden_fit<gsn::automatic>(ctx, c);
    test::check_golden_fit<gsn::tridiagonal>(ctx, c);
    test::check_golden_fit<gsn::low_rank>(ctx, c);
    test::check_golden_fit<gsn::batched_cholesky>(ctx, c);
  }
}

}  // namespace

TEST_CASE("fits of even data are those of the published code", "[gsn]") {
  const std::vector<test::GsnCase> cases = test::gsn_cases_of("even");
  CHECK(cases.size() == 38);  // 30 random, E1 to E7, L1
  check_fits(cases);
}

TEST_CASE("fits of uneven data are those of the published code", "[gsn]") {
  const std::vector<test::GsnCase> cases = test::gsn_cases_of("uneven");
  CHECK(cases.size() == 32);  // 30 random, U1, U2
  check_fits(cases);
}

TEST_CASE("fits of missing data are those of the published code", "[gsn]") {
  const std::vector<test::GsnCase> cases = test::gsn_cases_of("missing");
  CHECK(cases.size() == 31);  // 30 random, M1
  check_fits(cases);
}
