// gather and scatter: elements of a vector, or rows of a matrix, by index.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <tuple>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/functional.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/memory.hpp"
#include "isonomy/ops/reduce/transform_reduce.hpp"
#include "isonomy/ops/sort/stable_sort_by_key.hpp"

namespace isonomy {

/// Whether an operation looks at every index before it begins, or takes the caller's word that all keep their rule.
enum class Indices { checked, trusted };

namespace check {

[[nodiscard]] ISONOMY_HD inline bool index_fits(index_t index, index_t size) { return index >= 0 && index < size; }
/// ValueError for the index at `position`, the first that leaves [0, size).
[[noreturn, gnu::cold, gnu::noinline]] inline void bad_index(const char* operation, index_t position, index_t index,
                                                             index_t size) {
  throw ValueError(text::joined(operation, ": index(", position, ") is ", index,
                                "; indices must be at least 0 and less than ", size));
}
/// ValueError for the index at `position`, the first that was there before.
[[noreturn, gnu::cold, gnu::noinline]] inline void repeated_index(const char* operation, index_t position,
                                                                  index_t index) {
  throw ValueError(
      text::joined(operation, ": index(", position, ") is ", index, ", as one before it; indices must be unique"));
}

/// Indices from 0 to size - 1, looked at in host memory only; a device backend checks them where they are.
template <class S>
void indices([[maybe_unused]] const VectorView<const index_t, S>& index, [[maybe_unused]] index_t size,
             [[maybe_unused]] const char* operation) {
  if constexpr (std::same_as<S, HostSpace>)
    for (index_t i = 0; i < index.size; ++i)
      if (!index_fits(index(i), size)) bad_index(operation, i, index(i), size);
}
/// And each of them once. Workspace: a bit for each that may be.
template <ContextLike Ctx>
void unique_indices([[maybe_unused]] Ctx& ctx, [[maybe_unused]] ConstVector<index_t, Ctx> index,
                    [[maybe_unused]] index_t size, [[maybe_unused]] const char* operation) {
  if constexpr (std::same_as<typename Ctx::space, HostSpace>) {
    Buffer<std::uint64_t, typename Ctx::tag> taken(ctx, (size + 63) / 64, operation);
    const VectorView<std::uint64_t> words = taken.view();
    for (index_t w = 0; w < words.size; ++w) words(w) = 0;
    for (index_t i = 0; i < index.size; ++i) {
      const std::uint64_t bit = std::uint64_t{1} << (index(i) % 64);
      if ((words(index(i) / 64) & bit) != 0) repeated_index(operation, i, index(i));
      words(index(i) / 64) |= bit;
    }
  }
}

}  // namespace check

namespace detail {

template <class T, MemorySpace Space>
struct GatherEntry {
  MatrixView<const T, Space> source;
  VectorView<const index_t, Space> index;
  MatrixView<T, Space> out;
  ISONOMY_HD void operator()(index_t e) const {
    const index_t i = e % out.rows, j = e / out.rows;
    out(i, j) = source(index(i), j);
  }
};
template <class T, MemorySpace Space>
struct ScatterEntry {
  MatrixView<const T, Space> source;
  VectorView<const index_t, Space> index;
  MatrixView<T, Space> out;
  ISONOMY_HD void operator()(index_t e) const {
    const index_t i = e % source.rows, j = e / source.rows;
    out(index(i), j) = source(i, j);
  }
};

/// Positions of indices that leave [0, size); as many as there are indices stands for none.
template <MemorySpace Space>
struct NoteBadIndex {
  VectorView<const index_t, Space> index;
  index_t size;
  VectorView<index_t, Space> found;
  ISONOMY_HD void operator()(index_t i) const { found(i) = check::index_fits(index(i), size) ? found.size : i; }
};
/// Positions of indices that were there before, from those in order.
template <MemorySpace Space>
struct NoteRepeated {
  VectorView<const index_t, Space> sorted, position;
  VectorView<index_t, Space> found;
  ISONOMY_HD void operator()(index_t k) const {
    found(k) = k > 0 && sorted(k) == sorted(k - 1) ? position(k) : found.size;
  }
};

/// What the front door checks in host memory, built from other operations for indices that are elsewhere.
template <bool unique, ContextLike Ctx>
void require_indices(Ctx& ctx, ConstVector<index_t, Ctx> index, index_t size, const char* operation) {
  using Space = typename Ctx::space;
  using Room = Buffer<index_t, typename Ctx::tag>;
  const index_t n = index.size;
  Room found(ctx, n, operation);
  const VectorView<index_t, Space> noted = found.view();
  const auto first = [&] {
    return invoke<op::transform_reduce, index_t>(ctx, VectorView<const index_t, Space>(noted), n, Minimum{},
                                                 Identity{});
  };
  const auto index_at = [&](index_t position) {
    index_t value = 0;
    backend_of<Ctx>::template copy_to_host<index_t>(ctx, index.subview(position, 1), VectorView<index_t>(&value, 1));
    return value;
  };
  invoke<op::for_each>(ctx, n, NoteBadIndex<Space>{index, size, noted});
  if (const index_t bad = first(); bad < n) check::bad_index(operation, bad, index_at(bad), size);
  if constexpr (unique) {
    Room sorted(ctx, n, operation), position(ctx, n, operation);
    invoke<op::copy, index_t>(ctx, index, sorted.view());
    invoke<op::iota, index_t>(ctx, position.view(), index_t{0});
    invoke<op::stable_sort_by_key, index_t, index_t>(ctx, sorted.view(), position.view());
    invoke<op::for_each>(ctx, n, NoteRepeated<Space>{sorted.view(), position.view(), noted});
    if (const index_t repeated = first(); repeated < n) check::repeated_index(operation, repeated, index_at(repeated));
  }
}

}  // namespace detail

namespace op {
/// Rows by index.
struct gather : Declaration {
  static constexpr const char* name = "gather";
  using elements = std::tuple<float, double, std::int32_t, std::int64_t>;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, MatrixInput<B, T> x, Input<B, index_t> index,
                                       MatrixOutput<B, T> y) {
    B::gather(c, x, index, y, Indices::checked);
  };
  template <class B, class T>
  static constexpr bool derived = requires {
    requires Has<for_each, B>;
    requires std::same_as<typename B::space, HostSpace> || Has<transform_reduce, B, index_t>;
  };
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::gather(std::forward<A>(arguments)...);
  }
  template <class Ctx, class T>
  static void derive(Ctx& ctx, ConstMatrix<T, Ctx> source, ConstVector<index_t, Ctx> index,
                     MatrixView<T, typename Ctx::space> out, [[maybe_unused]] Indices indices) {
    if constexpr (!std::same_as<typename Ctx::space, HostSpace>)
      if (indices == Indices::checked) detail::require_indices<false>(ctx, index, source.rows, name);
    invoke<for_each>(ctx, out.rows * out.columns, detail::GatherEntry<T, typename Ctx::space>{source, index, out});
  }
};
/// Rows to indices.
struct scatter : Declaration {
  static constexpr const char* name = "scatter";
  using elements = gather::elements;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, MatrixInput<B, T> x, Input<B, index_t> index,
                                       MatrixOutput<B, T> y) {
    B::scatter(c, x, index, y, Indices::checked);
  };
  template <class B, class T>
  static constexpr bool derived = requires {
    requires Has<for_each, B>;
    requires std::same_as<typename B::space, HostSpace> ||
        (Has<transform_reduce, B, index_t> && Has<copy, B, index_t> && Has<iota, B, index_t> &&
         Has<stable_sort_by_key, B, index_t>);
  };
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::scatter(std::forward<A>(arguments)...);
  }
  template <class Ctx, class T>
  static void derive(Ctx& ctx, ConstMatrix<T, Ctx> source, ConstVector<index_t, Ctx> index,
                     MatrixView<T, typename Ctx::space> out, [[maybe_unused]] Indices indices) {
    if constexpr (!std::same_as<typename Ctx::space, HostSpace>)
      if (indices == Indices::checked) detail::require_indices<true>(ctx, index, out.rows, name);
    invoke<for_each>(ctx, source.rows * source.columns,
                     detail::ScatterEntry<T, typename Ctx::space>{source, index, out});
  }
};
}  // namespace op

