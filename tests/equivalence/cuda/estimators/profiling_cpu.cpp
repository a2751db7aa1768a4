// The scenarios of profiling on Backend<Cpu>, which the host's compiler compiles in every build.
#include "isonomy/compiled/profiling.hpp"
#include "profiling_scenarios.hpp"

template isonomy::test::Results isonomy::test::profiling_results<isonomy::Cpu>(Scope);
