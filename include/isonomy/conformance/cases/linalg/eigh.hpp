// Conformance rows of eigh: residuals, orthogonality, order and signs; spaces of clusters by their residual.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/cases/linalg/symmetric.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/linalg/eigen/eigh.hpp"

namespace isonomy::conformance {

template <>
struct Cases<op::eigh> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, MatrixView<const T, typename Backend<Tag>::space> a,
                                            op::Output<Backend<Tag>, T> w,
                                            MatrixView<T, typename Backend<Tag>::space> v) {
    eigh(ctx, a, w, v);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    for (const Layout l : all_layouts) {
      const Layout other = l == Layout::row ? Layout::column : l == Layout::column ? Layout::spaced : l;
      for (const index_t n : {0, 1, 2, 3, 5, 33}) row<Tag, T>(rows, {n, l, other, SymmetricKind::random});
      row<Tag, T>(rows, {66, l, other, SymmetricKind::clusters});
    }
    for (const SymmetricKind s : symmetric_kinds)
      for (const index_t n : {1, 2, 40}) row<Tag, T>(rows, {n, Layout::column, Layout::row, s});
    row<Tag, T>(rows, {100, Layout::padded_row, Layout::padded_column, SymmetricKind::glued}, 3);
    if (rows.full()) {
      row<Tag, T>(rows, {150, Layout::row, Layout::row, SymmetricKind::low_rank});
      if constexpr (std::same_as<T, double>)
        row<Tag, T>(rows, {420, Layout::column, Layout::column, SymmetricKind::random});
      stops<Tag, T>(rows);
    }
    for (const bool infinite : {false, true}) refuses_numbers<Tag, T>(rows, infinite);
    refusals<Tag, T>(rows);
  }

 private:
  struct Shape {
    index_t n;
    Layout a, v;
    SymmetricKind kind;
  };
  template <class T>
  [[nodiscard]] static Operand<T> matrix(const Shape& s, std::uint64_t seed) {
    return symmetric_matrix<T>(s.n, s.a, s.kind, seed);
  }

  template <class Tag, class T>
  static void call(Call<Tag>& call, const Operand<T>& a, const Operand<T>& w, const Operand<T>& v) {
    eigh(call.context(), MatrixView<const T, typename Backend<Tag>::space>(call.input("A", a).matrix()),
         call.output("w", w).vector(), call.output("V", v).matrix());
  }

  template <class Tag, class T>
  static void row(Rows<Tag>& rows, const Shape& s, int races = 0) {
    const std::string what =
        text::joined(op::element_name<T>(), " ", s.n, " ", name(s.a), " to ", name(s.v), " ", name(s.kind));
    if (!rows.wants(what)) return;
    const Operand<T> a = matrix<T>(s, rows.seed(what));
    Operand<T> w(s.n, index_t{s.n % 2 + 1}), v(s.n, s.n, s.v);
    w.fill(T(-7)), v.fill(T(-7));
    rows.row(
        what, [&](Call<Tag>& c) { call(c, a, w, v); },
        [&](Verdict& verdict, const Outcome& outcome) {
          Operand<T> got_w = w, got_v = v;
          got_w.take(outcome.of<T>("w"));
          got_v.take(outcome.of<T>("V"));
          verdict.exact("w, a gap in its storage", outcome.of<T>("w"), got_w);
          verdict.exact("V, a gap in its storage", outcome.of<T>("V"), got_v);
          judge<T>(verdict, s.n, a, got_w, got_v);
        },
        races);
  }
  template <class T>
  static void judge(Verdict& verdict, index_t n, const Operand<T>& a, const Operand<T>& w, const Operand<T>& v) {
    using Extended = long double;
    const auto symmetric = [&](index_t i, index_t j) -> Extended { return a(std::max(i, j), std::min(i, j)); };
    Extended square = 0;
    for (index_t j = 0; j < n; ++j)
      for (index_t i = 0; i < n; ++i) square += symmetric(i, j) * symmetric(i, j);
    const double of_a = op::eigh::bound<T>(n, static_cast<double>(std::sqrt(square))), of_v = op::eigh::bound<T>(n, 1);
    for (index_t j = 0; j < n; ++j) {
      if (j > 0 && !(w(j - 1) <= w(j))) verdict.mismatch("w, which must ascend,", j, 0, w(j), w(j - 1), 0);
      T largest = 0;
      for (index_t i = 0; i < n; ++i) {
        Extended residual = -Extended{v(i, j)} * w(j), product = i == j ? -1 : 0;
        for (index_t k = 0; k < n; ++k) {
          residual += symmetric(i, k) * v(k, j);
          product += Extended{v(k, i)} * v(k, j);
        }
        if (!verdict.close(static_cast<double>(residual), 0, of_a))
          verdict.mismatch("A*V - V*diag(w)", i, j, static_cast<double>(residual), 0.0, of_a);
        if (!verdict.close(static_cast<double>(product), 0, of_v))
          verdict.mismatch("V^T*V - I", i, j, static_cast<double>(product), 0.0, of_v);
        if (std::abs(v(i, j)) > std::abs(largest)) largest = v(i, j);
      }
      if (!(largest > 0)) verdict.mismatch("V, the first largest element of a column,", 0, j, largest, -largest, 0);
    }
  }

  template <class Tag, class T>
  static void refuses_numbers(Rows<Tag>& rows, bool infinite) {
    using Limits = std::numeric_limits<T>;
    rows.template throws<ValueError>(
        text::joined(op::element_name<T>(), infinite ? ", an infinity" : ", a NaN", " in the lower triangle"),
        [=](Call<Tag>& c) {
          const index_t n = 40;
          Operand<T> a = matrix<T>({n, Layout::column, Layout::column, SymmetricKind::random}, 1);
          a(n - 1, infinite ? 0 : n - 1) = infinite ? -Limits::infinity() : Limits::quiet_NaN();
          call(c, a, Operand<T>(n, index_t{1}), Operand<T>(n, n, Layout::column));
        });
  }
  template <class Tag, class T>
  static void stops(Rows<Tag>& rows) {
    rows.stops(text::joined(op::element_name<T>(), ", asked to stop"), 64, [](Call<Tag>& c, index_t n) {
      call(c, matrix<T>({n, Layout::column, Layout::column, SymmetricKind::random}, 1), Operand<T>(n, index_t{1}),
           Operand<T>(n, n, Layout::column));
    });
  }
  template <class Tag, class T>
  static void refusals(Rows<Tag>& rows) {
    const auto refused = [&](const char* what, index_t columns, index_t values, index_t vectors) {
      rows.template throws<ShapeError>(text::joined(op::element_name<T>(), ", ", what), [=](Call<Tag>& c) {
        call(c, Operand<T>(3, columns, Layout::row).fill(T(1)), Operand<T>(values, index_t{1}),
             Operand<T>(3, vectors, Layout::column));
      });
    };
    refused("a column too few", 2, 3, 3);
    refused("an eigenvalue too many", 3, 4, 3);
    refused("a vector too few", 3, 3, 2);
  }
};

}  // namespace isonomy::conformance