/// out(i, j) = source(index(i), j): rows by index; columns by transposed views. Bits are copied, NaN payloads too.
///
/// source is m x n, index has k elements from 0 to m - 1, in any order, out is k x n; any strides.
///
/// Errors: ShapeError, AliasError, and ValueError for the first index that leaves [0, m), before anything is written;
/// with Indices::trusted indices are not looked at, and a wrong one is undefined. O(kn). On a device the check waits
/// for its answer. The same bits on every backend.
template <ContextLike Ctx, class T>
  requires Runs<op::gather, backend_of<Ctx>, T>
void gather(Ctx& ctx, ConstMatrix<T, Ctx> source, ConstVector<index_t, Ctx> index,
            MatrixView<T, typename Ctx::space> out, Indices indices = Indices::checked) {
  constexpr const char* operation = "gather";
  check::usable(source, operation, "source");
  check::usable(index, operation, "index");
  check::usable(out, operation, "out");
  check::that(out.rows == index.size && out.columns == source.columns, operation, "source is ", source.rows, "x",
              source.columns, ", index has ", index.size, " elements and out is ", out.rows, "x", out.columns,
              "; out must be ", index.size, "x", source.columns);
  check::distinct(out, operation, "out");
  check::no_overlap(out, source, operation, "out", "source");
  check::no_overlap(out, index, operation, "out", "index");
  if (indices == Indices::checked) check::indices(index, source.rows, operation);
  begin_operation(ctx, operation);
  invoke<op::gather, T>(ctx, source, index, out, indices);
}

