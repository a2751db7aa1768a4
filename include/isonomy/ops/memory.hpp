// copy, fill, iota and synchronize: data movement inside one memory space.
#pragma once

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/operations.hpp"
#include "isonomy/core/check.hpp"

namespace isonomy {

/// out(i) = source(i), any strides; bits are copied, NaN payloads too. ShapeError, AliasError.
template <ContextLike Ctx, class T>
  requires HasCopy<backend_of<Ctx>, T>
void copy(Ctx& ctx, ConstVector<T, Ctx> source, VectorView<T, typename Ctx::space> out) {
  check::usable(source, "copy", "source");
  check::usable(out, "copy", "out");
  check::equal(source.size, "source", out.size, "out", "copy");
  check::distinct(out, "copy", "out");
  check::no_overlap(out, source, "copy", "out", "source");
  ++ctx.counters().kernels;
  backend_of<Ctx>::copy(ctx, source, out);
}

/// out(i, j) = source(i, j), any strides. ShapeError, AliasError.
template <ContextLike Ctx, class T>
  requires HasCopy<backend_of<Ctx>, T>
void copy(Ctx& ctx, ConstMatrix<T, Ctx> source, MatrixView<T, typename Ctx::space> out) {
  check::usable(source, "copy", "source");
  check::usable(out, "copy", "out");
  check::that(source.rows == out.rows && source.columns == out.columns, "copy",
              "source is " + check::shape(source) + " and out is " + check::shape(out) + "; they must be equal");
  check::distinct(out, "copy", "out");
  check::no_overlap(out, source, "copy", "out", "source");
  ++ctx.counters().kernels;
  backend_of<Ctx>::copy(ctx, source, out);
}

/// out(i) = value.
template <ContextLike Ctx, class T>
  requires HasFill<backend_of<Ctx>, T>
void fill(Ctx& ctx, VectorView<T, typename Ctx::space> out, std::type_identity_t<T> value) {
  check::usable(out, "fill", "out");
  check::distinct(out, "fill", "out");
  ++ctx.counters().kernels;
  backend_of<Ctx>::fill(ctx, out, value);
}

/// out(i) = first + i.
template <ContextLike Ctx, class T>
  requires HasIota<backend_of<Ctx>, T>
void iota(Ctx& ctx, VectorView<T, typename Ctx::space> out, std::type_identity_t<T> first = T{}) {
  check::usable(out, "iota", "out");
  check::distinct(out, "iota", "out");
  ++ctx.counters().kernels;
  backend_of<Ctx>::iota(ctx, out, first);
}

/// Waits for everything queued on the context and throws what it left behind. Backend<Cpu> has nothing to wait for.
template <ContextLike Ctx>
void synchronize(Ctx& ctx) {
  backend_of<Ctx>::synchronize(ctx);
}

}  // namespace isonomy
