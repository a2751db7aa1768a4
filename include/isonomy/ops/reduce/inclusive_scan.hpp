// inclusive_scan: the combination of all elements up to each, by one fixed tree.
#pragma once

#include <cstdint>
#include <tuple>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/ops/for_each.hpp"

namespace isonomy {

namespace detail {

/// Folds chunk c of x onto its first element.
template <class T, class Op, MemorySpace Space>
struct FoldScanChunk {
  VectorView<const T, Space> x;
  VectorView<T, Space> total;
  Op op;

  ISONOMY_HD void operator()(index_t c) const {
    const index_t first = c * reduction_chunk, left = x.size - first;
    T fold = x(first);
    for (index_t i = 1; i < reduction_chunk && i < left; ++i) fold = op(fold, x(first + i));
    total(c) = fold;
  }
};
/// total(c) becomes the fold of the totals up to c. One index, for the order counts.
template <class T, class Op, MemorySpace Space>
struct CarryScan {
  VectorView<T, Space> total;
  Op op;

  ISONOMY_HD void operator()(index_t) const {
    for (index_t c = 1; c < total.size; ++c) total(c) = op(total(c - 1), total(c));
  }
};
/// The folds of chunk c up to each element, with what comes before the chunk.
template <class T, class Op, MemorySpace Space>
struct ScanChunk {
  VectorView<const T, Space> x;
  VectorView<T, Space> out, carried;
  Op op;

  ISONOMY_HD void operator()(index_t c) const {
    const index_t first = c * reduction_chunk, left = x.size - first;
    T fold = x(first);
    for (index_t i = 0; i < reduction_chunk && i < left; ++i) {
      if (i > 0) fold = op(fold, x(first + i));
      out(first + i) = c == 0 ? fold : op(carried(c - 1), fold);
    }
  }
};

}  // namespace detail

namespace op {
/// Running combinations. Exact: one tree on every backend.
struct inclusive_scan : Declaration {
  static constexpr const char* name = "inclusive_scan";
  using elements = std::tuple<float, double, std::int32_t, std::int64_t>;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, Input<B, T> x, Output<B, T> y, AnyBinary op) {
    B::inclusive_scan(c, x, y, op);
  };
  template <class B, class T>
  static constexpr bool derived = Has<for_each, B>;
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::inclusive_scan(std::forward<A>(arguments)...);
  }
  template <class Ctx, class T, class Op>
  static void derive(Ctx& ctx, VectorView<const T, typename Ctx::space> x, VectorView<T, typename Ctx::space> out,
                     const Op& op) {
    using Space = typename Ctx::space;
    const index_t chunks = (x.size + reduction_chunk - 1) / reduction_chunk;
    Buffer<T, typename Ctx::tag> total(ctx, chunks, name);
    if (chunks > 1) {
      invoke<for_each>(ctx, chunks, detail::FoldScanChunk<T, Op, Space>{x, total.view(), op});
      invoke<for_each>(ctx, index_t{1}, detail::CarryScan<T, Op, Space>{total.view(), op});
    }
    invoke<for_each>(ctx, chunks, detail::ScanChunk<T, Op, Space>{x, out, total.view(), op});
  }
};
}  // namespace op

/// out(i) = x(0) op x(1) op ... op x(i), by one fixed tree.
///
/// Chunks of reduction_chunk elements are each folded from their first element onwards, and the totals of chunks onto
/// that of the first in ascending order: out(i) is the fold of the chunk of i up to x(i), behind op with what the
/// totals of the chunks before it amount to: the bits of transform_reduce over the elements behind the first chunk, up
/// to x(i), with the total of the first chunk for init. Functors as in for_each; op need not commute.
///
/// x and out have one size, any strides; out may be x (the same data and stride). Errors: ShapeError, AliasError,
/// OutOfMemory for the workspace, one T per chunk. O(n). The same bits for any thread count, and on every backend if op
/// rounds alike there.
template <ContextLike Ctx, class T, class Op>
  requires Runs<op::inclusive_scan, backend_of<Ctx>, T>
void inclusive_scan(Ctx& ctx, ConstVector<T, Ctx> x, VectorView<T, typename Ctx::space> out, const Op& op) {
  constexpr const char* operation = "inclusive_scan";
  check::usable(x, operation, "x");
  check::usable(out, operation, "out");
  check::equal(x.size, "x", out.size, "out", operation);
  check::distinct(out, operation, "out");
  if (x.data != out.data || x.stride != out.stride) check::no_overlap(out, x, operation, "out", "x");
  begin_operation(ctx, operation);
  invoke<op::inclusive_scan, T>(ctx, x, out, op);
}

}  // namespace isonomy