/// out(i) = source(index(i)); all else as of rows.
template <ContextLike Ctx, class T>
  requires Runs<op::gather, backend_of<Ctx>, T>
void gather(Ctx& ctx, ConstVector<T, Ctx> source, ConstVector<index_t, Ctx> index,
            VectorView<T, typename Ctx::space> out, Indices indices = Indices::checked) {
  using Space = typename Ctx::space;
  check::equal(index.size, "index", out.size, "out", "gather");
  gather(ctx, MatrixView<const T, Space>(source.data, source.size, 1, source.stride, 1), index,
         MatrixView<T, Space>(out.data, out.size, 1, out.stride, 1), indices);
}

/// out(index(i), j) = source(i, j): rows to indices, other rows stay; columns by transposed views. Bits are copied, NaN
/// payloads too.
///
/// source is k x n, index has k elements from 0 to m - 1, each another one, out is m x n; any strides.
///
/// Errors: ShapeError, AliasError, and ValueError for the first index that leaves [0, m) or was there before, before
/// anything is written; OutOfMemory for the check's workspace: m bits in host memory, on Backend<Cuda> 8*m bytes, on
/// other devices 24*k bytes and what stable_sort_by_key takes. With Indices::trusted indices are not looked at, and a
/// wrong or repeated one is undefined. O(kn + m). On a device the check waits for its answer. The same bits on every
/// backend.
template <ContextLike Ctx, class T>
  requires Runs<op::scatter, backend_of<Ctx>, T>
void scatter(Ctx& ctx, ConstMatrix<T, Ctx> source, ConstVector<index_t, Ctx> index,
             MatrixView<T, typename Ctx::space> out, Indices indices = Indices::checked) {
  constexpr const char* operation = "scatter";
  check::usable(source, operation, "source");
  check::usable(index, operation, "index");
  check::usable(out, operation, "out");
  check::that(source.rows == index.size && out.columns == source.columns, operation, "source is ", source.rows, "x",
              source.columns, ", index has ", index.size, " elements and out is ", out.rows, "x", out.columns,
              "; give an index for each row of source, and out as many columns");
  check::distinct(out, operation, "out");
  check::no_overlap(out, source, operation, "out", "source");
  check::no_overlap(out, index, operation, "out", "index");
  if (indices == Indices::checked) {
    check::indices(index, out.rows, operation);
    check::unique_indices(ctx, index, out.rows, operation);
  }
  begin_operation(ctx, operation);
  invoke<op::scatter, T>(ctx, source, index, out, indices);
}

/// out(index(i)) = source(i), other elements stay; all else as of rows.
template <ContextLike Ctx, class T>
  requires Runs<op::scatter, backend_of<Ctx>, T>
void scatter(Ctx& ctx, ConstVector<T, Ctx> source, ConstVector<index_t, Ctx> index,
             VectorView<T, typename Ctx::space> out, Indices indices = Indices::checked) {
  using Space = typename Ctx::space;
  check::equal(source.size, "source", index.size, "index", "scatter");
  scatter(ctx, MatrixView<const T, Space>(source.data, source.size, 1, source.stride, 1), index,
          MatrixView<T, Space>(out.data, out.size, 1, out.stride, 1), indices);
}

}  // namespace isonomy
