// Conformance rows of qr: the residual of each column, orthonormality, and R's zeros and signs.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/cases/linalg/rectangle.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/linalg/qr.hpp"

namespace isonomy::conformance {

template <>
struct Cases<op::qr> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, MatrixView<const T, typename Backend<Tag>::space> a,
                                            op::MatrixOutput<Backend<Tag>, T> out) {
    qr(ctx, a, out, out);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    using Sizes = std::array<index_t, 2>;
    for (const Layout l : all_layouts) {
      for (const auto& [m, n] : {Sizes{0, 3}, Sizes{3, 0}, Sizes{1, 1}, Sizes{5, 1}, Sizes{1, 4}, Sizes{3, 4}})
        row<Tag, T>(rows, {m, n, l, Rectangle::other(l), Kind::random});
      row<Tag, T>(rows, {34, 20, l, Rectangle::other(l), Kind::random});
    }
    for (const Kind k : kinds)
      for (const auto& [m, n] : {Sizes{2, 2}, Sizes{40, 33}, Sizes{17, 30}})
        row<Tag, T>(rows, {m, n, Layout::column, Layout::row, k});
    row<Tag, T>(rows, {140, 131, Layout::padded_row, Layout::padded_column, Kind::random}, 3);
    row<Tag, T>(rows, {70, 200, Layout::column, Layout::column, Kind::low_rank});
    if (rows.full()) {
      row<Tag, T>(rows, {9000, 3, Layout::row, Layout::column, Kind::random});
      if constexpr (std::same_as<T, double>)
        row<Tag, T>(rows, {420, 210, Layout::column, Layout::column, Kind::random});
      rows.stops(text::joined(op::element_name<T>(), ", asked to stop"), 64, [](Call<Tag>& c, index_t n) {
        const Rectangle s{n, n, Layout::column, Layout::column, Kind::random};
        call(c, s.matrix<T>(1), Outputs<T>(s));
      });
    }
    for (const bool infinite : {false, true}) refuses_numbers<Tag, T>(rows, infinite);
    refusals<Tag, T>(rows);
  }

 private:
  using Kind = RectangleKind;
  static constexpr std::array kinds{Kind::ties,   Kind::zero, Kind::ones, Kind::triangle, Kind::gap,     Kind::repeated,
                                    Kind::graded, Kind::tiny, Kind::huge, Kind::uneven,   Kind::denormal};
  template <class T>
  struct Outputs {
    Operand<T> q, r;

    explicit Outputs(const Rectangle& s)
        : q(s.m, std::min(s.m, s.n), s.out), r(std::min(s.m, s.n), s.n, Rectangle::other(s.out)) {
      q.fill(T(-7)), r.fill(T(-7));
    }
  };

  template <class Tag, class T>
  static void call(Call<Tag>& c, const Operand<T>& a, const Outputs<T>& o) {
    qr(c.context(), MatrixView<const T, typename Backend<Tag>::space>(c.input("A", a).matrix()),
       c.output("Q", o.q).matrix(), c.output("R", o.r).matrix());
  }

  template <class Tag, class T>
  static void row(Rows<Tag>& rows, const Rectangle& s, int races = 0) {
    const std::string what =
        text::joined(op::element_name<T>(), " ", s.m, "x", s.n, " ", name(s.a), " to ", name(s.out), " ", name(s.kind));
    if (!rows.wants(what)) return;
    const Operand<T> a = s.matrix<T>(rows.seed(what));
    const Outputs<T> sent(s);
    rows.row(
        what, [&](Call<Tag>& c) { call(c, a, sent); },
        [&](Verdict& verdict, const Outcome& outcome) {
          Outputs<T> got = sent;
          inside(verdict, "Q, a gap in its storage", outcome.of<T>("Q"), got.q);
          inside(verdict, "R, a gap in its storage", outcome.of<T>("R"), got.r);
          judge(verdict, a, got);
        },
        races);
  }
  template <class T>
  static void inside(Verdict& verdict, const char* what, const std::vector<T>& storage, Operand<T>& o) {
    o.take(storage);
    verdict.exact(what, storage, o);
  }
  template <class T>
  static void judge(Verdict& verdict, const Operand<T>& a, const Outputs<T>& o) {
    const auto d = op::qr::of_result<T>(a.elements(), o.q.elements(), o.r.elements());
    if (!d) return;
    const char* const what = d->view == 1   ? "Q^T*Q - I"
                             : d->bound > 0 ? "Q*R - A"
                                            : "R, 0 below its diagonal and not negative on it,";
    verdict.mismatch(what, d->row, d->column, d->value, d->reference, d->bound);
  }

  template <class Tag, class T>
  static void refuses_numbers(Rows<Tag>& rows, bool infinite) {
    using Limits = std::numeric_limits<T>;
    rows.template throws<ValueError>(text::joined(op::element_name<T>(), infinite ? ", an infinity" : ", a NaN"),
                                     [=](Call<Tag>& c) {
                                       const Rectangle s{40, 7, Layout::column, Layout::column, Kind::random};
                                       Operand<T> a = s.matrix<T>(1);
                                       a(infinite ? 0 : 39, 6) = infinite ? -Limits::infinity() : Limits::quiet_NaN();
                                       call(c, a, Outputs<T>(s));
                                     });
  }
  template <class Tag, class T>
  static void refusals(Rows<Tag>& rows) {
    const auto refused = [&](const char* what, index_t q_columns, index_t r_rows, index_t r_columns) {
      rows.template throws<ShapeError>(text::joined(op::element_name<T>(), ", ", what), [=](Call<Tag>& c) {
        const Rectangle s{4, 3, Layout::row, Layout::column, Kind::ones};
        Outputs<T> o(s);
        o.q = Operand<T>(4, q_columns, Layout::column), o.r = Operand<T>(r_rows, r_columns, Layout::column);
        call(c, s.matrix<T>(1), o);
      });
    };
    refused("a column of Q too many", 4, 3, 3);
    refused("a row of R too many", 3, 4, 3);
    refused("a column of R too few", 3, 3, 2);
  }
};

}  // namespace isonomy::conformance
