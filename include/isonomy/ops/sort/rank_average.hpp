// rank_average: mid-ranks within segments, as the Mann-Whitney statistic and the area under the ROC curve need them.
#pragma once

#include <cstddef>
#include <limits>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/memory.hpp"
#include "isonomy/ops/sort/stable_sort_by_key.hpp"

namespace isonomy {

namespace detail {
/// From sorted keys and where they came from to mid-ranks at those places, one segment per call.
template <class T, MemorySpace Space>
struct MidRanks {
  VectorView<const T, Space> sorted;
  VectorView<const index_t, Space> position, offsets;
  VectorView<double, Space> out;
  double missing =
      std::numeric_limits<double>::quiet_NaN();  // a member, because device code may not call numeric_limits

  ISONOMY_HD void operator()(index_t s) const {
    const index_t first = offsets(s), last = offsets(s + 1);
    for (index_t begin = first, end; begin < last; begin = end) {
      for (end = begin + 1; end < last && !total_less(sorted(begin), sorted(end)); ++end) {
      }
      // Ranks begin - first + 1 .. end - first have a mean that is a multiple of 1/2, so it is exact.
      const double mean = static_cast<double>(begin + end - 2 * first + 1) / 2;
      const bool number = sorted(begin) == sorted(begin);
      for (index_t i = begin; i < end; ++i) out(position(i)) = number ? mean : missing;
    }
  }
};
}  // namespace detail

namespace op {
/// Mid-ranks within segments.
struct rank_average : Declaration {
  static constexpr const char* name = "rank_average";
  using elements = Numbers;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, Input<B, T> x, Input<B, index_t> offsets,
                                       Output<B, double> out) {
    B::rank_average(c, x, offsets, out);
  };
  template <class B, class T>
  static constexpr bool derived = requires {
    requires Has<stable_sort_by_key, B, T>;
    requires Has<copy, B, T>;
    requires Has<iota, B, index_t>;
    requires Has<for_each, B>;
  };
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::rank_average(std::forward<A>(arguments)...);
  }
  template <class B, class T, class Ctx>
    requires requires(const Ctx& c, index_t n) { B::template rank_average_workspace<T>(c, n); }
  static std::size_t workspace(const Ctx& ctx, index_t size) {
    return B::template rank_average_workspace<T>(ctx, size);
  }
  template <class Ctx, class T>
  static void derive(Ctx& ctx, VectorView<const T, typename Ctx::space> x, ConstVector<index_t, Ctx> offsets,
                     VectorView<double, typename Ctx::space> out) {
    Buffer<T, typename Ctx::tag> sorted(ctx, x.size, name);
    Buffer<index_t, typename Ctx::tag> position(ctx, x.size, name);
    invoke<copy, T>(ctx, x, sorted.view());
    invoke<iota, index_t>(ctx, position.view(), index_t{0});
    invoke<stable_sort_by_key, T, index_t>(ctx, sorted.view(), position.view(), offsets);
    invoke<for_each>(ctx, offsets.size - 1,
                     detail::MidRanks<T, typename Ctx::space>{sorted.view(), position.view(), offsets, out});
  }
};
}  // namespace op

/// out(i) = the rank of x(i), from 1, among the elements of its segment offsets(s) .. offsets(s + 1) - 1.
///
/// Equal elements (-0 equals +0) share the mean of their ranks. A NaN has rank NaN and the others are ranked as if it
/// were absent. Elements outside every segment stay. x and out have one size; any strides.
///
/// Errors: ShapeError, AliasError, ValueError for offsets that decrease or leave [0, x.size], OutOfMemory. O(n log n);
/// the generic form takes a copy of x, n indices and what stable_sort_by_key takes. The same bits on every backend.
template <ContextLike Ctx, class T>
  requires Runs<op::rank_average, backend_of<Ctx>, std::remove_const_t<T>>
void rank_average(Ctx& ctx, VectorView<T, typename Ctx::space> x, ConstVector<index_t, Ctx> offsets,
                  VectorView<double, typename Ctx::space> out) {
  constexpr const char* operation = "rank_average";
  using Value = std::remove_const_t<T>;
  check::usable(x, operation, "x");
  check::usable(out, operation, "out");
  check::equal(x.size, "x", out.size, "out", operation);
  check::offsets(offsets, x.size, operation);
  check::distinct(out, operation, "out");
  check::no_overlap(out, x, operation, "out", "x");
  check::no_overlap(out, offsets, operation, "out", "offsets");
  begin_operation(ctx, operation);
  invoke<op::rank_average, Value>(ctx, VectorView<const Value, typename Ctx::space>(x), offsets, out);
}

/// The same with all of x as one segment.
template <ContextLike Ctx, class T>
  requires Runs<op::rank_average, backend_of<Ctx>, std::remove_const_t<T>>
void rank_average(Ctx& ctx, VectorView<T, typename Ctx::space> x, VectorView<double, typename Ctx::space> out) {
  const index_t borders[2] = {0, x.size};
  Buffer<index_t, typename Ctx::tag> offsets(ctx, 2, "rank_average");
  backend_of<Ctx>::copy_from_host(ctx, VectorView<const index_t>(borders, 2), offsets.view());
  rank_average(ctx, x, ConstVector<index_t, Ctx>(offsets.view()), out);
}

/// The bytes that rank_average() of `size` elements T takes from the context at most, however they are divided; 0 where
/// the backend does not say, by a member rank_average_workspace<T>(ctx, size).
template <class T, ContextLike Ctx>
[[nodiscard]] std::size_t rank_average_workspace(const Ctx& ctx, index_t size) {
  return workspace_of<op::rank_average, T>(ctx, size);
}

}  // namespace isonomy
