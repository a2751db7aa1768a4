// stable_sort_by_key: keys ascending, each with its value.
#pragma once

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"

namespace isonomy {

namespace op {
/// Keys ascending, each with its value.
struct stable_sort_by_key : Declaration {
  static constexpr const char* name = "stable_sort_by_key";
  using elements = Numbers;
  template <class B, class K, class V = index_t>
  static constexpr bool own = requires(ContextOf<B>& c, Output<B, K> keys, Output<B, V> values,
                                       Input<B, index_t> offsets) {
    B::stable_sort_by_key(c, keys, values);
    B::stable_sort_by_key(c, keys, values, offsets);
  };
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::stable_sort_by_key(std::forward<A>(arguments)...);
  }
};
}  // namespace op

namespace detail {
template <class K, class V, class S>
void check_pairs(const VectorView<K, S>& keys, const VectorView<V, S>& values) {
  constexpr const char* operation = "stable_sort_by_key";
  check::usable(keys, operation, "keys");
  check::usable(values, operation, "values");
  check::equal(keys.size, "keys", values.size, "values", operation);
  check::distinct(keys, operation, "keys");
  check::distinct(values, operation, "values");
  check::no_overlap(values, keys, operation, "values", "keys");
}
}  // namespace detail

/// Sorts keys in place, ascending, and moves values with them.
///
/// -0 equals +0, NaN comes last (any two are equal), equal keys keep their order, so the result is unique and the same
/// on every backend. Keys: float, double, int32, int64, uint32; values: trivially copyable. Any strides.
///
/// Errors: ShapeError, AliasError, OutOfMemory. O(n log n), workspace two copies of the pairs.
template <ContextLike Ctx, class K, class V>
  requires Runs<op::stable_sort_by_key, backend_of<Ctx>, K, V>
void stable_sort_by_key(Ctx& ctx, VectorView<K, typename Ctx::space> keys, VectorView<V, typename Ctx::space> values) {
  detail::check_pairs(keys, values);
  begin_operation(ctx, "stable_sort_by_key");
  invoke<op::stable_sort_by_key, K, V>(ctx, keys, values);
}

/// The same within each segment offsets(s) .. offsets(s + 1) - 1; elements outside every segment stay. ValueError for
/// offsets that decrease or leave [0, keys.size].
template <ContextLike Ctx, class K, class V>
  requires Runs<op::stable_sort_by_key, backend_of<Ctx>, K, V>
void stable_sort_by_key(Ctx& ctx, VectorView<K, typename Ctx::space> keys, VectorView<V, typename Ctx::space> values,
                        ConstVector<index_t, Ctx> offsets) {
  detail::check_pairs(keys, values);
  check::offsets(offsets, keys.size, "stable_sort_by_key");
  check::no_overlap(keys, offsets, "stable_sort_by_key", "keys", "offsets");
  check::no_overlap(values, offsets, "stable_sort_by_key", "values", "offsets");
  begin_operation(ctx, "stable_sort_by_key");
  invoke<op::stable_sort_by_key, K, V>(ctx, keys, values, offsets);
}

}  // namespace isonomy
