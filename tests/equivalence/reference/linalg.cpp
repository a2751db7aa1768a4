// The conformance rows of products, factors, triangular systems, eigenproblems and svd on Backend<Reference>.
#include "isonomy/conformance/cases/linalg/cholesky.hpp"
#include "isonomy/conformance/cases/linalg/eigh.hpp"
#include "isonomy/conformance/cases/linalg/eigh_batched.hpp"
#include "isonomy/conformance/cases/linalg/eigh_subset.hpp"
#include "isonomy/conformance/cases/linalg/gemm.hpp"
#include "isonomy/conformance/cases/linalg/gemm_batched.hpp"
#include "isonomy/conformance/cases/linalg/log_diagonal_sum.hpp"
#include "isonomy/conformance/cases/linalg/qr.hpp"
#include "isonomy/conformance/cases/linalg/solve_triangular.hpp"
#include "isonomy/conformance/cases/linalg/svd.hpp"
#include "isonomy/conformance/cases/linalg/tridiagonalise.hpp"
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
TEST_CASE("solve_triangular conforms on Reference", "[equivalence]") {
  isonomy::test::conform_on_reference<isonomy::op::solve_triangular>();
}
TEST_CASE("solve_triangular_batched conforms on Reference", "[equivalence]") {
  isonomy::test::conform_on_reference<isonomy::op::solve_triangular_batched>();
}
TEST_CASE("log_diagonal_sum_batched conforms on Reference", "[equivalence]") {
  isonomy::test::conform_on_reference<isonomy::op::log_diagonal_sum_batched>();
}
TEST_CASE("eigh conforms on Reference", "[equivalence]") { isonomy::test::conform_on_reference<isonomy::op::eigh>(); }
TEST_CASE("eigh_subset and eigh_batched conform on Reference", "[equivalence]") {
  isonomy::test::conform_on_reference<isonomy::op::eigh_subset>();
  isonomy::test::conform_on_reference<isonomy::op::eigh_batched>();
}
TEST_CASE("tridiagonalise and apply_reflectors conform on Reference", "[equivalence]") {
  isonomy::test::conform_on_reference<isonomy::op::tridiagonalise>();
  isonomy::test::conform_on_reference<isonomy::op::apply_reflectors>();
}
TEST_CASE("qr conforms on Reference", "[equivalence]") { isonomy::test::conform_on_reference<isonomy::op::qr>(); }
TEST_CASE("svd conforms on Reference", "[equivalence]") { isonomy::test::conform_on_reference<isonomy::op::svd>(); }
