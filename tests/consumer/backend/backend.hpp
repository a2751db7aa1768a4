// The backend of a project that uses the library: host memory, core operations without eigenvectors, plain loops.
#pragma once

#include <algorithm>
#include <cmath>

#include <isonomy/backend/backend.hpp>
#include <isonomy/backend/buffer.hpp>
#include <isonomy/backend/host_memory.hpp>
#include <isonomy/core/numeric.hpp>

namespace consumer {

using isonomy::index_t;

/// Names the backend.
struct Loops {};

class Context : public isonomy::PlainContext<Loops> {
 public:
  using PlainContext::PlainContext;

  /// f(i) for i from 0 to n - 1, until the caller asks to stop.
  template <class F>
  void loop(const char* operation, index_t n, const F& f) const {
    for (index_t i = 0; i < n; ++i) {
      heed(operation);
      f(i);
    }
  }
  void heed(const char* operation) const {
    if (control().stop.stop_requested()) throw isonomy::Cancelled(operation);
  }
};

}  // namespace consumer

template <>
struct isonomy::Backend<consumer::Loops> : isonomy::HostMemory<consumer::Context> {
  using tag = consumer::Loops;
  using space = HostSpace;
  using context = consumer::Context;
  static constexpr const char* name() { return "consumer::Loops"; }
  static bool available() noexcept { return true; }

  template <class F>
  static void for_each(context& ctx, index_t n, const F& f) {
    ctx.loop("for_each", n, f);
  }
  template <class T>
  static void copy(context& ctx, VectorView<const T> source, VectorView<T> out) {
    ctx.loop("copy", out.size, [&](index_t i) { out(i) = source(i); });
  }
  template <class T>
  static void copy(context& ctx, MatrixView<const T> source, MatrixView<T> out) {
    for (index_t j = 0; j < out.columns; ++j) copy(ctx, source.column(j), out.column(j));
  }
  template <class T>
  static void fill(context& ctx, VectorView<T> out, T value) {
    ctx.loop("fill", out.size, [&](index_t i) { out(i) = value; });
  }
  template <class T>
  static void iota(context& ctx, VectorView<T> out, T first) {
    ctx.loop("iota", out.size, [&](index_t i) { out(i) = static_cast<T>(first + static_cast<T>(i)); });
  }
  template <class F, class T, class... In>
  static void transform(context& ctx, const F& f, VectorView<T> out, VectorView<const In>... in) {
    ctx.loop("transform", out.size, [&](index_t i) { out(i) = f(in(i)...); });
  }

  template <class T, class R, class Op, class F>
  static R transform_reduce(context& ctx, VectorView<const T> x, R init, const Op& op, const F& f) {
    return tree(ctx, x.size, init, op, [&](index_t i) { return f(x(i)); });
  }
  template <class T, class R, class Op, class F>
  static R transform_reduce(context& ctx, MatrixView<const T> x, R init, const Op& op, const F& f) {
    return tree(ctx, x.rows * x.columns, init, op, [&](index_t e) { return f(x(e % x.rows, e / x.rows)); });
  }
  template <class T, class R, class Op, class F>
  static void segmented_reduce(context& ctx, VectorView<const T> x, VectorView<const index_t> offsets,
                               VectorView<R> out, R init, const Op& op, const F& f) {
    for (index_t s = 0; s < out.size; ++s)
      out(s) = transform_reduce(ctx, x.subview(offsets(s), offsets(s + 1) - offsets(s)), init, op, f);
  }

