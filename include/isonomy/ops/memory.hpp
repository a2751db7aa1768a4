// copy, fill, iota and synchronize: data movement inside one memory space.
#pragma once

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"

namespace isonomy {

namespace op {
/// Bits from one view to another.
struct copy : Declaration {
  static constexpr const char* name = "copy";
  using elements = Numbers;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, Input<B, T> x, Output<B, T> y, MatrixInput<B, T> a,
                                       MatrixOutput<B, T> b) {
    B::copy(c, x, y);
    B::copy(c, a, b);
  };
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::copy(std::forward<A>(arguments)...);
  }
};
/// One value everywhere.
struct fill : Declaration {
  static constexpr const char* name = "fill";
  using elements = Numbers;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, Output<B, T> y, T v) {
    B::fill(c, y, v);
  };
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::fill(std::forward<A>(arguments)...);
  }
};
/// Ascending numbers.
struct iota : Declaration {
  static constexpr const char* name = "iota";
  using elements = Numbers;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, Output<B, T> y, T v) {
    B::iota(c, y, v);
  };
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::iota(std::forward<A>(arguments)...);
  }
};
}  // namespace op

/// out(i) = source(i), any strides; bits are copied, NaN payloads too. ShapeError, AliasError.
template <ContextLike Ctx, class T>
  requires Runs<op::copy, backend_of<Ctx>, T>
void copy(Ctx& ctx, ConstVector<T, Ctx> source, VectorView<T, typename Ctx::space> out) {
  check::usable(source, "copy", "source");
  check::usable(out, "copy", "out");
  check::equal(source.size, "source", out.size, "out", "copy");
  check::distinct(out, "copy", "out");
  check::no_overlap(out, source, "copy", "out", "source");
  begin_operation(ctx, "copy");
  invoke<op::copy, T>(ctx, source, out);
}

/// out(i, j) = source(i, j), any strides. ShapeError, AliasError.
template <ContextLike Ctx, class T>
  requires Runs<op::copy, backend_of<Ctx>, T>
void copy(Ctx& ctx, ConstMatrix<T, Ctx> source, MatrixView<T, typename Ctx::space> out) {
  check::usable(source, "copy", "source");
  check::usable(out, "copy", "out");
  check::that(source.rows == out.rows && source.columns == out.columns, "copy", "source is ", source.rows, "x",
              source.columns, " and out is ", out.rows, "x", out.columns, "; they must be equal");
  check::distinct(out, "copy", "out");
  check::no_overlap(out, source, "copy", "out", "source");
  begin_operation(ctx, "copy");
  invoke<op::copy, T>(ctx, source, out);
}

/// out(i) = value.
template <ContextLike Ctx, class T>
  requires Runs<op::fill, backend_of<Ctx>, T>
void fill(Ctx& ctx, VectorView<T, typename Ctx::space> out, std::type_identity_t<T> value) {
  check::usable(out, "fill", "out");
  check::distinct(out, "fill", "out");
  begin_operation(ctx, "fill");
  invoke<op::fill, T>(ctx, out, value);
}

/// out(i) = first + i.
template <ContextLike Ctx, class T>
  requires Runs<op::iota, backend_of<Ctx>, T>
void iota(Ctx& ctx, VectorView<T, typename Ctx::space> out, std::type_identity_t<T> first = T{}) {
  check::usable(out, "iota", "out");
  check::distinct(out, "iota", "out");
  begin_operation(ctx, "iota");
  invoke<op::iota, T>(ctx, out, first);
}

/// A second buffer with the same elements.
template <ContextLike Ctx, class T>
  requires Runs<op::copy, backend_of<Ctx>, T>
[[nodiscard]] Buffer<T, typename Ctx::tag> clone(Ctx& ctx, const Buffer<T, typename Ctx::tag>& source) {
  Buffer<T, typename Ctx::tag> out(ctx, source.size(), "clone");
  invoke<op::copy, T>(ctx, source.view(), out.view());
  return out;
}

/// Waits for everything queued on the context and throws what it left behind. Backend<Cpu> has nothing to wait for.
template <ContextLike Ctx>
void synchronize(Ctx& ctx) {
  backend_of<Ctx>::synchronize(ctx);
}

}  // namespace isonomy
