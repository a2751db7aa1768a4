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
        row<Tag, T>(rows, {m, n, l, other(l), Kind::random});
      row<Tag, T>(rows, {34, 20, l, other(l), Kind::random});
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
        const Shape s{n, n, Layout::column, Layout::column, Kind::random};
        call(c, matrix<T>(s, 1), Outputs<T>(s));
      });
    }
    for (const bool infinite : {false, true}) refuses_numbers<Tag, T>(rows, infinite);
    refusals<Tag, T>(rows);
  }

 private:
  /// `triangle` needs no reflector, and has negative numbers on its diagonal; `gap` has columns of 0, `repeated` each
  /// column several times; `graded` elements over many decades, by rows and by columns; `tiny` and `huge` the ends of
  /// the range, both at once in `uneven`.
  enum class Kind { random, ties, zero, ones, triangle, gap, repeated, low_rank, graded, tiny, huge, uneven, denormal };
  static constexpr std::array kinds{Kind::ties,   Kind::zero, Kind::ones, Kind::triangle, Kind::gap,     Kind::repeated,
                                    Kind::graded, Kind::tiny, Kind::huge, Kind::uneven,   Kind::denormal};
  struct Shape {
    index_t m, n;
    Layout a, out;
    Kind kind;
  };
  template <class T>
  struct Outputs {
    Operand<T> q, r;

    explicit Outputs(const Shape& s) : q(s.m, std::min(s.m, s.n), s.out), r(std::min(s.m, s.n), s.n, other(s.out)) {
      q.fill(T(-7)), r.fill(T(-7));
    }
  };

  [[nodiscard]] static constexpr Layout other(Layout l) {
    return l == Layout::row ? Layout::column : l == Layout::column ? Layout::spaced : l;
  }
  [[nodiscard]] static const char* name_of(Kind k) {
    constexpr std::array names{"random",      "ties",   "zero", "ones", "triangle", "with a gap", "repeated",
                               "of low rank", "graded", "tiny", "huge", "uneven",   "denormal"};
    return names[static_cast<std::size_t>(k)];
  }

  template <class T>
  [[nodiscard]] static T element(const Shape& s, std::uint64_t seed, index_t i, index_t j) {
    using Limits = std::numeric_limits<T>;
    const index_t place = j * s.m + i;
    const T u = draw<T>(Data::random, seed, place);
    const double along = static_cast<double>(i + j) / static_cast<double>(s.m + s.n);
    switch (s.kind) {
    case Kind::ties: return draw<T>(Data::ties, seed, place);
    case Kind::zero: return place % 2 == 0 ? T(0) : -T(0);
    case Kind::ones: return T(1);
    case Kind::triangle: return i > j ? T(0) : i == j ? T(j % 3 - 1) : u;
    case Kind::gap: return j % 5 == 1 ? T(0) : u;
    case Kind::repeated: return draw<T>(Data::random, seed, j % 4 * s.m + i) * T(j % 3 - 1);
    case Kind::low_rank:
      return static_cast<T>(double{draw<T>(Data::random, seed, i)} * double{draw<T>(Data::random, seed, s.m + j)} +
                            double{draw<T>(Data::ties, seed, i)});
    case Kind::graded: return u * static_cast<T>(std::pow(10.0, -along * Limits::max_exponent10 * 0.9));
    case Kind::tiny: return u * std::ldexp(T(1), Limits::min_exponent + 1);
    case Kind::huge: return u * std::ldexp(T(1), Limits::max_exponent - 20);
    case Kind::uneven: return std::ldexp(u, j % 2 == 0 ? Limits::max_exponent - 20 : Limits::min_exponent + 20);
    case Kind::denormal: return draw<T>(Data::denormal, seed, place);
    default: return u;
    }
  }
  template <class T>
  [[nodiscard]] static Operand<T> matrix(const Shape& s, std::uint64_t seed) {
    Operand<T> a(s.m, s.n, s.a);
    for (index_t j = 0; j < s.n; ++j)
      for (index_t i = 0; i < s.m; ++i) a(i, j) = element<T>(s, seed, i, j);
    return a;
  }

  template <class Tag, class T>
  static void call(Call<Tag>& c, const Operand<T>& a, const Outputs<T>& o) {
    qr(c.context(), MatrixView<const T, typename Backend<Tag>::space>(c.input("A", a).matrix()),
       c.output("Q", o.q).matrix(), c.output("R", o.r).matrix());
  }

  template <class Tag, class T>
  static void row(Rows<Tag>& rows, const Shape& s, int races = 0) {
    const std::string what = text::joined(op::element_name<T>(), " ", s.m, "x", s.n, " ", name(s.a), " to ",
                                          name(s.out), " ", name_of(s.kind));
    if (!rows.wants(what)) return;
    const Operand<T> a = matrix<T>(s, rows.seed(what));
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
  /// The elements that came back, between the gaps that were sent.
  template <class T>
  static void inside(Verdict& verdict, const char* what, const std::vector<T>& storage, Operand<T>& o) {
    for (index_t j = 0; j < o.columns; ++j)
      for (index_t i = 0; i < o.rows; ++i) o(i, j) = storage[static_cast<std::size_t>(o.at(i, j))];
    verdict.exact(what, storage, o);
  }
  template <class T>
  [[nodiscard]] static MatrixView<const T> elements(const Operand<T>& o) {
    return {o.storage.data() + o.offset, o.rows, o.columns, o.row_stride, o.column_stride};
  }
  template <class T>
  static void judge(Verdict& verdict, const Operand<T>& a, const Outputs<T>& o) {
    const auto d = op::qr::of_result<T>(elements(a), elements(o.q), elements(o.r));
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
                                       const Shape s{40, 7, Layout::column, Layout::column, Kind::random};
                                       Operand<T> a = matrix<T>(s, 1);
                                       a(infinite ? 0 : 39, 6) = infinite ? -Limits::infinity() : Limits::quiet_NaN();
                                       call(c, a, Outputs<T>(s));
                                     });
  }
  template <class Tag, class T>
  static void refusals(Rows<Tag>& rows) {
    const auto refused = [&](const char* what, index_t q_columns, index_t r_rows, index_t r_columns) {
      rows.template throws<ShapeError>(text::joined(op::element_name<T>(), ", ", what), [=](Call<Tag>& c) {
        const Shape s{4, 3, Layout::row, Layout::column, Kind::ones};
        Outputs<T> o(s);
        o.q = Operand<T>(4, q_columns, Layout::column), o.r = Operand<T>(r_rows, r_columns, Layout::column);
        call(c, matrix<T>(s, 1), o);
      });
    };
    refused("a column of Q too many", 4, 3, 3);
    refused("a row of R too many", 3, 4, 3);
    refused("a column of R too few", 3, 3, 2);
  }
};

}  // namespace isonomy::conformance