  template <class K, class V>
  static void stable_sort_by_key(context& ctx, VectorView<K> keys, VectorView<V> values) {
    const index_t borders[2] = {0, keys.size};
    stable_sort_by_key(ctx, keys, values, VectorView<const index_t>(borders, 2));
  }
  template <class K, class V>
  static void stable_sort_by_key(context& ctx, VectorView<K> keys, VectorView<V> values,
                                 VectorView<const index_t> offsets) {
    constexpr const char* operation = "stable_sort_by_key";
    Buffer<index_t, tag> order(ctx, keys.size, operation);
    Buffer<K, tag> old_keys(ctx, keys.size, operation);
    Buffer<V, tag> old_values(ctx, keys.size, operation);
    const VectorView<index_t> place = order.view();
    const VectorView<K> key = old_keys.view();
    const VectorView<V> value = old_values.view();
    ctx.loop(operation, keys.size, [&](index_t i) {
      place(i) = i;
      key(i) = keys(i);
      value(i) = values(i);
    });
    for (index_t s = 0; s + 1 < offsets.size; ++s)
      sort(ctx, operation, place.data + offsets(s), place.data + offsets(s + 1), place.data + offsets(s + 1), key);
    if (offsets.size == 0) return;
    ctx.loop(operation, offsets(offsets.size - 1) - offsets(0), [&](index_t i) {
      const index_t to = offsets(0) + i;
      keys(to) = key(place(to));
      values(to) = value(place(to));
    });
  }
  template <class T>
  static void select_k(context& ctx, MatrixView<const T> x, MatrixView<T> values, MatrixView<index_t> indices) {
    Buffer<index_t, tag> order(ctx, x.columns, "select_k");
    const VectorView<index_t> column = order.view();
    for (index_t i = 0; i < x.rows; ++i) {
      iota(ctx, column, index_t{0});
      sort(ctx, "select_k", column.data, column.data + values.columns, column.data + x.columns, x.row(i));
      for (index_t k = 0; k < values.columns; ++k) {
        values(i, k) = x(i, column(k));
        indices(i, k) = column(k);
      }
    }
  }

  template <Real T>
  static void gemm(context& ctx, T alpha, MatrixView<const T> a, MatrixView<const T> b, T beta, MatrixView<T> out) {
    ctx.loop("gemm", out.rows * out.columns, [&](index_t e) {
      const index_t i = e % out.rows, j = e / out.rows;
      T sum = 0;
      for (index_t k = 0; k < a.columns; ++k) sum += a(i, k) * b(k, j);
      out(i, j) = beta == 0 ? alpha * sum : alpha * sum + beta * out(i, j);
    });
  }
  template <Real T>
  static void cholesky_batched(context& ctx, BatchView<T> a, VectorView<index_t> info) {
    for (index_t b = 0; b < a.batches; ++b) info(b) = factored(ctx, a[b]);
  }

 private:
  template <class R, class Op, class F>
  static R tree(context& ctx, index_t n, R init, const Op& op, const F& f) {
    for (index_t first = 0; first < n; first += reduction_chunk) {
      R sum = f(first);
      ctx.loop("transform_reduce", std::min(n - first, reduction_chunk) - 1,
               [&](index_t i) { sum = op(sum, f(first + 1 + i)); });
      init = op(init, sum);
    }
    return init;
  }
  /// The places first .. last - 1 in the order of their keys, as far as `middle`; equal keys by place.
  template <class T>
  static void sort(context& ctx, const char* operation, index_t* first, index_t* middle, index_t* last,
                   VectorView<const T> key) {
    std::partial_sort(first, middle, last, [&](index_t a, index_t b) {
      ctx.heed(operation);
      return total_less(key(a), a, key(b), b);
    });
  }
  template <class T>
  static void sort(context& ctx, const char* operation, index_t* first, index_t* middle, index_t* last,
                   VectorView<T> key) {
    sort(ctx, operation, first, middle, last, VectorView<const T>(key));
  }
  template <Real T>
  static index_t factored(context& ctx, MatrixView<T> a) {
    for (index_t i = 0; i < a.rows; ++i)
      for (index_t j = 0; j <= i; ++j) {
        ctx.heed("cholesky_batched");
        T rest = a(i, j);
        for (index_t k = 0; k < j; ++k) rest -= a(i, k) * a(j, k);
        if (i == j && !(rest > 0)) return i + 1;
        a(i, j) = i == j ? std::sqrt(rest) : rest / a(j, j);
      }
    return 0;
  }
};
static_assert(isonomy::checked_backend<consumer::Loops>());
