// The conformance kit fails deliberately wrong backends: cholesky_batched.
#include "isonomy/conformance/cases/cholesky.hpp"
#include "support/broken_backend.hpp"
#include "support/catch.hpp"
#include "support/failures.hpp"

TEST_CASE("the kit catches a wrong cholesky_batched", "[conformance]") {
  using isonomy::op::cholesky_batched;
  CHECK(test::failures<cholesky_batched, test::defect::None>() == 0);
  CHECK(test::failures<cholesky_batched, test::defect::CholeskyPivotFromZero>() > 0);
  CHECK(test::failures<cholesky_batched, test::defect::CholeskyZeroesUpper>() > 0);
}
