// gsn on Backend<Cuda>: the golden cases by every search, levels of missing data by pairs, and conditions that stream.
#include <cstddef>
#include <tuple>
#include <vector>

#include "isonomy/cuda/cuda.cuh"
#include "isonomy/estimators/gsn/fit.hpp"
#include "isonomy/estimators/gsn/stream.hpp"
#include "support/catch.hpp"
#include "support/elements.hpp"
#include "support/gsn/golden.hpp"
#include "support/gsn/golden_fit.hpp"
#include "support/gsn/level_fallback.hpp"
#include "support/gsn/matrices.hpp"
#include "support/gsn/trials.hpp"

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
void check_searches_on_device(index_t most_units) {
  Context<Cuda> ctx;
  for (const char* regime : {"uneven", "missing"})
    for (const GsnCase& c : gsn_cases_of(regime, most_units)) check_golden_fit_by_every_search(ctx, c);
}

/// Is a stream's result that of fit()? Rows are kept, or replaced by a triangle of a qr.
void check_stream_on_device(const GsnCase& c) {
  INFO(c.id);
  Context<Cuda> ctx;
  const Trials d = c.data();
  gsn::GsnOptions options;
  options.wantshrinkage = c.shrinkage;
  if (!c.levels.empty()) options.shrinklevels = c.levels;
  gsn::ConditionStream<Context<Cuda>> stream(ctx, {d.units, d.conditions, d.trials}, options);
  for (index_t k = 0; k < d.conditions; ++k)
    stream.add(MatrixView<const double>(&d.x[static_cast<std::size_t>(k * d.trials)], d.units, d.trials,
                                        d.conditions * d.trials, 1));
  const auto r = stream.fit();
  const auto x = to_device(ctx, d.x);
  const auto whole = gsn::fit(ctx, detail::golden_view<Context<Cuda>>(x, c), options);
  CHECK(r.shrinklevelN == whole.shrinklevelN);
  CHECK(r.shrinklevelD == whole.shrinklevelD);
  CHECK(r.numiters == whole.numiters);
  CHECK(largest(square(ctx, r.cN) - square(ctx, whole.cN)) <= 1e-12 * largest(square(ctx, whole.cN)));
  CHECK(largest(square(ctx, r.cSb) - square(ctx, whole.cSb)) <= 1e-12 * largest(square(ctx, whole.cSb)));
}

/// Is a fit of numbers in float that of the same numbers in double?
template <class T>
void check_numbers_on_device(const GsnCase& c) {
  INFO(c.id);
  Context<Cuda> ctx;
  const Trials d = c.data();
  const std::vector<T> narrow(d.x.begin(), d.x.end());
  const std::vector<double> wide(narrow.begin(), narrow.end());
  const auto on_device = to_device(ctx, narrow);
  const auto wide_on_device = to_device(ctx, wide);
  using Space = Context<Cuda>::space;
  const gsn::GsnOptions options = detail::golden_options(c);
  const auto r = gsn::fit(ctx, gsn::trials_fastest<Space>(on_device.data(), d.units, d.conditions, d.trials), options);
  const auto of_double = gsn::fit(ctx, detail::golden_view<Context<Cuda>>(wide_on_device, c), options);
  CHECK(r.shrinklevelN == of_double.shrinklevelN);
  CHECK(r.shrinklevelD == of_double.shrinklevelD);
  CHECK(r.numiters == of_double.numiters);
  CHECK(largest(square(ctx, r.cN) - square(ctx, of_double.cN)) <= 1e-9 * largest(square(ctx, of_double.cN)));
  CHECK(largest(square(ctx, r.cSb) - square(ctx, of_double.cSb)) <= 1e-9 * largest(square(ctx, of_double.cSb)));
}

using NumberTypes = ChosenElements<std::tuple<float, double>, choice_or(0)>;

}  // namespace
}  // namespace isonomy::test

TEST_CASE("fits of gsn on Cuda are those of the published code", "[cuda]") { isonomy::test::check_fits_on_device(15); }
TEST_CASE("levels of gsn on Cuda are those of the published code by every search", "[cuda]") {
  isonomy::test::check_levels_on_device(15);
}
TEST_CASE("fits of uneven and missing data on Cuda are those of the published code by every search", "[cuda]") {
  isonomy::test::check_searches_on_device(5);
}
TEST_CASE("fits of gsn on Cuda have the same bits each time", "[cuda]") {
  isonomy::Context<isonomy::Cuda> ctx, other;
  for (const isonomy::test::GsnCase& c : isonomy::test::gsn_cases_of("missing", 8))
    isonomy::test::check_golden_repeats(ctx, other, c);
}
TEMPLATE_LIST_TEST_CASE("fits of gsn on Cuda are those of the same numbers in double", "[cuda]",
                        isonomy::test::NumberTypes) {
  for (const char* regime : {"even", "missing"})
    isonomy::test::check_numbers_on_device<TestType>(isonomy::test::gsn_cases_of(regime, 8).front());
}
TEST_CASE("conditions that stream to Cuda have the result of all of them at once", "[cuda]") {
  for (const isonomy::test::GsnCase& c : isonomy::test::gsn_cases_of("even", 8))
    isonomy::test::check_stream_on_device(c);
}
TEST_CASE("levels of gsn on Cuda fall back to what pairs of units say", "[cuda]") {
  isonomy::Context<isonomy::Cuda> ctx;
  isonomy::test::check_fallback_by_hand(ctx);
  isonomy::test::check_fallback_by_definition(ctx, isonomy::test::nothing_whole(321, 5, 12, 3));
}
TEST_CASE("fits and levels of gsn on Cuda are those of the published code, of many units", "[cuda][long]") {
  isonomy::test::check_fits_on_device(1000);
  isonomy::test::check_levels_on_device(1000);
  isonomy::test::check_searches_on_device(1000);
}
