// The conformance rows of gemm, gemm_batched, syrk, cholesky, cholesky_batched and eigh on Backend<Reference>.
#include "isonomy/conformance/cases/linalg/cholesky.hpp"
#include "isonomy/conformance/cases/linalg/eigh.hpp"
#include "isonomy/conformance/cases/linalg/gemm.hpp"
#include "isonomy/conformance/cases/linalg/gemm_batched.hpp"
#include "support/catch.hpp"
#include "support/reference.hpp"

TEST_CASE("gemm conforms on Reference", "[equivalence]") { isonomy::test::conform_on_reference<isonomy::op::gemm>(); }
TEST_CASE("gemm_batched conforms on Reference", "[equivalence]") {
  isonomy::test::conform_on_reference<isonomy::op::gemm_batched>();
}
TEST_CASE("syrk conforms on Reference", "[equivalence]") { isonomy::test::conform_on_reference<isonomy::op::syrk>(); }
TEST_CASE("cholesky_batched conforms on Reference", "[equivalence]") {
  isonomy::test::conform_on_reference<isonomy::op::cholesky_batched>();
}
TEST_CASE("cholesky conforms on Reference", "[equivalence]") {
  isonomy::test::conform_on_reference<isonomy::op::cholesky>();
}
TEST_CASE("eigh conforms on Reference", "[equivalence]") { isonomy::test::conform_on_reference<isonomy::op::eigh>(); }
