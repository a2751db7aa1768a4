// The conformance rows of svd on Backend<Cpu>.
#include "isonomy/conformance/cases/linalg/svd.hpp"
#include "isonomy/compiled/linalg.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("svd conforms on Cpu", "[equivalence]") { isonomy::test::conform<isonomy::op::svd, isonomy::Cpu>(); }
