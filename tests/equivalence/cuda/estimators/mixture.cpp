// Mixtures on Backend<Cuda>: the bits of Backend<Cpu> in all that results say.
#include <cmath>

#include "compared.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "mixture_scenarios.hpp"
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

#if defined(ISONOMY_EMULATED_DEVICE)  // which counts
TEST_CASE("a pass over points in pieces waits for the room and for the sums of each", "[cuda]") {
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
  CHECK(emulation::statistics().waits <= 2 * pieces);
}
#endif
