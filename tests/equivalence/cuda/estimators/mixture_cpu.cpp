// The scenarios of mixture on Backend<Cpu>, which the host's compiler compiles in every build.
#include "isonomy/compiled/mixture.hpp"
#include "mixture_scenarios.hpp"

template isonomy::test::Results isonomy::test::mixture_results<isonomy::Cpu>(Scope);
