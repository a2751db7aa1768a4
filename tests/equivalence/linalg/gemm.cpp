// The conformance rows of gemm, syrk on Backend<Cpu>.
#include "isonomy/conformance/cases/linalg/gemm.hpp"
#include "isonomy/compiled/linalg.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("gemm conforms on Cpu", "[equivalence]") { isonomy::test::conform<isonomy::op::gemm, isonomy::Cpu>(); }
TEST_CASE("syrk conforms on Cpu", "[equivalence]") { isonomy::test::conform<isonomy::op::syrk, isonomy::Cpu>(); }
