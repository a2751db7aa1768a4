// The conformance rows of log_diagonal_sum_batched on Backend<Cpu>, which has its generic form.
#include "isonomy/conformance/cases/linalg/log_diagonal_sum.hpp"
#include "isonomy/compiled/linalg.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("log_diagonal_sum_batched conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::log_diagonal_sum_batched, isonomy::Cpu>();
}
