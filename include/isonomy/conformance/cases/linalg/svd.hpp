// Conformance rows of svd: residual, orthonormality, order and signs, and singular values against counts of those of a
// bidiagonal form in extended precision.
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
#include "isonomy/ops/linalg/svd.hpp"

namespace isonomy::conformance {

/// How many singular values of a matrix exceed a number: signs of a Sturm sequence of its bidiagonal form.
///
/// The form is as close to the matrix as extended precision, and so are the counts (Golub and Van Loan 2013, 8.4.1,
/// 8.6.2: eigenvalues of the tridiagonal matrix of order 2k with 0 on its diagonal are the singular values, and these
/// with a minus).
class SingularValueCounts {
 public:
  using Extended = long double;

  template <class T>
  explicit SingularValueCounts(MatrixView<const T> a) {
    if (a.rows < a.columns) a = transposed(a);
    rows_ = a.rows, columns_ = a.columns;
    for (index_t j = 0; j < a.columns; ++j)
      for (index_t i = 0; i < a.rows; ++i) elements_.push_back(a(i, j));
    for (index_t j = 0; j < columns_; ++j) {
      beside_.push_back(reflect(j, j, 1, rows_, rows_));
      if (j + 1 < columns_) beside_.push_back(reflect(j, j + 1, rows_, 1, columns_));
    }
  }
  [[nodiscard]] index_t above(Extended x) const {
    index_t negative = 0;
    Extended pivot = -x;
    for (std::size_t i = 0;; ++i) {
      if (pivot < 0) ++negative;
      if (i == beside_.size()) return 2 * columns_ - negative;
      if (pivot == 0) pivot = std::numeric_limits<Extended>::min();
      pivot = -x - beside_[i] / pivot * beside_[i];
    }
  }

 private:
  [[nodiscard]] Extended& at(index_t i, index_t j) { return elements_[static_cast<std::size_t>(j * rows_ + i)]; }

  /// Takes the column (down = 1) or row (down = rows) that begins in (i, j) to a multiple of the first unit vector, by
  /// a reflector of all columns or rows behind it; that multiple.
  Extended reflect(index_t i, index_t j, index_t down, index_t right, index_t end) {
    const index_t n = end - (down == 1 ? i : j), others = (down == 1 ? columns_ - j : rows_ - i) - 1;
    Extended *const x = &at(i, j), square = 0;
    for (index_t p = 0; p < n; ++p) square += x[p * down] * x[p * down];
    const Extended length = x[0] < 0 ? -std::sqrt(square) : std::sqrt(square), scale = square + std::abs(x[0] * length);
    if (scale == 0) return 0;
    x[0] += length;
    for (index_t q = 1; q <= others; ++q) {
      Extended* const y = x + q * right;
      Extended sum = 0;
      for (index_t p = 0; p < n; ++p) sum += x[p * down] * y[p * down];
      for (index_t p = 0; p < n; ++p) y[p * down] -= sum / scale * x[p * down];
    }
    return -length;
  }

  index_t rows_ = 0, columns_ = 0;
  std::vector<Extended> elements_, beside_;
};

template <>
struct Cases<op::svd> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, MatrixView<const T, typename Backend<Tag>::space> a,
                                            op::MatrixOutput<Backend<Tag>, T> out, op::Output<Backend<Tag>, T> s) {
    svd(ctx, a, out, s, out);
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
      for (const auto& [m, n] : {Sizes{2, 2}, Sizes{28, 23}, Sizes{17, 30}})
        row<Tag, T>(rows, {m, n, Layout::column, Layout::row, k});
    row<Tag, T>(rows, {80, 70, Layout::padded_row, Layout::padded_column, Kind::random}, 3);
    if (rows.full()) {
      row<Tag, T>(rows, {70, 140, Layout::column, Layout::column, Kind::low_rank});
      row<Tag, T>(rows, {9000, 3, Layout::row, Layout::column, Kind::random});
      if constexpr (std::same_as<T, double>)
        row<Tag, T>(rows, {300, 150, Layout::column, Layout::column, Kind::random});
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
  static constexpr std::array kinds{Kind::ties,   Kind::zero, Kind::ones, Kind::diagonal, Kind::repeated,
                                    Kind::graded, Kind::tiny, Kind::huge, Kind::uneven,   Kind::denormal};
  template <class T>
  struct Outputs {
    Operand<T> u, s, v;

    explicit Outputs(const Rectangle& of)
        : u(of.m, std::min(of.m, of.n), of.out), s(std::min(of.m, of.n), index_t{of.m % 2 + 1}),
          v(of.n, std::min(of.m, of.n), Rectangle::other(of.out)) {
      u.fill(T(-7)), s.fill(T(-7)), v.fill(T(-7));
    }
  };

  template <class Tag, class T>
  static void call(Call<Tag>& c, const Operand<T>& a, const Outputs<T>& o) {
    svd(c.context(), MatrixView<const T, typename Backend<Tag>::space>(c.input("A", a).matrix()),
        c.output("U", o.u).matrix(), c.output("s", o.s).vector(), c.output("V", o.v).matrix());
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
          inside(verdict, "U, a gap in its storage", outcome.of<T>("U"), got.u);
          inside(verdict, "s, a gap in its storage", outcome.of<T>("s"), got.s);
          inside(verdict, "V, a gap in its storage", outcome.of<T>("V"), got.v);
          judge(verdict, a, got);
          count(verdict, a, got.s);
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
    const auto d = op::svd::of_result<T>(a.elements(), o.u.elements(), o.s.line(), o.v.elements());
    if (!d) return;
    const bool rule = d->bound == 0;
    const char* const what = d->view == 0   ? "U*diag(s)*V^T - A"
                             : d->view == 2 ? "s, which must not ascend nor be negative,"
                             : rule         ? "U, the first largest element of a column,"
                             : d->view == 1 ? "U^T*U - I"
                                            : "V^T*V - I";
    verdict.mismatch(what, d->row, d->column, d->value, d->reference, d->bound);
  }
  /// s(j) is right within the bound where no more than j singular values exceed it by more, and more than j come as
  /// close.
  template <class T>
  static void count(Verdict& verdict, const Operand<T>& a, const Operand<T>& s) {
    const auto bound = static_cast<double>(op::svd::bound<T>(a.rows, a.columns, op::svd::norm(a.elements())));
    const SingularValueCounts values(a.elements());
    for (index_t j = 0; j < s.rows; ++j) {
      const auto value = static_cast<long double>(s(j, 0));
      if (values.above(value + bound) > j || (value > bound && values.above(value - bound) <= j))
        verdict.mismatch("s, of which more or fewer singular values are larger,", j, 0, static_cast<double>(value),
                         static_cast<double>(values.above(value)), bound);
    }
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
    const auto refused = [&](const char* what, index_t u_columns, index_t values, index_t v_rows) {
      rows.template throws<ShapeError>(text::joined(op::element_name<T>(), ", ", what), [=](Call<Tag>& c) {
        const Rectangle s{4, 3, Layout::row, Layout::column, Kind::ones};
        Outputs<T> o(s);
        o.u = Operand<T>(4, u_columns, Layout::column), o.s = Operand<T>(values, index_t{1});
        o.v = Operand<T>(v_rows, 3, Layout::column);
        call(c, s.matrix<T>(1), o);
      });
    };
    refused("a column of U too many", 4, 3, 3);
    refused("a singular value too few", 3, 2, 3);
    refused("a row of V too many", 3, 3, 4);
  }
};

}  // namespace isonomy::conformance
