// Mixtures on Backend<Cuda>: the bits of Backend<Cpu> in all that results say.
#include "compared.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "mixture_scenarios.hpp"

extern template isonomy::test::Results isonomy::test::mixture_results<isonomy::Cpu>(Scope);

TEST_CASE("mixture has the bits of Cpu on Cuda", "[cuda]") {
  using namespace isonomy::test;
  check_same_results(mixture_results<isonomy::Cuda>(Scope::quick), mixture_results<isonomy::Cpu>(Scope::quick));
}
TEST_CASE("mixture has the bits of Cpu on Cuda, on more data", "[cuda][long]") {
  using namespace isonomy::test;
  check_same_results(mixture_results<isonomy::Cuda>(Scope::full), mixture_results<isonomy::Cpu>(Scope::full));
}
