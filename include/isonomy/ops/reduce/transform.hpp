// transform: an elementwise function of up to four vectors.
#pragma once

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"

namespace isonomy {

namespace op {
/// An elementwise function.
struct transform : Declaration {
  static constexpr const char* name = "transform";
  using elements = Numbers;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, Input<B, T> x, Output<B, T> y, AnyUnary f) {
    B::transform(c, f, y, x);
  };
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::transform(std::forward<A>(arguments)...);
  }
};
}  // namespace op

/// out(i) = f(in(i)...), one to four inputs of out's size, element types free, any strides. f as in for_each. out may
/// be one of the inputs (the same data and stride), not otherwise overlap one. ShapeError, AliasError.
template <ContextLike Ctx, class F, class T, class... In>
  requires Runs<op::transform, backend_of<Ctx>, T>
void transform(Ctx& ctx, const F& f, VectorView<T, typename Ctx::space> out,
               VectorView<In, typename Ctx::space>... in) {
  static_assert(sizeof...(In) >= 1 && sizeof...(In) <= 4, "transform takes one to four inputs");
  check::usable(out, "transform", "out");
  check::distinct(out, "transform", "out");
  const auto checked = [&](const auto& x) {
    check::usable(x, "transform", "an input");
    check::equal(x.size, "an input", out.size, "out", "transform");
    const bool in_place = static_cast<const void*>(x.data) == static_cast<const void*>(out.data) &&
                          x.stride == out.stride && sizeof(*x.data) == sizeof(T);
    if (!in_place) check::no_overlap(out, x, "transform", "out", "an input");
  };
  (checked(in), ...);
  begin_operation(ctx, "transform");
  invoke<op::transform, T>(ctx, f, out, VectorView<const std::remove_const_t<In>, typename Ctx::space>(in)...);
}

}  // namespace isonomy
