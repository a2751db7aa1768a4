// gsn on Backend<CpuBlas>: the golden cases, levels by every search, and those of missing data by pairs.
#include "equivalence/blas/drawn.hpp"
#include "isonomy/blas/blas.hpp"
#include "isonomy/estimators/gsn/fit.hpp"
#include "support/catch.hpp"
#include "support/gsn/golden.hpp"
#include "support/gsn/golden_fit.hpp"
#include "support/gsn/level_fallback.hpp"

using namespace isonomy;

TEST_CASE("fits of gsn on CpuBlas are those of the published code", "[gsn]") {
  Context<CpuBlas> ctx = test::blas_on(2);
  for (const char* regime : {"even", "uneven", "missing"})
    for (const test::GsnCase& c : test::gsn_cases_of(regime)) test::check_golden_fit<gsn::automatic>(ctx, c);
}

TEST_CASE("fits of uneven and missing data on CpuBlas are those of the published code by every search", "[gsn]") {
  Context<CpuBlas> ctx = test::blas_on(2);
  for (const char* regime : {"uneven", "missing"})
    for (const test::GsnCase& c : test::gsn_cases_of(regime)) test::check_golden_fit_by_every_search(ctx, c);
}

TEST_CASE("fits of gsn on CpuBlas have the same bits for any threads", "[gsn]") {
  Context<CpuBlas> one = test::blas_on(1), two = test::blas_on(2), eight = test::blas_on(8);
  for (const test::GsnCase& c : test::gsn_cases("spec")) {
    test::check_golden_repeats(one, two, c);
    test::check_golden_repeats(one, eight, c);
  }
}

TEST_CASE("levels of gsn on CpuBlas are those of the published code by every search", "[gsn]") {
  Context<CpuBlas> ctx = test::blas_on(2);
  for (const test::GsnCase& c : test::gsn_cases_of("even")) {
    test::check_golden_levels<gsn::tridiagonal>(ctx, c);
    test::check_golden_levels<gsn::low_rank>(ctx, c);
    test::check_golden_levels<gsn::batched_cholesky>(ctx, c);
  }
}

TEST_CASE("levels of gsn on CpuBlas fall back to what pairs of units say", "[gsn]") {
  Context<CpuBlas> ctx = test::blas_on(2);
  test::check_fallback_by_hand(ctx);
  test::check_fallback_by_definition(ctx, test::nothing_whole(322, 5, 12, 3));
}
