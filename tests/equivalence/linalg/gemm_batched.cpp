// The conformance rows of gemm_batched on Backend<Cpu> and in its generic form.
#include "isonomy/conformance/cases/linalg/gemm_batched.hpp"
#include "isonomy/compiled/linalg.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"
#include "support/only.hpp"

TEST_CASE("gemm_batched conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::gemm_batched, isonomy::Cpu>();
}
TEST_CASE("gemm_batched conforms in its generic form", "[equivalence][slow]") {
  isonomy::test::conform<isonomy::op::gemm_batched, isonomy::test::Only<isonomy::op::gemm>>(
      isonomy::conformance::Level::quick);
}
