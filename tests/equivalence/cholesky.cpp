// The conformance rows of cholesky_batched on Backend<Cpu>.
#include "isonomy/backend/cpu.hpp"
#include "isonomy/conformance/cases_cholesky.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("cholesky_batched conforms on Cpu", "[equivalence]") {
  test::conform<isonomy::op::cholesky_batched, isonomy::Cpu>();
}
