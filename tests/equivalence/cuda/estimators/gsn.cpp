// gsn on Backend<Cuda>: the golden cases, levels by every search, and those of missing data by pairs.
#include "isonomy/cuda/cuda.cuh"
#include "isonomy/estimators/gsn/fit.hpp"
#include "support/catch.hpp"
#include "support/gsn/golden.hpp"
#include "support/gsn/golden_fit.hpp"
#include "support/gsn/level_fallback.hpp"

namespace isonomy::test {
namespace {

void check_fits_on_device(index_t most_units) {
  Context<Cuda> ctx;
  for (const char* regime : {"even", "uneven", "missing"})
    for (const GsnCase& c : gsn_cases_of(regime, most_units)) check_golden_fit<gsn::automatic>(ctx, c);
}
void check_levels_on_device(index_t most_units) {
  Context<Cuda> ctx;
  for (const GsnCase& c : gsn_cases_of("even", most_units)) {
    check_golden_levels<gsn::tridiagonal>(ctx, c);
    check_golden_levels<gsn::low_rank>(ctx, c);
    check_golden_levels<gsn::batched_cholesky>(ctx, c);
  }
}

}  // namespace
}  // namespace isonomy::test

TEST_CASE("fits of gsn on Cuda are those of the published code", "[cuda]") { isonomy::test::check_fits_on_device(15); }
TEST_CASE("levels of gsn on Cuda are those of the published code by every search", "[cuda]") {
  isonomy::test::check_levels_on_device(15);
}
TEST_CASE("levels of gsn on Cuda fall back to what pairs of units say", "[cuda]") {
  isonomy::Context<isonomy::Cuda> ctx;
  isonomy::test::check_fallback_by_hand(ctx);
  isonomy::test::check_fallback_by_definition(ctx, isonomy::test::nothing_whole(321, 5, 12, 3));
}
TEST_CASE("fits and levels of gsn on Cuda are those of the published code, of many units", "[cuda][long]") {
  isonomy::test::check_fits_on_device(1000);
  isonomy::test::check_levels_on_device(1000);
}
