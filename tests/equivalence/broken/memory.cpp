// The conformance kit fails deliberately wrong backends: copy, fill, iota and for_each.
#include "isonomy/conformance/cases/memory.hpp"
#include "support/broken_backend.hpp"
#include "support/catch.hpp"

using namespace isonomy;

namespace {

struct IgnoresStride {
  template <class T>
  static void run(cpu::Context& ctx, VectorView<const T> source, VectorView<T> out) {
    source.stride = 1;
    ::test::Host::copy(ctx, source, out);
  }
  template <class T>
  static void run(cpu::Context& ctx, MatrixView<const T> source, MatrixView<T> out) {
    ::test::Host::copy(ctx, source, out);
  }
};
struct FillSkipsLast {
  template <class T>
  static void run(cpu::Context& ctx, VectorView<T> out, T value) {
    if (out.size > 0) --out.size;
    ::test::Host::fill(ctx, out, value);
  }
};
struct IotaFromZero {
  template <class T>
  static void run(cpu::Context& ctx, VectorView<T> out, T) {
    ::test::Host::iota(ctx, out, T{0});
  }
};
struct LoopSkipsLast {
  template <class F>
  static void run(cpu::Context& ctx, index_t n, const F& f) {
    ::test::Host::for_each(ctx, n > 0 ? n - 1 : n, f);
  }
};

}  // namespace

TEST_CASE("the kit catches a wrong copy", "[conformance]") {
  CHECK(::test::failures_of_honest<op::copy>() == 0);
  CHECK(::test::failures<op::copy, IgnoresStride>() > 0);
}
TEST_CASE("the kit catches a wrong fill", "[conformance]") {
  CHECK(::test::failures_of_honest<op::fill>() == 0);
  CHECK(::test::failures<op::fill, FillSkipsLast>() > 0);
}
TEST_CASE("the kit catches a wrong iota", "[conformance]") {
  CHECK(::test::failures_of_honest<op::iota>() == 0);
  CHECK(::test::failures<op::iota, IotaFromZero>() > 0);
}
TEST_CASE("the kit catches a wrong for_each", "[conformance]") {
  CHECK(::test::failures_of_honest<op::for_each>() == 0);
  CHECK(::test::failures<op::for_each, LoopSkipsLast>() > 0);
}
