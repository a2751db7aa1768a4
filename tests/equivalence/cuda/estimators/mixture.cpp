// Mixtures on Backend<Cuda>: the bits of Backend<Cpu> in all that results say.
#include <cmath>

#include "compared.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "mixture_scenarios.hpp"
#include "support/mixture/farthest_row.hpp"
#if defined(ISONOMY_EMULATED_DEVICE)
#include "emulation/machine/control.hpp"
#endif

extern template isonomy::test::Results isonomy::test::mixture_results<isonomy::Cpu>(Scope);

TEST_CASE("mixture has the bits of Cpu on Cuda", "[cuda]") {
  using namespace isonomy::test;
  check_same_results(mixture_results<isonomy::Cuda>(Scope::quick), mixture_results<isonomy::Cpu>(Scope::quick));
}
TEST_CASE("mixture has the bits of Cpu on Cuda, on more data", "[cuda][long]") {
  using namespace isonomy::test;
  check_same_results(mixture_results<isonomy::Cuda>(Scope::full), mixture_results<isonomy::Cpu>(Scope::full));
}

namespace isonomy::test {
namespace {

struct Twice {
  ISONOMY_HD double operator()(double x) const { return 2 * x; }
};

}  // namespace
}  // namespace isonomy::test

TEST_CASE("many fits on streams of their own wait for what is queued, and have the bits of single fits", "[cuda]") {
  using namespace isonomy;
  constexpr index_t points = 400, sets = 5;
  std::vector<double> x;
  for (std::uint64_t i = 0; i < sets; ++i) {
    const std::vector<double> one = test::two_peaks(points, i);
    x.insert(x.end(), one.begin(), one.end());
  }
  const std::vector<double> start{0.5, 0.4, 7.6, 2, 1.2};
  Context<Cuda> ctx;
  const auto halves = to_device(ctx, x);
  Buffer<double, Cuda> data(ctx, points * sets);
#if defined(ISONOMY_EMULATED_DEVICE)
  emulation::settings().shuffle = false;  // so that no stream runs before something waits for it
#endif
  transform(ctx, test::Twice{}, data.view(), halves.view());
  const auto all = mixture::fit_many(ctx, mixture::NormalModel{2},
                                     column_major<DeviceSpace>(std::as_const(data).data(), points, sets), start);
#if defined(ISONOMY_EMULATED_DEVICE)
  emulation::settings().shuffle = true;
#endif
  REQUIRE(all.report.warnings.empty());
  for (index_t i = 0; i < sets; ++i) {
    const auto one =
        mixture::fit(ctx, mixture::NormalModel{2}, std::as_const(data).view().subview(i * points, points), start);
    CHECK(all.fits[static_cast<std::size_t>(i)].minimum.parameters == one.minimum.parameters);
    CHECK(all.fits[static_cast<std::size_t>(i)].minimum.nll == one.minimum.nll);
  }
  CHECK(all.report.bytes_moved > 0);
}

#if defined(ISONOMY_EMULATED_DEVICE)  // which counts
TEST_CASE("a pass over points in pieces waits for the sums of each, and for nothing that travels", "[cuda]") {
  using namespace isonomy;
  constexpr index_t pieces = 9;
  const mixture::Chunks<float> points{(pieces - 1) * block_points + 5,
                                      [](index_t, VectorView<float> room) {
                                        for (index_t i = 0; i < room.size; ++i) room(i) = static_cast<float>(i % 7);
                                      },
                                      block_points};
  Context<Cuda> ctx;
  emulation::reset_statistics();
  CHECK(std::isfinite(mixture::evaluate(ctx, mixture::shared_mean_pair(), points, {0.5, 3, 1, 2}).nll));
  CHECK(emulation::statistics().waits <= pieces);
}
#endif

TEST_CASE("the farthest row is the first of the highest on Cuda", "[cuda]") {
  isonomy::test::check_farthest_rows<isonomy::Cuda>();
}
