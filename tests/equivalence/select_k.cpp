// The conformance rows of select_k on Backend<Cpu>.
#include "isonomy/backend/cpu.hpp"
#include "isonomy/conformance/cases_sort.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("select_k conforms on Cpu", "[equivalence]") { test::conform<isonomy::op::select_k, isonomy::Cpu>(); }
