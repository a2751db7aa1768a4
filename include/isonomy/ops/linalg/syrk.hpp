// syrk: the product of a matrix with its own transpose.
#pragma once

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/operations.hpp"
#include "isonomy/core/check.hpp"

namespace isonomy {

/// out = alpha*transposed(A)*A + beta*out, both triangles written. A is n x k, out is k x k; any strides. beta == 0
/// ignores the old out, even NaN. The generic form is gemm; a backend's own does half the work. On Backend<Cpu> both
/// have the same bits. Errors and determinism as gemm.
template <ContextLike Ctx, Real T>
  requires(HasSyrk<backend_of<Ctx>, T> || HasGemm<backend_of<Ctx>, T>)
void syrk(Ctx& ctx, std::type_identity_t<T> alpha, ConstMatrix<T, Ctx> a, std::type_identity_t<T> beta,
          MatrixView<T, typename Ctx::space> out) {
  check::usable(a, "syrk", "A");
  check::usable(out, "syrk", "out");
  if (out.rows != a.columns || out.columns != a.columns)
    throw ShapeError("syrk: out is " + check::shape(out) + " and A is " + check::shape(a) + "; transposed(A)*A is " +
                     check::shape(a.columns, a.columns) + ", give an output of that shape");
  check::distinct(out, "syrk", "out");
  check::no_overlap(out, a, "syrk", "out", "A");
  ++ctx.counters().kernels;
  using B = backend_of<Ctx>;
  if constexpr (HasSyrk<B, T>)
    B::syrk(ctx, alpha, a, beta, out);
  else
    B::gemm(ctx, alpha, transposed(a), a, beta, out);
}

}  // namespace isonomy
