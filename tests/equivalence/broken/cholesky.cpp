// The conformance kit fails deliberately wrong backends: cholesky_batched.
#include "isonomy/conformance/cases/cholesky.hpp"
#include "support/broken_backend.hpp"
#include "support/catch.hpp"

using namespace isonomy;

namespace {

struct PivotFromZero {
  template <class T>
  static void run(cpu::Context& ctx, BatchView<T> a, VectorView<index_t> info) {
    ::test::Host::cholesky_batched(ctx, a, info);
    for (index_t b = 0; b < a.batches; ++b)
      if (info(b) > 0) --info(b);
  }
};
struct ZeroesUpper {
  template <class T>
  static void run(cpu::Context& ctx, BatchView<T> a, VectorView<index_t> info) {
    ::test::Host::cholesky_batched(ctx, a, info);
    for (index_t b = 0; b < a.batches; ++b)
      for (index_t i = 0; i < a.rows; ++i)
        for (index_t j = i + 1; j < a.rows; ++j) a[b](i, j) = 0;
  }
};

}  // namespace

TEST_CASE("the kit catches a wrong cholesky_batched", "[conformance]") {
  CHECK(::test::failures_of_honest<op::cholesky_batched>() == 0);
  CHECK(::test::failures<op::cholesky_batched, PivotFromZero>() > 0);
  CHECK(::test::failures<op::cholesky_batched, ZeroesUpper>() > 0);
}
