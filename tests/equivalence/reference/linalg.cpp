// The conformance rows of gemm, syrk, cholesky_batched, eigh, tridiagonalise and apply_reflectors on
// Backend<Reference>.
#include "isonomy/conformance/cases/linalg/cholesky.hpp"
#include "isonomy/conformance/cases/linalg/eigh.hpp"
#include "isonomy/conformance/cases/linalg/gemm.hpp"
#include "isonomy/conformance/cases/linalg/tridiagonalise.hpp"
#include "support/catch.hpp"
#include "support/reference.hpp"

TEST_CASE("gemm conforms on Reference", "[equivalence]") { isonomy::test::conform_on_reference<isonomy::op::gemm>(); }
TEST_CASE("syrk conforms on Reference", "[equivalence]") { isonomy::test::conform_on_reference<isonomy::op::syrk>(); }
TEST_CASE("cholesky_batched conforms on Reference", "[equivalence]") {
  isonomy::test::conform_on_reference<isonomy::op::cholesky_batched>();
}
TEST_CASE("eigh conforms on Reference", "[equivalence]") { isonomy::test::conform_on_reference<isonomy::op::eigh>(); }
TEST_CASE("tridiagonalise and apply_reflectors conform on Reference", "[equivalence]") {
  isonomy::test::conform_on_reference<isonomy::op::tridiagonalise>();
  isonomy::test::conform_on_reference<isonomy::op::apply_reflectors>();
}
