// Profiling on Backend<Cuda>: the bits of Backend<Cpu> in all that results say.
#include "compared.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "isonomy/estimators/profiling/memory_plan.hpp"
#include "profiling_scenarios.hpp"
#if defined(ISONOMY_EMULATED_DEVICE)
#include "emulation/machine/control.hpp"
#endif

extern template isonomy::test::Results isonomy::test::profiling_results<isonomy::Cpu>(Scope);

TEST_CASE("profiling has the bits of Cpu on Cuda", "[cuda]") {
  using namespace isonomy::test;
  check_same_results(profiling_results<isonomy::Cuda>(Scope::quick), profiling_results<isonomy::Cpu>(Scope::quick));
}
TEST_CASE("profiling has the bits of Cpu on Cuda, on more data", "[cuda][long]") {
  using namespace isonomy::test;
  check_same_results(profiling_results<isonomy::Cuda>(Scope::full), profiling_results<isonomy::Cpu>(Scope::full));
}

namespace isonomy::test {
namespace {

/// The most memory that runs of both arithmetics took on the device, as a part of what was planned.
double taken_of_plan(const profiling::SequenceSet& set, const profiling::ScaleTable& scales,
                     const profiling::ProfileOptions& options = {}) {
  Context<Cuda> ctx;
  const profiling::MemoryPlan plan = memory_plan(ctx, profile_shape(set, scales), options);
  static_cast<void>(profiling::fit<exact>(ctx, set, scales, options));
  static_cast<void>(profiling::fit<aaanalysis_1_1>(ctx, set, scales, options));
  CHECK(ctx.counters().bytes_allocated == 0);
  return static_cast<double>(ctx.counters().bytes_peak) / static_cast<double>(plan.context);
}

}  // namespace
}  // namespace isonomy::test

TEST_CASE("a run takes at most the memory of the device that was planned, and two fifths of it", "[cuda]") {
  using namespace isonomy::test;
  using isonomy::profiling::Test;
  const auto few = set_of(synthetic(60)), many = set_of(synthetic(700));
  const auto gaps =
      set_of(with_gaps(synthetic(60), 30), isonomy::profiling::default_parts(), {.ext_len = 0, .accept_gaps = true});
  const auto scales = every_scale(60);
  for (const double part :
       {taken_of_plan(many, scales, {.split_kws = {{{1, 2}}, {}, {}}}),  // keys of rank sums, mostly
        taken_of_plan(few, scales, {.test = Test::mann_whitney_scipy}),
        taken_of_plan(gaps, scales, {.test = Test::t_test})})
    CHECK((part <= 1 && part >= 0.4));
}
TEST_CASE("a run on many rows takes at most the memory of the device that was planned, and two fifths of it",
          "[cuda][long]") {
  using namespace isonomy::test;
  for (const double part :
       {taken_of_plan(set_of(dom_gsec()), every_scale(1)), taken_of_plan(set_of(synthetic(5000)), every_scale(20)),
        taken_of_plan(set_of(synthetic(700)), every_scale(60), {.test = isonomy::profiling::Test::mann_whitney_scipy})})
    CHECK((part <= 1 && part >= 0.4));
}

#if defined(ISONOMY_EMULATED_DEVICE)  // which counts
namespace isonomy::test {
namespace {

emulation::Statistics statistics_of_fit(const profiling::SequenceSet& set, index_t every) {
  Context<Cuda> ctx;
  emulation::reset_statistics();
  static_cast<void>(profiling::fit(ctx, set, every_scale(every)));
  return emulation::statistics();
}
profiling::SequenceSet of_many_groups(int rows) {
  return set_of(with_gaps(synthetic(rows), static_cast<std::uint64_t>(rows)), profiling::default_parts(),
                {.ext_len = 0, .accept_gaps = true});
}

}  // namespace
}  // namespace isonomy::test

TEST_CASE("launches and waits of profiling do not grow with the groups of rows", "[cuda]") {
  const auto set = isonomy::test::of_many_groups(200);
  REQUIRE(set.groups().size() > 150);
  const auto seen = isonomy::test::statistics_of_fit(set, 60);
  CHECK(seen.launches <= 50);
  CHECK(seen.waits <= 30);
}
TEST_CASE("profiling of 10,000 sequences or of 900 groups takes few launches and waits", "[cuda][long]") {
  const auto plain = isonomy::test::statistics_of_fit(isonomy::test::set_of(isonomy::test::synthetic(10000)), 1);
  CHECK(plain.launches <= 80);
  CHECK(plain.waits <= 30);
  const auto set = isonomy::test::of_many_groups(1100);
  REQUIRE(set.groups().size() > 900);
  CHECK(isonomy::test::statistics_of_fit(set, 1).launches <= 100);
}
#endif
