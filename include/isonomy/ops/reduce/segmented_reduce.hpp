// segmented_reduce: one value per segment of a vector.
#pragma once

#include <concepts>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/ops/reduce/transform_reduce.hpp"

namespace isonomy {

namespace op {
/// One value per segment.
struct segmented_reduce : Declaration {
  static constexpr const char* name = "segmented_reduce";
  using elements = Numbers;
  /// As transform_reduce, per segment.
  using tier = transform_reduce::tier;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, Input<B, T> x, Input<B, index_t> offsets, Output<B, T> y,
                                       T init, AnyBinary op, AnyUnary f) {
    B::segmented_reduce(c, x, offsets, y, init, op, f);
  };
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::segmented_reduce(std::forward<A>(arguments)...);
  }
  template <class T, std::floating_point R, class Op, class F>
  static Reduction reduction(index_t s, index_t, VectorView<const T> x, VectorView<const index_t> offsets,
                             VectorView<const R>, R init, const Op& op, const F& f) {
    const VectorView<const T> segment = x.subview(offsets(s), offsets(s + 1) - offsets(s));
    return transform_reduce::reduction(0, 0, segment, init, op, f);
  }
};
}  // namespace op

/// out(s) = transform_reduce over elements offsets(s) .. offsets(s + 1) - 1, with its bits; init for an empty segment.
///
/// offsets has out.size + 1 non-decreasing elements within [0, x.size]. Functors as in for_each. Errors: ShapeError,
/// AliasError, ValueError for offsets. O(n). Deterministic as transform_reduce.
template <ContextLike Ctx, class T, class R, class Op, class F>
  requires Runs<op::segmented_reduce, backend_of<Ctx>, R>
void segmented_reduce(Ctx& ctx, VectorView<T, typename Ctx::space> x, ConstVector<index_t, Ctx> offsets,
                      VectorView<R, typename Ctx::space> out, std::type_identity_t<R> init, const Op& op, const F& f) {
  constexpr const char* operation = "segmented_reduce";
  check::usable(x, operation, "x");
  check::usable(out, operation, "out");
  check::offsets(offsets, x.size, operation);
  check::that(offsets.size == out.size + 1, operation, "offsets has ", offsets.size, " elements and out has ", out.size,
              "; offsets must have one more");
  check::distinct(out, operation, "out");
  check::no_overlap(out, x, operation, "out", "x");
  check::no_overlap(out, offsets, operation, "out", "offsets");
  begin_operation(ctx, operation);
  invoke<op::segmented_reduce, R>(ctx, VectorView<const std::remove_const_t<T>, typename Ctx::space>(x), offsets, out,
                                  init, op, f);
}

}  // namespace isonomy
