// The conformance kit fails deliberately wrong backends: gemm and syrk.
#include <algorithm>
#include <cmath>
#include <vector>

#include "isonomy/conformance/cases/gemm.hpp"
#include "support/broken_backend.hpp"
#include "support/catch.hpp"

using namespace isonomy;

namespace {

struct DropsLastStep {
  template <class T>
  static void run(cpu::Context& ctx, T alpha, MatrixView<const T> a, MatrixView<const T> b, T beta, MatrixView<T> out) {
    const index_t k = std::max<index_t>(0, a.columns - 1);
    ::test::Host::gemm(ctx, alpha, a.column_block(0, k), b.row_block(0, k), beta, out);
  }
};
struct ReadsOldOutput {  // beta == 0 must not read it
  template <class T>
  static void run(cpu::Context& ctx, T alpha, MatrixView<const T> a, MatrixView<const T> b, T beta, MatrixView<T> out) {
    if (beta == 0)
      for (index_t i = 0; i < out.rows; ++i)
        for (index_t j = 0; j < out.columns; ++j) out(i, j) *= beta;
    ::test::Host::gemm(ctx, alpha, a, b, T{1}, out);
  }
};
struct ThreadsChangeBits {
  template <class T>
  static void run(cpu::Context& ctx, T alpha, MatrixView<const T> a, MatrixView<const T> b, T beta, MatrixView<T> out) {
    ::test::Host::gemm(ctx, alpha, a, b, beta, out);
    if (ctx.threads() == 3 && out.rows > 0 && out.columns > 0) out(0, 0) = std::nextafter(out(0, 0), T{0});
  }
};
struct WritesOneTriangle {
  template <class T>
  static void run(cpu::Context& ctx, T alpha, MatrixView<const T> a, T beta, MatrixView<T> out) {
    std::vector<T> old;
    for (index_t i = 0; i < out.rows; ++i)
      for (index_t j = i + 1; j < out.rows; ++j) old.push_back(out(i, j));
    ::test::Host::syrk(ctx, alpha, a, beta, out);
    std::size_t n = 0;
    for (index_t i = 0; i < out.rows; ++i)
      for (index_t j = i + 1; j < out.rows; ++j) out(i, j) = old[n++];
  }
};

}  // namespace

TEST_CASE("the kit catches a wrong gemm", "[conformance]") {
  CHECK(::test::failures_of_honest<op::gemm>() == 0);
  CHECK(::test::failures<op::gemm, DropsLastStep>() > 0);
  CHECK(::test::failures<op::gemm, ReadsOldOutput>() > 0);
  CHECK(::test::failures<op::gemm, ThreadsChangeBits>() > 0);
}
TEST_CASE("the kit catches a wrong syrk", "[conformance]") {
  CHECK(::test::failures_of_honest<op::syrk>() == 0);
  CHECK(::test::failures<op::syrk, WritesOneTriangle>() > 0);
}
