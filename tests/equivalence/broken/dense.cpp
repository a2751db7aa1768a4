// The conformance kit fails deliberately wrong backends: gemm, syrk.
#include "isonomy/conformance/cases/gemm.hpp"
#include "support/broken_backend.hpp"
#include "support/catch.hpp"
#include "support/failures.hpp"

TEST_CASE("the kit catches a wrong gemm", "[conformance]") {
  using isonomy::op::gemm;
  CHECK(test::failures<gemm, test::defect::None>() == 0);
  CHECK(test::failures<gemm, test::defect::GemmDropsLastStep>() > 0);
  CHECK(test::failures<gemm, test::defect::GemmReadsOldOutput>() > 0);
  CHECK(test::failures<gemm, test::defect::ThreadsChangeBits>() > 0);
}
TEST_CASE("the kit catches a wrong syrk", "[conformance]") {
  using isonomy::op::syrk;
  CHECK(test::failures<syrk, test::defect::None>() == 0);
  CHECK(test::failures<syrk, test::defect::SyrkWritesOneTriangle>() > 0);
}
