// The conformance rows of cholesky_batched on Backend<Cpu>.
#include "isonomy/conformance/cases/linalg/cholesky.hpp"
#include "isonomy/compiled/linalg.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("cholesky_batched conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::cholesky_batched, isonomy::Cpu>();
}
