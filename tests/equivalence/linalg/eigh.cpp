// The conformance rows of eigh on Backend<Cpu>.
#include "isonomy/conformance/cases/linalg/eigh.hpp"
#include "isonomy/compiled/linalg.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("eigh conforms on Cpu", "[equivalence]") { isonomy::test::conform<isonomy::op::eigh, isonomy::Cpu>(); }
