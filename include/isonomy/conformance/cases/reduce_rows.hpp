// Conformance rows of reduce_rows, whose front doors are reduce_rows and reduce_columns.
#pragma once

#include <cmath>
#include <concepts>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/cases/reductions.hpp"
#include "isonomy/conformance/cases/vectors.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/functional.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/reduce/reduce_rows.hpp"

namespace isonomy::conformance {

template <>
struct Cases<op::reduce_rows> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, op::MatrixInput<Backend<Tag>, T> a,
                                            op::Output<Backend<Tag>, T> out, T init) {
    reduce_rows(ctx, a, out, init, Plus{}, Identity{});
    reduce_columns(ctx, a, out, init, Plus{}, Identity{});
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    using Shape = std::pair<index_t, index_t>;
    row<Tag, T>(rows, 3, 3 * reduction_chunk + 5, Layout::column, Data::ties);  // first: it takes workspace
    for (const Layout l : all_layouts) {
      for (const Data d : kinds_of_data<T>())
        for (const auto& [m, n] : {Shape{7, 5}, {2, 50}, {64, 3}}) row<Tag, T>(rows, m, n, l, d);
      for (const auto& [m, n] : {Shape{0, 3}, {3, 0}, {1, 1}, {300, 70}, {1000, 5}, {2, 9000}})
        row<Tag, T>(rows, m, n, l, Data::random);
    }
    if (rows.full() && detail::stands_for_all<T>)
      for (const auto& [m, n] : detail::huge_shapes)
        for (const Layout l : {Layout::column, Layout::row})
          row<Tag, T>(rows, m, n, l, Data::ties, m == 2 && l == Layout::row ? 2 : 0);
    if constexpr (std::same_as<typename Backend<Tag>::space, HostSpace>)
      for (const bool in_functor : {true, false})
        rows.propagates(
            text::joined(op::element_name<T>(), ", an exception of the ", in_functor ? "function" : "operator"),
            [in_functor](Call<Tag>& call) {
              std::vector<T> x(20011, T(2));
              x.back() = T(3);
              const auto v = call.input("A", x);
              const auto a = row_major<typename Backend<Tag>::space>(v.data, 1, v.size);
              const auto out = call.output("out", contiguous(std::vector<T>(1))).vector();
              if (in_functor)
                reduce_rows(call.context(), a, out, T(0), Plus{}, detail::ThrowOn<T>{T(3)});
              else
                reduce_rows(call.context(), a, out, T(0), detail::ThrowOn<T>{T(3)}, Identity{});
            });
    rows.stops(text::joined(op::element_name<T>(), ", asked to stop"), 1000, [](Call<Tag>& call, index_t n) {
      const Operand<T> a = Operand<T>(n, index_t{100}, Layout::row).fill(T(3));
      reduce_rows(call.context(), call.input("A", a).matrix(), call.output("out", Operand<T>(n, index_t{1})).vector(),
                  T(0), Maximum{}, detail::Busy{});
    });
  }

 private:
  template <class Tag, class T>
  // A row reads from top to bottom: inputs, reference, run, check. NOLINTNEXTLINE(readability-function-size)
  static void row(Rows<Tag>& rows, index_t m, index_t n, Layout l, Data d, int races = 0) {
    const std::string label = text::joined(op::element_name<T>(), " ", m, "x", n, " ", name(l), " ", name(d));
    if (!rows.wants(label)) return;
    using Wide = typename detail::Widen<T>::type;
    const index_t stride = l == Layout::spaced ? 3 : 1;
    Operand<T> a(m, n, l), out(m, stride), sums = out, last = out;
    Operand<Wide> wide_out(m, index_t{2}), wide = wide_out;
    a.fill(d, rows.seed(label));
    // Sums of the ends of the range are not defined.
    const bool summable = !std::signed_integral<T> || d != Data::mixed;
    const detail::Widen<T> widen = detail::widen<T>(n);
    std::vector<double> scale(static_cast<std::size_t>(m), 2);
    for (index_t i = 0; i < m; ++i) {
      const auto at = [&](index_t j) { return a(i, j); };
      if (summable) {
        sums(i) = detail::fixed_tree(n, at, T(2), Plus{}, Identity{});
        wide(i) = detail::fixed_tree(n, at, Wide{2}, Plus{}, widen);
      }
      last(i) = detail::fixed_tree(n, at, T(2), detail::Second{}, Identity{});
      for (index_t j = 0; j < n; ++j) scale[static_cast<std::size_t>(i)] += std::abs(static_cast<double>(a(i, j)));
    }
    const bool same_tree = rows.control().determinism == Determinism::cross_backend;
    rows.row(
        label,
        [&](Call<Tag>& call) {
          auto& ctx = call.context();
          const auto view = call.input("A", a).matrix();
          reduce_rows(ctx, view, call.output("last", out).vector(), T(2), detail::Second{}, Identity{});
          if (!summable) return;
          reduce_rows(ctx, view, call.output("sums", out).vector(), T(2), Plus{}, Identity{});
          reduce_columns(ctx, transposed(view), call.output("sums of columns", out).vector(), T(2), Plus{}, Identity{});
          reduce_rows(ctx, view, call.output("sums in a wider type", wide_out).vector(), Wide{2}, Plus{}, widen);
        },
        [&](Verdict& verdict, const Outcome& outcome) {
          const auto compare = [&](const char* name, const auto& got, const auto& expected) {
            if (same_tree) return verdict.exact(name, got, expected);
            verdict.template within<op::reduce_rows::tier>(
                name, got, expected, static_cast<double>(n + 1),
                [&](index_t i, index_t) { return scale[static_cast<std::size_t>(i)]; });
          };
          verdict.exact("last", outcome.of<T>("last"), last);
          if (!summable) return;
          compare("sums", outcome.of<T>("sums"), sums);
          compare("sums of columns", outcome.of<T>("sums of columns"), sums);
          compare("sums in a wider type", outcome.of<Wide>("sums in a wider type"), wide);
        },
        races);
  }
};

}  // namespace isonomy::conformance
