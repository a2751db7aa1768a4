// The conformance rows of rank_average on Backend<Cpu>.
#include "isonomy/backend/cpu.hpp"
#include "isonomy/conformance/cases_sort.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("rank_average conforms on Cpu", "[equivalence]") { test::conform<isonomy::op::rank_average, isonomy::Cpu>(); }
