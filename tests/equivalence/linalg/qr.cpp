// The conformance rows of qr on Backend<Cpu>.
#include "isonomy/conformance/cases/linalg/qr.hpp"
#include "isonomy/compiled/linalg.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("qr conforms on Cpu", "[equivalence]") { isonomy::test::conform<isonomy::op::qr, isonomy::Cpu>(); }
