// Conformance rows of gemm_batched against triple loops.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/cases/linalg/gemm.hpp"
#include "isonomy/conformance/cases/linalg/stack.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/linalg/gemm_batched.hpp"

namespace isonomy::conformance {

template <>
struct Cases<op::gemm_batched> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, T s, BatchView<const T, typename Backend<Tag>::space> a,
                                            BatchView<T, typename Backend<Tag>::space> out) {
    gemm_batched(ctx, s, a, a, s, out);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    using detail::ProductShape;
    std::size_t turn = 0;
    const auto next = [&] { return detail::factors<T>[turn++ % detail::factors<T>.size()]; };
    for (const ProductShape s : {ProductShape{1, 1, 1}, {5, 3, 7}, {3, 0, 2}, {0, 3, 2}, {17, 31, 13}})
      for (const Layout l : all_layouts)
        for (const index_t batches : {0, 1, 3, 19}) row<Tag, T>(rows, {s, l, Data::random, batches}, next());
    for (const Layout l : all_layouts)
      for (const Data d : all_data) row<Tag, T>(rows, {{5, 3, 7}, l, d, 3}, next());
    for (const T alpha : {T(0), T(-1)})
      for (const T beta : {T(0), T(1)}) row<Tag, T>(rows, {{4, 3, 5}, Layout::column, Data::nan, 4}, {alpha, beta});
    for (const detail::Factors<T> f : detail::factors<T>)
      row<Tag, T>(rows, {{70, 400, 200}, Layout::padded_row, Data::random, 3}, f);
    one_in_all<Tag, T>(rows);
    if (!rows.full()) return;
    row<Tag, T>(rows, {{2, 3, 1}, Layout::column, Data::random, 65549}, {T(-1), T(0.5)});
    row<Tag, T>(rows, {{64, 64, 64}, Layout::row, Data::mixed, 33}, {1, 0}, 3);
    rows.stops(text::joined(op::element_name<T>(), ", asked to stop"), 64, [](Call<Tag>& call, index_t n) {
      const Stack<T> a(n, 16, 16, Layout::column);
      const Operand<T> numbers = Operand<T>(a.operand).fill(T(1));
      gemm_batched(call.context(), T(1), a.view(call.input("A", numbers)), a.view(call.input("B", numbers)), T(0),
                   a.view(call.output("out", numbers)));
    });
  }

 private:
  struct Shape {
    detail::ProductShape of_one;
    Layout layout;
    Data data;
    index_t batches;
  };
  template <class Tag, class T>
  static void row(Rows<Tag>& rows, const Shape& shape, detail::Factors<T> f, int races = 0) {
    const auto [m, k, n] = shape.of_one;
    const std::string label =
        text::joined(shape.batches, " times ", detail::label(shape.of_one, shape.layout, shape.data, f));
    if (!rows.wants(label)) return;
    const std::uint64_t seed = rows.seed(label);
    Stack<T> a(shape.batches, m, k, shape.layout), b(shape.batches, k, n, detail::other(shape.layout, 1)),
        out(shape.batches, m, n, detail::other(shape.layout, 2));
    a.operand.fill(shape.data, seed);
    b.operand.fill(shape.data, seed + 1);
    detail::old_values(out.operand, shape.data, seed + 2, f.beta);
    compare(rows, label, a, b, out, f, races);
  }
  /// One matrix in all products, by a batch stride of 0.
  template <class Tag, class T>
  static void one_in_all(Rows<Tag>& rows) {
    const std::string label = text::joined(op::element_name<T>(), " 9 times one A");
    if (!rows.wants(label)) return;
    Stack<T> a(1, 5, 3, Layout::column), b(9, 3, 4, Layout::column), out(9, 5, 4, Layout::column);
    a.operand.fill(Data::random, rows.seed(label));
    b.operand.fill(Data::random, rows.seed(label) + 1);
    compare<Tag, T>(rows, label, a, b, out, {1, 0});
  }
  /// A may have one matrix for all.
  template <class Tag, class T>
  static void compare(Rows<Tag>& rows, const std::string& label, const Stack<T>& a, const Stack<T>& b,
                      const Stack<T>& out, detail::Factors<T> f, int races = 0) {
    Operand<T> expected = out.operand;
    std::vector<double> scale(static_cast<std::size_t>(expected.rows * expected.columns));
    for (index_t s = 0; s < out.batches; ++s) {
      const detail::Product<T> product(a.one(a.batches == 1 ? 0 : s), b.one(s), out.one(s), f);
      for (index_t j = 0; j < out.columns; ++j)
        for (index_t i = 0; i < out.rows; ++i) {
          const index_t row = i + (out.below ? s * out.rows : 0), column = j + (out.below ? 0 : s * out.columns);
          expected(row, column) = product.value(i, j);
          scale[static_cast<std::size_t>(row * expected.columns + column)] =
              product.scale[static_cast<std::size_t>(i * out.columns + j)];
        }
    }
    rows.row(
        label,
        [&](Call<Tag>& call) {
          auto first = a.view(call.input("A", a.operand));
          if (a.batches == 1) first.batches = b.batches, first.batch_stride = 0;
          gemm_batched(call.context(), f.alpha, first, b.view(call.input("B", b.operand)), f.beta,
                       out.view(call.output("out", out.operand)));
        },
        [&](Verdict& verdict, const Outcome& outcome) {
          verdict.within<op::gemm_batched::tier>(
              "out", outcome.of<T>("out"), expected, static_cast<double>(a.columns + 2),
              [&](index_t i, index_t j) { return scale[static_cast<std::size_t>(i * expected.columns + j)]; });
        },
        races);
  }
};

}  // namespace isonomy::conformance
