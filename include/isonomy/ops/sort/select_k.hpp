// select_k: the k smallest elements of each row with their columns.
#pragma once

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/text.hpp"

namespace isonomy {

namespace op {
/// The k smallest of each row.
struct select_k : Declaration {
  static constexpr const char* name = "select_k";
  using elements = Numbers;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, MatrixInput<B, T> x, MatrixOutput<B, T> values,
                                       MatrixOutput<B, index_t> indices) {
    B::select_k(c, x, values, indices);
  };
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::select_k(std::forward<A>(arguments)...);
  }
};
}  // namespace op

/// Row i of values and indices: the k smallest of row i of x and their columns, ascending by (value, column).
///
/// -0 equals +0, NaN comes last. x is m x n, values and indices are m x k with k <= n; any strides. No ties are
/// possible, so the result is unique and the same on every backend.
///
/// Errors: ShapeError, AliasError, ValueError for k > n, OutOfMemory. Expected O(m(n + k log k)); workspace up to 2k
/// candidates a running task.
template <ContextLike Ctx, class T>
  requires Runs<op::select_k, backend_of<Ctx>, T>
void select_k(Ctx& ctx, ConstMatrix<T, Ctx> x, MatrixView<T, typename Ctx::space> values,
              MatrixView<index_t, typename Ctx::space> indices) {
  constexpr const char* operation = "select_k";
  check::usable(x, operation, "x");
  check::usable(values, operation, "values");
  check::usable(indices, operation, "indices");
  check::that(values.rows == x.rows, operation, "x is ", x.rows, "x", x.columns, " and values is ", values.rows, "x",
              values.columns, "; they must have as many rows");
  check::that(indices.rows == values.rows && indices.columns == values.columns, operation, "values is ", values.rows,
              "x", values.columns, " and indices is ", indices.rows, "x", indices.columns, "; they must be equal");
  if (values.columns > x.columns)
    throw ValueError(text::joined(
        {"select_k: k is ", values.columns, " and a row of x has ", x.columns, " elements; k must not exceed them"}));
  check::distinct(values, operation, "values");
  check::distinct(indices, operation, "indices");
  check::apart(operation, {{x, "x"}, {indices, "indices"}, {values, "values"}});
  begin_operation(ctx, operation);
  invoke<op::select_k, T>(ctx, x, values, indices);
}

}  // namespace isonomy
