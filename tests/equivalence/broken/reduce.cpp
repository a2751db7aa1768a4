// The conformance kit fails deliberately wrong backends: transform, transform_reduce and segmented_reduce.
#include <vector>

#include "isonomy/conformance/cases/reduce.hpp"
#include "support/broken_backend.hpp"
#include "support/catch.hpp"

using namespace isonomy;

namespace {

struct ShiftsByOne {
  template <class F, class T, class... In>
  static void run(cpu::Context& ctx, const F& f, VectorView<T> out, VectorView<const In>... in) {
    const index_t n = out.size - 1;
    if (n > 0)
      ::test::Host::transform(ctx, f, out.subview(1, n), in.subview(0, n)...);
    else
      ::test::Host::transform(ctx, f, out, in...);
  }
};
struct SkipsLastChunk {
  template <class T, class R, class Op, class F>
  static R run(cpu::Context& ctx, VectorView<const T> x, R init, const Op& op, const F& f) {
    if (x.size > reduction_chunk) x.size = (x.size - 1) / reduction_chunk * reduction_chunk;
    return ::test::Host::transform_reduce(ctx, x, init, op, f);
  }
  template <class T, class R, class Op, class F>
  static R run(cpu::Context& ctx, MatrixView<const T> x, R init, const Op& op, const F& f) {
    return ::test::Host::transform_reduce(ctx, x, init, op, f);
  }
};
struct SkipsEmpty {
  template <class T, class R, class Op, class F>
  static void run(cpu::Context& ctx, VectorView<const T> x, VectorView<const index_t> offsets, VectorView<R> out,
                  R init, const Op& op, const F& f) {
    std::vector<R> old;
    for (index_t s = 0; s < out.size; ++s) old.push_back(out(s));
    ::test::Host::segmented_reduce(ctx, x, offsets, out, init, op, f);
    for (index_t s = 0; s < out.size; ++s)
      if (offsets(s) == offsets(s + 1)) out(s) = old[static_cast<std::size_t>(s)];
  }
};

}  // namespace

TEST_CASE("the kit catches a wrong transform", "[conformance]") {
  CHECK(::test::failures_of_honest<op::transform>() == 0);
  CHECK(::test::failures<op::transform, ShiftsByOne>() > 0);
}
TEST_CASE("the kit catches a wrong transform_reduce", "[conformance]") {
  CHECK(::test::failures_of_honest<op::transform_reduce>() == 0);
  CHECK(::test::failures<op::transform_reduce, SkipsLastChunk>() > 0);
}
TEST_CASE("the kit catches a wrong segmented_reduce", "[conformance]") {
  CHECK(::test::failures_of_honest<op::segmented_reduce>() == 0);
  CHECK(::test::failures<op::segmented_reduce, SkipsEmpty>() > 0);
}
