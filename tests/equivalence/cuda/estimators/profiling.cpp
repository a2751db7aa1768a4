// Profiling on Backend<Cuda>: the bits of Backend<Cpu> in all that results say.
#include "compared.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "profiling_scenarios.hpp"

extern template isonomy::test::Results isonomy::test::profiling_results<isonomy::Cpu>(Scope);

TEST_CASE("profiling has the bits of Cpu on Cuda", "[cuda]") {
  using namespace isonomy::test;
  check_same_results(profiling_results<isonomy::Cuda>(Scope::quick), profiling_results<isonomy::Cpu>(Scope::quick));
}
TEST_CASE("profiling has the bits of Cpu on Cuda, on more data", "[cuda][long]") {
  using namespace isonomy::test;
  check_same_results(profiling_results<isonomy::Cuda>(Scope::full), profiling_results<isonomy::Cpu>(Scope::full));
}
