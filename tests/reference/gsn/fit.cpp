// fit against everything that the published code answers, by every search for levels.
#include <string>
#include <vector>

#include "isonomy/compiled/gsn.hpp"
#include "support/catch.hpp"
#include "support/gsn/golden.hpp"
#include "support/gsn/golden_fit.hpp"
#include "support/gsn/trials.hpp"

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

/// Everything as published for Python.
gsn::GsnOptions literally(const test::GsnCase& c) {
  gsn::GsnOptions options;
  options.wantshrinkage = c.shrinkage;
  if (!c.levels.empty()) options.shrinklevels = c.levels;
  options.ridge = gsn::Ridge::absolute;
  options.iteration = gsn::Iteration::loop;
  options.singular_rule = gsn::SingularRule::cholesky;
  options.n1_rule = gsn::N1Rule::numpy;
  options.dead_units = gsn::DeadUnits::literal;
  if (c.uneven == "missing") options.uneven = gsn::Uneven::missing;
  return options;
}

}  // namespace

TEST_CASE("with every switch as published levels are, but for one case that rounding decides", "[gsn]") {
  Context<Cpu> ctx;
  std::vector<std::string> others;
  for (const char* file : {"even", "uneven", "missing", "spec"})
    for (const test::GsnCase& c : test::gsn_cases(file)) {
      INFO(c.id);
      const test::Trials d = c.data();
      const auto r = gsn::fit(ctx, d.view(), literally(c));
      CHECK(r.shrinklevelN == c.expected.level_noise);
      CHECK(r.numiters == c.expected.iterations);
      if (r.shrinklevelD == c.expected.level_data) continue;
      others.push_back(c.id);
      CHECK(r.data.by_rounding);
      REQUIRE(!c.alternatives.empty());
      CHECK(r.shrinklevelD == c.alternatives.front().expected.level_data);
    }
  CHECK(others == std::vector<std::string>{"uneven-rank_deficient-0"});
}

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
