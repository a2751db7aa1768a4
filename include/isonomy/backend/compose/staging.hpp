// Arguments of a call in the memory of another backend: copied there, and what was written copied back.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy::compose {

/// Copies elements from the memory of one backend to that of another, through the host where it must.
template <class From, class T, class S, class To, class R>
void transfer(From& from, VectorView<const T, S> source, To& to, VectorView<T, R> target) {
  if constexpr (std::same_as<S, HostSpace>) {
    backend_of<To>::copy_from_host(to, source, target);
  } else if constexpr (std::same_as<R, HostSpace>) {
    backend_of<From>::copy_to_host(from, source, target);
  } else {
    std::vector<T> host(static_cast<std::size_t>(source.size));
    backend_of<From>::copy_to_host(from, source, view(host));
    backend_of<To>::copy_from_host(to, view(std::as_const(host)), target);
  }
}

/// The same for matrices, a line of the source's shorter stride at a time, or all at once where nothing lies between.
template <class From, class T, class S, class To, class R>
void transfer(From& from, BatchView<const T, S> source, To& to, BatchView<T, R> target) {
  const bool by_rows = source.columns > 1 && (source.rows == 1 || source.column_stride < source.row_stride);
  for (index_t b = 0; b < source.batches; ++b) {
    const auto x = by_rows ? transposed(source[b]) : source[b];
    const auto y = by_rows ? transposed(target[b]) : target[b];
    const auto dense = [](const auto& a) { return a.row_stride == 1 && a.column_stride == a.rows; };
    if (dense(x) && dense(y))
      transfer(from, VectorView<const T, S>(x.data, x.rows * x.columns), to,
               VectorView<T, R>(y.data, y.rows * y.columns));
    else
      for (index_t j = 0; j < x.columns; ++j) transfer(from, x.column(j), to, y.column(j));
  }
}

/// Any view as a batch of matrices; a vector is one column.
template <class T, class S>
[[nodiscard]] BatchView<T, S> as_batch(const VectorView<T, S>& v) {
  return {v.data, 1, v.size, 1, 0, v.stride, v.size * v.stride};
}
template <class T, class S>
[[nodiscard]] BatchView<T, S> as_batch(const MatrixView<T, S>& a) {
  return {a.data, 1, a.rows, a.columns, 0, a.row_stride, a.column_stride};
}
template <class T, class S>
[[nodiscard]] BatchView<T, S> as_batch(const BatchView<T, S>& a) {
  return a;
}

/// The same elements in the same order without gaps, from `data` on: the layout of a copy of the view.
template <class S, class T, class U, class R>
[[nodiscard]] VectorView<U, S> dense_like(const VectorView<T, R>& v, U* data) {
  return {data, v.size};
}
template <class S, class T, class U, class R>
[[nodiscard]] MatrixView<U, S> dense_like(const MatrixView<T, R>& a, U* data) {
  const bool by_rows = a.columns > 1 && (a.rows == 1 || a.column_stride < a.row_stride);
  return by_rows ? row_major<S>(data, a.rows, a.columns) : column_major<S>(data, a.rows, a.columns);
}
template <class S, class T, class U, class R>
[[nodiscard]] BatchView<U, S> dense_like(const BatchView<T, R>& a, U* data) {
  const MatrixView<U, S> one = dense_like<S>(a[0], data);
  return {data, a.batches, a.rows, a.columns, a.rows * a.columns, one.row_stride, one.column_stride};
}

/// A plain value among the arguments, which needs no copy.
template <class A>
class Plain {
 public:
  template <class Ctx, class Part>
  Plain(Ctx&, Part&, const A& value, const char*) : value_(value) {}
  [[nodiscard]] const A& argument() const { return value_; }
  template <class Ctx, class Part>
  void back(Ctx&, Part&) const {}
  [[nodiscard]] static constexpr std::size_t bytes() { return 0; }

 private:
  const A& value_;
};

/// A span among the arguments, in host memory.
template <class T>
class StagedSpan {
 public:
  template <class Ctx, class Part>
  StagedSpan(Ctx&, Part&, std::span<T> original, const char*)
      : original_(original), copy_(original.begin(), original.end()) {}
  [[nodiscard]] std::span<T> argument() { return copy_; }
  template <class Ctx, class Part>
  void back(Ctx&, Part&) const {
    if constexpr (!std::is_const_v<T>)
      for (std::size_t i = 0; i < copy_.size(); ++i) original_[i] = copy_[i];
  }
  [[nodiscard]] static constexpr std::size_t bytes() { return 0; }

