// cholesky_batched: Cholesky factors of a batch of matrices, with a status per matrix instead of an exception.
#pragma once

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/text.hpp"

namespace isonomy {

namespace op {
/// Cholesky factors of a batch.
struct cholesky_batched : Declaration {
  static constexpr const char* name = "cholesky_batched";
  using elements = Reals;
  /// Of the residual: |A - L*L^T|_ij <= 2*gamma(n + 1)*(|L||L^T|)_ij (Higham 2002, 10.3); info is Exact on matrices
  /// whose factors are exact.
  using tier = Tight<2>;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, BatchView<T, typename B::space> a, Output<B, index_t> info) {
    requires Real<T>;
    B::cholesky_batched(c, a, info);
  };
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::cholesky_batched(std::forward<A>(arguments)...);
  }
};
}  // namespace op

/// Replaces the lower triangle of each n x n matrix by L with L*transposed(L) equal to it.
///
/// Strictly upper triangles are neither read nor written. info(b) is 0, or the first pivot of matrix b, counted from 1,
/// that is not positive (NaN is not); the lower triangle of such a matrix is then unspecified. Unit row or column
/// stride.
///
/// Errors: ShapeError, AliasError, OutOfMemory for the workspace (some n^2 elements a running task); never for the
/// numbers in a matrix. O(n^3) per matrix.
///
/// Deterministic: Backend<Cpu> gives one result on every instruction set and thread count; backends agree in info where
/// no pivot is within rounding of 0, and within op::cholesky_batched::tier.
template <ContextLike Ctx, Real T>
  requires Runs<op::cholesky_batched, backend_of<Ctx>, T>
void cholesky_batched(Ctx& ctx, BatchView<T, typename Ctx::space> a, VectorView<index_t, typename Ctx::space> info) {
  constexpr const char* operation = "cholesky_batched";
  check::usable(a, operation, "A");
  check::usable(info, operation, "info");
  if (a.rows != a.columns)
    throw ShapeError(text::joined(
        {"cholesky_batched: A holds matrices of ", check::shape(a.rows, a.columns), "; they must be square"}));
  check::that(info.size == a.batches, operation, "A has ", a.batches, " matrices and info has ", info.size,
              " elements; give one per matrix");
  check::that(a.rows <= 1 || a.row_stride == 1 || a.column_stride == 1, operation, "A has strides ", a.row_stride, ", ",
              a.column_stride, "; one of them must be 1, copy it to a Matrix first");
  check::distinct(a, operation, "A");
  check::distinct(info, operation, "info");
  check::no_overlap(info, a, operation, "info", "A");
  begin_operation(ctx, operation);
  invoke<op::cholesky_batched, T>(ctx, a, info);
}

}  // namespace isonomy
