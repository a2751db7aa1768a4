// reduce_rows and reduce_columns: one value per row or column of a matrix.
#pragma once

#include <concepts>
#include <cstdint>
#include <tuple>
#include <type_traits>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/reduce/transform_reduce.hpp"

namespace isonomy {

namespace detail {
/// Reduces one row by the tree of transform_reduce.
template <class T, class R, class Op, class F, MemorySpace Space>
struct ReduceRow {
  MatrixView<const T, Space> a;
  VectorView<R, Space> out;
  R init;
  Op op;
  F f;

  ISONOMY_HD void operator()(index_t i) const {
    R result = init;
    for (index_t begin = 0; begin < a.columns; begin += reduction_chunk) {
      const index_t end = a.columns - begin < reduction_chunk ? a.columns : begin + reduction_chunk;
      R partial = f(a(i, begin));
      for (index_t j = begin + 1; j < end; ++j) partial = op(partial, f(a(i, j)));
      result = op(result, partial);
    }
    out(i) = result;
  }
};
}  // namespace detail

namespace op {
/// One value per row. Columns are the rows of the transposed view.
struct reduce_rows : Declaration {
  static constexpr const char* name = "reduce_rows";
  using elements = std::tuple<float, double, std::int64_t>;
  /// As transform_reduce, per row.
  using tier = transform_reduce::tier;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, MatrixInput<B, T> a, Output<B, T> y, T init, AnyBinary op,
                                       AnyUnary f) {
    B::reduce_rows(c, a, y, init, op, f);
  };
  template <class B, class T>
  static constexpr bool derived = Has<for_each, B>;
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::reduce_rows(std::forward<A>(arguments)...);
  }
  template <class T, std::floating_point R, class Op, class F>
  static Reduction reduction(index_t i, index_t, MatrixView<const T> a, VectorView<const R>, R init, const Op& op,
                             const F& f) {
    return transform_reduce::reduction(0, 0, a.row(i), init, op, f);
  }
  template <class Ctx, class T, class R, class Op, class F>
  static void derive(Ctx& ctx, MatrixView<const T, typename Ctx::space> a, VectorView<R, typename Ctx::space> out,
                     R init, const Op& op, const F& f) {
    invoke<for_each>(ctx, out.size, detail::ReduceRow<T, R, Op, F, typename Ctx::space>{a, out, init, op, f});
  }
};
}  // namespace op

namespace detail {
/// What the front doors share once the size of `out` is right.
template <ContextLike Ctx, class T, class R, class Op, class F>
void reduce_rows(Ctx& ctx, const char* operation, MatrixView<T, typename Ctx::space> a,
                 VectorView<R, typename Ctx::space> out, R init, const Op& op, const F& f) {
  check::usable(a, operation, "A");
  check::usable(out, operation, "out");
  check::distinct(out, operation, "out");
  check::no_overlap(out, a, operation, "out", "A");
  begin_operation(ctx, operation);
  try {
    invoke<op::reduce_rows, R>(ctx, MatrixView<const std::remove_const_t<T>, typename Ctx::space>(a), out, init, op, f);
  } catch (const OutOfMemory& e) {  // backends know both front doors by one name
    throw OutOfMemory(operation, e.requested, e.available);
  } catch (const Cancelled&) {
    throw Cancelled(operation);
  }
}
}  // namespace detail

/// out(i) = transform_reduce over row i, with its bits; init where there are no columns.
///
/// A is m x n with any strides, out has m elements. Functors as in for_each; op need not commute. R, the type of init
/// and of the results, may differ from A's.
///
/// Errors: ShapeError, AliasError, OutOfMemory for the workspace: one R for each row and reduction_chunk of its
/// elements, nothing up to one chunk. O(mn). The generic form takes none, and gives each row to one thread.
///
/// Deterministic as transform_reduce.
template <ContextLike Ctx, class T, class R, class Op, class F>
  requires Runs<op::reduce_rows, backend_of<Ctx>, R>
void reduce_rows(Ctx& ctx, MatrixView<T, typename Ctx::space> a, VectorView<R, typename Ctx::space> out,
                 std::type_identity_t<R> init, const Op& op, const F& f) {
  check::that(out.size == a.rows, "reduce_rows", "A has ", a.rows, " rows and out has ", out.size,
              " elements; give one for each row");
  detail::reduce_rows(ctx, "reduce_rows", a, out, init, op, f);
}

/// out(j) = transform_reduce over column j, with its bits; init where there are no rows. A is m x n, out has n
/// elements; all else as reduce_rows, the operation that it is on transposed(A).
template <ContextLike Ctx, class T, class R, class Op, class F>
  requires Runs<op::reduce_rows, backend_of<Ctx>, R>
void reduce_columns(Ctx& ctx, MatrixView<T, typename Ctx::space> a, VectorView<R, typename Ctx::space> out,
                    std::type_identity_t<R> init, const Op& op, const F& f) {
  check::that(out.size == a.columns, "reduce_columns", "A has ", a.columns, " columns and out has ", out.size,
              " elements; give one for each column");
  detail::reduce_rows(ctx, "reduce_columns", transposed(a), out, init, op, f);
}

}  // namespace isonomy
