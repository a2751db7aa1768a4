// transform_reduce: one value from a vector or a matrix, by one fixed tree.
#pragma once

#include <cmath>
#include <concepts>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/numeric.hpp"

namespace isonomy {

namespace op {
/// One value from all elements.
struct transform_reduce : Declaration {
  static constexpr const char* name = "transform_reduce";
  using elements = Numbers;
  /// Sums: 2*gamma(n + 1)*(|init| + sum |f(x)|). Exact under Determinism::cross_backend, and for functors that do not
  /// round.
  using tier = Tight<2>;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, Input<B, T> x, MatrixInput<B, T> a, T init, AnyBinary op,
                                       AnyUnary f) {
    { B::transform_reduce(c, x, init, op, f) } -> std::same_as<T>;
    { B::transform_reduce(c, a, init, op, f) } -> std::same_as<T>;
  };
  template <class B, class... A>
  static auto call(A&&... arguments) {
    return B::transform_reduce(std::forward<A>(arguments)...);
  }
  template <class T, std::floating_point R, class Op, class F>
  static Reduction reduction(index_t, index_t, VectorView<const T> x, R init, const Op&, const F& f) {
    double scale = std::abs(double{init});
    for (index_t i = 0; i < x.size; ++i) scale += std::abs(static_cast<double>(f(x(i))));
    return {static_cast<double>(x.size + 1), scale};
  }
  template <class T, std::floating_point R, class Op, class F>
  static Reduction reduction(index_t, index_t, MatrixView<const T> x, R init, const Op& op, const F& f) {
    Reduction sum{1, std::abs(double{init})};
    for (index_t j = 0; j < x.columns; ++j) {
      const Reduction column = reduction(0, 0, x.column(j), R{}, op, f);
      sum.length += column.length;
      sum.scale += column.scale;
    }
    return sum;
  }
};
}  // namespace op

/// init combined by op with f(x) of every element, by one fixed tree.
///
/// Chunks of reduction_chunk elements are each folded from their first element onwards, and the partials are folded
/// onto init in ascending order. R, the type of init and of the result, may differ from x's. init for an empty x.
/// Functors as in for_each; op need not commute.
///
/// Errors: ShapeError. O(n), one R per chunk of workspace; waits for the result.
///
/// The same bits for any thread count, and on every backend under Determinism::cross_backend if the functors round
/// alike there; otherwise backends agree within op::transform_reduce::tier.
template <ContextLike Ctx, class T, class R, class Op, class F>
  requires Runs<op::transform_reduce, backend_of<Ctx>, R>
[[nodiscard]] R transform_reduce(Ctx& ctx, VectorView<T, typename Ctx::space> x, R init, const Op& op, const F& f) {
  check::usable(x, "transform_reduce", "x");
  begin_operation(ctx, "transform_reduce");
  return invoke<op::transform_reduce, R>(ctx, VectorView<const std::remove_const_t<T>, typename Ctx::space>(x), init,
                                         op, f);
}

/// The same over the elements of a matrix in column-major order, whatever its strides.
template <ContextLike Ctx, class T, class R, class Op, class F>
  requires Runs<op::transform_reduce, backend_of<Ctx>, R>
[[nodiscard]] R transform_reduce(Ctx& ctx, MatrixView<T, typename Ctx::space> x, R init, const Op& op, const F& f) {
  check::usable(x, "transform_reduce", "x");
  begin_operation(ctx, "transform_reduce");
  return invoke<op::transform_reduce, R>(ctx, MatrixView<const std::remove_const_t<T>, typename Ctx::space>(x), init,
                                         op, f);
}

}  // namespace isonomy
