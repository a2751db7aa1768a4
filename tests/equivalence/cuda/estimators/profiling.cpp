// Profiling on Backend<Cuda>: the bits of Backend<Cpu> in all that results say.
#include "compared.hpp"
#include "isonomy/cuda/cuda.cuh"
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