 private:
  std::span<T> original_;
  std::vector<std::remove_const_t<T>> copy_;
};

/// A view among the arguments: its elements in the memory of the context `Part`.
template <class View, class Part>
class StagedView {
  using Value = typename View::value_type;
  using Element = std::remove_reference_t<decltype(*std::declval<View>().data)>;
  using Space = typename Part::space;

 public:
  template <class Ctx>
  StagedView(Ctx& ctx, Part& part, const View& original, const char* operation)
      : original_(original), buffer_(part, elements(original), operation),
        copy_(dense_like<Space>(original, buffer_.data())) {
    const BatchView<const Value, typename View::space> source(as_batch(original_));
    transfer(ctx, source, part, as_batch(copy_));
  }
  /// As the operation takes it.
  [[nodiscard]] auto argument() { return dense_like<Space>(original_, static_cast<Element*>(buffer_.data())); }
  /// What the operation wrote, to where the caller wants it.
  template <class Ctx>
  void back(Ctx& ctx, Part& part) {
    if constexpr (!std::is_const_v<Element>)
      transfer(part, BatchView<const Value, Space>(as_batch(copy_)), ctx, as_batch(original_));
  }
  /// That travel, both ways.
  [[nodiscard]] std::size_t bytes() const {
    return static_cast<std::size_t>(buffer_.size()) * sizeof(Value) * (std::is_const_v<Element> ? 1 : 2);
  }

 private:
  static index_t elements(const View& v) {
    const auto batch = as_batch(v);
    return batch.batches * batch.rows * batch.columns;
  }

  View original_;
  Buffer<Value, typename Part::tag> buffer_;
  decltype(dense_like<Space>(std::declval<View>(), static_cast<Value*>(nullptr))) copy_;
};

template <class A, class Part>
struct StagedAs {
  using type = Plain<A>;
};
template <class T, class Part>
struct StagedAs<std::span<T>, Part> {
  using type = StagedSpan<T>;
};
template <class T, class S, class Part>
struct StagedAs<VectorView<T, S>, Part> {
  using type = StagedView<VectorView<T, S>, Part>;
};
template <class T, class S, class Part>
struct StagedAs<MatrixView<T, S>, Part> {
  using type = StagedView<MatrixView<T, S>, Part>;
};
template <class T, class S, class Part>
struct StagedAs<BatchView<T, S>, Part> {
  using type = StagedView<BatchView<T, S>, Part>;
};
/// An argument of type A for a call on the context `Part`, made from two contexts and the argument.
template <class A, class Part>
using Staged = typename StagedAs<std::remove_cvref_t<A>, Part>::type;

/// Runs the operation as B does on copies of the arguments, and counts what travelled there and back.
template <class Op, class B, class... T, class Ctx, class Part, class... S>
decltype(auto) run_on_copies(Ctx& ctx, Part& part, std::size_t moved_before, S&&... staged) {
  const auto back = [&] {
    (staged.back(ctx, part), ...);
    // However the backends count their own copies, each was made once.
    ctx.counters().bytes_moved = (moved_before + ... + staged.bytes());
  };
  if constexpr (std::is_void_v<decltype(run_on<Op, B, T...>(part, staged.argument()...))>) {
    run_on<Op, B, T...>(part, staged.argument()...);
    back();
  } else {
    auto result = run_on<Op, B, T...>(part, staged.argument()...);
    back();
    return result;
  }
}

/// Runs the operation as B does, in the memory of `part`, for a caller whose views are in that of `ctx`.
template <class Op, class B, class... T, class Ctx, class Part, class... A>
decltype(auto) run_staged(Ctx& ctx, Part& part, const A&... arguments) {
  const std::size_t moved_before = ctx.counters().bytes_moved;
  return run_on_copies<Op, B, T...>(ctx, part, moved_before, Staged<A, Part>(ctx, part, arguments, Op::name)...);
}

}  // namespace isonomy::compose
