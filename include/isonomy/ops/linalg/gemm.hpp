// gemm: the dense matrix product of every backend.
#pragma once

#include <string>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/operations.hpp"
#include "isonomy/core/check.hpp"

namespace isonomy {

/// out = alpha*A*B + beta*out. A is m x k, B is k x n, out is m x n; any strides, transposition by transposed(view).
/// beta == 0 ignores the old out, even NaN. k == 0 leaves alpha*0 + beta*out. O(mnk).
/// Errors: ShapeError where extents disagree, AliasError where out overlaps A or B, OutOfMemory for the workspace of
/// packed copies. Deterministic: Backend<Cpu> gives one result on every instruction set and thread count
/// (cpu/linalg/gemm.hpp says which); other backends agree within Tight<2> with K = k and scale (|A||B|)_ij.
template <ContextLike Ctx, Real T>
  requires HasGemm<backend_of<Ctx>, T>
void gemm(Ctx& ctx, std::type_identity_t<T> alpha, ConstMatrix<T, Ctx> a, ConstMatrix<T, Ctx> b,
          std::type_identity_t<T> beta, MatrixView<T, typename Ctx::space> out) {
  check::usable(a, "gemm", "A");
  check::usable(b, "gemm", "B");
  check::usable(out, "gemm", "out");
  if (a.columns != b.rows) {
    const char* hint = a.rows == b.rows         ? "; did you mean transposed(A)?"
                       : a.columns == b.columns ? "; did you mean transposed(B)?"
                                                : "";
    throw ShapeError("gemm: A is " + check::shape(a) + " and B is " + check::shape(b) +
                     "; A.columns must equal B.rows" + hint);
  }
  if (out.rows != a.rows || out.columns != b.columns)
    throw ShapeError("gemm: out is " + check::shape(out) + "; A*B is " + check::shape(a.rows, b.columns) +
                     ", give an output of that shape");
  check::distinct(out, "gemm", "out");
  check::no_overlap(out, a, "gemm", "out", "A");
  check::no_overlap(out, b, "gemm", "out", "B");
  ++ctx.counters().kernels;
  backend_of<Ctx>::gemm(ctx, alpha, a, b, beta, out);
}

}  // namespace isonomy
